"""Directions that people made, beside those that a model came with; and how they are learned from labels.

Shape legend: M directions, D coordinates, N pictures.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import torch
from torch import Tensor

from engine.disk.directions import KeptDirection, kept_directions, trashed_directions
from engine.disk.files import BadConfig
from engine.latents.explorables import Explorables
from engine.opened.model import OpenedModel
from engine.protocol.values import DirectionDescribed

TOLD = "Made here"
OWN = "own:"
"""What the names of directions that people made begin with."""


def label_of(name: str) -> str:
    """What a direction that was made is called, by its name in recipes."""
    return name.removeprefix(OWN)


def with_kept(opened: OpenedModel, home: Path) -> OpenedModel:
    """The opened with all directions kept for its model; those in the trash still draw, and are not offered."""
    kept, trashed = (find(home, opened.fingerprint) for find in (kept_directions, trashed_directions))
    names = {one.name for one in kept}
    return with_directions(opened, kept, [one for one in trashed if one.name not in names])


def with_directions(
    opened: OpenedModel, own: Sequence[KeptDirection], hidden: Sequence[KeptDirection] = ()
) -> OpenedModel:
    """The opened with these directions of a person's own, and no others of theirs."""
    latent = opened.family.latent
    if latent is None:
        return opened
    fitting = [one for one in (*own, *hidden) if len(one.move) == latent.coordinates]
    before = opened.explorables or _nothing(latent.coordinates)
    native = [k for k, one in enumerate(before.directions) if not one.name.startswith(OWN)]
    if not fitting and len(native) == len(before.directions):
        return opened
    moves = [before.directions_MD[native], *(torch.tensor([one.move], dtype=torch.float32) for one in fitting)]
    described = (*(before.directions[k] for k in native), *(_described(one, one in hidden) for one in fitting))
    return opened.surveyed(replace(before, directions_MD=torch.cat(moves), directions=described))


def _described(one: KeptDirection, is_hidden: bool) -> DirectionDescribed:
    return DirectionDescribed(
        name=one.name, label=one.label, low=one.low, high=one.high, is_hidden=is_hidden,
        help=f"{TOLD}: {one.made}" if one.made else TOLD,
    )  # fmt: skip


def _nothing(coordinates: int) -> Explorables:
    return Explorables(
        coordinates=coordinates, axes_AD=torch.zeros(0, coordinates), sigmas_A=torch.zeros(0),
        shares_A=torch.zeros(0), directions_MD=torch.zeros(0, coordinates),
    )  # fmt: skip


def of_opened(opened: OpenedModel, name: str) -> KeptDirection:
    """One of a model's directions, native or not, to be kept or exported."""
    if opened.explorables is not None:
        for number, one in enumerate(opened.explorables.directions):
            if name in (one.name, one.label) and not one.is_hidden:
                return KeptDirection(
                    model=opened.fingerprint, model_name=opened.model.name, label=one.label or one.name,
                    move=tuple(opened.explorables.directions_MD[number].tolist()), low=one.low, high=one.high,
                )  # fmt: skip
    raise BadConfig("unknown-direction", f"“{opened.model.name}” has no direction “{name[:40]}”.")


def check_owner(opened: OpenedModel, direction: KeptDirection) -> KeptDirection:
    """A direction moves the places of its own model only: elsewhere it means nothing."""
    latent = opened.family.latent
    fits = latent is not None and len(direction.move) == latent.coordinates
    if direction.model != opened.fingerprint or not fits:
        whose = f"“{direction.model_name}”" if direction.model_name else "another model"
        again = "; learn it here anew" if direction.lesson is not None else ""
        raise BadConfig(
            "wrong-model",
            f"The direction “{direction.label}” belongs to {whose}, not to “{opened.model.name}”{again}.",
        )
    return direction


def between(points_ND: Tensor, others_ND: Tensor) -> Tensor:
    """The displacement (D,) from one group's mean to another's: the difference of means."""
    return others_ND.mean(0) - points_ND.mean(0)
