"""Recipes and history entries as JSON values, for the session; what does not fit is left out, never an error."""

from __future__ import annotations

import base64
import binascii
import math
from typing import Any

import numpy as np
from PySide6.QtCore import QBuffer, QByteArray, QIODevice
from PySide6.QtGui import QImage, QImageWriter

from app.history import HistoryEntry
from engine.protocol import Image, Recipe

PAIRS_LIMIT = 100_000
THUMBNAIL_BYTES = 100_000
TEXT_LIMIT = 400
Drawn = dict[int, tuple[Image, str]]
"""Thumbnails that were encoded before, by identity; holding them keeps the identities true."""


def recipe_value(recipe: Recipe) -> dict[str, Any]:
    """A recipe as JSON; fields at their defaults are left out."""
    value: dict[str, Any] = {"model": recipe.model, "seed": recipe.seed}
    for name in ("raw", "axes", "directions", "condition"):
        if pairs := getattr(recipe, name):
            value[name] = [list(pair) for pair in pairs]
    if recipe.point is not None:
        value["point"] = list(recipe.point)
    if recipe.truncation != 1.0:
        value["truncation"] = recipe.truncation
    if recipe.app:
        value["app"] = recipe.app
    return value


def read_recipe(value: object) -> Recipe | None:
    """A recipe from JSON, or None if it is none."""
    if not isinstance(value, dict):
        return None
    model, seed = value.get("model"), value.get("seed", 0)
    if not isinstance(model, str) or len(model) > TEXT_LIMIT or type(seed) is not int or abs(seed) >= 2**63:
        return None
    point, truncation, app = value.get("point"), value.get("truncation", 1.0), value.get("app", "")
    numbers = [_number(item) for item in point] if isinstance(point, list) and len(point) <= PAIRS_LIMIT else [None]
    return Recipe(
        model=model,
        seed=seed,
        point=None if any(item is None for item in numbers) else tuple(item for item in numbers if item is not None),
        raw=_pairs(value.get("raw"), int),
        axes=_pairs(value.get("axes"), int),
        directions=_pairs(value.get("directions"), str),
        truncation=1.0 if (number := _number(truncation)) is None else number,
        condition=_pairs(value.get("condition"), str),
        app=app if isinstance(app, str) and len(app) <= TEXT_LIMIT else "",
    )


def entry_value(entry: HistoryEntry, drawn: Drawn) -> dict[str, Any]:
    """A history entry as JSON; `drawn` spares encoding a thumbnail twice."""
    value: dict[str, Any] = {"recipe": recipe_value(entry.recipe), "label": entry.label}
    if entry.thumbnail is not None:
        key = id(entry.thumbnail)
        if key not in drawn:
            drawn[key] = (entry.thumbnail, encoded(entry.thumbnail))
        value["thumbnail"] = drawn[key][1]
    return value


def read_entry(value: object) -> HistoryEntry | None:
    """A history entry from JSON, or None if it is none."""
    recipe = read_recipe(value.get("recipe")) if isinstance(value, dict) else None
    if recipe is None or not isinstance(value, dict):
        return None
    label, picture = value.get("label"), value.get("thumbnail")
    return HistoryEntry(
        recipe=recipe,
        label=label[:TEXT_LIMIT] if isinstance(label, str) else "",
        thumbnail=decoded(picture) if isinstance(picture, str) else None,
    )


def encoded(image: Image) -> str:
    """A small picture as text."""
    height, width = image.shape[:2]
    picture = QImage(image.tobytes(), width, height, 3 * width, QImage.Format.Format_RGB888)
    content = QByteArray()
    buffer = QBuffer(content)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    QImageWriter(buffer, QByteArray(b"png")).write(picture)
    buffer.close()
    return base64.b64encode(content.data()).decode("ascii")


def decoded(text: str) -> Image | None:
    """A small picture from text, or None if it is none; only PNG, and only small ones."""
    try:
        content = base64.b64decode(text, validate=True) if len(text) <= THUMBNAIL_BYTES else b""
    except (binascii.Error, ValueError):
        return None
    # The sides stand at a fixed place in a PNG: a bomb is told before anything is unpacked.
    if content[:8] != b"\x89PNG\r\n\x1a\n" or not all(1 <= side <= 512 for side in _sides(content)):
        return None
    picture = QImage.fromData(content)
    if picture.isNull():
        return None
    picture = picture.convertToFormat(QImage.Format.Format_RGB888)
    rows = np.frombuffer(picture.constBits(), np.uint8).reshape(picture.height(), picture.bytesPerLine())
    image: Image = rows[:, : 3 * picture.width()].reshape(picture.height(), picture.width(), 3).copy()
    image.setflags(write=False)
    return image


def _sides(content: bytes) -> tuple[int, int]:
    return int.from_bytes(content[16:20], "big"), int.from_bytes(content[20:24], "big")


def _number(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        number = float(value)
    except OverflowError:
        return None
    return number if math.isfinite(number) else None


def _pairs(value: object, kind: type) -> tuple[Any, ...]:
    if not isinstance(value, list) or len(value) > PAIRS_LIMIT:
        return ()
    kept = []
    for pair in value:
        if isinstance(pair, list) and len(pair) == 2 and type(pair[0]) is kind:
            number = _number(pair[1])
            if number is not None:
                kept.append((pair[0], number))
    return tuple(sorted(dict(kept).items()))
