"""Arithmetic: averaged exemplars, added and subtracted."""
