"""Measures speed against stock Whoosh: ``python -m tests.benchmarks DATA``."""
