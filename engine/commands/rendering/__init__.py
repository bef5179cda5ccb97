"""Commands that render pictures: draw, walk, add, export, and read what a picture remembers."""
