"""From drawing a set to a model that learned, in the real window."""
