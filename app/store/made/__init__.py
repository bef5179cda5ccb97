"""What a person makes of places: paths, sums, directions."""
