"""Presets: training configs with a name, one small file each in resources/presets/."""

from __future__ import annotations

import tomllib
from functools import lru_cache
from pathlib import Path
from typing import Any

from engine.disk.files import BadConfig, LoadError, read_bounded, shown
from engine.protocol.values import Preset

FOLDER = Path(__file__).resolve().parents[2] / "resources" / "presets"
MOST_HOURS = 10_000.0
_ORDER = ("quick", "good", "best")
_TEXTS = {"family", "name", "label", "data", "note", "after"}
_KEYS = _TEXTS | {"config", "hours"}


def read_preset(path: Path) -> tuple[str, Preset]:
    """(family name, preset) of one file."""
    try:
        content: dict[str, Any] = tomllib.loads(read_bounded(path, limit_bytes=64 << 10).decode("utf-8"))
    except (UnicodeDecodeError, tomllib.TOMLDecodeError):
        raise LoadError(path, "bad-preset", f"“{shown(path)}” is not a preset: it is not TOML text.") from None
    config = content.get("config", {})
    are_texts = all(isinstance(content.get(key, ""), str) for key in _TEXTS)
    hours = content.get("hours", 0.0)
    is_time = isinstance(hours, int | float) and 0.0 <= hours < MOST_HOURS
    if not set(content) <= _KEYS or not isinstance(config, dict) or not are_texts or not is_time:
        known = ", ".join(sorted(_KEYS))
        raise LoadError(path, "bad-preset", f"“{shown(path)}” is not a preset, whose keys are {known}.")
    preset = Preset(
        name=content.get("name", ""),
        label=content.get("label", ""),
        data=content.get("data", ""),
        config=tuple(config.items()),
        note=content.get("note", ""),
        after=content.get("after", ""),
        hours=float(hours),
    )
    return content.get("family", ""), preset


@lru_cache(maxsize=1)
def all_presets() -> dict[str, tuple[Preset, ...]]:
    """The presets of each family: quick, good, best, then the others by name."""
    found: dict[str, list[Preset]] = {}
    for path in sorted(FOLDER.glob("*.toml")):
        family, preset = read_preset(path)
        found.setdefault(family, []).append(preset)
    rank = {name: place for place, name in enumerate(_ORDER)}
    return {
        family: tuple(sorted(presets, key=lambda preset: (rank.get(preset.name, len(rank)), preset.name)))
        for family, presets in found.items()
    }


def chain(family: str, name: str) -> list[tuple[str, Preset]]:
    """A preset with all that it comes after, the first to be trained first."""
    parts: list[tuple[str, Preset]] = []
    while name:
        preset = next((preset for preset in all_presets().get(family, ()) if preset.name == name), None)
        if preset is None or (family, preset) in parts:
            raise BadConfig("broken-chain", f"“{parts[-1][1].name if parts else name}” comes after no preset there is.")
        parts.append((family, preset))
        family, _, name = preset.after.partition("/")
    return parts[::-1]
