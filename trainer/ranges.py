"""Ranges of settings."""

__all__ = ["require", "require_counts"]


def require(name: str, value: float, lowest: float, highest: float) -> None:
    """Raise a ValueError unless lowest <= value <= highest."""
    if not lowest <= value <= highest:
        limit = f"at least {lowest:g}"
        if highest != float("inf"):
            limit = f"between {lowest:g} and {highest:g}"
        raise ValueError(f"{name} must be {limit}, got {value:g}")


def require_counts(settings: object, *names: str) -> None:
    """Raise a ValueError unless these fields are not negative."""
    for name in names:
        require(name, getattr(settings, name), 0, float("inf"))
