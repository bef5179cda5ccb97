"""A form made from a described config."""
