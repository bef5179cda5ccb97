"""Finding by a few letters: every word that is typed must be found, at the beginning of a word best of all."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

_WHOLE, _START, _WORD, _WITHIN, _SCATTERED = 120, 100, 80, 45, 20


@dataclass(frozen=True, slots=True)
class Match:
    """How well a text fits, and the letters that do."""

    score: float
    letters: tuple[int, ...]


def match(query: str, text: str) -> Match | None:
    """How well a text fits what was typed; None if it does not."""
    low, total, letters = text.lower(), 0.0, set[int]()
    for word in query.lower().split():
        found = _match_word(word, low)
        if found is None:
            return None
        total += found.score
        letters.update(found.letters)
    return Match(total - 0.1 * len(text), tuple(sorted(letters)))


def ranked(query: str, texts: Sequence[str]) -> list[tuple[int, Match]]:
    """Places of the texts that fit, the best first; equal ones keep their order."""
    found = [(place, each) for place, text in enumerate(texts) if (each := match(query, text)) is not None]
    return sorted(found, key=lambda pair: -pair[1].score)


def _match_word(word: str, text: str) -> Match | None:
    at = text.find(word)
    if at == 0:
        whole = len(text) == len(word) or not text[len(word)].isalnum()
        return Match(_WHOLE if whole else _START, tuple(range(len(word))))
    while at > 0:
        if not text[at - 1].isalnum():
            return Match(_WORD, tuple(range(at, at + len(word))))
        at = text.find(word, at + 1)
    at = text.find(word)
    if at >= 0:
        return Match(_WITHIN, tuple(range(at, at + len(word))))
    letters = _scattered(word, text)
    if letters is None:
        return None
    gaps = letters[-1] - letters[0] + 1 - len(word)
    starts = sum(1 for at in letters if at == 0 or not text[at - 1].isalnum())
    return Match(_SCATTERED + 8 * starts - 2 * gaps, tuple(letters)) if gaps <= 3 * len(word) else None


def _scattered(word: str, text: str) -> list[int] | None:
    """Each letter after the one before, at the next beginning of a word where there is one."""
    letters: list[int] = []
    start = 0
    for letter in word:
        at = text.find(letter, start)
        if at < 0:
            return None
        better = next((place for place in _places(letter, text, at) if not text[place - 1].isalnum()), at)
        if text.find(word[len(letters) + 1 :][:1], better + 1) < 0:
            better = at
        letters.append(better)
        start = better + 1
    return letters


def _places(letter: str, text: str, start: int) -> Iterable[int]:
    while start > 0:
        yield start
        start = text.find(letter, start + 1)
