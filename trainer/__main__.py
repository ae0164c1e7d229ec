"""`python -m trainer CONFIG.toml --out DIR`, the same as `colorize train`."""

import sys

import click

from colorize_cli.errors import ColorizeError
from trainer.command import train


def main() -> int:
    """Run the command; errors become one line and an exit code."""
    try:
        train.main(prog_name="python -m trainer", standalone_mode=False)
    except ColorizeError as error:
        click.echo(f"error: {error}", err=True)
        return error.exit_code
    except click.exceptions.Exit as error:
        return error.exit_code
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except (click.Abort, KeyboardInterrupt):
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
