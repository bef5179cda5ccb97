"""What one can choose from, in words: sets of pictures, kinds of model, presets."""

from __future__ import annotations

from pathlib import Path

from app.controls.numbers import count_text
from engine.protocol.values import Capability, DatasetDescribed, FamilyDescribed, Preset

_BUNDLED = "bundled:"

GROUPS = ("Make pictures, and find yours", "Make pictures", "Pixel by pixel", "Picture to picture", "Others")


def group_of(family: FamilyDescribed) -> str:
    """Where a kind of model stands in the list, read from what it can do."""
    can = set(family.capabilities)
    if Capability.TRANSLATE in can:
        return GROUPS[3]
    if {Capability.ENCODE, Capability.DECODE} <= can:
        return GROUPS[0]
    if Capability.DECODE in can:
        return GROUPS[1]
    return GROUPS[2] if Capability.PROGRESSIVE in can else GROUPS[4]


def grouped(families: tuple[FamilyDescribed, ...]) -> list[tuple[str, list[FamilyDescribed]]]:
    """Kinds of model under their headings, empty headings left out."""
    found = [(group, [family for family in families if group_of(family) == group]) for group in GROUPS]
    return [(group, members) for group, members in found if members]


def data_key(name: str) -> str:
    """A set's name without its prefix, so that a preset's wish can be compared with what there is."""
    return name.removeprefix(_BUNDLED)


def data_source(name: str) -> str:
    """How a set is asked for: known names carry a prefix, so that a folder of that name cannot stand in for them."""
    is_path = Path(name).is_absolute()
    return name if is_path or name.startswith(_BUNDLED) else f"{_BUNDLED}{name}"


def data_note(data: DatasetDescribed) -> str:
    """12 000 pictures · 28 px · grey · 10 classes."""
    if not data.installed:
        return data.remedy or " · ".join(part for part in ("Not on this computer", data.note) if part)
    parts = [f"{count_text(data.images)} pictures" if data.images else data.note]
    if data.size:
        parts.append(f"{data.size} px")
    if data.channels == 1:
        parts.append("grey")
    elif data.size and Path(data.name).is_absolute():
        parts.append("colour")
    if data.classes:
        parts.append(f"{len(data.classes)} classes")
    if data.attributes and Path(data.name).is_absolute():
        parts.append(f"{len(data.attributes)} attribute{'s' if len(data.attributes) > 1 else ''}")
    return " · ".join(part for part in parts if part)


def preset_word(preset: Preset) -> str:
    """Quick, from “Quick: small faces”."""
    return preset.label.split(":")[0].strip() or preset.name.capitalize()


def preset_note(preset: Preset) -> str:
    """Small faces. Faces of 32 pixels in a few minutes on two cores."""
    _, _, rest = preset.label.partition(":")
    rest = rest.strip()
    first = f"{rest[:1].upper()}{rest[1:]}." if rest else ""
    return " ".join(part for part in (first, preset.note) if part)


def fitting_side(size: int) -> int:
    """The largest side up to `size` that can be halved down to a few pixels, as most kinds of model do."""
    sides = [base << ups for base in (4, 5, 6, 7) for ups in range(1, 7)]
    return max((side for side in sides if side <= size), default=min(sides))
