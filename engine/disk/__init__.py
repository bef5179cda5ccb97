"""Every byte that is read or written: files, tensor files, runs, recipes, the home, what is bundled."""
