"""The tests, and what benchmarks borrow from them.

A package, because some libraries install one of the same name, which would hide ours.
"""
