"""What measures pictures besides arithmetic: whatever of it is at hand."""

from dataclasses import dataclass

from colorize_cli.errors import DataError
from colorize_cli.evaluate.judgement import Judge
from colorize_cli.evaluate.learned import Absent, Inception, find_inception, find_lpips
from colorize_cli.evaluate.scores import Perceptual

__all__ = ["Instruments", "find_instruments"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Instruments:
    """The measures that need networks; None for what is not at hand.

    Attributes:
        classifier: EfficientNet-Lite0 with its ImageNet head.
        inception: For the standard FID.
        lpips: Learned perceptual distance.
        missing: One line for each that is not at hand, with the reason.
    """

    classifier: Judge | None = None
    inception: Inception | None = None
    lpips: Perceptual | None = None
    missing: tuple[str, ...] = ()

    @property
    def names(self) -> list[str]:
        """What is at hand; figures of a photo are complete for these alone."""
        found = {
            "lite0": self.classifier,
            "inception": self.inception,
            "lpips": self.lpips,
        }
        return [name for name, instrument in found.items() if instrument is not None]


def find_instruments(device: str) -> Instruments:
    """Load what is installed; nothing is downloaded.

    Args:
        device: As the model's backend names it; the networks run there if PyTorch can.
    """
    missing = []
    classifier: Judge | None = None
    try:
        from colorize_cli.model.classifier import Classifier

        device = usable(device)
        classifier = Classifier.imagenet(device)
    except ImportError:
        missing.append("classification: PyTorch is not installed")
    except DataError as error:
        missing.append(f"classification: {error}")
    found = {"FID": find_inception(device), "LPIPS": find_lpips(device)}
    missing += [
        f"{name}: {each.reason}"
        for name, each in found.items()
        if isinstance(each, Absent)
    ]
    inception, lpips = found.values()
    return Instruments(
        classifier=classifier,
        inception=inception if isinstance(inception, Inception) else None,
        lpips=lpips if callable(lpips) else None,
        missing=tuple(missing),
    )


def usable(device: str) -> str:
    """The device if PyTorch has it too, else the CPU.

    Raises:
        ImportError: If PyTorch is not installed.
    """
    import torch

    return device if device == "cpu" or torch.cuda.is_available() else "cpu"
