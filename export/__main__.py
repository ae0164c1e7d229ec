"""`python -m export MODEL --out FILE.onnx`: the same as `colorize export-onnx`."""

import sys

import click

from colorize_cli.errors import ColorizeError
from export.command import export_onnx

__all__ = ["main"]


def main(arguments: list[str]) -> int:
    """Run the export and return its exit code.

    Args:
        arguments: As of `colorize export-onnx`, but the model may stand alone in front.
    """
    if arguments and not arguments[0].startswith("-"):
        arguments = ["--model", *arguments]
    try:
        export_onnx.main(arguments, prog_name="python -m export", standalone_mode=False)
    except ColorizeError as error:
        click.echo(f"Error: {error}", err=True)
        return error.exit_code
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except click.Abort:  # Ctrl-C
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
