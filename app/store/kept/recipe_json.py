"""History entries as JSON values, for the session; what does not fit is left out, never an error."""

from __future__ import annotations

import base64
import binascii
from typing import Any

from PySide6.QtCore import QBuffer, QByteArray, QIODevice
from PySide6.QtGui import QImage, QImageWriter

from app.look.images import from_qimage, to_qimage
from app.store.favourites import tidy_tags
from app.store.history import HistoryEntry
from engine.disk.recipes import TEXT_LIMIT, read_recipe, recipe_value
from engine.protocol.values import Image

THUMBNAIL_BYTES = 100_000
THUMBNAIL_SIDE = 512
Drawn = dict[int, tuple[Image, str]]
"""Thumbnails that were encoded before, by identity; holding them keeps the identities true."""


def entry_value(entry: HistoryEntry, drawn: Drawn) -> dict[str, Any]:
    """A history entry as JSON; `drawn` spares encoding a thumbnail twice."""
    value: dict[str, Any] = {"recipe": recipe_value(entry.recipe), "label": entry.label}
    if not entry.begins:
        value["begins"] = False
    if entry.tags:
        value["tags"] = list(entry.tags)
    if entry.thumbnail is not None:
        key = id(entry.thumbnail)
        if key not in drawn:
            drawn[key] = (entry.thumbnail, encoded(entry.thumbnail))
        value["thumbnail"] = drawn[key][1]
    return value


def read_entry(value: object) -> HistoryEntry | None:
    """A history entry from JSON without its picture, or None if it is none."""
    if not isinstance(value, dict):
        return None
    recipe, label = read_recipe(value.get("recipe")), value.get("label")
    if recipe is None:
        return None
    label = label[:TEXT_LIMIT] if isinstance(label, str) else ""
    tags = value.get("tags")
    words = [tag for tag in tags if isinstance(tag, str)] if isinstance(tags, list) else []
    return HistoryEntry(recipe=recipe, label=label, begins=value.get("begins") is not False, tags=tidy_tags(words))


def encoded(image: Image) -> str:
    """A small picture as text."""
    content = QByteArray()
    buffer = QBuffer(content)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    QImageWriter(buffer, QByteArray(b"png")).write(to_qimage(image))
    buffer.close()
    return base64.b64encode(content.data()).decode("ascii")


def decoded(text: str) -> Image | None:
    """A small picture from text, or None if it is none; only PNG, and only small ones."""
    try:
        content = base64.b64decode(text, validate=True) if len(text) <= THUMBNAIL_BYTES else b""
    except (binascii.Error, ValueError):
        return None
    # The sides stand at a fixed place in a PNG: a bomb is told before anything is unpacked.
    sides = (int.from_bytes(content[16:20], "big"), int.from_bytes(content[20:24], "big"))
    if content[:8] != b"\x89PNG\r\n\x1a\n" or not all(1 <= side <= THUMBNAIL_SIDE for side in sides):
        return None
    picture = QImage.fromData(content)
    return None if picture.isNull() else from_qimage(picture)
