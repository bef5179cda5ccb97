"""Everything that can be drawn, described as data: the dialog, the command line and the checks read it here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import cache

import numpy as np

from engine.datasets.faces.factors import ATTRIBUTES, Attribute
from engine.datasets.making.maps import density_map
from engine.datasets.making.words import DERIVED, Pair
from engine.datasets.previews import shipped_preview
from engine.datasets.synthetic import glyphs
from engine.datasets.synthetic.toy import TOYS, Toy
from engine.protocol.costs import Cost
from engine.protocol.values import DatasetDescribed, Field, Image, MakeableDescribed, PairDescribed

FACES, GLYPHS = "faces", "glyphs"
THUMBNAIL_PX = 96
SEED_LIMIT = 2**32 - 1
A_FEW = {FACES: 16, GLYPHS: 100}
"""How many the command line draws when nobody says; of points, as many as the window suggests."""

_FACES_COST = Cost(seconds=0.16, seconds_power=1.3, bytes=8_300, bytes_power=1.7)
_GLYPHS_COST = Cost(seconds=0.0012, seconds_power=0, bytes=420, bytes_power=0)
_POINTS_COST = Cost(seconds=8e-6, seconds_power=0, bytes=53, bytes_power=0, once_bytes=6_500, once_power=1.5)
_LINE_COST = replace(_POINTS_COST, bytes=34)


def makeables() -> Mapping[str, MakeableDescribed]:
    """What can be drawn, by name; without pictures, which take a moment."""
    return {entry.name: entry for entry in (_faces(), _glyphs(), *map(_density, TOYS.values()))}


def illustrated() -> tuple[MakeableDescribed, ...]:
    """What can be drawn, with a picture of each."""
    return tuple(
        replace(entry, thumbnail=_thumbnail(name) if name in TOYS else shipped_preview(name))
        for name, entry in makeables().items()
    )


def densities(*, thumbnails: bool) -> tuple[DatasetDescribed, ...]:
    """The densities as entries of the list of data; none of them can train a model of pictures."""
    return tuple(
        DatasetDescribed(
            name=toy.name, label=toy.label, images=0, size=0, channels=0, kind="density", dimensions=toy.dimensions,
            note=f"a density in {_dimensions(toy)}; points and map: zscape data render {toy.name} --out FOLDER",
            thumbnail=_thumbnail(toy.name) if thumbnails else None,
        )
        for toy in TOYS.values()
    )  # fmt: skip


def described_pair(pair: Pair) -> PairDescribed:
    """A pair as data."""
    return PairDescribed(name=pair.name, label=pair.label, note=pair.note, traced=pair.traced)


def _number(name: str, label: str, default: int, low: int, high: int, note: str) -> Field:
    return Field(name=name, kind="int", default=default, low=low, high=high, label=label, help=note)


def _seed(what: str) -> Field:
    return _number("seed", "Seed", 0, 0, SEED_LIMIT, f"The same seed draws the same {what} again.")


def _faces() -> MakeableDescribed:
    return MakeableDescribed(
        name=FACES, label="Faces", note="Rendered heads with twenty known attributes and captions",
        fields=(
            _number("count", "How many", 200, 1, 1_000_000, "Pictures to draw; of pairs, how many pairs."),
            _number("size", "Size, px", 64, 16, 512, "Width and height of each picture."),
            _seed("people"),
        ),
        attributes=tuple(_attribute(attribute) for attribute in ATTRIBUTES),
        pairs=tuple(described_pair(pair) for pair in DERIVED.values()),
        cost=_FACES_COST,
    )  # fmt: skip


def _attribute(attribute: Attribute) -> Field:
    if attribute.categories:
        return Field(
            name=attribute.name, kind="choice", default=attribute.categories[0], choices=attribute.categories,
            label=attribute.label, help=attribute.help,
        )  # fmt: skip
    return Field(
        name=attribute.name, kind="float", default=float(np.clip(0.0, attribute.low, attribute.high)),
        low=attribute.low, high=attribute.high, label=attribute.label, help=attribute.help,
        choices=(attribute.low_word, attribute.high_word),
    )  # fmt: skip


def _glyphs() -> MakeableDescribed:
    return MakeableDescribed(
        name=GLYPHS, label="Glyphs", note=f"Handwritten-looking digits, {glyphs.SIZE} × {glyphs.SIZE} pixels",
        fields=(_number("count", "How many", 1000, 1, 1_000_000, "Pictures to draw, as many of each digit."),
                _seed("digits")),
        cost=_GLYPHS_COST,
    )  # fmt: skip


def _density(toy: Toy) -> MakeableDescribed:
    return MakeableDescribed(
        name=toy.name, label=toy.label, note=f"Points in {_dimensions(toy)}, each with its exact log density",
        fields=(
            _number("count", "How many", 2000, 1, 1_000_000, "Points to draw from the density."),
            _number("size", "Size, px", 512, 64, 2048, "Width and height of the pictures of density and points."),
            _seed("points"),
        ),
        cost=_LINE_COST if toy.dimensions == 1 else _POINTS_COST, dimensions=toy.dimensions,
    )  # fmt: skip


def _dimensions(toy: Toy) -> str:
    return "one dimension" if toy.dimensions == 1 else "two dimensions"


@cache
def _thumbnail(name: str) -> Image:
    image = density_map(TOYS[name], THUMBNAIL_PX)
    image.flags.writeable = False
    return image
