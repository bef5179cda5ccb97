"""How everything looks: tokens, themes, icons, pictures as pixmaps."""
