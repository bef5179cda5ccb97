"""python -m bench.sheets [--only PART] [--out DIR]: contact sheets of the faces, and a page on them.

Parts: `sheets`, 96 people at 64 and 128 pixels; `strips`, one a factor; `sets`, a strip a pair and the maps of
densities; `models`, what the bundled model of faces makes of them; `page`, docs/faces.md, whose numbers come from the
card of the bundled judge and from nowhere else: `zscape evaluate judge --card` puts them there.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image

from bench.figures import ROOT
from bench.pages import model_sheets
from engine.datasets.faces.captions import caption
from engine.datasets.faces.factors import ATTRIBUTE_NAMES, ATTRIBUTES, Attribute, FaceTable, sample_factors
from engine.datasets.faces.render import render_faces
from engine.datasets.making.faces import STRIP_PAIRS, face_pictures
from engine.datasets.making.faces import strip as paired
from engine.datasets.making.maps import density_map, points_map
from engine.datasets.making.points import sampled_points
from engine.datasets.making.words import read_pair
from engine.datasets.synthetic.toy import TOYS
from engine.disk.bundled import DEFAULT, bundled_model
from engine.disk.files import LoadError, ZscapeError, atomic_write
from engine.opened.checkpoints import load_model

FOLDER = ROOT / "docs" / "faces"
PAGE = ROOT / "docs" / "faces.md"
GUIDE = ROOT / "resources" / "guide" / "pictures"
SEED, PEOPLE, COLUMNS = 7, 96, 12
STRIP_PX, FRAMES, GAP = 112, 7, 4
QUALITY = 90
PAIR_PX, PAIR_QUALITY = 96, 72
MAP_PX, POINTS = 132, 1500
PAIRS = {
    "sketch": "Pencil lines, darker where the picture changes more than what surrounds it.",
    "grey": "Without colour: what a model that colours pictures starts from.",
    "low-resolution": "Four by four pixels made one, and enlarged again to the old size.",
    "evening": "The same heads at the same places, by a low orange sun against a dark sky.",
    "glasses=none:round": "One attribute, from one value to another; any attribute can be named.",
}
"""A line for each pair; the last stands for those that are made of an attribute."""

NEUTRAL = {
    "yaw": 0.0, "pitch": 0.0, "roll": 0.0, "smile": 0.1, "mouth_open": 0.0, "eyes_open": 0.75, "gaze": 0.0, "brow": 0.0,
    "age": 0.3, "bald": 0.0, "beard": 0.0, "glasses": 0.0, "face_width": 0.0, "nose": 0.0, "light": -0.35,
    "warmth": 0.1,
}  # fmt: skip
ROWS = (
    {"gender": -0.85, "skin": 0.15, "hair_color": 0.55, "hair_length": 0.75},
    {"gender": 0.85, "skin": 0.55, "hair_color": 0.12, "hair_length": 0.25},
)
"""The two people of every strip, as far as they are not what the strip is about."""
PERSON = (3, 11)

LINES = {
    "yaw": "The head turns; nothing else of the scene does.",
    "pitch": "It nods: chin to chest at one end, nose in the air at the other.",
    "roll": "It leans to one shoulder.",
    "smile": "From a clear frown to a wide smile that shows teeth; cheeks and eyes go along.",
    "mouth_open": "The jaw drops and the inside of the mouth appears.",
    "eyes_open": "Lids from closed to wide; hidden behind sunglasses.",
    "gaze": "Irises move; not visible with closed eyes or behind sunglasses.",
    "brow": "From lowered and drawn together to raised.",
    "gender": "Jaw, lips, lashes, brows and neck; values between the ends are common.",
    "age": "Folds, bags, hollows, spots, and grey that begins at the temples.",
    "skin": "From very light to very dark.",
    "hair_color": "Black, brown, red, blond, white, in this order; of no meaning for bald heads.",
    "hair_length": "From cropped to below the shoulders.",
    "bald": "Hair, or none.",
    "beard": "None, stubble, a full beard.",
    "glasses": "None, round, square, sunglasses; the last hide the eyes.",
    "face_width": "How wide the skull is.",
    "nose": "Its size.",
    "light": "The side the main light comes from.",
    "warmth": "The colour of the light, from cool to warm.",
}


def main() -> int:
    parser = argparse.ArgumentParser(prog="bench.sheets", description=__doc__)
    parser.add_argument("--only", choices=("sheets", "strips", "sets", "models", "page"), help="one part")
    parser.add_argument("--out", type=Path, default=FOLDER, metavar="DIR", help="where pictures go (docs/faces)")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    try:
        if arguments.only in (None, "sheets"):
            for size in (64, 128):
                write_picture(arguments.out / f"people-{size}.webp", contact_sheet(size))
        if arguments.only in (None, "strips"):
            for attribute in ATTRIBUTES:
                write_picture(arguments.out / f"{attribute.name}.webp", strip(attribute))
        if arguments.only in (None, "sets"):
            for name in PAIRS:
                write_picture(arguments.out / f"pair-{pair_file(name)}.webp", pair_strip(name), PAIR_QUALITY)
            write_picture(arguments.out / "densities.webp", density_sheet(), PAIR_QUALITY)
        if arguments.only in (None, "models"):
            guide = GUIDE if arguments.out == FOLDER else None
            model_sheets.write(arguments.out, DEFAULT, write_picture, guide)
        if arguments.only in (None, "page"):
            atomic_write(PAGE, page(judge_metrics()))
            print(PAGE)
    except ZscapeError as problem:
        print(problem.sentence, file=sys.stderr)
        return 2
    total = sum(path.stat().st_size for path in arguments.out.glob("*.webp"))
    print(f"{arguments.out}: {total / 1e6:.2f} MB")
    return 0


# ---------------------------------------------------------------- pictures


def contact_sheet(size: int, count: int = PEOPLE) -> NDArray[np.uint8]:
    """People as they come: the first of a seed, none chosen."""
    return tiled(rendered(sample_factors(SEED, range(count)), size), COLUMNS, 0)


def strip(attribute: Attribute, size: int = STRIP_PX, frames: int = FRAMES) -> NDArray[np.uint8]:
    """Two people, each with this attribute from end to end and everything else held still."""
    values = values_of(attribute, frames)
    tables = []
    for person, looks in zip(PERSON, ROWS, strict=True):
        for value in values:
            tables.append(sample_factors(SEED, [person], fixed={**NEUTRAL, **looks, attribute.name: value}))
    table = FaceTable(
        {name: np.concatenate([one.columns[name] for one in tables]) for name in ATTRIBUTE_NAMES},
        np.concatenate([one.identity for one in tables]),
    )
    return tiled(rendered(table, size), len(values), GAP)


def values_of(attribute: Attribute, frames: int = FRAMES) -> list[float]:
    """Every category, or evenly spaced values from end to end."""
    if attribute.categories:
        return [float(k) for k in range(len(attribute.categories))]
    return [float(value) for value in np.linspace(attribute.low, attribute.high, frames)]


def rendered(table: FaceTable, size: int) -> list[NDArray[np.uint8]]:
    """Every face of a table as a picture, with a word on how far it is."""
    pictures: list[NDArray[np.uint8]] = []
    for chunk in render_faces(table, size):
        pictures += list(chunk.images)
        print(f"\r{len(pictures)} of {len(table)} faces at {size} px ", end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)
    return pictures


def tiled(pictures: Sequence[NDArray[np.uint8]], columns: int, gap: int) -> NDArray[np.uint8]:
    """Pictures in reading order, `gap` white pixels between them."""
    side, rows = pictures[0].shape[0], -(-len(pictures) // columns)
    step = side + gap
    sheet = np.full((rows * step - gap, columns * step - gap, 3), 255, np.uint8)
    for number, picture in enumerate(pictures):
        top, left = step * (number // columns), step * (number % columns)
        sheet[top : top + side, left : left + side] = picture
    return sheet


def pair_file(name: str) -> str:
    """A pair's name as a file's."""
    return name.partition("=")[0]


def pair_strip(name: str, size: int = PAIR_PX, count: int = STRIP_PAIRS) -> NDArray[np.uint8]:
    """The first people of a seed, each as a pair: one picture above the other."""
    pair = read_pair(name)
    drawn = [face for face in face_pictures(sample_factors(SEED, range(count)), size, pair) if face is not None]
    return paired([[picture for picture, _ in face] for face in drawn])


def density_sheet(size: int = MAP_PX) -> NDArray[np.uint8]:
    """Every density above points drawn from it."""
    columns = [
        [density_map(toy, size), points_map(toy, sampled_points(toy, POINTS, SEED), size)] for toy in TOYS.values()
    ]
    return paired(columns)


def write_picture(path: Path, pixels: NDArray[np.uint8], quality: int = QUALITY) -> None:
    """As WebP, with colours as sharp as the format allows."""
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(pixels).save(path, "WEBP", quality=quality, method=6, use_sharp_yuv=True)
    print(f"{path.name}: {pixels.shape[1]} × {pixels.shape[0]}, {path.stat().st_size / 1e3:.0f} kB")


# ---------------------------------------------------------------- the page


def judge_metrics(name: str = "judge") -> dict[str, Any]:
    """The card of the bundled judge, which must have been measured."""
    path = bundled_model(name)
    card = dict(load_model(path).card)
    if not isinstance(card.get("metrics"), dict):
        raise LoadError(
            path, "no-card", f"The card of “{name}” holds no measurements; run  zscape evaluate {name} --card  first."
        )
    return card


def page(card: Mapping[str, Any]) -> str:
    """docs/faces.md, written from the attributes, the grammar of captions and the judge's card."""
    table = sample_factors(SEED, range(6))
    captions = [caption(table.scalars(k), dict.fromkeys(ATTRIBUTE_NAMES, True), k) for k in range(6)]
    parts = [_INTRODUCTION.format(captions="\n".join(f"> {text}" for text in captions))]
    for attribute in ATTRIBUTES:
        parts.append(
            f"### {attribute.label} (`{attribute.name}`)\n\n![{attribute.label}](faces/{attribute.name}.webp)\n\n"
            f"{LINES[attribute.name]} {_range(attribute)}"
        )
    parts.append(_PAIRS)
    for name, line in PAIRS.items():
        pair = read_pair(name)
        parts.append(
            f"### {pair.label} (`--pair {name}`)\n\n![{pair.label}](faces/pair-{pair_file(name)}.webp)\n\n{line}"
        )
    parts.append(_DENSITIES.format(names=", ".join(f"`{name}`" for name in TOYS)))
    parts.append(_TABLE)
    rows = [_row(attribute, card["metrics"]) for attribute in ATTRIBUTES]
    parts.append(model_sheets.section())
    parts.append(_JUDGE.format(on=card["measured_on"], date=card["date"], by=card["measured_by"], rows="\n".join(rows)))
    return "\n\n".join(parts) + "\n"


