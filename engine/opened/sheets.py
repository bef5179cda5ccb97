"""Pictures of a grid on a sheet with its title and labels, in the program's own type."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import numpy as np
from numpy.typing import NDArray
from PIL import Image as Pillow
from PIL import ImageDraw, ImageFont

from engine.disk.home import resources
from engine.protocol.sheets import Layout, Sheet, Words, laid_out, words_on
from engine.protocol.values import Image

PLAIN = Sheet()
GROUND, INK = 255, (28, 29, 32)
NO_CELL = 128
"""Grey where the last row of a grid without words has no picture."""


def sheet_layout(sheet: Sheet, cells: int, columns: int, width: int, height: int) -> Layout:
    """The layout of a sheet of so many pictures of this size."""
    return laid_out(sheet, -(-cells // columns), columns, width, height)


def on_sheet(cells: Sequence[Image], columns: int, sheet: Sheet = PLAIN) -> NDArray[np.uint8]:
    """Cells in reading order. Without words and gaps they touch, so that a place in the picture tells its cell."""
    height, width = cells[0].shape[:2]
    layout = sheet_layout(sheet, len(cells), columns, width, height)
    ground = NO_CELL if sheet.is_plain else GROUND
    pixels = np.full((layout.height, layout.width, 3), ground, np.uint8)
    if not sheet.is_plain:
        picture = Pillow.fromarray(pixels)
        for words in words_on(sheet, layout):
            _write(picture, words)
        pixels = np.array(picture)
    for number, cell in enumerate(cells):
        box = layout.cell(number)
        pixels[box.y : box.y + box.height, box.x : box.x + box.width] = cell
    return pixels


def _write(picture: Pillow.Image, words: Words) -> None:
    box, type_face = words.box, _type_face("SemiBold" if words.is_bold else "Regular", words.size)
    length, height = (box.height, box.width) if words.is_turned else (box.width, box.height)
    if length < 1 or height < 1:
        return
    line = Pillow.new("L", (length, height), 0)
    text = _elided(words.text, type_face, length)
    at, anchor = (length / 2, height / 2), "mm"
    if words.to_right:
        at, anchor = (length, height / 2), "rm"
    elif words.to_left:
        at, anchor = (0, height / 2), "lm"
    ImageDraw.Draw(line).text(at, text, fill=255, font=type_face, anchor=anchor)
    if words.is_turned:
        line = line.rotate(90, expand=True)
    picture.paste(Pillow.new("RGB", line.size, INK), (box.x, box.y), line)


def _elided(text: str, type_face: ImageFont.FreeTypeFont, length: int) -> str:
    """As much of a text as there is room for."""
    if type_face.getlength(text) <= length:
        return text
    while text and type_face.getlength(text + "…") > length:
        text = text[:-1]
    return text.rstrip() + "…" if text else ""


@cache
def _type_face(weight: str, size: int) -> ImageFont.FreeTypeFont:
    file = resources() / "fonts" / "inter" / f"Inter-{weight}.otf"
    # Simple layout, so that builds of Pillow with and without text shaping draw the same.
    return ImageFont.truetype(str(file), size, layout_engine=ImageFont.Layout.BASIC)
