"""What was measured of a model's sliders, kept by its fingerprint or in its card: it takes a while and stays true."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from engine.disk.files import LoadError, atomic_write, read_bounded
from engine.protocol.directions import Matrix

FOLDER = "measured"
CARD = "moves"
"""Where a model's card tells it."""
_BYTES, _MOST = 4 << 20, 1000


def keep_matrix(home: Path, fingerprint: str, matrix: Matrix) -> Path:
    """Write it where the model's next opening finds it."""
    path = _file(home, fingerprint)
    path.parent.mkdir(parents=True, exist_ok=True)
    atomic_write(path, json.dumps(matrix_value(matrix)))
    return path


def known_matrix(home: Path, fingerprint: str, card: Mapping[str, Any]) -> Matrix | None:
    """What was measured here, else what the model's card says."""
    kept = kept_matrix(home, fingerprint) if fingerprint else None
    return kept if kept is not None else read_matrix(card.get(CARD))


def kept_matrix(home: Path, fingerprint: str) -> Matrix | None:
    """What was kept; None where nothing was, or it cannot be read."""
    try:
        return read_matrix(json.loads(read_bounded(_file(home, fingerprint), limit_bytes=_BYTES)))
    except (LoadError, ValueError, RecursionError):
        return None


def matrix_value(matrix: Matrix) -> dict[str, Any]:
    """As JSON, with as many digits as mean something."""
    rows = [[round(value, 4) for value in row] for row in matrix.rows]
    return {
        "sliders": list(matrix.sliders), "attributes": list(matrix.attributes), "rows": rows, "places": matrix.places,
    }  # fmt: skip


def read_matrix(value: object) -> Matrix | None:
    """What can be understood of it: a stranger's card may say anything."""
    if not isinstance(value, dict):
        return None
    try:
        sliders, attributes = (tuple(str(word) for word in value[key]) for key in ("sliders", "attributes"))
        rows = tuple(tuple(float(number) for number in row) for row in value["rows"])
        is_whole = all(len(row) == len(attributes) and all(map(math.isfinite, row)) for row in rows)
        if len(rows) != len(sliders) or len(rows) > _MOST or not is_whole:
            return None
        return Matrix(sliders=sliders, attributes=attributes, rows=rows, places=int(value["places"]))
    except (ValueError, KeyError, TypeError, OverflowError):
        return None


def _file(home: Path, fingerprint: str) -> Path:
    return home / FOLDER / f"{re.sub(r'[^0-9A-Za-z-]', '', fingerprint)[:32] or 'none'}.json"
