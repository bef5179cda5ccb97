"""The README's figures, between markers: what a person notices in words, everything behind a disclosure; and those of
walks to known densities, which take longer and have a table of their own.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

from bench.figures import ROOT, Figure

START, END = "<!-- figures -->", "<!-- /figures -->"
NOTICED = {
    ("P1", "faces", "painted"): "Start to a window with a picture in it",
    ("P1", "faces", "first_image"): "Start to the first picture drawn by the model",
    ("P2", "faces", "p50"): "A slider moved to its picture on the canvas, median",
    ("P2", "faces", "p95"): "The same, 19 of 20",
    ("P4", "faces", "p95"): "The same while a model trains, 19 of 20",
    ("P4", "faces", "kept_ratio"): "Training speed kept during such a drag",
    ("P5", "popular-gan-32", "throughput_ratio"): "Training the usual DCGAN, against the usual loop",
    ("P5", "vae-64", "throughput_ratio"): "Training a 64-pixel VAE, against the usual loop",
    ("P7", "15x16", "speed_ratio"): "Drawing with a PixelCNN, against a forward pass a pixel",
    ("P7", "15x128", "speed_ratio"): "The same, eight times as wide",
    ("P11", "folder", "prepare"): "Preparing a folder of 256-pixel JPEGs",
    ("D1", "faces", "first_open"): "Unpacking the 12 000 bundled faces, once",
    ("P12", "grid-32x32", "seconds"): "Exporting a grid of 1 024 faces",
    ("P12", "mp4-10s-512px", "seconds"): "Exporting ten seconds of film, 512 pixels",
}
WALKS = "<!-- walks -->", "<!-- /walks -->"
WALKED = {
    ("F1", "log_ratio_error"): "D from the true log ratio",
    ("F2", "kl_begin"): "KL before the first step",
    ("F2", "kl_end"): "KL at the end",
    ("F2", "least_fall"): "Least fall",
    ("F3", "first_order"): "First fall, off from what theory foretells",
    ("P2", "p95"): "t at its place, slider to picture, 19 of 20",
    ("P9", "ratio"): "A stage with a pool",
}


def rewrite(figures: Sequence[Figure], machine: dict[str, Any], load: float, *, quick: bool = False) -> None:
    """Put the figures where the old ones stood."""
    _put(START, END, table(figures, machine, load, quick=quick))


def rewrite_walks(figures: Sequence[Figure], machine: dict[str, Any], load: float, *, quick: bool = False) -> None:
    """Put the figures of `bench functional` where the old ones stood."""
    _put(*WALKS, walks(figures, machine, load, quick=quick))


def _put(start: str, end: str, told: str) -> None:
    path = ROOT / "README.md"
    before, _, rest = path.read_text(encoding="utf-8").partition(start)
    _, _, after = rest.partition(end)
    path.write_text(f"{before}{start}\n{told}\n{end}{after}", encoding="utf-8")


def walks(figures: Sequence[Figure], machine: dict[str, Any], load: float, *, quick: bool = False) -> str:
    """Markdown: what `bench functional` measured, in words."""
    lines = [_where(machine, load, quick=quick), "", "| | Case | Measured | Aimed at |", "|---|---|---|---|"]
    for one in figures:
        if words := WALKED.get((one.id, one.metric)):
            note = f" ({one.note})" if one.note else ""
            lines.append(f"| {words}{note} | {one.case} | {_value(one)} | {_bar(one)} |")
    return "\n".join(lines)


def _where(machine: dict[str, Any], load: float, *, quick: bool) -> str:
    where = f"{machine['cores']} cores of {machine['cpu']}, torch {machine['torch']}, load {load:.1f} at the start"
    return f"Measured {time.strftime('%Y-%m-%d')} on {where}{'; roughly, with `--quick`' if quick else ''}."


def table(figures: Sequence[Figure], machine: dict[str, Any], load: float, *, quick: bool = False) -> str:
    """Markdown: on which machine, what a person notices, and all that was measured."""
    lines = [_where(machine, load, quick=quick), "", "| | Measured | Aimed at |", "|---|---|---|"]
    found = {(one.id, one.case, one.metric): one for one in figures}
    for key, words in NOTICED.items():
        if key in found:
            lines.append(f"| {words} | {_value(found[key])} | {_bar(found[key])} |")
    lines += [
        "",
        "<details><summary>All figures, as <code>make bench</code> prints them</summary>",
        "",
        "| Figure | Case | What | Median | Range | Bar |",
        "|---|---|---|---|---|---|",
    ]
    for one in figures:
        words = one.metric.replace("_", " ") + (f" ({one.note})" if one.note else "")
        spread = f"{one.min:g} – {one.max:g}" if one.max > one.min else ""
        lines.append(f"| {one.id} | {one.case} | {words} | {_value(one)} | {spread} | {_bar(one)} |")
    return "\n".join([*lines, "", "</details>"])


def _value(one: Figure) -> str:
    return f"{one.value:g} {one.unit}".rstrip()


def _bar(one: Figure) -> str:
    if one.bar is None:
        return ""
    return f"{'≤' if one.better == 'lower' else '≥'} {one.bar:g}{' (missed)' if one.ok is False else ''}"
