"""The measured figures: one command each, `python -m bench NAME --json`; the README's table is made from them."""
