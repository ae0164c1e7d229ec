"""A reverse step as five numbers, for loops that run where Python does not.

    y0     = clip(from_y * y + from_prediction * prediction)
    y_next = clean * y0 + noisy * y + extra * other

`other` is fresh noise for ddpm and eta, and the clean estimate of the step before for
dpm. All samplers and both kinds of prediction have this form; the formulas themselves
are those of `process`, evaluated on unit inputs.
"""

from typing import NamedTuple

from colorize_cli.diffusion.process import (
    Prediction,
    Sampler,
    ddim_step,
    ddpm_step,
    dpm_step,
    eta_step,
    predict_clean,
)

__all__ = ["StepCoefficients", "step_coefficients"]


class StepCoefficients(NamedTuple):
    """The weights of one step, in the order in which the exported step takes them."""

    from_y: float
    from_prediction: float
    clean: float
    noisy: float
    # 0 for ddim, for the last step, and for the first steps of dpm.
    extra: float


def step_coefficients(
    gamma: float,
    gamma_next: float,
    prediction: Prediction,
    sampler: Sampler,
    gamma_before: float | None = None,
) -> StepCoefficients:
    """The weights of one step.

    Args:
        gamma: Signal share now, in [0, 1); above 0 for epsilon.
        gamma_next: Signal share after the step, in (gamma, 1].
        prediction: What the network predicts.
        sampler: `ddpm` draws from the posterior, `eta` a part of that; `ddim` and
            `dpm` are deterministic.
        gamma_before: Signal share before the step before, which `dpm` looks back to;
            None for the first step.
    """

    def step(y: float, y0: float, other: float) -> float:
        if sampler == "ddpm":
            return ddpm_step(y, y0, gamma, gamma_next, draw=lambda: other)
        if sampler == "eta":
            return eta_step(y, y0, gamma, gamma_next, draw=lambda: other)
        if sampler == "dpm" and gamma_before is not None:
            before = other, gamma_before
            return dpm_step(y, y0, gamma, gamma_next, before=before)
        return ddim_step(y, y0, gamma, gamma_next)

    return StepCoefficients(
        from_y=predict_clean(1.0, 0.0, gamma, prediction),
        from_prediction=predict_clean(0.0, 1.0, gamma, prediction),
        clean=step(0.0, 1.0, 0.0),
        noisy=step(1.0, 0.0, 0.0),
        extra=step(0.0, 0.0, 1.0),
    )
