"""What was measured of a model's sliders, kept by its fingerprint: measuring takes a while, and does not change."""

from __future__ import annotations

import json
import re
from pathlib import Path

from engine.disk.files import LoadError, atomic_write, read_bounded
from engine.protocol.directions import Matrix

FOLDER = "measured"
_BYTES, _MOST = 4 << 20, 1000


def keep_matrix(home: Path, fingerprint: str, matrix: Matrix) -> Path:
    """Write it where the model's next opening finds it."""
    path = _file(home, fingerprint)
    path.parent.mkdir(parents=True, exist_ok=True)
    value = {
        "sliders": matrix.sliders, "attributes": matrix.attributes, "rows": matrix.rows, "places": matrix.places,
    }  # fmt: skip
    atomic_write(path, json.dumps(value))
    return path


def kept_matrix(home: Path, fingerprint: str) -> Matrix | None:
    """What was kept; None where nothing was, or it cannot be read."""
    try:
        value = json.loads(read_bounded(_file(home, fingerprint), limit_bytes=_BYTES))
        sliders, attributes = (tuple(str(word) for word in value[key]) for key in ("sliders", "attributes"))
        rows = tuple(tuple(float(number) for number in row) for row in value["rows"])
        if len(rows) != len(sliders) or len(rows) > _MOST or any(len(row) != len(attributes) for row in rows):
            return None
        return Matrix(sliders=sliders, attributes=attributes, rows=rows, places=int(value["places"]))
    except (LoadError, ValueError, KeyError, TypeError, RecursionError):
        return None


def _file(home: Path, fingerprint: str) -> Path:
    return home / FOLDER / f"{re.sub(r'[^0-9A-Za-z-]', '', fingerprint)[:32] or 'none'}.json"
