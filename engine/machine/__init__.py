"""The machine: its devices, its memory, what randomness is made of."""
