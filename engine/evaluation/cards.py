"""A model's card: what it was made of and by, and what was measured of it, inside its own file."""

from __future__ import annotations

import os
import shlex
import time
from collections.abc import Mapping
from pathlib import PurePath
from typing import Any

from engine.disk.measured import CARD as MOVES
from engine.disk.recipes import known_as
from engine.disk.tensor_files import read_tensors, write_tensors
from engine.evaluation.reading import Score
from engine.latents.explorables import Explorables
from engine.opened.checkpoints import EXPLORE, fingerprint_of, load_model

_OLDER = ("measured", "test", "losses", "written")
"""Entries that a new measurement makes stale."""
_OF_ONE_MACHINE = {"--home": True, "--threads": True, "--device": True, "--json": False, "--quiet": False}
"""Options that say nothing of a result, and whether a value follows them."""


def written(scores: Mapping[str, Score]) -> dict[str, dict[str, float | int | None]]:
    """Scores as JSON; what is not a number is left out."""
    found: dict[str, dict[str, float | int | None]] = {}
    for name, score in scores.items():
        value, stderr = score.measured.value, score.measured.stderr
        found[name] = {
            "value": _number(value), "stderr": _number(stderr), "n": score.n,
            "real": None if score.real is None else _number(score.real),
        }  # fmt: skip
    return found


def _number(value: float) -> float | None:
    """Six digits: a card is read by people."""
    return float(f"{value:.6g}") if value == value and abs(value) != float("inf") else None


def write_card(
    path: str | os.PathLike[str],
    *,
    metrics: Mapping[str, Any],
    data: str,
    command: str,
    more: Mapping[str, Any] | None = None,
    name: str = "",
) -> str:
    """Put what was measured into a model's file, which is replaced whole or not at all; returns its fingerprint.

    Weights and everything that draws stay as they are, byte for byte, so that recipes keep their model.
    """
    file = read_tensors(path, kind="model")
    fingerprint = load_model(path).fingerprint
    before = file.meta.get("card")
    card = {key: value for key, value in (before if isinstance(before, dict) else {}).items() if key not in _OLDER}
    if isinstance(card.get("command"), str):
        card["command"] = portable(card["command"])
    if isinstance(card.get("data"), str):
        card["data"] = known_as(card["data"])
    if metrics or "metrics" not in card:
        card |= {
            "metrics": dict(metrics),
            "measured_on": f"{known_as(data)}, pictures held out",
            "measured_by": portable(command),
            "date": time.strftime("%Y-%m-%d", time.gmtime()),
        }
    card |= more or {}
    meta = {**file.meta, "card": card}
    if name:
        meta["name"] = name
    write_tensors(path, file.tensors, meta)
    return fingerprint


def write_sliders(path: str | os.PathLike[str], explorables: Explorables, made: str) -> str:
    """Give a model's file other sliders, said how in its card; its weights stay as they are, byte for byte.

    Returns its fingerprint, which is another one: the same recipes draw other pictures.
    """
    file = read_tensors(path, kind="model")
    kept = {key: value for key, value in file.tensors.items() if not key.startswith(EXPLORE)}
    before = file.meta.get("card")
    card = {
        key: value
        for key, value in (before if isinstance(before, dict) else {}).items()
        if key not in ("edits", "limits", MOVES)
    }
    meta = {**file.meta, "explore": explorables.header(), "card": {**card, "sliders": made}}
    write_tensors(path, {**kept, **{EXPLORE + key: value for key, value in explorables.tensors().items()}}, meta)
    return fingerprint_of(path)


def portable(command: str) -> str:
    """A command as it works elsewhere: without what concerns one machine, folders by the last part of their path."""
    kept: list[str] = []
    try:
        words = iter(shlex.split(command))
    except ValueError:  # no command at all
        return command
    for word in words:
        if word in _OF_ONE_MACHINE:
            if _OF_ONE_MACHINE[word]:
                next(words, None)
            continue
        kept.append(PurePath(word).name if os.path.isabs(word) else word)
    return shlex.join(kept)
