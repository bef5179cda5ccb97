"""Families whose generator learns from a discriminator."""
