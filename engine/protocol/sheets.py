"""The sheet that a grid's pictures are put on: title, labels, and where each picture stands.

Window and engine both lay sheets out by `laid_out`, so that what is seen before is what is exported.
"""

from __future__ import annotations

from collections.abc import Iterable

from engine.protocol.record import record

TITLE_LETTERS, LABEL_LETTERS = 120, 40
GAP_MOST = 64
_LETTER = 0.6
"""Width of a letter of the bundled type, in heights; digits and capitals are a little wider, most are narrower."""


@record
class Sheet:
    """What stands around the pictures of a grid; empty: nothing, and they touch."""

    title: str = ""
    across: str = ""
    """What changes from column to column, and from row to row."""
    down: str = ""
    columns: tuple[str, ...] = ()
    rows: tuple[str, ...] = ()
    gap: int = 0
    """Pixels between pictures."""

    @property
    def is_plain(self) -> bool:
        """True if there are only pictures."""
        return self == Sheet()


@record
class Box:
    """A rectangle, in pixels."""

    x: int
    y: int
    width: int
    height: int


@record
class Layout:
    """Where everything is on a sheet, in its pixels."""

    rows: int
    columns: int
    cell_width: int
    cell_height: int
    left: int = 0
    top: int = 0
    gap: int = 0
    margin: int = 0
    text: int = 0
    """Height of letters."""
    title: int = 0
    """Height of the title's."""

    @property
    def width(self) -> int:
        return self.left + self.columns * (self.cell_width + self.gap) - self.gap + self.margin

    @property
    def height(self) -> int:
        return self.top + self.rows * (self.cell_height + self.gap) - self.gap + self.margin

    def cell(self, number: int) -> Box:
        """Where a picture stands, counted in reading order."""
        row, column = divmod(number, self.columns)
        return Box(
            x=self.left + column * (self.cell_width + self.gap),
            y=self.top + row * (self.cell_height + self.gap),
            width=self.cell_width,
            height=self.cell_height,
        )

    def at(self, x: float, y: float) -> int | None:
        """The number of the picture at a place; None beside and between them."""
        column, inside_x = divmod(x - self.left, self.cell_width + self.gap)
        row, inside_y = divmod(y - self.top, self.cell_height + self.gap)
        is_there = 0 <= column < self.columns and 0 <= row < self.rows
        if not is_there or inside_x >= self.cell_width or inside_y >= self.cell_height:
            return None
        return int(row) * self.columns + int(column)


def laid_out(sheet: Sheet, rows: int, columns: int, width: int, height: int) -> Layout:
    """Room for pictures of this size, and for the words around them, in letters that suit the pictures."""
    if sheet.is_plain:
        return Layout(rows=rows, columns=columns, cell_width=width, cell_height=height)
    text = min(max(11, round(min(width, height) * 0.13)), 36)
    has_words = bool(sheet.title or sheet.across or sheet.down or any(sheet.columns) or any(sheet.rows))
    title = round(text * 1.35) if sheet.title else 0
    margin = text if has_words else 0
    line = round(text * 1.7)
    longest = max((len(label) for label in sheet.rows), default=0)
    left = margin + (line if sheet.down else 0)
    left += round(min(longest, 20) * _LETTER * text + 0.7 * text) if any(sheet.rows) else 0
    top = margin + (round(title * 1.9) if sheet.title else 0)
    top += (line if sheet.across else 0) + (line if any(sheet.columns) else 0)
    return Layout(
        rows=rows, columns=columns, cell_width=width, cell_height=height, left=left, top=top,
        gap=sheet.gap, margin=margin, text=text, title=title,
    )  # fmt: skip


@record
class Words:
    """A line of text on a sheet, elided to its box."""

    text: str
    box: Box
    size: int
    is_bold: bool = False
    is_turned: bool = False
    """Read from below."""
    to_right: bool = False
    """Stands at the right edge of its box; else in the middle."""
    to_left: bool = False


def words_on(sheet: Sheet, layout: Layout) -> Iterable[Words]:
    """Every text of a sheet and where it stands."""
    text, line = layout.text, round(layout.text * 1.7)
    pictures = layout.width - layout.left - layout.margin
    y = layout.margin
    if sheet.title:
        box = Box(x=layout.margin, y=y, width=layout.width - 2 * layout.margin, height=round(layout.title * 1.5))
        yield Words(text=sheet.title, box=box, size=layout.title, is_bold=True, to_left=True)
    y = layout.top - line * (bool(sheet.across) + any(sheet.columns))
    if sheet.across:
        yield Words(
            text=sheet.across, box=Box(x=layout.left, y=y, width=pictures, height=line), size=text, is_bold=True
        )
        y += line
    for number, label in enumerate(sheet.columns[: layout.columns]):
        cell = layout.cell(number)
        if label:
            yield Words(text=label, box=Box(x=cell.x, y=y, width=cell.width, height=line), size=text)
    if sheet.down:
        tall = layout.height - layout.top - layout.margin
        box = Box(x=layout.margin, y=layout.top, width=line, height=tall)
        yield Words(text=sheet.down, box=box, size=text, is_bold=True, is_turned=True)
    x = layout.margin + (line if sheet.down else 0)
    for number, label in enumerate(sheet.rows[: layout.rows]):
        cell = layout.cell(number * layout.columns)
        if label:
            width = layout.left - x - round(0.5 * text)
            yield Words(text=label, box=Box(x=x, y=cell.y, width=width, height=cell.height), size=text, to_right=True)
