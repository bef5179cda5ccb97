"""Controls that a person sets a value with: sliders, numbers, lists, switches."""
