"""docs/likelihoods.md: how probable each family finds pictures that it never saw, beside what papers report.

Written from what was measured and from what the page said before: likelihoods.json beside it keeps every measurement,
so that a page can be added to on another machine.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from bench.figures import ROOT
from bench.likelihood_cases import CASES, DIGITS, FACES, FASHION, GLYPHS, SHAPES, Case, kept
from engine.disk.files import atomic_write

PAGE = ROOT / "docs" / "likelihoods.md"
CELLS = ROOT / "docs" / "likelihoods.json"
PARTS = {
    DIGITS: ("Digits in black and white", "MNIST 5000 by one fixed draw of ink: 4 000 to learn from, 1 000 held out."),
    FASHION: ("Fashion-MNIST", "Photographs of garments, 60 000 to learn from; 1 000 of the 10 000 held-out ones."),
    GLYPHS: ("Glyphs", "Digits as if written by hand, 28 pixels."),
    FACES: ("Faces", "The bundled heads at 32 pixels, in colour."),
    SHAPES: ("Shapes", "Of which all are listed and equally likely, so that the least there can be is known: log N."),
}


def write() -> Path:
    """Take in what was measured since, and write the page anew."""
    try:
        told: dict[str, Any] = json.loads(CELLS.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        told = {}
    told |= {name: found for name in CASES if (found := kept(name))}
    atomic_write(CELLS, json.dumps(told, indent=1, sort_keys=True) + "\n")
    atomic_write(PAGE, page(told))
    return PAGE


def page(told: dict[str, Any]) -> str:
    """Markdown: a table for each set of pictures."""
    parts = [_INTRODUCTION]
    for data, (title, words) in PARTS.items():
        here = {name: case for name, case in CASES.items() if case.data == data and name in told}
        if not here:
            continue
        rows = [_row(case, told[name]) for name, case in here.items()]
        in_nats = next(iter(here.values())).in_nats
        parts.append(f"## {title}\n\n{words}\n\n{_NATS if in_nats else _BITS}\n" + "\n".join(rows))
        if data == SHAPES:
            parts += [_over(told[name]) for name in here]
    machines = sorted({f"{each['machine']['cpu']}, torch {each['machine']['torch']}" for each in told.values()})
    if machines:
        parts.append("Measured on one thread of " + "; ".join(machines) + ".")
    return "\n\n".join(parts) + "\n"


def _row(case: Case, found: dict[str, Any]) -> str:
    learned = "–" if case.model else _duration(found["seconds"])
    settings, first = found["settings"], [case.words]
    if case.in_nats:
        value = _missed(case, found["nats"], f"{found['nats']:.1f} ± {found['stderr']:.1f}")
        least = f"{case.published:.1f}" if case.published is not None else "–"
        return _line([*first, value, f"{found['gap']:+.1f}", found["terms"].split(",")[0], learned, least])
    value = f"{found['nats_bits']:.3f} ± {found['stderr_bits']:.3f}"
    return _line([*first, str(settings.get("levels", 256)), value,
                  f"{found['gap_bits']:+.3f}", learned])  # fmt: skip


def _over(found: dict[str, Any]) -> str:
    over = (found["nats"] - found["entropy"]) / found["dims"]
    return (
        f"log N is {found['entropy']:.3f} nats a picture: what is left to learn is {over:.4f} nats a pixel"
        f" (± {found['stderr'] / found['dims']:.4f})."
    )


def _missed(case: Case, value: float, words: str) -> str:
    return f"**{words}**" if case.bar is not None and value > case.bar else words


def _duration(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 100 else f"{seconds / 60:.0f} min"


def _line(cells: list[str]) -> str:
    return "| " + " | ".join(cells) + " |"


_INTRODUCTION = """\
# How probable do they find pictures?

Likelihoods of pictures that a family never saw, which compare where scores of drawn pictures cannot. Written by
`python -m bench nats`, which goes on where it was interrupted; settings are those of `resources/presets`, quick ones
unless it says otherwise. Classes are untold.

- **Nats** a picture, or **bits** per dimension (pixel and colour), with the standard error over pictures; bold where
  they are more than we aim at. Levels are whole numbers, so nothing is dequantised. Bits of different *shades* do not
  compare.
- **Gap**: how much more held-out pictures cost than as many of those it learned from. Far above 0 it learned by heart.
- **Learned in**: seconds of one core.
- **Published**: nats that papers report after all 60 000 digits, in hours to days."""

_NATS = """\
| Family | Nats | Gap | Told | Learned in | Published |
|---|---|---|---|---|---|"""

_BITS = """\
| Family | Shades | Bits per dimension | Gap | Learned in |
|---|---|---|---|---|"""
