"""What people see on a terminal: a bar with the time left, numbers in columns, results as tables; drawn by rich."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TextIO

from rich.columns import Columns
from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.padding import Padding
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from engine.commands.printed.showing import alike, cell, is_short
from engine.commands.values import Progress, minutes, plain

_BAR_COLUMNS = 24
_DIGITS = 10
"""Room for a number, so that columns stand still while it changes."""
_RECKON_S = 1.0
"""From so many seconds on, what was done tells how long the rest will take."""


class Screen:
    """One place on a terminal that is drawn over and over."""

    def __init__(self, stream: TextIO, **how: Any) -> None:
        self._console = Console(file=stream, highlight=False, **how)
        self._live = Live(console=self._console, auto_refresh=False, transient=True)
        self._words, self._began = "", 0.0
        self._live.start()

    def show(self, now: Progress) -> None:
        """Draw this in place of what was there."""
        if now.words != self._words:
            self._words, self._began = now.words, time.monotonic()
        self._live.transient = not now.numbers
        self._live.update(self._drawn(now), refresh=True)

    def say(self, text: str) -> None:
        """A line that stays, above."""
        self._console.print(Text(text))

    def close(self) -> None:
        """Let go of the place."""
        self._live.stop()

    def _drawn(self, now: Progress) -> RenderableType:
        parts: list[RenderableType] = [self._head(now)]
        if now.facts:
            parts.append(Text("  ".join(now.facts), style="dim", no_wrap=True, overflow="ellipsis"))
        if now.numbers:
            cells = [_number(name, value) for name, value in now.numbers]
            parts.append(Columns(cells, padding=(0, 2), equal=True))
        if now.note:
            parts.append(Text(now.note))
        return Group(*parts)

    def _head(self, now: Progress) -> RenderableType:
        if now.of <= 1:
            return Text(now.words, no_wrap=True, overflow="ellipsis")
        row = Table.grid(padding=(0, 2))
        row.add_column(no_wrap=True, overflow="ellipsis", ratio=1)
        for _ in range(4):
            row.add_column(no_wrap=True)
        bar = ProgressBar(total=now.of, completed=now.done, width=_BAR_COLUMNS)
        share = f"{100 * now.done // now.of} %".rjust(5)
        row.add_row(now.words, bar, share, f"{now.done} of {now.of}", self._left(now))
        return row

    def _left(self, now: Progress) -> str:
        if now.left:
            return now.left
        spent = time.monotonic() - self._began
        if spent < _RECKON_S or not 0 < now.done < now.of:
            return ""
        return f"{minutes(spent / now.done * (now.of - now.done))} left"


def _number(name: str, value: float) -> Text:
    return Text.assemble((f"{name.replace('_', ' ')} ", "dim"), f"{value:.4g}".ljust(_DIGITS), no_wrap=True)


def print_result(result: Any, columns: Mapping[str, str], stream: TextIO, **how: Any) -> None:
    """A result as names, values and tables that fit the terminal.

    `columns` are those of the outermost table that people want to see, with their headings; empty for all.
    """
    console = Console(file=stream, highlight=False, **how)
    for part in _parts(plain(result), columns):
        console.print(part)


def _parts(value: Any, columns: Mapping[str, str]) -> Iterable[RenderableType]:
    if isinstance(value, dict) and alike(list(value.values())):
        yield _table([{"": name, **entry} for name, entry in value.items()], {})
    elif isinstance(value, dict):
        for name, entry in value.items():
            yield from _named(name, entry)
    elif isinstance(value, list) and alike(value):
        yield _table(value, columns)
    elif isinstance(value, list):
        for entry in value:
            yield from _parts(entry, columns)
    else:
        yield Text(cell(value, cut=False))


def _named(name: str, entry: Any) -> Iterable[RenderableType]:
    if isinstance(entry, dict | list) and entry and not is_short(entry):
        yield Text(name, style="bold")
        for part in _parts(entry, {}):
            yield Padding(part, (0, 0, 0, 2))
    else:
        yield Text.assemble((f"{name}  ", "dim"), cell(entry, cut=False))


def _table(rows: Sequence[Mapping[str, Any]], columns: Mapping[str, str]) -> Table:
    """Words wrap where they must, numbers stand to the right and are never broken."""
    names = [name for name in columns or rows[0] if any(row[name] not in (None, "", [], {}) for row in rows)]
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim", pad_edge=False)
    for place, name in enumerate(names):
        by_right = all(isinstance(row[name], int | float | None) and not isinstance(row[name], bool) for row in rows)
        heading = columns.get(name, name.replace("_", " "))
        table.add_column(
            heading, justify="right" if by_right else "left", no_wrap=by_right or place == 0, overflow="fold"
        )
    for row in rows:
        table.add_row(*(cell(row[name], cut=False) for name in names))
    return table
