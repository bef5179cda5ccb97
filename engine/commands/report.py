"""How a headless command talks: progress to stderr, one JSON object on the last line of stdout."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TextIO

from engine.commands.values import Progress, as_json, one_line

if TYPE_CHECKING:
    from engine.commands.printed.terminal import Screen


class Report:
    """What a command says while it works.

    On a terminal progress is drawn by rich; with --json, where stdout and stderr are read by programs, with --quiet,
    and where there is no terminal, nothing moves.
    """

    def __init__(self, *, json_lines: bool, quiet: bool, out: TextIO | None = None, err: TextIO | None = None) -> None:
        self.json_lines = json_lines
        self.is_quiet = quiet
        self._out = out or sys.stdout
        self._err = err or sys.stderr
        self._draws = draws(self._err) and not json_lines and not quiet
        self._screen: Screen | None = None
        self._shown: Progress | None = None
        self._next = 0.0

    def progress(self, now: Progress | str) -> None:
        """Progress, on stderr: in place on a terminal, a line now and then elsewhere."""
        now = Progress(now) if isinstance(now, str) else now
        moment = time.monotonic()
        if self.is_quiet or now == self._shown or moment < self._next:
            return
        self._next = moment + (0.1 if self._draws else 5.0)
        self._shown = now
        if self._draws:
            self._on_screen().show(now)
        else:
            self._err.write(f"{one_line(now.line())}\n")
            self._err.flush()

    def say(self, text: str) -> None:
        """A message that stays, on stderr, above what moves."""
        if self.is_quiet:
            return
        if self._screen is not None:
            self._screen.say(one_line(text))
        else:
            self._err.write(f"{one_line(text)}\n")
            self._err.flush()

    def line(self, value: Mapping[str, Any]) -> None:
        """One JSON line on stdout, for who reads along; only with --json."""
        if self.json_lines:
            self._out.write(as_json(value) + "\n")
            self._out.flush()

    def close(self) -> None:
        """Nothing moves any more; numbers stay, the rest of what was drawn in place goes."""
        if self._screen is not None:
            self._screen.close()
            self._screen = None
        self._shown = None

    def _on_screen(self) -> Screen:
        if self._screen is None:
            from engine.commands.printed.terminal import Screen

            self._screen = Screen(self._err)
        return self._screen


def draws(stream: TextIO) -> bool:
    """True for a terminal that can draw in place."""
    return stream.isatty() and os.environ.get("TERM") != "dumb"
