"""Which sliders a model has and how they stand: named ones with the weak below, and principal axes."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace

from app.explore.slider_group import Row
from app.explore.slider_order import grouped
from app.places.words import HANDS_TIP, direction_tip, moved_words, spoken, unmeasured_words, weak_words
from app.store.edits import SliderNote
from app.store.recipes import SliderKind
from app.store.sliders import Sliders
from engine.protocol.directions import Matrix
from engine.protocol.values import AxisDescribed, Capability, ModelDescribed, Recipe
from engine.protocol.worths import Fault, Weakness, moved_by

WEAK = "Weak"
_AXIS_REACH = 3.0


def left_out(
    model: ModelDescribed, weak: Mapping[str, Weakness], sliders: Sliders, recipe: Recipe | None
) -> frozenset[str]:
    """Named sliders that move nothing, but not those that move this picture or that a person touched."""
    moved = dict(recipe.directions) if recipe is not None else {}
    return frozenset(
        one.name
        for one in model.directions
        if (weakness := weak.get(one.name)) is not None
        and weakness.fault is Fault.NOTHING
        and one.name not in moved
        and not sliders.note(SliderKind.DIRECTION, one.name).says_something
    )


def look_rows(
    model: ModelDescribed,
    sliders: Sliders,
    weak: Mapping[str, Weakness],
    left_out: Collection[str],
    matrix: Matrix | None = None,
    why_unmeasured: str = "",
) -> tuple[Row, ...]:
    """The named sliders in their groups, each with what was measured of it here or elsewhere, or that nothing was."""
    directions = {direction.name: direction for direction in model.directions}
    truths = {truth.name: truth for truth in model.edits}
    rows = []
    for heading, name in grouped(directions):
        direction, note = directions[name], sliders.note(SliderKind.DIRECTION, name)
        if note.is_deleted or name in left_out:
            continue
        weakness, moved = weak.get(name), moved_by(matrix, name)
        tip = direction_tip(direction, is_flipped=note.is_flipped)
        if name not in truths and moved is None and weakness is None and not model.live:
            tip = f"{tip}\n{unmeasured_words(why_unmeasured)}"
        row = Row(
            key=name,
            label=direction.label or spoken(name),
            object_name=f"attribute.{name}",
            low=direction.low,
            high=direction.high,
            tip=tip,
            heading=heading if weakness is None else WEAK,
            truth=truths.get(name),
            weakness=weakness,
            moved=moved,
            besides="" if moved is None else moved_words(moved, _label_of(model, moved.other)),
            why_weak="" if weakness is None else weak_words(weakness, _label_of(model, weakness.other)),
        )
        rows.append(_noted(row, note))
    return _pinned_first(sorted(rows, key=lambda row: row.weakness is not None))


def _label_of(model: ModelDescribed, name: str) -> str:
    found = next((one.label for one in model.directions if one.name == name), "")
    return (found or spoken(name)).lower()


def axis_rows(model: ModelDescribed, sliders: Sliders) -> tuple[Row, ...]:
    """The axes, those that explain most first."""
    rows = []
    can_show = Capability.PROGRESSIVE not in model.capabilities  # else a picture takes seconds
    for axis in model.axes:
        note = sliders.note(SliderKind.AXIS, str(axis.index))
        row = Row(
            key=str(axis.index),
            label=f"{axis.index + 1}  {axis.label}".strip(),
            object_name=f"slider.{axis.index}",
            low=-_AXIS_REACH,
            high=_AXIS_REACH,
            tip=_axis_tip(axis),
            has_ends=can_show and not axis.label and not note.label,
        )
        rows.append(_noted(row, note))
    return _pinned_first(rows)


def _noted(row: Row, note: SliderNote) -> Row:
    """A slider as a person made it."""
    return replace(
        row,
        label=note.label or row.label,
        is_flipped=note.is_flipped,
        is_locked=note.is_locked,
        is_pinned=note.is_pinned,
        heading="Pinned" if note.is_pinned else row.heading,
    )


def _pinned_first(rows: list[Row]) -> tuple[Row, ...]:
    return tuple(sorted(rows, key=lambda row: not row.is_pinned))


def _axis_tip(axis: AxisDescribed) -> str:
    share = f"{100 * axis.share:.0f}" if axis.share >= 0.01 else "less than 1"
    return (
        f"Principal axis {axis.index + 1}: {share} % of how this model's pictures vary.\n"
        f"One σ is {axis.sigma:.2g} latent units.\n"
        f"{HANDS_TIP}"
    )
