"""A place in words: for tooltips, screen readers and the history."""

from __future__ import annotations

from collections.abc import Mapping
from typing import assert_never

from app.controls.numbers import plain_text, signed_text
from engine.protocol.truths import EditTruth
from engine.protocol.values import Capability, ConditionKind, DirectionDescribed, ModelDescribed, Recipe
from engine.protocol.worths import WAY, Fault, Moved, Weakness

_LISTED = 6


def recipe_words(
    recipe: Recipe,
    model: ModelDescribed | None,
    *,
    apart: str = " · ",
    own: Mapping[tuple[str, str], str] | None = None,
) -> str:
    """Seed 1234 · Smile +0.8 · Turn −0.6: what was done, in the words of the sliders.

    `own` are the names that a person gave to sliders, by kind and key.
    """
    own = own or {}
    parts = ["From a picture" if recipe.point is not None else f"Seed {recipe.seed}"]
    labels = {direction.name: direction.label for direction in model.directions} if model else {}
    moves = [
        f"{own.get(('direction', name)) or labels.get(name) or spoken(name)} {signed_text(value)}"
        for name, value in recipe.directions
    ]
    moves += [
        f"{own.get(('axis', str(index))) or f'Axis {index + 1}'} {signed_text(value)}" for index, value in recipe.axes
    ]
    moves += [f"z {index} {plain_text(value)}" for index, value in recipe.raw]
    parts += moves[:_LISTED]
    if len(moves) > _LISTED:
        parts.append(f"and {len(moves) - _LISTED} more")
    if recipe.truncation != 1.0:
        parts.append(f"Diversity {plain_text(recipe.truncation)}")
    parts += [condition_words(name, value, model) for name, value in recipe.conditions]
    known = {setting.name: setting.label for setting in model.sampling} if model else {}
    parts += [f"{known.get(name) or spoken(name)} {plain_text(value)}" for name, value in recipe.settings]
    parts += ["Translated"] * bool(recipe.source) + ["Around given pixels"] * bool(recipe.known)
    return apart.join(parts)


def condition_words(name: str, value: float | str, model: ModelDescribed | None) -> str:
    """Digit 3: a condition by its label and the name of its choice."""
    for condition in model.conditions if model else ():
        if condition.name == name:
            if condition.kind is not ConditionKind.CLASS or isinstance(value, str):
                return f"{condition.label} {value if isinstance(value, str) else plain_text(value)}"
            index = int(value)
            choice = condition.choices[index] if 0 <= index < len(condition.choices) else str(index)
            return f"{condition.label} {choice}"
    return f"{spoken(name)} {value}"


def spoken(name: str) -> str:
    """hair_length becomes Hair length."""
    return name.replace("_", " ").strip().capitalize()


_WORTH_TELLING = 0.1
"""Standard deviations: less than that nobody sees."""
HANDS_TIP = (
    "Click the name, or press Enter, to see five steps of it.\nA right click on it locks, pins, flips or renames it."
)


def direction_tip(direction: DirectionDescribed, *, is_flipped: bool = False) -> str:
    """What both ends of a direction mean."""
    low_word, high_word = direction.low_word, direction.high_word
    if is_flipped:
        low_word, high_word = high_word, low_word
    ends = ""
    if low_word and high_word:
        ends = f"Left: {low_word} · right: {high_word}"
    elif high_word:
        ends = f"Right: {high_word}"
    parts = [part for part in (direction.help, ends) if part]
    return "\n".join([*parts, HANDS_TIP])


def truth_words(truth: EditTruth) -> str:
    """How true a slider is, in words."""
    lines = [f"Does {round(100 * truth.hit)} % of what it says, measured on faces drawn again with just this changed."]
    if truth.spill is not None:
        lines.append(f"{round(100 * truth.spill)} % of what it changes lies elsewhere in the picture.")
    away = "as near as any copy comes" if truth.identity < 1.1 else f"{plain_text(truth.identity, 1)} times as far"
    lines.append(f"From the true picture: {away}.")
    return "\n".join(lines)


def moved_words(moved: Moved, other: str) -> str:
    """What else a slider moves, in words; `other` is what it moves most besides its own."""
    if abs(moved.amount) < _WORTH_TELLING:
        return "Of all else that is read from pictures it moves nothing worth telling."
    way = "up" if moved.amount > 0 else "down"
    much, own = plain_text(WAY * abs(moved.amount), 1), plain_text(WAY * moved.own, 1)
    return f"Besides, from −2 to 2 it moves {other} {way} by {much} σ, where its own moves {own}."


def unmeasured_words(why: str) -> str:
    """That nobody knows what a slider does to pictures, and why, or how that is found out."""
    if why:
        return f"How true it is cannot be told: {why}"
    return "How true it is was not measured: Directions, What each moves, does it."


def weak_words(weakness: Weakness, other: str = "") -> str:
    """Why a slider stands below, in words; `other` is what it drags along."""
    match weakness.fault:
        case Fault.NOTHING:
            return "Weak: it does not move what it is named after."
        case Fault.LITTLE:
            return f"Weak: it does only {round(100 * weakness.own)} % of what it says."
        case Fault.BACKWARDS:
            return "Weak: it moves what it is named after the other way."
        case Fault.DRAGS:
            much = f"{plain_text(WAY * weakness.amount, 1)} σ where its own moves {plain_text(WAY * weakness.own, 1)}"
            return f"Weak: from −2 to 2 it moves {other} along, by {much}."
        case Fault.SPILLS:
            return f"Weak: {round(100 * weakness.amount)} % of what it changes lies elsewhere in the picture."
        case Fault.STRAYS:
            away = plain_text(weakness.amount, 1)
            return f"Weak: it leads {away} times as far from the true picture as a copy is."
        case _:
            assert_never(weakness.fault)


def has_places(model: ModelDescribed) -> bool:
    """True if the model turns places into pictures, so that there is somewhere to move to."""
    return Capability.DECODE in model.capabilities and model.latent > 0
