"""Results for people who read a terminal: names and values one a line, and tables where entries are alike."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from engine.commands.values import one_line, plain

WIDEST = 60
"""Characters of a cell; what is longer is cut, and whole with --json."""


def shown(result: Any) -> list[str]:
    """The lines of a result."""
    return list(_lines(plain(result), ""))


def _lines(value: Any, indent: str) -> list[str]:
    if isinstance(value, dict):
        if alike(list(value.values())):
            return _table([{"": name, **entry} for name, entry in value.items()], indent)
        return [line for name, entry in value.items() for line in _named(name, entry, indent)]
    if isinstance(value, list):
        return _table(value, indent) if alike(value) else [line for entry in value for line in _lines(entry, indent)]
    return [f"{indent}{cell(value, cut=False)}"]


def _named(name: str, entry: Any, indent: str) -> list[str]:
    if isinstance(entry, dict | list) and entry and not is_short(entry):
        return [f"{indent}{name}:", *_lines(entry, indent + "  ")]
    return [f"{indent}{name}: {cell(entry, cut=False)}"]


def alike(entries: Sequence[Any]) -> bool:
    """Two or more entries with the same names make a table."""
    first = entries[0] if entries else None
    return (
        len(entries) > 1
        and isinstance(first, dict)
        and all(isinstance(entry, dict) and entry.keys() == first.keys() for entry in entries)
    )


def is_short(value: Any) -> bool:
    """Numbers, and a few words, stand on one line; files stand one under the other."""
    if not isinstance(value, list) or any(isinstance(entry, dict | list) for entry in value):
        return False
    return not any(isinstance(entry, str) for entry in value) or sum(map(len, map(str, value))) <= WIDEST


def _table(rows: Sequence[Mapping[str, Any]], indent: str) -> list[str]:
    """Columns as wide as they must be, numbers to the right."""
    names = [name for name in rows[0] if any(row[name] not in (None, "", [], {}) for row in rows)]
    cells = [[cell(row[name]) for name in names] for row in rows]
    widths = [max(len(name), *(len(row[k]) for row in cells)) for k, name in enumerate(names)]
    right = [all(isinstance(row[name], int | float | None) for row in rows) for name in names]

    def line(words: Sequence[str]) -> str:
        aligned = (
            word.rjust(width) if by_right else word.ljust(width)
            for word, width, by_right in zip(words, widths, right, strict=True)
        )
        return (indent + "  ".join(aligned)).rstrip()

    return [line(names), *(line(row) for row in cells)]


def cell(value: Any, *, cut: bool = True) -> str:
    """A value in words; long ones are cut if asked."""
    if value in (None, "", [], {}):
        return "–"
    match value:
        case bool():
            return "yes" if value else "no"
        case float():
            return f"{value:.4g}" if abs(value) < 1e5 else f"{value:.0f}"
        case list():
            text = ", ".join(cell(entry) for entry in value)
        case {"name": str(name)}:  # of something that is described at length, its name
            text = one_line(name)
        case dict():
            text = ", ".join(f"{name} {cell(entry)}" for name, entry in value.items())
        case _:
            text = one_line(str(value))
    return text if not cut or len(text) <= WIDEST else f"{text[: WIDEST - 1]}…"
