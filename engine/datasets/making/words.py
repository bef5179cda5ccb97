"""What a person writes to say what is held still and what a pair is, read into numbers, or refused in a sentence."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.datasets.faces import pairs
from engine.datasets.faces.factors import ATTRIBUTES, Attribute, FaceTable, check_values
from engine.disk.files import BadConfig

Pixels = NDArray[np.uint8]

LOW_RESOLUTION = 4
"""How many pixels become one."""
_KNOWN = {attribute.name: attribute for attribute in ATTRIBUTES}


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """One half of every pair: the folder it stands in, the faces behind it, and what is made of their pictures."""

    folder: str
    label: str
    change: Callable[[FaceTable], FaceTable] | None = None
    derive: Callable[[Pixels], Pixels] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """Two pictures of one head. A folder is called by what its pictures are."""

    name: str
    label: str
    note: str
    source: Side
    target: Side
    attribute: str = ""
    """The one attribute that differs; '' when all are equal."""

    @property
    def traced(self) -> int:
        """How often a head is drawn: derived pictures cost next to nothing."""
        return 2 if self.target.change else 1


def _low_resolution(images: Pixels) -> Pixels:
    return pairs.low_resolution(images, LOW_RESOLUTION)


DERIVED: dict[str, Pair] = {
    pair.name: pair
    for pair in (
        Pair(
            name="sketch", label="Sketch and face", note="Pencil lines, and the face they were drawn from",
            source=Side(folder="sketch", label="Pencil sketch", derive=pairs.sketch),
            target=Side(folder="face", label="Face"),
        ),
        Pair(
            name="grey", label="Grey and colour", note="The same picture without its colours, and with them",
            source=Side(folder="grey", label="Without colour", derive=pairs.grey),
            target=Side(folder="colour", label="In colour"),
        ),
        Pair(
            name="low-resolution", label="Low and full resolution",
            note=f"Blocks of {LOW_RESOLUTION} × {LOW_RESOLUTION} pixels, and what they were",
            source=Side(folder="low-resolution", label="Low resolution", derive=_low_resolution),
            target=Side(folder="full-resolution", label="Full resolution"),
        ),
        Pair(
            name="evening", label="Day and evening", note="The same heads by day, and by a low sun",
            source=Side(folder="day", label="By day"),
            target=Side(folder="evening", label="In the evening", change=pairs.evening),
        ),
    )
}  # fmt: skip
"""The pairs that have a name; any attribute makes another one."""


def read_held(words: Iterable[str]) -> dict[str, float]:
    """`smile=1 glasses=round` as numbers."""
    held: dict[str, float] = {}
    for word in words:
        name, _, value = word.partition("=")
        held[name] = _number(name, value, word, "bad-set", "NAME=NUMBER, as in smile=1")
    check_held(held)
    return held


def check_held(held: dict[str, float]) -> None:
    """Refuse unknown attributes and values out of range."""
    _check(held, "bad-set")


def read_pair(word: str) -> Pair:
    """`sketch`, or `glasses=none:round`: an attribute that goes from one value to another."""
    if word in DERIVED:
        return DERIVED[word]
    name, given, span = word.partition("=")
    first, parted, second = span.partition(":")
    if not (given and parted and first and second) or name not in _KNOWN:
        raise BadConfig(
            "bad-pair",
            f"“{word[:60]}” is not a pair; write one of {', '.join(DERIVED)}, or an attribute and its two values, as in"
            f" glasses=none:round{_hint(name)}.",
        )
    how = "ATTRIBUTE=FROM:TO, as in smile=-1:1"
    values = tuple(_number(name, value, word, "bad-pair", how) for value in (first, second))
    for value in values:
        _check({name: value}, "bad-pair")
    if values[0] == values[1]:
        raise BadConfig("bad-pair", f"“{word}” changes nothing; give two different values.")
    attribute = _KNOWN[name]
    source, target = (_held_side(attribute, value) for value in values)
    return Pair(
        name=f"{source.folder}:{target.folder.partition('=')[2]}", label=f"{attribute.label} changes",
        note="The same heads; nothing else differs", source=source, target=target, attribute=name,
    )  # fmt: skip


def value_word(attribute: Attribute, value: float) -> str:
    """A value as one writes it: a category by its name."""
    return attribute.categories[int(value)] if attribute.categories else f"{value:g}"


def _held_side(attribute: Attribute, value: float) -> Side:
    word = value_word(attribute, value)
    return Side(
        folder=f"{attribute.name}={word}", label=f"{attribute.label} {word}",
        change=lambda table: pairs.twin(table, attribute.name, value),
    )  # fmt: skip


def _number(name: str, value: str, word: str, code: str, how: str) -> float:
    attribute = _KNOWN.get(name)
    if attribute is not None and value in attribute.categories:
        return float(attribute.categories.index(value))
    try:
        return float(value)
    except ValueError:
        raise BadConfig(code, f"“{word[:60]}” is not a setting; write {how}.") from None


def _check(values: dict[str, float], code: str) -> None:
    try:
        check_values(values)
    except ValueError as error:
        sentence = str(error)
        raise BadConfig(code, f"{sentence[0].upper()}{sentence[1:]}.") from None


def _hint(name: str) -> str:
    """All attributes, for who wrote one that is none."""
    known: Sequence[str] = tuple(_KNOWN)
    return "" if name in _KNOWN else f"; attributes are {', '.join(known)}"
