"""What a person would say of a face: a small grammar over the attributes that can be seen.

A caption never says what the picture does not show, and seldom says all it shows: a few things, in varying
order and wording, chosen by a generator of its own so that (row, index) always gives the same sentence.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

Row = Mapping[str, float]
Seen = Mapping[str, bool]

_HAIR = ((0.10, "black"), (0.25, "dark brown"), (0.42, "brown"), (0.60, "red"), (0.76, "golden"), (0.92, "blond"))
_SUBJECTS = {
    "woman": ("young woman", "woman", "older woman"),
    "man": ("young man", "man", "older man"),
    "person": ("young person", "person", "older person"),
}


def _pick(g: np.random.Generator, *choices: str) -> str:
    return choices[int(g.integers(len(choices)))]


def _subject(a: Row, g: np.random.Generator) -> str:
    kind = "woman" if a["gender"] < -0.25 else "man" if a["gender"] > 0.25 else "person"
    young, plain, old = _SUBJECTS[kind]
    if a["age"] > 0.66:
        return _pick(g, old, f"wrinkled {plain}")
    return _pick(g, young, plain) if a["age"] < 0.3 else plain


def _mood(a: Row, g: np.random.Generator) -> str:
    if a["smile"] > 0.7:
        return _pick(g, "beaming", "grinning", "broadly smiling")
    if a["smile"] > 0.25:
        return _pick(g, "smiling", "cheerful")
    if a["smile"] < -0.6:
        return _pick(g, "frowning", "sad", "gloomy")
    return ""


def hair_word(color: float) -> str:
    """The everyday word for a place on the hair colour ramp."""
    return next((word for edge, word in _HAIR if color < edge), "white")


def _hair(a: Row, g: np.random.Generator) -> str:
    if a["bald"] >= 0.5:
        return "a bald head"
    length = "cropped" if a["hair_length"] < 0.15 else "short" if a["hair_length"] < 0.4 else "long"
    if 0.4 <= a["hair_length"] < 0.65 or g.random() < 0.35:
        return f"{hair_word(a['hair_color'])} hair"
    return f"{length} {hair_word(a['hair_color'])} hair"


def _details(a: Row, g: np.random.Generator) -> list[str]:
    found = [_hair(a, g)]
    if a["glasses"] >= 1:
        found.append(("", "round glasses", "square glasses", "sunglasses")[int(a["glasses"])])
    if a["beard"] >= 1:
        found.append(("", "stubble", _pick(g, "a beard", "a full beard"))[int(a["beard"])])
    if len(found) > 1 and found[0] != "a bald head" and g.random() < 0.15:
        found.pop(0)
    if len(found) < 3 and abs(a["nose"]) > 0.6 and g.random() < 0.5:
        found.append("a large nose" if a["nose"] > 0 else "a small nose")
    skin = "light" if a["skin"] < 0.25 else "dark" if a["skin"] > 0.7 else ""
    if len(found) < 3 and skin and g.random() < 0.4:
        found.append(f"{skin} skin")
    return [found[k] for k in g.permutation(len(found))]


def _doing(a: Row, seen: Seen, g: np.random.Generator) -> list[str]:
    found = []
    if seen["eyes_open"] and a["eyes_open"] < 0.15:
        found.append("with closed eyes")
    if a["yaw"] > 15 or a["yaw"] < -15:
        side = "right" if a["yaw"] > 0 else "left"
        found.append(_pick(g, f"turned to the {side}", f"facing {side}"))
    elif seen["gaze"] and abs(a["gaze"]) > 0.5:
        found.append("looking right" if a["gaze"] > 0 else "looking left")
    if abs(a["pitch"]) > 10:
        found.append("head raised" if a["pitch"] > 0 else "head lowered")
    if a["mouth_open"] > 0.6:
        found.append(_pick(g, "mouth wide open", "open-mouthed"))
    if seen["brow"] and abs(a["brow"]) > 0.65:
        found.append("with raised brows" if a["brow"] > 0 else "with lowered brows")
    if abs(a["light"]) > 0.6 and g.random() < 0.4:
        found.append("lit from the right" if a["light"] > 0 else "lit from the left")
    keep = int(g.integers(0, 3))
    return found[: max(keep, 1)]


def _article(words: str) -> str:
    return f"an {words}" if words[0] in "aeiou" else f"a {words}"


def _listed(parts: list[str]) -> str:
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"


def caption(columns_row: Row, visible_row: Seen, seed_index: int) -> str:
    """One sentence about a face, such as "a smiling woman with red hair and round glasses, looking left".

    ``visible_row`` says by name which attributes the picture shows; ``seed_index`` varies the wording.
    """
    g = np.random.default_rng([0xCA97, int(seed_index)])
    a = columns_row
    mood, subject = _mood(a, g), _subject(a, g)
    details = _listed(_details(a, g))
    doing = "".join(f", {words}" for words in _doing(a, visible_row, g))
    if mood and g.random() < 0.2:
        return f"{_article(subject)} with {details}, {mood}{doing}"
    return f"{_article(f'{mood} {subject}'.strip())} with {details}{doing}"