def _range(attribute: Attribute) -> str:
    if attribute.categories:
        return " ".join(f"{k} {word}," for k, word in enumerate(attribute.categories)).rstrip(",") + "."
    return f"{attribute.low:g} {attribute.low_word} to {attribute.high:g} {attribute.high_word}."


def _row(attribute: Attribute, metrics: Mapping[str, Any]) -> str:
    key = f"accuracy.{attribute.name}" if attribute.categories else f"r2.{attribute.name}"
    found = metrics.get(key)
    if not isinstance(found, dict) or not isinstance(found.get("value"), float | int):
        return f"| {attribute.label} | – | – | – |"
    kind = "balanced accuracy" if attribute.categories else "R²"
    return f"| {attribute.label} | {kind} | {found['value']:.3f} ± {found['stderr']:.3f} | {found['n']} |"


_INTRODUCTION = """\
# The faces

Every face is rendered by this project: a head modelled as a signed distance, traced ray by ray, lit and painted. No
photograph and no download is behind them, and everything about them is known. Twenty attributes are recorded; beyond
them people differ in proportions, asymmetry, eye colour, hair style, shirt and background, so that two people with
equal attributes are still two people. A picture depends on its seed and its number only.

Written by `python -m bench.sheets`; draw your own with `zscape data render faces --count 96 --size 128 --out faces`.

## Ninety-six people

As they come, none chosen. At 64 pixels, as they ship and as models learn them:

![Ninety-six people at 64 pixels](faces/people-64.webp)

The same people at 128 pixels:

![Ninety-six people at 128 pixels](faces/people-128.webp)

What is said of the first six when everything is visible:

{captions}

## The attributes, one by one

Two people; from left to right the attribute goes from one end to the other and everything else stands still. A strip
changes only pixels that its attribute may change: a test compares it with the attribute's mask."""

