"""Names that the export writes into ONNX graphs and the backend relies on.

The whole format is described in docs/checkpoint.md.
"""

from colorize_cli.model.config import ModelConfig

__all__ = [
    "CLEAN",
    "COEFFICIENTS",
    "ENCODER_KEY",
    "ENCODER_SUFFIX",
    "GAMMA",
    "LUMINANCE",
    "OTHER",
    "PREDICTION",
    "STEP_SUFFIX",
    "Y_NEXT",
    "X",
    "Y",
    "feature_names",
]

# The denoiser: x (B, 3, H, W), gamma (B,) and features in, prediction (B, 2, H, W) out.
X = "x"
GAMMA = "gamma"
PREDICTION = "prediction"
# The whole reverse step: y (B, 2, H, W), luminance (B, 1, H, W), gamma (B,),
# coefficients (5,), other like y (fresh noise, or the clean estimate of the step
# before), and features in; y_next and the clean estimate out, both like y.
Y = "y"
COEFFICIENTS = "coefficients"
OTHER = "other"
Y_NEXT = "y_next"
CLEAN = "clean"
# The encoder: luminance (P, 1, E_H, E_W) in, features out.
LUMINANCE = "luminance"
# NAME.onnx has its encoder in NAME.encoder.onnx, and says so under this metadata key.
ENCODER_KEY = "colorize_encoder"
ENCODER_SUFFIX = ".encoder.onnx"
# The step graph, which no backend needs, is in NAME.step.onnx.
STEP_SUFFIX = ".step.onnx"


def feature_names(config: ModelConfig) -> list[str]:
    """Encoder features in order, outputs of one graph and inputs of the other."""
    strides = config.encoder.strides if config.encoder is not None else ()
    return [f"feature_{stride}" for stride in strides]
