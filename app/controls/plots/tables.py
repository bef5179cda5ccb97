"""Curves as a table for other programs."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Mapping

from app.controls.plots.curves import Curve


def curves_csv(runs: Mapping[str, Mapping[str, Curve]]) -> str:
    """One row a moment: pictures seen, then each curve's value as reported, empty where there is none.

    Several runs stand one below the other, each row with its run's name first.
    """
    names = list(dict.fromkeys(name for curves in runs.values() for name in curves))
    many = len(runs) > 1
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([*(["run"] if many else []), "images", *names])
    for run, curves in runs.items():
        rows: dict[float, dict[str, float]] = {}
        for name, curve in curves.items():
            for images, value in zip(curve.x.tolist(), curve.y.tolist(), strict=True):
                rows.setdefault(images, {})[name] = value
        for images in sorted(rows):
            cells = [rows[images].get(name, math.nan) for name in names]
            writer.writerow([*([run] if many else []), int(images), *("" if math.isnan(v) else repr(v) for v in cells)])
    return out.getvalue()
