"""pyqtgraph, imported and set up here and nowhere else."""

from __future__ import annotations

import pyqtgraph as pg

from app.look.theme import tokens

pg.setConfigOptions(
    imageAxisOrder="row-major",  # arrays of pictures are (row, column) everywhere in this program
    background=tokens().panel,
    foreground=tokens().secondary,
    antialias=True,
    mouseRateLimit=0,  # it would drop the last of a quick drag's moves; Qt joins those that come too fast already
)

__all__ = ["pg"]
