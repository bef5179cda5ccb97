"""Below the sliders: what a model learned from, beside the picture and beside its prior."""
