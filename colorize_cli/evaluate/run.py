"""The evaluation itself: every photo made grey, colorized, measured, and kept.

One photo is in memory at a time, and another one while it is being measured. The
samples of a photo are denoised together, and never with another photo's: so a photo's
figures depend on nothing but itself, however often a run is stopped and resumed.
"""

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from colorize_cli import __version__
from colorize_cli.errors import PhotoError
from colorize_cli.evaluate.instruments import Instruments
from colorize_cli.evaluate.judgement import Features, Verdict, judge, pictures_of
from colorize_cli.evaluate.method import method_hash
from colorize_cli.evaluate.preparation import prepared
from colorize_cli.evaluate.protocols import Protocol
from colorize_cli.evaluate.scores import PhotoScores, score_photo
from colorize_cli.evaluate.sets import Item
from colorize_cli.evaluate.store import Record, Store
from colorize_cli.evaluate.strips import encoded, strip
from colorize_cli.evaluate.ways import RGB, WAYS, colorized, with_ab
from colorize_cli.imaging.photo import Photo
from colorize_cli.ledger.hashing import content_hash, settings_hash
from colorize_cli.model.backend import Model
from colorize_cli.pipeline import Sampling, denoise_samples, prepare

__all__ = ["Evaluation", "Settings"]

OnPhoto = Callable[[Item, PhotoError | None], None]
Known = Record | PhotoError


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """How photos are prepared and colorized.

    Attributes:
        sampling: Steps, sampler, seed and working size.
        samples: Variants per photo.
        batch_size: Samples that the network works on at once; rounding aside, it has no
            part in the figures.
        protocol: How photos are cut and resized; None takes them as they are.
    """

    sampling: Sampling
    samples: int
    batch_size: int
    protocol: Protocol | None = None


@dataclass(frozen=True, slots=True)
class Measured:
    """What is to be kept of a photo."""

    scores: PhotoScores
    verdict: Verdict | None
    features: dict[str, Features]
    strip: bytes


class Evaluation:
    """A model under test."""

    def __init__(
        self, model: Model, settings: Settings, instruments: Instruments, store: Store
    ) -> None:
        """Say what decides a photo's figures besides the photo."""
        self.model = model
        self.settings = settings
        self.instruments = instruments
        self.store = store
        self.conditions: dict[str, Any] = {
            "tool": __version__,
            "method": method_hash(),
            "weights": model.weights_hash,
            "backend": [model.backend.name, model.backend.device],
            "samples": settings.samples,
            "sampling": asdict(settings.sampling),
            "protocol": settings.protocol.name if settings.protocol else None,
            "instruments": instruments.names,
        }

    def run(
        self, items: Sequence[Item], on_photo: OnPhoto = lambda item, error: None
    ) -> list[tuple[Item, Record]]:
        """Measure what is not known yet.

        Args:
            items: The photos.
            on_photo: Called for each, in their order, with the error if it has none.

        Returns:
            The photos that could be measured, in their order.

        Raises:
            PlanError: If a photo is not of the protocol.
        """
        done = []
        for item, outcome in self._outcomes(items):
            error = outcome if isinstance(outcome, PhotoError) else None
            if not isinstance(outcome, PhotoError):
                done.append((item, outcome))
            on_photo(item, error)
        return done

    def facts(self, folder: str, photo_count: int, limit: int | None) -> dict[str, str]:
        """What a report says about itself, without paths or times.

        Args:
            folder: The name of the folder of photos.
            photo_count: How many were measured.
            limit: At most how many of each set were drawn.
        """
        model, settings = self.model, self.settings
        sampling, protocol = settings.sampling, settings.protocol
        steps = sampling.step_count(model.header.schedule)
        drawn = f", at most {limit} of each set, by the seed" if limit else ""
        size = sampling.size or model.header.config.image_size
        facts = {
            "photos": f"{folder}, {photo_count:,} measured{drawn}",
            "model": f"{model.path.name}, weights {self.conditions['weights']}",
            "run on": f"{model.backend.name}, {model.backend.device}",
            "sampling": f"{settings.samples} samples, {steps} steps, "
            f"{sampling.sampler}, seed {sampling.seed}, short side {size} px",
        }
        if protocol is not None:
            part = "; a part of it is no match for the paper" if limit else ""
            facts["protocol"] = f"{protocol.name}: {protocol.about}{part}"
        return facts | {"tool": f"colorize {__version__}"}

    def _outcomes(self, items: Sequence[Item]) -> Iterator[tuple[Item, Known]]:
        """Colorize here and measure in another thread, one photo behind."""
        waiting: deque[tuple[Item, str, Future[Measured] | Known]] = deque()
        with ThreadPoolExecutor(1) as measurer:
            for item in items:
                try:
                    waiting.append((item, *self._begun(item, measurer)))
                except PhotoError as error:
                    waiting.append((item, "", error))
                if len(waiting) > 1:
                    yield self._kept(*waiting.popleft())
            while waiting:
                yield self._kept(*waiting.popleft())

    def _begun(
        self, item: Item, measurer: ThreadPoolExecutor
    ) -> tuple[str, Future[Measured] | Record]:
        """A photo's key, and its record or the measuring of it.

        Raises:
            PhotoError: If the photo cannot be read or measured.
        """
        data = item.source.read()
        key = settings_hash({**self.conditions, "photo": content_hash(data)})
        known = self.store.find(key)
        if known is not None:
            return key, known
        original = prepared(item, data, self.settings.protocol)
        return key, measurer.submit(self._measured, original, self._fields(original))

    def _kept(
        self, item: Item, key: str, outcome: Future[Measured] | Known
    ) -> tuple[Item, Known]:
        """Wait for a photo's figures and store them."""
        if not isinstance(outcome, Future):
            return item, outcome
        found = outcome.result()
        record = self.store.add(
            key,
            item.source.name,
            found.scores,
            found.verdict,
            found.features,
            found.strip,
        )
        return item, record

    def _fields(self, original: RGB) -> NDArray[np.float32]:
        """The ab field of each sample in Lab units, (K, 2, h, w)."""
        grey = Photo(rgb=with_ab(original, (0.0, 0.0)))
        sampling = self.settings.sampling
        canvas = prepare(grey, self.model.header.config, sampling.size)
        samples, batch_size = self.settings.samples, self.settings.batch_size
        fields = denoise_samples(self.model, canvas, sampling, samples, batch_size)
        return np.stack([canvas.grid.blend(each) for each in fields])

    def _measured(self, original: RGB, fields: NDArray[np.float32]) -> Measured:
        """All figures of a photo."""
        result = colorized(original, fields)
        verdict = None
        features: dict[str, Features] = {}
        if self.instruments.classifier is not None:
            verdict, features["lite0"] = judge(result, self.instruments.classifier)
        if self.instruments.inception is not None:
            pictures, rows = pictures_of(result)
            seen = self.instruments.inception.features(pictures)
            features["inception"] = seen[[rows[way] for way in WAYS]]
        scores = score_photo(result, self.instruments.lpips)
        return Measured(scores, verdict, features, encoded(strip(result)))
