"""Directions: a list of what there is, ways to learn another one, and what each of them moves."""
