"""Benchmarks: each figure beside its physical limit in the same run. Never timed tests."""
