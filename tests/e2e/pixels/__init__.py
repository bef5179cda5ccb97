"""Pixel by pixel: drawn, completed and questioned in the real window."""
