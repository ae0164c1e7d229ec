"""`python -m colorize_cli` is `colorize`."""

from colorize_cli.cli import main

main()
