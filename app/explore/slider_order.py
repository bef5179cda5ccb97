"""In which order and under which headings a model's named sliders stand."""

from __future__ import annotations

from collections.abc import Iterable

GROUPS = {
    "Pose": ("yaw", "pitch", "roll", "turn", "nod", "tilt", "pose"),
    "Face": (
        "smile", "smiling", "mouth_open", "mouth", "eyes_open", "gaze", "brow", "glasses", "eyeglasses", "age", "young",
        "gender", "male", "skin", "pale_skin", "face_width", "oval_face", "nose", "big_nose", "big_lips",
    ),
    "Hair": (
        "hair_color", "hair_length", "bald", "beard", "no_beard", "mustache", "goatee", "bangs", "black_hair",
        "blond_hair", "brown_hair", "gray_hair", "straight_hair", "wavy_hair",
    ),
    "Light": ("light", "warmth", "exposure", "contrast"),
}  # fmt: skip
"""Names as data sets give them: ours, and those that are common elsewhere. What is not named here stands last."""
OTHERS = "More"
_FEWEST = 9
"""Fewer sliders need no headings."""
_GROUP_OF = {name: group for group, names in GROUPS.items() for name in names}
_PLACE_OF = {name: place for names in GROUPS.values() for place, name in enumerate(names)}
_ORDER = (*GROUPS, OTHERS)


def grouped(names: Iterable[str]) -> tuple[tuple[str, str], ...]:
    """Pairs of a group's heading and a slider's name, in their order; headings are empty where none are needed."""
    known = tuple(names)
    if len(known) < _FEWEST or not any(name.lower() in _GROUP_OF for name in known):
        return tuple(("", name) for name in known)

    def rank(name: str) -> tuple[int, int]:
        return _ORDER.index(_group_of(name)), _PLACE_OF.get(name.lower(), 0)

    return tuple((_group_of(name), name) for name in sorted(known, key=rank))


def _group_of(name: str) -> str:
    return _GROUP_OF.get(name.lower(), OTHERS)
