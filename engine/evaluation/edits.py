"""Does a slider do to a face what it says? Measured against the truth, which exists because the renderer is ours.

A head of known attributes is drawn, encoded, and moved along a slider by as much as its attribute shall change; the
same head is drawn again with just that attribute changed. Of the copy c of the picture x, the edited copy e, and the
head as it should be, x':

    hit       change of the attribute from c to e, as the judge reads it, as a share of the wished one (1 is right)
    spill     of the change from c to e, the share that lies outside the pixels that differ between x and x'; for
              attributes that change a part of the picture only
    identity  |e - x'| / |c - x|: how far the edit is from the truth, where 1 is as near as any copy is
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from engine.datasets.faces.factors import ATTRIBUTE_NAMES
from engine.datasets.store import Store
from engine.disk.files import BadConfig
from engine.evaluation.heads import (
    MEASURED_SEED,
    Changed,
    Heads,
    changed,
    is_local,
    is_rendered,
    outside,
    sampled_heads,
)
from engine.evaluation.heads import units as units_of
from engine.evaluation.pools import judged_data
from engine.evaluation.reading import CHUNK, readings
from engine.families.judges.judge import FaceJudge
from engine.machine.work import Work
from engine.metrics.measured import Measured, mean_of
from engine.opened.model import OpenedModel
from engine.protocol.values import Capability

HEADS = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Truth:
    """How true one slider is; no spill where the attribute may change the whole picture."""

    hit: Measured
    spill: Measured | None
    identity: Measured


def why_no_truth(opened: OpenedModel, data: Store) -> str:
    """Why edits cannot be compared with the truth; empty when they can."""
    if not is_rendered(data):
        return f"the pictures of “{data.name}” cannot be drawn again with another attribute: only rendered faces can"
    if not {Capability.ENCODE, Capability.DECODE} <= opened.family.capabilities:
        return f"“{opened.model.name}” has no encoder, so it cannot copy a head to edit it"
    if opened.family.picture.channels != 3:
        return f"“{opened.model.name}” draws in grey, and the heads are in colour"
    return ""


def edits(opened: OpenedModel, whole: Store, heads: int = HEADS) -> Work[dict[str, Truth]]:
    """How true each slider is that is called as an attribute is."""
    if why := why_no_truth(opened, whole):
        raise BadConfig("no-truth", f"Edits cannot be measured here: {why}.")
    judge, data = yield from judged_data(opened, whole)
    size, moves = opened.family.picture.size, moves_of(opened)
    if not moves:
        raise BadConfig("no-sliders", f"“{opened.model.name}” has no slider that is called as an attribute is.")
    units = units_of(data)
    drawn = yield from sampled_heads(heads, MEASURED_SEED, size)
    z_ND, copies_NCHW = copied(opened, drawn.x_NCHW)
    found = {}
    for name, move_D in moves.items():
        after = yield from changed(drawn, name, units[name], size)
        if len(after.rows):
            found[name] = _truth(opened, judge, drawn, after, z_ND, copies_NCHW, move_D / units[name])
    return found


def moves_of(opened: OpenedModel) -> dict[str, Tensor]:
    """The displacement (D,) of each slider that is called as an attribute is."""
    extra = opened.explorables
    if extra is None:
        return {}
    named = zip(extra.directions, extra.directions_MD, strict=True)
    return {one.name: move_D for one, move_D in named if one.name in ATTRIBUTE_NAMES}


def copied(opened: OpenedModel, x_NCHW: Tensor) -> tuple[Tensor, Tensor]:
    """The points of pictures, and what the model makes of them."""
    with torch.no_grad():
        z_ND = torch.cat([opened.family.encode(x.to(opened.device)).cpu() for x in torch.split(x_NCHW, CHUNK)])
    return z_ND, decoded(opened, z_ND)


def decoded(opened: OpenedModel, z_ND: Tensor) -> Tensor:
    """Pictures of points, a piece at a time."""
    with torch.no_grad():
        parts = [opened.family.decode(z.to(opened.device)).cpu().clamp(-1, 1) for z in torch.split(z_ND, CHUNK)]
    return torch.cat(parts)


def amounts(judge: FaceJudge, x_NCHW: Tensor, names: Sequence[str]) -> dict[str, Tensor]:
    """How much of each attribute there is (N,): values, and of things the probability that they are there."""
    found = readings(judge, x_NCHW)
    return {name: 1.0 - found[name][:, 0] if found[name].ndim == 2 else found[name] for name in names}


def _truth(
    opened: OpenedModel, judge: FaceJudge, heads: Heads, after: Changed,
    z_ND: Tensor, copies_NCHW: Tensor, per_amount_D: Tensor,
) -> Truth:  # fmt: skip
    x, c, name = heads.x_NCHW[after.rows], copies_NCHW[after.rows], after.attribute
    e = decoded(opened, z_ND[after.rows] + after.wished_M[:, None] * per_amount_D)
    was, now = (amounts(judge, pictures, (name,))[name] for pictures in (c, e))
    spill = None
    if is_local(name):
        moved_MHW = (e - c).abs().sum(1)
        out_M = (moved_MHW * outside(x, after.x_MCHW)).sum((1, 2))
        spill = mean_of(out_M / moved_MHW.sum((1, 2)).clamp_min(1e-9))
    return Truth(
        hit=mean_of((now - was) / after.wished_M),
        spill=spill,
        identity=mean_of(_far(e, after.x_MCHW) / _far(c, x).clamp_min(1e-6)),
    )


def _far(a_NCHW: Tensor, b_NCHW: Tensor) -> Tensor:
    return (a_NCHW - b_NCHW).square().mean((1, 2, 3)).sqrt()
