"""What the window knows and remembers; no widgets."""
