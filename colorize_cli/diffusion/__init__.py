"""The diffusion process in plain arithmetic: schedule, formulas, reverse loop."""
