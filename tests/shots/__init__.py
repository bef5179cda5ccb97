"""Photographs of the real window with the real engine, for the documents and for the eye."""
