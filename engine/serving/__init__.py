"""The engine behind the window: its inbox, its two lanes."""
