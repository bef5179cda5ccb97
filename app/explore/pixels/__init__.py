"""On the stage of a model that draws pixel by pixel: tools, the pen, and how surprising each pixel is."""
