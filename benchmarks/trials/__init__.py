"""Small training runs that rank ideas: one change at a time, equal training."""
