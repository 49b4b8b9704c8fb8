"""Ponte measured against itself, a rival or a limit, as ratios inside one run: docs/benchmarks.md."""
