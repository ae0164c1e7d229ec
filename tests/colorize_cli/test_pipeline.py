"""One photo from pixels to variants, under closed forms and under a tiny network."""

from dataclasses import replace

import numpy as np
import pytest

from colorize_cli.imaging.color import rgb_to_lab
from colorize_cli.imaging.photo import Metadata, Photo
from colorize_cli.model.config import EncoderConfig
from colorize_cli.pipeline import (
    Sampling,
    colorize,
    denoise,
    fingerprint,
    prepare,
    rows_of,
    schedule_of,
)
from tests.closed_form import point_mass
from tests.fake_backend import FakeBackend, fake_model


def grey_photo(height=60, width=80, dtype=np.uint8, seed=0, **parts) -> Photo:
    """Smooth mid-grey shapes with grain, far from black and white."""
    rows, columns = np.mgrid[:height, :width]
    grey = 0.5 + 0.15 * np.sin(rows / 9) * np.cos(columns / 7)
    grey += np.random.default_rng(seed).normal(0, 0.01, grey.shape)
    levels = (grey * np.iinfo(dtype).max).astype(dtype)
    return Photo(rgb=np.repeat(levels[..., None], 3, axis=2), **parts)


def same_pixels(photos, others) -> bool:
    """Whether two lists of photos are equal to the bit."""
    pairs = zip(photos, others, strict=True)
    return all(np.array_equal(a.rgb, b.rgb) for a, b in pairs)


class TestFingerprint:
    """The hash that noise depends on."""

    def test_metadata_do_not_count(self):
        """A corrected caption does not change the colours."""
        photo = grey_photo()
        captioned = replace(photo, metadata=Metadata(xmp=b"<x/>"))
        assert fingerprint(captioned) == fingerprint(photo)

    @pytest.mark.parametrize(
        "other",
        [
            grey_photo(seed=1),
            grey_photo(80, 60),
            grey_photo(dtype=np.uint16),
            Photo(rgb=grey_photo().rgb.reshape(30, 160, 3)),
        ],
        ids=["pixels", "size", "depth", "shape"],
    )
    def test_pixels_count(self, other):
        """Other pixels, or the same bytes in another shape, have another hash."""
        assert fingerprint(other) != fingerprint(grey_photo())

    def test_it_fits_in_64_bits(self):
        """It is a number that seeds a generator."""
        assert 0 <= fingerprint(grey_photo(2000, 3)) < 2**64


class TestPrepare:
    """The layout at working size."""

    def test_the_short_side_is_the_models(self, tiny_config):
        """One window that keeps the aspect ratio, both sides multiples of 4."""
        canvas = prepare(grey_photo(60, 80), tiny_config)
        assert canvas.luminance.shape == (1, 1, 32, 44)
        assert canvas.encoder_luminance.shape == (1, 1, 32, 44)
        assert np.abs(canvas.luminance).max() <= 1

    def test_another_size_can_be_asked_for(self, tiny_config):
        """The size is the short side."""
        assert prepare(grey_photo(60, 80), tiny_config, 64).grid.tile == (64, 84)

    def test_the_encoder_sees_more(self, tiny_config):
        """At its own scale."""
        encoder = EncoderConfig(scale=2, strides=(8,))
        config = replace(tiny_config, encoder=encoder)
        canvas = prepare(grey_photo(60, 80), config)
        assert canvas.encoder_luminance.shape == (1, 1, 64, 88)

    def test_the_tutorial_squashes(self, tiny_config):
        """A config of the tutorial's kind sees a square whatever the photo."""
        config = replace(tiny_config, square=True)
        assert prepare(grey_photo(20, 90), config).grid.tile == (32, 32)

    def test_a_tint_drops_out(self, tiny_config):
        """A sepia photo is laid out as its grey version of the same L."""
        grey = grey_photo()
        sepia = grey.rgb * np.array([1.0, 0.9, 0.7])
        tinted = Photo(rgb=sepia.astype(np.uint8))
        L = rgb_to_lab(tinted.rgb)[..., 0].mean()
        seen = prepare(tinted, tiny_config).luminance.mean() * 50 + 50
        assert seen == pytest.approx(L, abs=0.5)


