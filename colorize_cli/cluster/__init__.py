"""Runs that the machines of a Ray cluster share; see docs/decisions/0015."""
