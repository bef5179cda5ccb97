"""Sums, directions, paths and grids, made in the real window."""
