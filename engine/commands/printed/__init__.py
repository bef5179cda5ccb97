"""How results are printed for people: plain lines, and tables on a terminal."""
