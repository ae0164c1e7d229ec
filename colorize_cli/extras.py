"""What to type where the packages of an extra are missing."""

__all__ = ["cure"]


def cure(extra: str) -> str:
    """The end of an error's sentence.

    The program is on no package index, so pip is given the checkout it came from.
    """
    return f"install the extra {extra}: pip install '.[{extra}]' in the checkout"
