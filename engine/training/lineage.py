"""What a run began with, and what that began with: the parts that a model was learned in."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from engine.disk.files import LoadError
from engine.disk.recipes import known_as
from engine.disk.runs import RunFolder

_MOST = 20
"""Parts that are followed back; a run that names itself would have no end."""
_SECONDS_AN_HOUR = 3600.0


def earlier_runs(start: str) -> list[RunFolder]:
    """The runs that came before one that begins with `start`, the first first; models that lie in no run end the row.

    Only finished folders are asked, so that a card is the same wherever the run is written.
    """
    found: list[RunFolder] = []
    while start and "\0" not in start and len(found) < _MOST:
        folder = RunFolder(Path(start))
        if not folder.exists():
            break
        found.append(folder)
        try:
            start = str(folder.read_config().get("start", ""))
        except LoadError:
            break
    return found[::-1]


def told(start: str, own: tuple[str, str, str], seconds: float) -> dict[str, Any]:
    """Parts, data and hours for the card of a run: (family, preset, data) and seconds of learning are its own."""
    parts, spent = [own], seconds
    for folder in reversed(earlier_runs(start)):
        try:
            config = folder.read_config()
        except LoadError:
            break
        parts.insert(0, (str(config.get("family", "")), str(config.get("preset", "")), str(config.get("data", ""))))
        spent += folder.learning_seconds()[0]
    card: dict[str, Any] = {}
    if hours := round(spent / _SECONDS_AN_HOUR, 1):
        card["hours"] = hours
    if len(parts) > 1:
        card["parts"] = ", ".join(f"{family}/{preset}" if preset else family for family, preset, _ in parts)
        data = list(dict.fromkeys(known_as(data) for _, _, data in parts))
        if len(data) > 1:
            card["learned_from"] = ", ".join(data)
    return card
