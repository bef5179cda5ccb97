"""Explore: the picture, the sliders that move it, and the strip of places below."""
