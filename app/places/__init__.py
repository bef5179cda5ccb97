"""What several pages show of the store: lists of places, and places in words."""