class TestDenoise:
    """The reverse loop on rows of a batch."""

    @pytest.mark.parametrize("steps", [None, 1, 7])
    @pytest.mark.parametrize("sampler", ["ddpm", "ddim", "eta"])
    @pytest.mark.parametrize("prediction", ["epsilon", "v"])
    def test_it_ends_at_the_colours_that_the_network_wants(
        self, tiny_config, prediction, sampler, steps
    ):
        """In Lab units, whatever is predicted, for any number of steps and sampler."""
        config = replace(tiny_config, prediction=prediction)
        model = fake_model(config)
        rows = rows_of(prepare(grey_photo(), config), range(2))
        wanted = np.random.default_rng(3).uniform(-1, 1, (2, 2, 32, 44))
        wanted = wanted.astype(np.float32)
        model.backend.denoiser = point_mass(wanted, prediction)
        ab = denoise(model, rows, Sampling(steps=steps, sampler=sampler))
        scale = np.array([11.8, 17.2])[:, None, None]
        shift = np.array([1.7, 7.8])[:, None, None]
        np.testing.assert_allclose(ab, wanted * scale + shift, atol=1e-3)

    def test_eta_has_levels_of_its_own(self, tiny_config):
        """Even in log-SNR; the other samplers walk the model's schedule."""
        model = fake_model(tiny_config, step_count=9)
        own = model.header.schedule
        for steps in (3, 9):
            found = schedule_of(model, Sampling(sampler="eta", steps=steps))
            assert found == own.even_in_log_snr(steps)
            assert schedule_of(model, Sampling(steps=steps)) == own.respaced(steps)
        assert schedule_of(model, Sampling()) == own

    def test_steps_are_the_networks_calls(self, tiny_config):
        """As many as asked for, else as many as the model's schedule has."""
        calls = []
        model = fake_model(tiny_config, calls.append, step_count=5)
        rows = rows_of(prepare(grey_photo(), tiny_config))
        denoise(model, rows, Sampling())
        denoise(model, rows, Sampling(steps=2))
        assert len(calls) == 5 + 2

    def test_every_window_is_encoded_once_and_reaches_its_rows(self, encoder_config):
        """Samples share their window's features; neighbours do not."""
        encoded, received = [], []

        class Encoding(FakeBackend):
            def encode(self, luminance):
                encoded.append(len(luminance))
                return (luminance.mean(axis=(1, 2, 3), keepdims=True),)

            def denoiser_for(self, features):
                received.append(features[0].ravel())
                return super().denoiser_for(features)

        model = fake_model(encoder_config)
        backend = Encoding("v", lambda x: None)
        model = replace(model, backend=backend)
        first, second = (
            prepare(Photo(rgb=np.full((40, 40, 3), level, np.uint8)), encoder_config)
            for level in (30, 220)
        )
        two = range(2)
        rows = [*rows_of(first, two), *rows_of(second, two), *rows_of(first, [2])]
        denoise(model, rows, Sampling())
        assert encoded == [2]
        dark, bright = first.luminance.mean(), second.luminance.mean()
        expected = [dark, dark, bright, bright, dark]
        np.testing.assert_allclose(received[0], expected, atol=1e-5)


class TestColorize:
    """One photo through everything."""

    @pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
    def test_what_is_not_colour_is_kept(self, tiny_config, dtype):
        """Size, depth, alpha, metadata, and L within 1 on average."""
        alpha = np.arange(60 * 80).reshape(60, 80).astype(dtype)
        metadata = Metadata(exif=b"MM\0*", icc=b"profile", xmp=b"<x/>")
        photo = grey_photo(dtype=dtype, alpha=alpha, metadata=metadata)
        (result,) = colorize(photo, fake_model(tiny_config))
        assert result.rgb.dtype == dtype
        assert result.rgb.shape == photo.rgb.shape
        assert result.alpha is alpha
        assert result.metadata == metadata
        before, after = rgb_to_lab(photo.rgb), rgb_to_lab(result.rgb)
        assert np.abs(after - before)[..., 0].mean() <= 1.0
        assert np.abs(after[..., 1:]).mean() > 3

    def test_the_batch_size_does_not_matter(self, tiny_config):
        """Nor does it matter whether rows of the long photo's windows are together."""
        model, panorama = fake_model(tiny_config), grey_photo(40, 400)
        assert len(prepare(panorama, tiny_config).luminance) > 2
        results = [
            colorize(panorama, model, samples=3, batch_size=size) for size in (1, 4, 99)
        ]
        assert same_pixels(results[0], results[1])
        assert same_pixels(results[0], results[2])

    @pytest.mark.parametrize("sampler", ["ddpm", "ddim"])
    def test_samples_differ_and_do_not_depend_on_their_number(
        self, tiny_config, sampler
    ):
        """Sample k of 4 is sample k of 2; no two are alike."""
        model, photo = fake_model(tiny_config), grey_photo()
        sampling = Sampling(sampler=sampler)
        four = colorize(photo, model, sampling, samples=4)
        two = colorize(photo, model, sampling, samples=2)
        assert same_pixels(four[:2], two)
        assert len({result.rgb.tobytes() for result in four}) == 4

    def test_the_seed_decides(self, tiny_config):
        """The same seed gives the same pixels, another one others."""
        model, photo = fake_model(tiny_config), grey_photo()
        results = [colorize(photo, model, Sampling(seed=seed)) for seed in (0, 0, 1)]
        assert same_pixels(results[0], results[1])
        assert not same_pixels(results[0], results[2])

    @pytest.mark.parametrize("size", [(1, 1), (1, 500), (700, 3), (33, 31)])
    def test_odd_sizes_are_kept(self, tiny_config, size):
        """From a single pixel to a strip."""
        photo = grey_photo(*size)
        (result,) = colorize(photo, fake_model(tiny_config))
        assert result.size == size

    def test_a_square_model_works(self, tiny_config):
        """The tutorial's layout, at another size than the trained one, in one step."""
        config = replace(tiny_config, square=True)
        photo = grey_photo(50, 90)
        (result,) = colorize(photo, fake_model(config), Sampling(steps=1, size=48))
        assert result.size == (50, 90)
