"""A model's card for people: what it learned from, how long, what it scores, its settings, its sliders, its moments."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

from engine.disk.bundled import find_model
from engine.disk.files import LoadError, shown
from engine.disk.measured import known_matrix
from engine.disk.recipes import known_as
from engine.disk.runs import RunFolder
from engine.disk.tensor_files import read_header
from engine.families import FAMILIES
from engine.families.schema import describe_fields
from engine.library.entries import look, scores_of
from engine.opened.card_edits import told_edits
from engine.protocol.directions import Matrix
from engine.protocol.library import Card, Entry, Fact, Slider, Snapshot
from engine.protocol.values import DirectionDescribed
from engine.protocol.worths import WAY, faults, moves_of

_WORDS = {
    "began_with": "Began with",
    "learned_from": "Learned from",
    "measured_on": "Measured on",
    "measured_by": "Measured by",
    "date": "Measured",
    "hours": "Hours of learning",
    "parts": "Learned in parts",
    "command": "Made by",
    "preset": "Preset",
    "torch": "torch",
    "first_seed": "First seed",
}
"""Entries of a file's card, in the order in which they are read."""


def card_of(source: str, home: Path) -> Card:
    """All that is known of an entry; what cannot be read is left out."""
    entry = look(source, home)
    if entry is None:
        raise LoadError(source, "missing", f"“{shown(source)}” is not there, or not any more.")
    meta = _header(source)
    told = meta.get("card")
    card: dict[str, Any] = told if isinstance(told, dict) else {}
    run = RunFolder(Path(source)) if source != entry.name and Path(source).is_dir() else None
    return Card(
        facts=_facts(entry, card),
        scores=entry.scores or scores_of(card),
        settings=settings_of(entry),
        sliders=_sliders(meta, known_matrix(home, entry.fingerprint, card)),
        snapshots=() if run is None else _snapshots(run),
        config_toml=config_toml(entry),
        folder=_folder(source),
    )


def settings_of(entry: Entry) -> tuple[Fact, ...]:
    """Its settings in words, those first that differ from what its family begins with."""
    kind = FAMILIES.get(entry.family)
    if kind is None:
        return tuple(Fact(label=name, text=_words(value)) for name, value in entry.config)
    fields = {field.name: field for field in describe_fields(kind.Config)}
    found = []
    for name, value in entry.config:
        field = fields.get(name)
        unit = f" {field.unit}" if field is not None and field.unit else ""
        is_own = field is not None and field.default != value
        found.append(Fact(label=field.label if field else name, text=f"{_words(value)}{unit}", is_own=is_own))
    return tuple(sorted(found, key=lambda fact: not fact.is_own))


def config_toml(entry: Entry) -> str:
    """What was asked for, as a preset's file: `train FAMILY --preset FILE` begins the same again."""
    if not entry.config:
        return ""
    head = {"family": entry.family, "name": entry.preset, "label": entry.name, "data": portable_data(entry.data)}
    lines = [f"{key} = {_toml(value)}" for key, value in head.items() if value]
    lines += ["", "[config]", *(f"{key} = {_toml(value)}" for key, value in entry.config if value is not None)]
    return "\n".join(lines) + "\n"


def portable_data(data: str) -> str:
    """Data as it can be passed on: a bundled or installed set by its name, a folder by its last part."""
    return data if data.startswith("bundled:") or "/" not in data.replace("\\", "/") else known_as(data)


def _facts(entry: Entry, card: dict[str, Any]) -> tuple[Fact, ...]:
    facts = []
    for key, label in _WORDS.items():
        value = card.get(key)
        if key == "preset":
            value = value or entry.preset
        if key == "began_with":
            value = value or (known_as(entry.start) if entry.start else "")
        if isinstance(value, str | int | float) and value not in ("", 0):
            facts.append(Fact(label=label, text=str(value)))
    return tuple(facts)


def _sliders(meta: dict[str, Any], matrix: Matrix | None) -> tuple[Slider, ...]:
    """Sliders with what they are worth, the good ones first."""
    explore, card = meta.get("explore"), meta.get("card")
    told = explore.get("directions") if isinstance(explore, dict) else None
    directions = [_direction(one) for one in (told if isinstance(told, list) else ()) if isinstance(one, dict)]
    edits = told_edits(card.get("edits")) if isinstance(card, dict) else ()
    weak = faults(directions, edits, matrix)
    sliders = []
    for one in directions:
        moves = moves_of(matrix, one.name)
        sliders.append(
            Slider(
                name=one.name,
                label=one.label,
                low_word=one.low_word,
                high_word=one.high_word,
                moves=None if moves is None else WAY * moves[one.name],
                weakness=weak.get(one.name),
            )
        )
    return tuple(sorted(sliders, key=lambda slider: slider.weakness is not None))


def _direction(told: dict[str, Any]) -> DirectionDescribed:
    name, share = str(told.get("name", "")), told.get("told")
    return DirectionDescribed(
        name=name,
        label=str(told.get("label") or name),
        low=-1.0,
        high=1.0,
        low_word=str(told.get("low_word", "")),
        high_word=str(told.get("high_word", "")),
        told=float(share) if isinstance(share, int | float) and math.isfinite(share) else None,
    )


def _snapshots(run: RunFolder) -> tuple[Snapshot, ...]:
    found = []
    for path in run.snapshots():
        number, _, kept = path.stem.partition("-")
        if number.isdecimal():
            found.append(Snapshot(step=int(number), path=str(path), is_kept=bool(kept)))
    return tuple(found)


def _header(source: str) -> dict[str, Any]:
    try:
        return read_header(find_model(source), kind="model")
    except LoadError:
        return {}


def _folder(source: str) -> str:
    path = Path(source)
    try:
        return str(path if path.is_dir() else find_model(source).parent)
    except LoadError:
        return ""


def _words(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:g}" if isinstance(value, float) else str(value)


def _toml(value: object) -> str:
    """A value as TOML writes it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return repr(value) if math.isfinite(value) else str(value)
    if isinstance(value, int):
        return str(value)
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(_toml, value))}]"
    return json.dumps(str(value), ensure_ascii=False)
