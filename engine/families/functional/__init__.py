"""Families that learn by steps in the space of functions, composed one on another (Johnson & Zhang 2018)."""
