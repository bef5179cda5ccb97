"""The folder of a comparison: its scores, what real pictures score, and the sheets of pictures beside them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from PySide6.QtGui import QImage

from app.store.judged.comparison import Report, read_comparison
from app.store.kept.pngs import read_png
from engine.disk.files import ZscapeError, read_bounded

SHEETS, SUMMARY = "pictures-seed-*.png", "scores.json"
LIMIT_BYTES, LIMIT_PX, MOST_SHEETS = 32 << 20, 8192, 100


@dataclass(frozen=True, slots=True)
class Comparison:
    """A comparison that was opened."""

    name: str
    reports: tuple[Report, ...]
    real: Mapping[str, float] = field(default_factory=dict)
    """What held-out real pictures score, where a summary lies beside the scores."""
    sheets: Mapping[str, Path] = field(default_factory=dict)
    """Pictures of all families at equal times, by seed."""


def open_comparison(path: Path) -> Comparison:
    """The scores of a file and what lies beside it, or a LoadError in one sentence."""
    reports = read_comparison(path)
    name = path.parent.name if path.stem in ("scores", "compare", "results") else path.stem
    found = sorted(path.parent.glob(SHEETS), key=lambda sheet: (len(sheet.name), sheet.name))[:MOST_SHEETS]
    sheets = {sheet.stem.removeprefix("pictures-seed-"): sheet for sheet in found}
    return Comparison(name, reports, _real(path.parent / SUMMARY), sheets)


def _real(path: Path) -> dict[str, float]:
    try:
        told = json.loads(read_bounded(path, limit_bytes=LIMIT_BYTES))
    except (ZscapeError, ValueError, RecursionError):
        return {}
    real = told.get("real") if isinstance(told, dict) else None
    if not isinstance(real, dict):
        return {}
    return {str(name): float(value) for name, value in real.items() if type(value) in (int, float)}


def read_sheet(path: Path) -> QImage | None:
    """A sheet of pictures, or None where it is none."""
    return read_png(path, limit_bytes=LIMIT_BYTES, limit_px=LIMIT_PX)
