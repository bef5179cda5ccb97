"""The library: every model and every run in one place. Reading it opens no model; what draws or copies is long work."""
