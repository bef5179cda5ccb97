"""What happens to a picture of a model that walks, from where it begins to its last step."""

from __future__ import annotations

import time
from dataclasses import replace

from torch import Tensor

from engine.disk.files import ZscapeError
from engine.machine.work import Work
from engine.opened.model import OpenedModel
from engine.opened.pictures import to_image
from engine.protocol.made import StepsFollowed
from engine.protocol.values import Recipe, Setting

MOST_GAIN = 32.0
"""What is less is noise of the arithmetic, and not amplified further."""

TIMED = 3
"""Pictures that tell how long one takes: the least of them, since whatever else the machine does only adds to it."""


def walking(opened: OpenedModel) -> Setting:
    """The setting whose values are the steps of its walk."""
    found = next((setting for setting in opened.family.settings if setting.walks), None)
    if found is None:
        raise ZscapeError("no-walk", f"“{opened.model.name}” draws at once; there are no steps to follow.")
    return found


def at_step(recipe: Recipe, setting: Setting, step: float | None) -> Recipe:
    """The same recipe after so many steps, or (None) without saying how many."""
    others = tuple(pair for pair in recipe.settings if pair[0] != setting.name)
    return replace(recipe, settings=others if step is None else (*others, (setting.name, step)))


def followed(opened: OpenedModel, recipe: Recipe) -> Work[StepsFollowed]:
    """Every step of one recipe's picture. Yields None at seams."""
    setting = walking(opened)
    plain = at_step(recipe, setting, None)
    pictures: list[Tensor] = []
    scores: list[float] = []
    slopes: list[float] = []
    for seen in opened.family.follow(opened.asking(plain)):
        pictures.append(seen.x_BCHW[0].cpu())
        scores.append(float(seen.score_B[0]))
        slopes.append(float(seen.slope_B[0]))
        yield None
    moved = [x_CHW - pictures[0] for x_CHW in pictures]
    gains = tuple(min(MOST_GAIN, 1.0 / max(1e-6, float(change_CHW.abs().max()))) for change_CHW in moved)
    changes = tuple(to_image(gain * change_CHW) for gain, change_CHW in zip(gains, moved, strict=True))
    yield None
    ends = (at_step(plain, setting, setting.low), at_step(plain, setting, setting.high))
    spent: tuple[list[float], list[float]] = ([], [])
    for _ in range(TIMED):
        for found, end in zip(spent, ends, strict=True):
            found.append(_milliseconds(opened, end))
            yield None
    return StepsFollowed(
        model=opened.fingerprint, recipe=plain, scores=tuple(scores), slopes=tuple(slopes),
        changes=changes, gains=gains,
        first_ms=min(spent[0]), last_ms=min(spent[1]),
    )  # fmt: skip


def _milliseconds(opened: OpenedModel, recipe: Recipe) -> float:
    began = time.perf_counter()
    opened.picture(recipe)
    return 1000.0 * (time.perf_counter() - began)
