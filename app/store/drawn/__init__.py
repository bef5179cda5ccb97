"""What concerns models that draw pixel by pixel: the pace, the given part, and how surprising each pixel is."""
