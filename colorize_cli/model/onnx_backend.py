"""The ONNX Runtime backend: one session per graph, NumPy arrays in and out.

A model is NAME.onnx, the denoiser, and NAME.encoder.onnx if its config has an encoder.
NAME.step.onnx, where there is one, runs the whole loop on a GPU.
P photos, R rows of a batch, C channels, H and W the working size.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Self

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from colorize_cli.diffusion.denoiser import Denoiser
from colorize_cli.diffusion.process import Sampler
from colorize_cli.diffusion.schedule import NoiseSchedule
from colorize_cli.errors import BackendError, CheckpointError
from colorize_cli.model.backend import Features, Loop
from colorize_cli.model.header import HEADER_KEY, Header
from colorize_cli.model.onnx_file import check_external_data
from colorize_cli.model.onnx_graphs import (
    COEFFICIENTS,
    ENCODER_KEY,
    GAMMA,
    LUMINANCE,
    OTHER,
    STEP_SUFFIX,
    X,
    Y,
    feature_names,
)
from colorize_cli.model.onnx_loop import StepLoop
from colorize_cli.model.onnx_session import (
    PLAIN,
    RUNTIME_ERRORS,
    CudaSettings,
    open_session,
    resolve_device,
)

__all__ = ["OnnxBackend", "open_loop"]


class OnnxBackend:
    """Runs an exported model with ONNX Runtime."""

    name = "onnx"

    def __init__(
        self,
        path: Path,
        device: str,
        denoiser: onnxruntime.InferenceSession,
        encoder: onnxruntime.InferenceSession | None,
        loop: StepLoop | None = None,
    ) -> None:
        """Hold the sessions that `open` makes."""
        self.device = device
        self._path = path
        self._denoiser = denoiser
        self._encoder = encoder
        self._loop = loop

    @classmethod
    def open(
        cls,
        path: Path,
        device: str,
        threads: int | None = None,
        cuda: CudaSettings = PLAIN,
    ) -> tuple[Self, Header]:
        """Open an exported model.

        Args:
            path: NAME.onnx; its encoder, if it has one, lies beside it.
            device: `auto`, `cpu`, `cuda` or `cuda:N`.
            threads: CPU threads; None is one per usable core.
            cuda: How NAME.step.onnx works on a GPU.

        Raises:
            CheckpointError: If a file is missing, damaged, not a model of this tool, or
                takes its weights from outside its folder.
            BackendError: If CUDA is asked for and cannot be used.
        """
        check_external_data(path)
        resolved = resolve_device(path, device)
        denoiser = open_session(path, resolved, threads)
        metadata = denoiser.get_modelmeta().custom_metadata_map
        header = Header.from_text(path, metadata.get(HEADER_KEY))
        features = feature_names(header.config)
        _check_names(path, denoiser, inputs=[X, GAMMA, *features])
        encoder = None
        if features:
            encoder_path = _encoder_path(path, metadata.get(ENCODER_KEY))
            check_external_data(encoder_path)
            encoder = open_session(encoder_path, resolved, threads)
            _check_names(encoder_path, encoder, inputs=[LUMINANCE], outputs=features)
        loop = None
        step_path = path.with_suffix(STEP_SUFFIX)
        if resolved != "cpu" and step_path.is_file():
            loop = open_loop(step_path, resolved, header, cuda)
        return cls(path, resolved, denoiser, encoder, loop), header

    def encode(self, luminance: NDArray[np.float32]) -> Features:
        """Features of L in [-1, 1], (P, 1, E_H, E_W) at the encoder's size."""
        if self._encoder is None:
            return ()
        return self._run(self._encoder, {LUMINANCE: luminance})

    def denoiser_for(self, features: Features) -> Denoiser:
        """The denoiser whose row r is conditioned on row r of the features."""
        names = [node.name for node in self._denoiser.get_inputs()][2:]
        added = dict(zip(names, features, strict=True))

        def denoise(x: NDArray[np.float32], gamma: float) -> NDArray[np.float32]:
            levels = np.full(len(x), gamma, np.float32)
            (predicted,) = self._run(self._denoiser, {X: x, GAMMA: levels, **added})
            return predicted

        return denoise

    def loop_for(self, features: Features) -> Loop | None:
        """The loop of NAME.step.onnx; None on the CPU, where it would gain nothing."""
        loop = self._loop
        if loop is None:
            return None

        def walk(
            x: NDArray[np.float32],
            schedule: NoiseSchedule,
            *,
            sampler: Sampler,
            draw: Callable[[], NDArray[np.float32]],
        ) -> NDArray[np.float32]:
            with self._failures_told():
                return loop.run(features, x, schedule, sampler=sampler, draw=draw)

        return walk

    def _run(
        self,
        session: onnxruntime.InferenceSession,
        inputs: dict[str, NDArray[np.float32]],
    ) -> Features:
        with self._failures_told():
            return tuple(session.run(None, inputs))

    @contextmanager
    def _failures_told(self) -> Iterator[None]:
        try:
            yield
        except RUNTIME_ERRORS as error:
            reason = str(error).partition("\n")[0]
            raise BackendError(
                self._path, f"failed on {self.device} while running: {reason}"
            ) from error


def open_loop(
    path: Path, device: str, header: Header, cuda: CudaSettings = PLAIN
) -> StepLoop:
    """Open NAME.step.onnx.

    Args:
        path: The file.
        device: `cpu` or `cuda:N`.
        header: That of NAME.onnx, which was exported with it.
        cuda: How it works if the device is a GPU.

    Raises:
        CheckpointError: If it is damaged, or from another export than NAME.onnx.
    """
    check_external_data(path)
    session = open_session(path, device, cuda=cuda)
    found = session.get_modelmeta().custom_metadata_map.get(HEADER_KEY)
    if Header.from_text(path, found) != header:
        raise CheckpointError(
            path, "is from another export; export it again, or remove it"
        )
    features = feature_names(header.config)
    inputs = [Y, LUMINANCE, GAMMA, COEFFICIENTS, OTHER, *features]
    _check_names(path, session, inputs=inputs)
    return StepLoop(session, device, header.config)


def _encoder_path(path: Path, name: str | None) -> Path:
    """The encoder graph beside the denoiser.

    Raises:
        CheckpointError: If it is not named, not beside it, or not there.
    """
    if name is None or Path(name).name != name:
        raise CheckpointError(path, "does not name its encoder graph; export it again")
    encoder = path.with_name(name)
    if not encoder.is_file():
        raise CheckpointError(
            path, f"needs its encoder graph {name} beside it; copy or export both"
        )
    return encoder


def _check_names(
    path: Path,
    session: onnxruntime.InferenceSession,
    *,
    inputs: list[str],
    outputs: list[str] | None = None,
) -> None:
    """Make sure that the graph is the one that its header describes.

    Raises:
        CheckpointError: Names what is different.
    """
    found = [node.name for node in session.get_inputs()]
    if found != inputs:
        raise CheckpointError(path, f"takes inputs {found}, its header needs {inputs}")
    found = [node.name for node in session.get_outputs()]
    if outputs is not None and found != outputs:
        raise CheckpointError(path, f"gives {found}, its header needs {outputs}")
