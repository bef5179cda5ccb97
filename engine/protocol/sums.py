"""Arithmetic of places: averaged exemplars with a sign each, and how far to go."""

from __future__ import annotations

from enum import StrEnum

from engine.protocol.record import record
from engine.protocol.values import Recipe

LEAST_STRENGTH, MOST_STRENGTH = -1.0, 2.0
TERMS_LIMIT, EXEMPLARS_LIMIT = 8, 100


class Sign(StrEnum):
    """Whether a term is added or taken away."""

    PLUS = "plus"
    MINUS = "minus"


@record
class Term:
    """A slot: exemplars whose places are averaged, and what they are called."""

    sign: Sign = Sign.PLUS
    words: str = ""
    places: tuple[Recipe, ...] = ()
    understood: str = ""
    """What the engine made of the words, when exemplars were asked for in words."""


@record
class Sum:
    """A − B + C. The last term that is added is where one stands; all others make the step, taken `strength` times."""

    terms: tuple[Term, ...] = (Term(), Term(sign=Sign.MINUS), Term())
    strength: float = 1.0
    noise: int = 0
    """Which neighbours are shown."""
    holds: bool = False
    """Whether attributes that the sum is not about are held still."""

    @property
    def model(self) -> str:
        """Fingerprint of the model whose places these are; empty without any."""
        return next((place.model for term in self.terms for place in term.places), "")

    @property
    def base(self) -> int:
        """The term where one stands; −1 without one."""
        plus = [index for index, term in enumerate(self.terms) if term.sign is Sign.PLUS and term.places]
        return plus[-1] if plus else -1
