"""Networks that read pictures: they score what the others draw, or show them what to look at."""
