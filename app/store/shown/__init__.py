"""What the engine draws for the window: the canvas, boards of small pictures, and what stands beside."""
