"""The program in a process of its own, with a hand and a clock on it."""