_PAIRS = """\
## Pairs

Two pictures of every head, for models that translate one into the other: `zscape data render faces --count 200
--pair sketch --out pairs`. They stand in two folders of equal names, each called by what its pictures are;
`pairs.json` says which of them is *from* and which *to*, `attributes.csv` what is known of the heads."""

_DENSITIES = f"""\
## Densities

Not faces, but drawn by the same command: points whose density is known exactly, for models of points. Above the
density, below {POINTS} points of it; `points.csv` holds their coordinates and log densities. Names: {{names}}.

![Six densities](faces/densities.webp)"""

_TABLE = """\
## How to read the table

Beside rendered pictures lie four files, and the same columns are in the store that models are trained on:

| File | Holds |
|---|---|
| `attributes.csv` | a row for each picture: its file, then one number for each attribute; categories as whole numbers |
| `attributes.json` | for each attribute its label, its two ends with their words, and the names of its categories |
| `visible.csv` | 1 where the picture shows the attribute, 0 where it cannot (the gaze behind sunglasses) |
| `captions.txt` | a sentence for each picture, which never says what is not visible |

A folder with such files, whoever made it, is read with them: `zscape data import FOLDER --out SET`. What is not
visible teaches a judge nothing and counts in no score."""

_JUDGE = """\
## What a judge reads

A small convolutional network, trained on these pictures by the same loop as every model, reads every attribute from
64 pixels. If it cannot see a thing, the rendering is at fault. On {on}, {date}, by `{by}`, where visible:

| Attribute | Measure | Value ± standard error | Pictures |
|---|---|---|---|
{rows}

R² is the share of the attribute's variance that is read right; balanced accuracy is the mean over the categories of
the share recognised."""


if __name__ == "__main__":
    sys.exit(main())
