"""UNet and encoder as one module: what a weights file holds."""

from torch import Tensor, nn

from colorize_cli.model.config import ModelConfig
from colorize_cli.model.encoder import Encoder
from colorize_cli.model.unet import UNet

__all__ = ["Network"]


class Network(nn.Module):
    """The UNet, and the encoder if the config has one."""

    def __init__(self, config: ModelConfig, *, use_checkpoint: bool = False) -> None:
        """Build with fresh weights; `use_checkpoint` saves memory in training."""
        super().__init__()
        self.config = config
        self.unet = UNet(config, use_checkpoint=use_checkpoint)
        self.encoder = Encoder(config) if config.encoder is not None else None

    def encode(self, luminance: Tensor | None) -> tuple[Tensor, ...]:
        """Features for the UNet; empty for a model without an encoder.

        Args:
            luminance: L in [-1, 1], (P, 1, H, W) at the encoder's size, or None.
        """
        if self.encoder is None:
            return ()
        if luminance is None:
            raise ValueError("this model's encoder needs the luminance")
        return self.encoder(luminance)

    def forward(
        self,
        x: Tensor,
        gamma: Tensor,
        luminance: Tensor | None = None,
        keep: Tensor | None = None,
    ) -> Tensor:
        """Encode and predict in one go, as training does; shapes as in `UNet`.

        Args:
            x: Denoiser input.
            gamma: Noise level.
            luminance: For the encoder, as in `encode`.
            keep: (B,) of 0 and 1; the features of rows with 0 are replaced by zeros.
                None keeps all.
        """
        features = self.encode(luminance)
        if keep is not None:
            features = tuple(each * keep[:, None, None, None] for each in features)
        return self.unet(x, gamma, *features)
