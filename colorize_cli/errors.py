"""Every error this project raises on purpose. The module imports nothing.

ColorizeError                      the only root; the message is a full sentence
├─ PhotoError(path)                this photo fails, the batch goes on
│  ├─ DecodeError                  truncated, empty, or not an image
│  ├─ UnsupportedPhotoError        animation, CMYK without profile, too small or large
│  └─ EncodeError                  disk full, or the format cannot hold the result
├─ PlanError                       the run is refused before any work (exit code 2)
├─ ModelError(path)                the run stops before the first photo
│  ├─ CheckpointError              missing header, wrong version, wrong weights
│  └─ BackendError                 package missing, or no such device
├─ EngineError                     a cluster cannot be reached, or cannot work
├─ ConfigError(key)                a setting in a file is unknown or out of range
├─ DataError(path)                 training data missing, empty or unreadable
├─ TrainingError                   the run had to stop: NaN loss, out of memory
└─ ParityError(largest, tolerance) an export that disagrees with PyTorch
"""

__all__ = [
    "BackendError",
    "CheckpointError",
    "ColorizeError",
    "ConfigError",
    "DataError",
    "DecodeError",
    "EncodeError",
    "EngineError",
    "ModelError",
    "ParityError",
    "PhotoError",
    "PlanError",
    "TrainingError",
    "UnsupportedPhotoError",
]


class ColorizeError(Exception):
    """Base of all errors a user can act on; `exit_code` is what the CLI returns."""

    exit_code = 1


class PhotoError(ColorizeError):
    """One photo cannot be colorized; `path` names it and the batch goes on."""

    def __init__(self, path: object, reason: str) -> None:
        """Keep the parts so that a report can show the reason without the path."""
        super().__init__(f"{path}: {reason}")
        self.path = path
        self.reason = reason


class DecodeError(PhotoError):
    """The file is empty, truncated, or not an image."""


class UnsupportedPhotoError(PhotoError):
    """The file is an image of a kind that this tool does not colorize."""


class EncodeError(PhotoError):
    """The result could not be encoded or written."""


class PlanError(ColorizeError):
    """The requested run would lose or overwrite files, or has nothing to read."""

    exit_code = 2


class ModelError(ColorizeError):
    """The model at `path` cannot be used; nothing has been written."""

    def __init__(self, path: object, reason: str) -> None:
        """Join path and reason into one sentence."""
        super().__init__(f"{path}: {reason}")
        self.path = path
        self.reason = reason


class CheckpointError(ModelError):
    """The weights file is not one of ours, or its weights do not fit its config."""


class BackendError(ModelError):
    """The runtime or the device that was asked for is not there."""


class EngineError(ColorizeError):
    """The machines that were to share a run cannot be reached, or cannot work."""


class ConfigError(ColorizeError):
    """A setting named `key` is unknown or out of range."""

    def __init__(self, key: str, reason: str) -> None:
        """Name the key first."""
        super().__init__(f"{key}: {reason}")
        self.key = key
        self.reason = reason


class DataError(ColorizeError):
    """Training data at `path` is missing, empty or unreadable."""

    def __init__(self, path: object, reason: str) -> None:
        """Name the path first."""
        super().__init__(f"{path}: {reason}")
        self.path = path
        self.reason = reason


class TrainingError(ColorizeError):
    """Training had to stop; the last good checkpoint is kept."""


class ParityError(ColorizeError):
    """Two backends disagree by more than the tolerance."""

    def __init__(self, largest: float, tolerance: float) -> None:
        """Say both figures."""
        super().__init__(
            f"the exported graph differs from PyTorch by {largest:.3g}, "
            f"more than the tolerance of {tolerance:.3g}; the export was removed"
        )
        self.largest = largest
        self.tolerance = tolerance
