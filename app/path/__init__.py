"""Paths: keyframes on a timeline, the ways between them, and films of them."""
