"""The README's table of figures, between its two markers."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

from bench.figures import ROOT, Figure

START, END = "<!-- figures -->", "<!-- /figures -->"


def rewrite(figures: Sequence[Figure], machine: dict[str, Any], load: float, *, quick: bool = False) -> None:
    """Put the figures where the old ones stood."""
    path = ROOT / "README.md"
    text = path.read_text(encoding="utf-8")
    before, _, rest = text.partition(START)
    _, _, after = rest.partition(END)
    path.write_text(f"{before}{START}\n{table(figures, machine, load, quick=quick)}\n{END}{after}", encoding="utf-8")


def table(figures: Sequence[Figure], machine: dict[str, Any], load: float, *, quick: bool = False) -> str:
    """Markdown: what was measured, its value, the bar."""
    machine_words = (
        f"Measured {time.strftime('%Y-%m-%d')} on {machine['cores']} cores of {machine['cpu']}, torch "
        f"{machine['torch']}, load {load:.1f} at the start{'; roughly, with `--quick`' if quick else ''}."
    )
    lines = [
        machine_words,
        "",
        "| Figure | Case | What | Value | Bar |",
        "|---|---|---|---|---|",
    ]
    for one in figures:
        bar = "" if one.bar is None else f"{'≤' if one.better == 'lower' else '≥'} {one.bar:g}"
        bar += "" if one.ok is not False else " (missed)"
        words = one.metric.replace("_", " ") + (f" ({one.note})" if one.note else "")
        lines.append(f"| {one.id} | {one.case} | {words} | {one.value:g} {one.unit} | {bar} |")
    return "\n".join(lines)
