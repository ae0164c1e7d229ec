"""The whole reverse process on a device, one run of NAME.step.onnx for each step.

y, L, features and the estimates stay on the device from the first step to the last. All
tensors that a step reads or writes are made once for each batch and size and used
again, so their addresses never change, which is what CUDA graphs ask for.
R rows of a batch, H and W the working size.
"""

from collections import OrderedDict
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from colorize_cli.diffusion.coefficients import step_coefficients
from colorize_cli.diffusion.process import DRAWING, Sampler
from colorize_cli.diffusion.schedule import NoiseSchedule
from colorize_cli.model.backend import Features
from colorize_cli.model.config import ModelConfig
from colorize_cli.model.onnx_graphs import (
    CLEAN,
    COEFFICIENTS,
    GAMMA,
    LUMINANCE,
    OTHER,
    Y_NEXT,
    Y,
    feature_names,
)

__all__ = ["StepLoop"]

Draw = Callable[[], NDArray[np.float32]]
# Batches and sizes whose tensors are kept, the latest of them.
MOST_BUCKETS = 16
# Turns of the loop: the second reads what the first has written, and the other way.
TURNS = (0, 1)


class StepLoop:
    """Runs a step graph from noise to colour."""

    def __init__(
        self, session: onnxruntime.InferenceSession, device: str, config: ModelConfig
    ) -> None:
        """Hold the session of NAME.step.onnx.

        Args:
            session: On that device.
            device: `cpu` or `cuda:N`.
            config: The model's.
        """
        self._session = session
        self._device = device
        self._prediction = config.prediction
        self._features = feature_names(config)
        self._buckets: OrderedDict[tuple[int, ...], _Bucket] = OrderedDict()
        self._made = 0

    def run(
        self,
        features: Features,
        x: NDArray[np.float32],
        schedule: NoiseSchedule,
        *,
        sampler: Sampler,
        draw: Draw,
    ) -> NDArray[np.float32]:
        """Normalised ab, (R, 2, H, W); the same as `reverse` gives, up to rounding.

        Args:
            features: Of each row, in the order of the config.
            x: (R, 3, H, W), as for `reverse`; not changed.
            schedule: The gammas to visit.
            sampler: The update rule.
            draw: Gives noise like y; called ahead, while the device works on a step.
        """
        bucket = self._bucket(x, dict(zip(self._features, features, strict=True)))
        steps = list(schedule.transitions())
        before = None
        with ThreadPoolExecutor(1) as artist:
            noises = [artist.submit(draw) for _ in steps[:-1] if sampler in DRAWING]
            for number, (gamma, gamma_next) in enumerate(steps):
                by = step_coefficients(
                    gamma, gamma_next, self._prediction, sampler, before
                )
                noise = noises[number].result() if number < len(noises) else None
                bucket.step(number % 2, gamma, by, noise, looks_back=sampler == "dpm")
                before = gamma
        return bucket.result(len(steps) % 2)

    def _bucket(
        self, x: NDArray[np.float32], features: dict[str, NDArray[np.float32]]
    ) -> "_Bucket":
        """The tensors for this batch and size, filled with it."""
        bucket = self._buckets.pop(x.shape, None)
        if bucket is None:
            bucket = _Bucket(self._session, self._device, x, features, self._made)
            self._made += 1
        self._buckets[x.shape] = bucket
        if len(self._buckets) > MOST_BUCKETS:
            self._buckets.popitem(last=False)
        bucket.fill(x, features)
        return bucket


class _Bucket:
    """Tensors for one batch and size, and the bindings of the graph to them."""

    def __init__(
        self,
        session: onnxruntime.InferenceSession,
        device: str,
        x: NDArray[np.float32],
        features: dict[str, NDArray[np.float32]],
        number: int,
    ) -> None:
        self._session = session
        kind, _, index = device.partition(":")

        def on_device(array: NDArray[np.float32]) -> onnxruntime.OrtValue:
            zeros = np.zeros(array.shape, np.float32)
            return onnxruntime.OrtValue.ortvalue_from_numpy(
                zeros, kind, int(index or 0)
            )

        rows = len(x)
        self._y = [on_device(x[:, 1:]) for _ in TURNS]
        self._clean = [on_device(x[:, 1:]) for _ in TURNS]
        self._noise = on_device(x[:, 1:])
        self._inputs = {
            LUMINANCE: on_device(x[:, :1]),
            GAMMA: on_device(np.empty(rows, np.float32)),
            COEFFICIENTS: on_device(np.empty(5, np.float32)),
            **{name: on_device(array) for name, array in features.items()},
        }
        # By whether the step looks back at the estimate before, and by turn.
        self._bindings = {
            (looks_back, turn): self._binding(turn, looks_back=looks_back)
            for looks_back in (False, True)
            for turn in TURNS
        }
        # Names the CUDA graph that is recorded for a binding; without effect elsewhere.
        self._options = {
            key: _run_options(4 * number + place)
            for place, key in enumerate(self._bindings)
        }

    def fill(
        self, x: NDArray[np.float32], features: dict[str, NDArray[np.float32]]
    ) -> None:
        """Bring a batch onto the device."""
        _update(self._y[0], x[:, 1:])
        _update(self._inputs[LUMINANCE], x[:, :1])
        for name, array in features.items():
            _update(self._inputs[name], array)

    def step(
        self,
        turn: int,
        gamma: float,
        coefficients: Sequence[float],
        noise: NDArray[np.float32] | None,
        *,
        looks_back: bool,
    ) -> None:
        """One reverse step, from y of this turn to y of the next."""
        level = self._inputs[GAMMA]
        _update(level, np.full(level.shape(), gamma, np.float32))
        _update(self._inputs[COEFFICIENTS], np.array(coefficients, np.float32))
        if noise is not None:
            _update(self._noise, noise)
        key = looks_back, turn
        self._session.run_with_iobinding(self._bindings[key], self._options[key])

    def result(self, turn: int) -> NDArray[np.float32]:
        """The y that the last step has written."""
        # On the CPU it is a view of what the next batch overwrites.
        return self._y[turn].numpy().copy()

    def _binding(self, turn: int, *, looks_back: bool) -> onnxruntime.IOBinding:
        binding = self._session.io_binding()
        other = self._clean[1 - turn] if looks_back else self._noise
        for name, value in {Y: self._y[turn], OTHER: other, **self._inputs}.items():
            binding.bind_ortvalue_input(name, value)
        binding.bind_ortvalue_output(Y_NEXT, self._y[1 - turn])
        binding.bind_ortvalue_output(CLEAN, self._clean[turn])
        return binding


def _update(value: onnxruntime.OrtValue, array: NDArray[np.float32]) -> None:
    value.update_inplace(np.ascontiguousarray(array, np.float32))


def _run_options(graph: int) -> onnxruntime.RunOptions:
    options = onnxruntime.RunOptions()
    options.add_run_config_entry("gpu_graph_id", str(graph))
    return options
