"""Families that draw pixel after pixel, each from all before."""
