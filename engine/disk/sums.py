"""Sums as JSON, for what is kept between starts; what does not fit is none."""

from __future__ import annotations

from typing import Any

from engine.disk.recipes import TEXT_LIMIT, read_recipe, recipe_value
from engine.protocol.sums import EXEMPLARS_LIMIT, LEAST_STRENGTH, MOST_STRENGTH, TERMS_LIMIT, Sign, Sum, Term
from engine.protocol.values import Recipe


def sum_value(total: Sum) -> dict[str, Any]:
    """A sum as JSON."""
    return {
        "version": 1,
        "strength": total.strength,
        "noise": total.noise,
        "holds": total.holds,
        "terms": [
            {
                "sign": term.sign.value,
                "words": term.words,
                "understood": term.understood,
                "places": [recipe_value(place) for place in term.places],
            }
            for term in total.terms
        ],
    }


def read_sum(value: object) -> Sum | None:
    """A sum from JSON that anybody may have written, or None if it is none."""
    if not isinstance(value, dict) or value.get("version") != 1 or not isinstance(value.get("terms"), list):
        return None
    strength, noise = value.get("strength"), value.get("noise")
    if not isinstance(strength, int | float) or not LEAST_STRENGTH <= strength <= MOST_STRENGTH:
        return None
    if type(noise) is not int or not 0 <= noise < 2**31 or not 0 < len(value["terms"]) <= TERMS_LIMIT:
        return None
    try:
        terms = tuple(_term(item) for item in value["terms"])
    except (ValueError, KeyError, TypeError):
        return None
    if len({place.model for term in terms for place in term.places}) > 1:
        return None
    return Sum(terms=terms, strength=float(strength), noise=noise, holds=value.get("holds") is True)


def _term(item: Any) -> Term:
    places: list[Recipe] = []
    for value in item["places"][:EXEMPLARS_LIMIT]:
        recipe = read_recipe(value)
        if recipe is None:
            raise ValueError
        places.append(recipe)
    return Term(
        sign=Sign(str(item["sign"])), words=str(item["words"])[:TEXT_LIMIT], places=tuple(places),
        understood=str(item.get("understood", ""))[:TEXT_LIMIT],
    )  # fmt: skip
