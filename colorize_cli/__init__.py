"""Colorize black-and-white photos in bulk with a small diffusion model."""

__all__ = ["__version__"]

__version__ = "0.1.0"
