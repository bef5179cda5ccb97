"""What somebody asks of pictures in words, as values of their attributes: “smiling women without glasses”."""

from __future__ import annotations

import re
from collections.abc import Mapping

from engine.datasets.store import AttributeKind
from engine.disk.files import BadConfig

REACH = 0.8
"""Of the way from the middle of a range to its end: the very end is rare."""
NOT = frozenset(("without", "no", "not", "never"))
NEUTRAL = frozenset(("neutral", "serious"))
_SAME = {
    "women": "woman", "female": "woman", "lady": "woman", "ladies": "woman", "men": "man", "male": "man",
    "bearded": "beard", "sunglasses": "sun", "elderly": "old", "laughing": "smiling", "sad": "frowning",
    "blonde": "white", "grown": "long",
}  # fmt: skip


_PHRASES = {re.compile(r"\b(dark|sun|tinted)[\s-]+glasses\b"): "sunglasses"}
"""Words that mean something else together: dark glasses are no dark skin."""


def wished(text: str, kinds: Mapping[str, AttributeKind]) -> dict[str, float]:
    """Attribute values of a sentence, or of `smile=1,gender=-1`; what is not understood is passed over."""
    if "=" in text:
        return _told(text, kinds)
    found: dict[str, float] = {}
    negated, words, place, before = False, _words_of(text), 0, ""
    while place < len(words):
        word, hit, length = words[place], *_called(words[place:], kinds)
        place += max(1, length)
        if word in NOT and hit is None:
            negated = True
            continue
        hit = hit or _meaning(word, kinds)
        if hit is None:
            continue
        name, value = hit
        if name == before and kinds[name].is_category and _is_name(word, name, kinds[name]):
            continue  # “square glasses”: which ones was said already
        before = name
        found[name] = _opposite(name, value, kinds) if negated else value
        negated = False
    if not found:
        known = ", ".join(dict.fromkeys(word for kind in kinds.values() for word in _ends(kind))) or "nothing"
        raise BadConfig("unknown-words", f"“{text[:60]}” names nothing these pictures are labelled with; try {known}.")
    return found


_TOLD = {"none": "no {}", "no": "not {}", "yes": "{}"}
"""How the commonest values of an attribute are said: “no glasses”, “not smiling”."""


def wish_words(wish: Mapping[str, float], kinds: Mapping[str, AttributeKind]) -> str:
    """What was understood, in the words of the labels."""
    return ", ".join(_words(value, kinds[name]) for name, value in wish.items())


def _words(value: float, kind: AttributeKind) -> str:
    if kind.is_category:
        choice, label = kind.names[min(max(round(value), 0), len(kind.names) - 1)].lower(), kind.label.lower()
        if choice in _TOLD:
            return _TOLD[choice].format(label)
        return f"{label} {choice}" if choice.isdigit() else f"{choice} {label}"
    middle = (kind.low + kind.high) / 2
    if abs(value - middle) < 0.1 * (kind.high - kind.low):
        return f"{kind.label.lower()} in between"
    return (kind.high_word if value > middle else kind.low_word) or f"{kind.label.lower()} {value:g}"


def _told(text: str, kinds: Mapping[str, AttributeKind]) -> dict[str, float]:
    found: dict[str, float] = {}
    for pair in text.split(","):
        name, _, number = (part.strip() for part in pair.partition("="))
        if name not in kinds:
            raise BadConfig("unknown-attribute", f"“{name[:40]}” is no attribute; there are {', '.join(kinds)}.")
        try:
            found[name] = float(number)
        except ValueError:
            raise BadConfig("usage", f"“{pair[:40]}” is not NAME=NUMBER.") from None
    return found


def _words_of(text: str) -> list[str]:
    text = text.lower()
    for phrase, meant in _PHRASES.items():
        text = phrase.sub(meant, text)
    return re.findall(r"[^\W\d_]+", text)


def _called(words: list[str], kinds: Mapping[str, AttributeKind]) -> tuple[tuple[str, float] | None, int]:
    """The attribute whose whole name of several words comes next, and how many: “blond hair” is not any hair."""
    found, length = None, 0
    for name, kind in kinds.items():
        label = _words_of(kind.label)
        if len(label) > max(1, length) and words[: len(label)] == label:
            found, length = (name, 1.0 if kind.is_category else _far(kind, 1.0)), len(label)
    return found, length


def _ends(kind: AttributeKind) -> tuple[str, ...]:
    return tuple(word for word in (kind.low_word, kind.high_word) if word)


def _meaning(word: str, kinds: Mapping[str, AttributeKind]) -> tuple[str, float] | None:
    """The attribute and value of one word; the first attribute that knows it."""
    word = _SAME.get(word, word)
    forms = {word, word.removesuffix("s"), word.removesuffix("es")}
    if word in NEUTRAL and "smile" in kinds:
        kind = kinds["smile"]
        return "smile", (kind.low + kind.high) / 2
    for name, kind in kinds.items():
        if kind.is_category:
            for number, choice in enumerate(kind.names):
                if choice.lower() in forms and choice.lower() != "none":
                    return name, float(number)
        elif kind.high_word and kind.high_word.lower() in forms:
            return name, _far(kind, 1.0)
        elif kind.low_word and kind.low_word.lower() in forms:
            return name, _far(kind, -1.0)
    for name, kind in kinds.items():
        if _is_name(word, name, kind):
            return name, 1.0 if kind.is_category else _far(kind, 1.0)
    return None


def _is_name(word: str, name: str, kind: AttributeKind) -> bool:
    """Whether a word names an attribute itself, not one of its values."""
    word = _SAME.get(word, word)
    forms = {word, word.removesuffix("s"), word.removesuffix("es")}
    return bool(forms & {name.lower(), f"{name.lower()}s", *kind.label.lower().split()})


def _far(kind: AttributeKind, way: float) -> float:
    return (kind.low + kind.high) / 2 + way * REACH * (kind.high - kind.low) / 2


def _opposite(name: str, value: float, kinds: Mapping[str, AttributeKind]) -> float:
    kind = kinds[name]
    return 0.0 if kind.is_category else kind.low + kind.high - value
