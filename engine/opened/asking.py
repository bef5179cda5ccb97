"""From recipes, seeds and real pictures to what a family is asked."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from engine.datasets.store import Store
from engine.disk.files import ZscapeError
from engine.families.ask import Ask, Conditions, condition_tensors, setting_tensors
from engine.families.base import AnyFamily
from engine.opened.pictures import from_image
from engine.protocol.values import Capability, ConditionKind, Recipe

Kept = Callable[[str], NDArray[np.uint8]]
"""The picture (H, W, 4) that has a content hash; its alpha is 255 where a pixel is given."""


def no_pictures(name: str) -> NDArray[np.uint8]:
    """Where no pictures are kept, none can be found."""
    raise ZscapeError("no-picture", f"The picture that this was made from ({name[:12]}…) is not here.")


def seeded_ask(family: AnyFamily, seeds: Sequence[int], points_BD: Tensor | None, device: torch.device) -> Ask:
    """Pictures of some seeds, asked for nothing in particular."""
    nothing: list[Mapping[str, float]] = [{}] * len(seeds)
    return Ask(
        seeds=tuple(seeds),
        points_BD=None if points_BD is None else points_BD.to(device),
        conditions=condition_tensors(family.conditions, nothing, device),
        settings=setting_tensors(family.settings, nothing, device),
    )


def recipe_ask(
    family: AnyFamily, recipes: Sequence[Recipe], points_BD: Tensor | None, device: torch.device, kept: Kept
) -> Ask:
    """Pictures of some recipes, whose places are already found."""
    known = _known(family, recipes, device, kept)
    return Ask(
        seeds=tuple(recipe.seed for recipe in recipes),
        points_BD=None if points_BD is None else points_BD.to(device),
        conditions=condition_tensors(family.conditions, [dict(recipe.conditions) for recipe in recipes], device),
        settings=setting_tensors(family.settings, [dict(recipe.settings) for recipe in recipes], device),
        source_BCHW=_sources(family, recipes, device, kept),
        known_BCHW=None if known is None else known[0],
        mask_BHW=None if known is None else known[1],
    )


def own_conditions(family: AnyFamily, data: Store, rows: Tensor, device: torch.device) -> Conditions:
    """What real pictures would be asked for: class, attributes, caption, as far as these are known."""
    wishes: list[dict[str, float | str]] = [{} for _ in rows]
    for condition in family.conditions:
        for wish, row in zip(wishes, rows.tolist(), strict=True):
            value: float | str | None = None
            if condition.kind is ConditionKind.TEXT and data.captions:
                value = data.captions[row]
            elif condition.name in data.attributes:
                value = float(data.attributes[condition.name][row])
            elif condition.kind is ConditionKind.CLASS and data.labels is not None and data.labels[row] >= 0:
                value = float(data.labels[row])
            if value is not None and value == value:
                wish[condition.name] = value
    return condition_tensors(family.conditions, wishes, device)


def _sources(family: AnyFamily, recipes: Sequence[Recipe], device: torch.device, kept: Kept) -> Tensor | None:
    if Capability.TRANSLATE not in family.capabilities:
        if any(recipe.source for recipe in recipes):
            raise ZscapeError("wrong-recipe", "The recipe translates a picture, which this model does not.")
        return None
    if not all(recipe.source for recipe in recipes):
        raise ZscapeError("no-source", "This model translates pictures; give it one.")
    pictures = [_numbers(kept(recipe.source), family.shape.source_channels) for recipe in recipes]
    return torch.cat([_sized(x_CHW[None], family.picture.size) for x_CHW in pictures]).to(device)


def _known(
    family: AnyFamily, recipes: Sequence[Recipe], device: torch.device, kept: Kept
) -> tuple[Tensor, Tensor] | None:
    """Given pixels and which they are; pictures that start from none have all False."""
    if not any(recipe.known for recipe in recipes):
        return None
    if Capability.COMPLETE not in family.capabilities:
        raise ZscapeError("wrong-recipe", "The recipe completes a picture, which this model does not.")
    side, colours = family.picture.size, family.picture.channels
    known_BCHW = torch.zeros(len(recipes), colours, side, side)
    mask_BHW = torch.zeros(len(recipes), side, side, dtype=torch.bool)
    for place, recipe in enumerate(recipes):
        if recipe.known:
            pixels = kept(recipe.known)
            if pixels.shape[:2] != (side, side):
                raise ZscapeError(
                    "wrong-recipe",
                    f"The given pixels are {pixels.shape[1]}×{pixels.shape[0]}, the model's {side}×{side}.",
                )
            known_BCHW[place] = _numbers(pixels, colours)
            mask_BHW[place] = torch.from_numpy(pixels[:, :, 3] == 255)
    return known_BCHW.to(device), mask_BHW.to(device)


def _numbers(pixels: NDArray[np.uint8], channels: int) -> Tensor:
    return from_image(np.ascontiguousarray(pixels[:, :, :3]), channels)


def _sized(x_BCHW: Tensor, size: int) -> Tensor:
    if x_BCHW.shape[-2:] == (size, size):
        return x_BCHW
    return torch.nn.functional.interpolate(x_BCHW, size=(size, size), mode="bilinear", antialias=True)
