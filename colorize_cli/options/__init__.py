"""Options of the commands, one module per group of them."""
