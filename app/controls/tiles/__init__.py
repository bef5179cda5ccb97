"""Pictures to press: one, in a row, on a sheet."""
