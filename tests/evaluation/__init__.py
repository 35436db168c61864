"""Measures ranking and headings on judged collections: ``python -m tests.evaluation DATA``."""
