"""The Library page: every model and every run in one place."""
