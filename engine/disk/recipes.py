"""Recipes as JSON, and inside the pictures that were made from them."""

from __future__ import annotations

import base64
import binascii
import json
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from engine import __version__
from engine.disk.sheet_files import read_sheet, sheet_value
from engine.protocol.sheets import Layout, Sheet
from engine.protocol.values import Recipe
from engine.protocol.walks import KEYFRAMES_LIMIT, LEAST_S, MOST_S, Easing, Keyframe, Walk, Way

CHUNK = "zscape"
"""Name of the PNG text chunk (of the comment or metadata in other formats) that carries the memory."""
FORMAT = 1
VERSION = 2
WALK_VERSION = 1
_FIRST = frozenset(("model", "seed", "point", "raw", "axes", "directions", "condition", "truncation", "app"))
_KEYS = {
    1: _FIRST,
    VERSION: _FIRST - {"condition"} | {"version", "conditions", "settings", "source", "known"},
}
"""What a recipe of each version may hold; the first did not tell its version."""
PAIRS_LIMIT = 100_000
TEXT_LIMIT = 400
CELLS_LIMIT = 65_536
_PICTURE_NAME = re.compile(r"[0-9a-f]{32}")
PLAIN = Sheet()
RUN_FILES = ("model.safetensors", "checkpoint.safetensors", "run.json")
"""Files of a run that are called the same in every run."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Memory:
    """What a picture remembers: the recipe of each cell in reading order, and where its model was."""

    recipes: tuple[Recipe, ...]
    columns: int = 1
    scale: int = 1
    source: str = ""
    walk: Walk | None = None
    """The path that a film was made of."""
    sheet: Sheet = PLAIN
    """What stands around the cells."""
    layout: Layout | None = None
    """Where the cells are; None: they touch."""
    pictures: Mapping[str, bytes] = field(default_factory=dict)
    """What the recipes start from, by the hashes that they name: PNG, so that they draw the same elsewhere."""


def recipe_value(recipe: Recipe) -> dict[str, Any]:
    """A recipe as JSON; fields at their defaults are left out."""
    value: dict[str, Any] = {"version": VERSION, "model": recipe.model, "seed": recipe.seed}
    for name in ("raw", "axes", "directions", "conditions", "settings"):
        if pairs := getattr(recipe, name):
            value[name] = [list(pair) for pair in pairs]
    if recipe.point is not None:
        value["point"] = list(recipe.point)
    if recipe.truncation != 1.0:
        value["truncation"] = recipe.truncation
    for name in ("source", "known", "app"):
        if text := getattr(recipe, name):
            value[name] = text
    return value


def read_recipe(value: object) -> Recipe | None:
    """A recipe from JSON that anybody may have written, or None if it is none.

    A part that is malformed or not known makes the whole unreadable: without it the recipe would be of another picture.
    """
    if not isinstance(value, dict):
        return None
    version = value.get("version", 1)
    known = _KEYS.get(version) if type(version) is int else None
    if known is None or not value.keys() <= known:
        return None
    try:
        return Recipe(
            model=_text(value["model"]),
            seed=_seed(value.get("seed", 0)),
            point=_point(value["point"]) if "point" in value else None,
            raw=_pairs(value.get("raw", []), int),
            axes=_pairs(value.get("axes", []), int),
            directions=_pairs(value.get("directions", []), str),
            truncation=_number(value.get("truncation", 1.0)),
            conditions=_wishes(value.get("conditions", value.get("condition", []))),
            settings=_pairs(value.get("settings", []), str),
            source=_text(value.get("source", "")),
            known=_text(value.get("known", "")),
            app=_text(value.get("app", "")),
        )
    except (ValueError, KeyError):
        return None


def walk_value(walk: Walk) -> dict[str, Any]:
    """A path as JSON."""
    return {
        "version": WALK_VERSION,
        "way": walk.way.value,
        "closed": walk.closed,
        "keyframes": [
            {
                "recipe": recipe_value(keyframe.recipe),
                "seconds": keyframe.seconds,
                "easing": keyframe.easing.value,
            }
            for keyframe in walk.keyframes
        ],
    }


def read_walk(value: object) -> Walk | None:
    """A path from JSON that anybody may have written, or None if it is none, or of a newer version."""
    if not isinstance(value, dict) or value.get("version") != WALK_VERSION:
        return None
    keyframes = value.get("keyframes")
    if not isinstance(keyframes, list) or len(keyframes) > KEYFRAMES_LIMIT or type(value.get("closed")) is not bool:
        return None
    try:
        found = tuple(_keyframe(item) for item in keyframes)
        walk = Walk(keyframes=found, way=Way(_text(value["way"])), closed=value["closed"])
    except (ValueError, KeyError, AttributeError):
        return None
    return walk if len({keyframe.recipe.model for keyframe in found}) <= 1 else None


def _keyframe(item: Any) -> Keyframe:
    recipe, seconds = read_recipe(item.get("recipe")), _number(item["seconds"])
    if recipe is None or not LEAST_S <= seconds <= MOST_S:
        raise ValueError
    return Keyframe(recipe=recipe, seconds=seconds, easing=Easing(item["easing"]))


def stamped(recipe: Recipe) -> Recipe:
    """The recipe as it leaves the window: with the version that drew it. Inside, places are equal without."""
    return replace(recipe, app=__version__)


def memory_text(memory: Memory) -> str:
    """A memory as the text that is put into a picture."""
    value = {
        "format": FORMAT,
        "columns": memory.columns,
        "scale": memory.scale,
        "source": known_as(memory.source),
        "recipes": [recipe_value(recipe) for recipe in memory.recipes],
    }
    if memory.walk is not None:
        value["walk"] = walk_value(memory.walk)
    if memory.layout is not None:
        value["sheet"] = sheet_value(memory.sheet, memory.layout)
    if memory.pictures:
        value["pictures"] = {name: base64.b64encode(content).decode() for name, content in memory.pictures.items()}
    return json.dumps(value, separators=(",", ":"))


def known_as(source: str) -> str:
    """A model's bundled name, its file's or its run's: where it lies on one computer is nobody else's business."""
    parts = [part for part in source.replace("\\", "/").split("/") if part not in ("", ".", "..", "~")]
    if len(parts) > 1 and parts[-1] in RUN_FILES:
        return parts[-2]
    return parts[-1] if parts else ""


def read_memory(text: str) -> Memory | None:
    """The inverse of `memory_text`; None for anything else."""
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return None
    if not isinstance(value, dict) or value.get("format") != FORMAT or not isinstance(value.get("recipes"), list):
        return None
    if not 0 < len(value["recipes"]) <= CELLS_LIMIT:
        return None
    recipes = [read_recipe(item) for item in value["recipes"]]
    columns, scale, source = value.get("columns", 1), value.get("scale", 1), value.get("source", "")
    whole = all(type(number) is int and 0 < number <= CELLS_LIMIT for number in (columns, scale))
    pictures = _pictures(value.get("pictures", {}))
    sheet, layout = read_sheet(value.get("sheet"), len(recipes), columns) if whole else (PLAIN, None)
    if not whole or not isinstance(source, str) or any(recipe is None for recipe in recipes) or pictures is None:
        return None
    return Memory(
        recipes=tuple(recipe for recipe in recipes if recipe is not None),
        columns=columns,
        scale=scale,
        source=source[:TEXT_LIMIT],
        walk=read_walk(value.get("walk")),
        sheet=sheet,
        layout=layout,
        pictures=pictures,
    )


def _pictures(value: object) -> dict[str, bytes] | None:
    """The pictures in a memory; whether each is what its name says is found when it is kept."""
    if not isinstance(value, dict) or len(value) > CELLS_LIMIT:
        return None
    try:
        return {name: base64.b64decode(text, validate=True) for name, text in value.items() if _is_named(name)}
    except (binascii.Error, ValueError, TypeError):
        return None


def _is_named(name: str) -> bool:
    if _PICTURE_NAME.fullmatch(name) is None:
        raise ValueError
    return True


def grid_rows(recipes: Sequence[Recipe], columns: int) -> int:
    """Rows of a grid of so many cells."""
    return -(-len(recipes) // columns)


def _number(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError
    try:
        number = float(value)
    except OverflowError:
        raise ValueError from None
    if not math.isfinite(number):
        raise ValueError
    return number


def _text(value: object) -> str:
    if not isinstance(value, str) or len(value) > TEXT_LIMIT:
        raise ValueError
    return value


def _seed(value: object) -> int:
    if type(value) is not int or abs(value) >= 2**63:
        raise ValueError
    return value


def _list(value: object) -> list[Any]:
    if not isinstance(value, list) or len(value) > PAIRS_LIMIT:
        raise ValueError
    return value


def _point(value: object) -> tuple[float, ...]:
    return tuple(_number(item) for item in _list(value))


def _pairs(value: object, kind: type) -> tuple[Any, ...]:
    kept: dict[Any, float] = {}
    for pair in _list(value):
        if not isinstance(pair, list) or len(pair) != 2 or type(pair[0]) is not kind:
            raise ValueError
        kept[pair[0]] = _number(pair[1])
    return tuple(sorted(kept.items()))


def _wishes(value: object) -> tuple[tuple[str, float | str], ...]:
    """Conditions: of each name a number or a sentence."""
    kept: dict[str, float | str] = {}
    for pair in _list(value):
        if not isinstance(pair, list) or len(pair) != 2:
            raise ValueError
        kept[_text(pair[0])] = _text(pair[1]) if isinstance(pair[1], str) else _number(pair[1])
    return tuple(sorted(kept.items()))
