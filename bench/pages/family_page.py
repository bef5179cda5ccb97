"""docs/families.md: what each family's quick preset came to, beside pictures as they come, none chosen.

Written from the cells that are there and from what the page said before: cells.json beside its pictures keeps every
measurement, so that a page can be added to on another machine, which each row then names.
"""

from __future__ import annotations

import json
import shutil
import statistics
from pathlib import Path
from typing import Any

from bench.figures import ROOT
from bench.pages import guide_figures
from bench.pages.family_cells import AIMS, REPEATS, STATE, Cell
from engine.disk.files import atomic_write

FOLDER = ROOT / "docs" / "families"
PAGE = ROOT / "docs" / "families.md"
CELLS = FOLDER / "cells.json"
DATA = {"glyphs": "Glyphs", "mnist5k": "MNIST, 5000 of it", "fashion-mnist": "Fashion-MNIST"}


def write() -> Path:
    """Take in what was measured since, and write the page anew."""
    told = _kept()
    for data, repeats in REPEATS.items():
        for family in AIMS:
            for repeat in range(repeats):
                cell = Cell(family, data, repeat)
                if scores := cell.scores():
                    told["cells"][f"{data}/{family}/{repeat}"] = scores
                if repeat == 0 and scores and (sheet := cell.folder / "sheet.webp").exists():
                    FOLDER.mkdir(parents=True, exist_ok=True)
                    shutil.copyfile(sheet, FOLDER / f"{cell.case}.webp")
                    if data == "glyphs":
                        guide_figures.write(family, scores, sheet)
    for family in AIMS:
        if (path := STATE / "speed" / f"{family}.json").exists():
            told["speed"][family] = json.loads(path.read_text(encoding="utf-8"))
    FOLDER.mkdir(parents=True, exist_ok=True)
    atomic_write(CELLS, json.dumps(told, indent=0, sort_keys=True) + "\n")
    atomic_write(PAGE, page(told))
    return PAGE


