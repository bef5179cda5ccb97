"""Pictures in files that anybody may have written, read by Qt alone."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtGui import QImage

from engine.disk.files import ZscapeError, read_bounded

_BEGIN = b"\x89PNG\r\n\x1a\n"


def read_png(path: Path, *, limit_bytes: int, limit_px: int) -> QImage | None:
    """The picture, or None where there is none to read: its sides are looked at before anything is unpacked."""
    try:
        content = read_bounded(path, limit_bytes=limit_bytes)
    except ZscapeError:
        return None
    sides = (int.from_bytes(content[16:20], "big"), int.from_bytes(content[20:24], "big"))
    if not content.startswith(_BEGIN) or not all(1 <= side <= limit_px for side in sides):
        return None
    picture = QImage.fromData(content)
    return None if picture.isNull() else picture
