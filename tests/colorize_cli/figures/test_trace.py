"""Pictures of the reverse loop."""

import numpy as np
import pytest

from colorize_cli.figures.trace import (
    BAR_COLOUR,
    RESULT_MS,
    STEP_MS,
    trace_frames,
    trace_grid,
)
from colorize_cli.imaging.photo import Photo
from colorize_cli.tracing import TracedStep

PHOTO = Photo(rgb=np.full((120, 160, 3), 119, np.uint8))
GAMMAS = (0.0, 0.25, 0.9)


def steps() -> list[TracedStep]:
    """Steps towards one colour, from noise of other ones."""
    noise = np.random.default_rng(0).normal(0, 15, (2, 8, 12)).astype(np.float32)
    clean = np.empty_like(noise)
    clean[0], clean[1] = 20, 10
    return [
        TracedStep(gamma, (1 - gamma) * noise + gamma * clean, gamma**0.5 * clean)
        for gamma in GAMMAS
    ]


def count_colours(picture) -> int:
    """How many different ones there are."""
    return len(np.unique(picture.reshape(-1, 3), axis=0))


class TestFrames:
    """The animation."""

    def test_the_result_is_shown_longest(self):
        """One frame for every step, and one more."""
        frames = list(trace_frames("a.jpg", "note", PHOTO, steps()))
        assert [ms for _, ms in frames] == [STEP_MS] * 3 + [RESULT_MS]
        assert RESULT_MS > STEP_MS

    @pytest.mark.parametrize("size", [(120, 160), (400, 20), (20, 400)])
    def test_frames_have_one_size(self, size):
        """As an animation must; however narrow the photo, whatever is written."""
        photo = Photo(rgb=np.full((*size, 3), 119, np.uint8))
        frames = [frame for frame, _ in trace_frames("a.jpg", "", photo, steps())]
        assert len({frame.shape for frame in frames}) == 1

    def test_the_bar_is_the_share_of_noise(self):
        """From the whole width at gamma 0 to nothing in the result."""
        frames = [frame for frame, _ in trace_frames("a.jpg", "", PHOTO, steps())]
        shares = [(frame[0] == BAR_COLOUR).all(axis=1).mean() for frame in frames]
        assert shares == pytest.approx([1, 0.75, 0.1, 0], abs=0.002)

    def test_noise_is_seen_as_it_is(self):
        """Every place of the field keeps its own colour: 96 more than in the result."""
        frames = [frame for frame, _ in trace_frames("a.jpg", "", PHOTO, steps())]
        assert count_colours(frames[0]) > count_colours(frames[-1]) + 80

    def test_colours_are_those_of_the_field(self):
        """A grey of 119 with a 20 and b 10 has this colour, in the result's half."""
        (frame, _) = list(trace_frames("", "", PHOTO, steps()))[-1]
        red, green, blue = frame[frame.shape[0] // 2, 3 * frame.shape[1] // 4]
        assert red > 140
        assert green < 115
        assert blue < 115


class TestGrid:
    """All steps on a page."""

    def test_it_grows_with_the_steps(self):
        """Every one has its place."""
        few, many = (trace_grid("", "", PHOTO, steps() * n) for n in (1, 7))
        assert many.shape[0] * many.shape[1] > 3 * few.shape[0] * few.shape[1]

    def test_it_begins_with_noise_and_ends_with_the_result(self):
        """At the left are many colours; the last pair is the original and one other."""
        grid = trace_grid("", "", PHOTO, steps())
        quarter = grid.shape[1] // 4
        first, last = grid[60:-60, :quarter], grid[60:-60, -quarter:]
        assert count_colours(first) > count_colours(last) + 50
        assert (last == PHOTO.rgb[0, 0]).all(axis=2).any()
