"""How good a model is: colour photos made grey, colorized, and compared."""