def _kept() -> dict[str, Any]:
    try:
        told: dict[str, Any] = json.loads(CELLS.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        told = {}
    return {"cells": dict(told.get("cells", {})), "speed": dict(told.get("speed", {}))}


def page(told: dict[str, Any]) -> str:
    """Markdown: a table for each set, what it means, speeds, sheets."""
    cells: dict[str, Any] = told["cells"]
    parts = [_INTRODUCTION]
    if told_classes := sorted({key.split("/")[1] for key, each in cells.items() if guide_figures.knows_classes(each)}):
        parts.append(f"Told the class of each picture by their preset, the others are not: {', '.join(told_classes)}.")
    for data, title in DATA.items():
        rows = [row for family in AIMS if (row := _row(family, data, cells))]
        if rows:
            parts.append(f"## {title}\n\n{_HEAD}\n" + "\n".join(rows))
    if rows := [_speed_row(family, told["speed"][family]) for family in AIMS if family in told["speed"]]:
        parts.append(_SPEED + "\n" + "\n".join(rows))
    if machines := sorted({_machine(each["machine"]) for each in [*cells.values(), *told["speed"].values()]}):
        parts.append("Measured on " + "; ".join(machines) + ".")
    sheets = [
        f"### {case}\n\n![{case}](families/{case}.webp)"
        for data in DATA
        for family in AIMS
        if (FOLDER / f"{(case := Cell(family, data, 0).case)}.webp").exists()
    ]
    if sheets:
        parts.append(
            "## As they come\n\nThe first thirty-two seeds of each family's first repeat.\n\n" + "\n\n".join(sheets)
        )
    return "\n\n".join(parts) + "\n"


def _found(family: str, data: str, cells: dict[str, Any]) -> list[dict[str, Any]]:
    return [cells[key] for repeat in range(REPEATS[data]) if (key := f"{data}/{family}/{repeat}") in cells]


def _row(family: str, data: str, cells: dict[str, Any]) -> str:
    found = _found(family, data, cells)
    if not found:
        return ""
    aim = AIMS[family]
    minutes = statistics.median(each["cpu_seconds"] for each in found) / 60
    values = [
        _median([each["inception_share"] for each in found], aim.share, higher=True),
        _median([_value(each, "diversity_score") for each in found], aim.diversity, higher=True),
        _median([_value(each, "class_balance") for each in found], None),
        _median([_value(each, "fid") for each in found], None),
        _median([each["copies_ratio"] for each in found if "copies_ratio" in each], 1.0),
    ]
    return f"| {family} | {len(found)} | {minutes:.1f} | " + " | ".join(values) + " |"


def _value(cell: dict[str, Any], name: str) -> float:
    return float(cell["metrics"][name]["value"])


def _median(values: list[float], bar: float | None, *, higher: bool = False) -> str:
    """The middle, from least to most; bold where a bar is missed."""
    if not values:
        return "–"
    middle = statistics.median(values)
    spread = f" ({min(values):.2f} to {max(values):.2f})" if len(values) > 1 else ""
    missed = bar is not None and (middle < bar if higher else middle >= bar)
    return f"**{middle:.2f}**{spread}" if missed else f"{middle:.2f}{spread}"


def _speed_row(family: str, kept: dict[str, Any]) -> str:
    turns, aim = kept["turns"], AIMS[family]
    ratio = _median([turn["ours"] / turn["plain"] for turn in turns], aim.speed, higher=True)
    rate = _median([turn["rate_share"] for turn in turns], 0.5 if aim.speed else None, higher=True)
    ours = statistics.median(turn["ours"] for turn in turns)
    return f"| {family} | {ours:.0f} | {ratio} | {rate} |"


def _machine(facts: dict[str, Any]) -> str:
    return f"one thread of {facts['cpu']}, torch {facts['torch']}"


_INTRODUCTION = """\
# The families, side by side

What the quick preset of each family comes to in a few minutes of one processor thread. Written by
`python -m bench families`, which goes on where it was interrupted; settings are those of `resources/presets`.

- **Inception score** as a share of what held-out real pictures score, by a classifier that was trained on the data: how
  clearly each picture shows something, and how much there is of everything. Real pictures: 1.
- **Diversity** exp(−KL(p(y) ‖ p*(y))): whether all classes come as often as in the data. Real pictures: 1.
- **Rarest class**: how often it comes, of how often it should; 0 where one never comes, which diversity hardly notices.
- **FID** from training pictures, on the classifier's features (not those of published tables).
- **Copies**: the error of an encoder's copies of held-out pictures over that of as many principal components; below 1
  it keeps more than they do.

The middle of all repeats, each with a seed of its own, and from least to most; bold where it is not what we aim at."""

_HEAD = """\
| Family | Repeats | Minutes | Inception score | Diversity | Rarest class | FID | Copies |
|---|---|---|---|---|---|---|---|"""

_SPEED = """\
## How fast they learn

Pictures a second by one thread; over the plain loop (shuffling DataLoader, up-convolutions as they are usually
written, optimisers as they come, losses read each step), same networks, losses and data, each in a process of its own
(ours keeps memory between steps, as a run does: without, the system faults it in anew, a fifth of a step); and how
much of the rate of a bare 1024³ matrix product a whole step of training comes to. Of three turns the middle, and from
least to most: this machine's seconds differ by a tenth and more.

What keeps thin networks from that rate, layer by layer, of a VAE of 24 and 48 maps on an AMD EPYC: of its 24 ms a step,
convolutions and matrices alone take 15, which is .6 of the bare rate. Those of 48 maps reach .6 to 1.6 of it, the
up-convolution to 12 maps .6 to 1, the first layer, of one colour, .2, and the last one, to one colour, .06 to .15.
Batch norms, their activations and slopes take a fifth of a step, optimisers a thirtieth. Wider networks come nearer.

By torch's profiler, convolutions and matrix products take .49 of a step of vae, .56 of aae and .57 of dcgan, and run at
.6, .7 and 1 of the bare rate: were everything else free, these would be their shares. The rest passes memory once for a
few products a number: norms, activations, sums of slopes, averages of weights. Activations in place, which change no
number, save one part in a hundred; channels innermost, fused optimisers and up-convolutions of four taps are in it. On
the Xeon of the table a bare product runs at 140 thousand million operations a second, in registers twice as wide, which
thin convolutions cannot fill: about as many pictures a second are a smaller share there.

| Family | Pictures/s | Over the plain loop | Share of the bare rate |
|---|---|---|---|"""
