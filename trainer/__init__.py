"""Training of the denoiser; `colorize train` and `python -m trainer`."""
