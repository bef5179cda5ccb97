"""What was chosen in the dialog, kept as words of a settings file: what=faces, faces.count=200, hold=smile=1."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from app.controls.numbers import count_text
from engine.protocol.values import MakeableDescribed


class What(StrEnum):
    """The four things to choose from; each is drawn by one of the engine's kinds."""

    FACES = "faces"
    PAIRS = "pairs"
    GLYPHS = "glyphs"
    DENSITY = "density"


TITLES = {
    What.FACES: ("Faces", "With known attributes"),
    What.PAIRS: ("Pairs of faces", "Two pictures of every head"),
    What.GLYPHS: ("Glyphs", "Handwritten-looking digits"),
    What.DENSITY: ("Densities", "Points, exactly known"),
}


@dataclass(slots=True)
class Choices:
    """One person's choices; what cannot be read is as if it had never been chosen."""

    what: What = What.FACES
    density: str = ""
    pair: str = ""
    is_linked: bool = False
    held: list[tuple[str, float]] = field(default_factory=list)
    numbers: dict[str, int] = field(default_factory=dict)
    """faces.count and the like."""

    def words(self) -> tuple[str, ...]:
        """As they are kept."""
        kept = [f"what={self.what}", f"density={self.density}", f"pair={self.pair}", f"linked={int(self.is_linked)}"]
        kept += [f"hold={name}={value:g}" for name, value in self.held]
        return (*kept, *(f"{name}={value}" for name, value in sorted(self.numbers.items())))


def read_choices(words: Iterable[str]) -> Choices:
    """Words as they were kept, or as somebody's editor left them."""
    choices = Choices()
    for word in words:
        name, _, value = word.partition("=")
        match name:
            case "what" if value in set(What):
                choices.what = What(value)
            case "density":
                choices.density = value
            case "pair":
                choices.pair = value
            case "linked":
                choices.is_linked = value == "1"
            case "hold":
                held, _, number = value.partition("=")
                try:
                    choices.held.append((held, float(number)))
                except ValueError:
                    continue
            case _ if value.isdecimal() and len(value) < 19:
                choices.numbers[name] = int(value)
    return choices


def by_what(makeables: Iterable[MakeableDescribed]) -> Mapping[What, tuple[MakeableDescribed, ...]]:
    """What the engine can draw, under the four things to choose from."""
    found: dict[What, tuple[MakeableDescribed, ...]] = {}
    for makeable in makeables:
        if makeable.dimensions:
            found[What.DENSITY] = (*found.get(What.DENSITY, ()), makeable)
        elif makeable.attributes:
            found[What.FACES] = found[What.PAIRS] = (makeable,)
        else:
            found[What.GLYPHS] = (makeable,)
    return found


def caption(what: What, note: str, count: int, cells: int, dimensions: int) -> str:
    """The line under the preview: what it is that one sees."""
    if what is What.DENSITY:
        drawn = "point" if count == 1 else "points"
        both = "its curve, and a histogram of" if dimensions == 1 else "its map, and"
        return f"{note}: {both} {count_text(count)} {drawn} drawn from it"
    if what is What.PAIRS:
        return note
    if cells >= count:
        return "All of them"
    return f"The first {cells} of {count_text(count)}"
