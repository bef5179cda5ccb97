"""The dialog that draws a data set."""
