"""Zscape's engine: generative models, their data, training and sampling. It knows nothing of Qt."""

__version__ = "0.1.0"
