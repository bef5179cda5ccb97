"""A grid's sheet as JSON in the picture that shows it: its words, and where its cells are."""

from __future__ import annotations

from typing import Any

from engine.protocol.sheets import GAP_MOST, LABEL_LETTERS, TITLE_LETTERS, Layout, Sheet

_WORDS = {"title": TITLE_LETTERS, "across": LABEL_LETTERS, "down": LABEL_LETTERS}
_PIXELS_MOST = 1 << 16


def sheet_value(sheet: Sheet, layout: Layout) -> dict[str, Any]:
    """What `read_sheet` reads; the layout is told, so that cells are found when other versions lay out otherwise."""
    return {
        **{name: getattr(sheet, name) for name in _WORDS},
        "rows": list(sheet.rows),
        "columns": list(sheet.columns),
        "gap": sheet.gap,
        "left": layout.left,
        "top": layout.top,
        "cell": [layout.cell_width, layout.cell_height],
    }


def read_sheet(value: object, cells: int, columns: int) -> tuple[Sheet, Layout | None]:
    """The sheet of so many cells, from JSON that anybody may have written; a plain one for anything else."""
    plain = Sheet(), None
    if not isinstance(value, dict):
        return plain
    numbers = (value.get("gap"), value.get("left"), value.get("top"), *_list(value.get("cell")))
    if len(numbers) != 5 or not all(type(number) is int and 0 <= number < _PIXELS_MOST for number in numbers):
        return plain
    gap, left, top, width, height = (int(number) for number in numbers if isinstance(number, int))
    if gap > GAP_MOST or not width or not height:
        return plain
    words = {name: _text(value.get(name), most) for name, most in _WORDS.items()}
    sheet = Sheet(rows=_labels(value.get("rows")), columns=_labels(value.get("columns")), gap=gap, **words)
    layout = Layout(
        rows=-(-cells // columns), columns=columns, cell_width=width, cell_height=height, left=left, top=top, gap=gap
    )
    return sheet, layout


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def _text(value: object, most: int) -> str:
    return value[:most] if isinstance(value, str) else ""


def _labels(value: object) -> tuple[str, ...]:
    return tuple(_text(item, LABEL_LETTERS) for item in _list(value)[:_PIXELS_MOST])
