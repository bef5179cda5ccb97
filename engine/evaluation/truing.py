"""Sliders learned from the truth: the same heads drawn again with one attribute changed.

A slider is the mean step, by least squares through zero, from where the encoder finds a head to where it finds the
same head with the attribute changed: everything else about the head is equal, so nothing else is in the step. Decoders
answer only partly to a straight step; each is stretched until the reader, which models may learn from, sees the wished
change. The heads are others than those that `edits` measures on, and the judge has no part in it.
Shape legend: M heads, D coordinates.
"""

from __future__ import annotations

from dataclasses import replace

from torch import Tensor

from engine.datasets.store import Store
from engine.disk.files import BadConfig
from engine.evaluation.edits import amounts, copied, decoded, moves_of, why_no_truth
from engine.evaluation.heads import LEARNED_SEED, changed, sampled_heads
from engine.evaluation.heads import units as units_of
from engine.families.judges.judge import FaceJudge
from engine.latents.explorables import Explorables
from engine.machine.work import Work
from engine.opened.judging import reader_of
from engine.opened.model import OpenedModel

HEADS = 120
ROUNDS = 3
LEAST_HIT, LEAST_STRETCH, MOST_STRETCH = 0.3, 0.7, 1.6
"""What is hardly answered to is not stretched without end: far from where points live everything goes wrong."""


def trued(opened: OpenedModel, whole: Store, heads: int = HEADS) -> Work[Explorables]:
    """The model's explorables with every slider that is called as an attribute is learned anew."""
    if why := why_no_truth(opened, whole):
        raise BadConfig("no-truth", f"Sliders cannot be learned so here: {why}.")
    reader, before = reader_of(whole), opened.explorables
    if not isinstance(reader, FaceJudge) or before is None:
        raise BadConfig("no-judge", f"No bundled reader reads the pictures of “{whole.name}”.")
    config = opened.family.picture
    data = yield from whole.resizing(config.size, config.channels)
    units, drawn = units_of(data), (yield from sampled_heads(heads, LEARNED_SEED, config.size))
    z_ND, copies_NCHW = copied(opened, drawn.x_NCHW)
    moves_MD = before.directions_MD.clone()
    for number, one in enumerate(before.directions):
        if one.name not in moves_of(opened):
            continue
        after = yield from changed(drawn, one.name, units[one.name], config.size)
        if not len(after.rows):
            continue
        z_MD = z_ND[after.rows]
        step_D = mean_step(copied(opened, after.x_MCHW)[0] - z_MD, after.wished_M)
        was_M = amounts(reader, copies_NCHW[after.rows], (one.name,))[one.name]
        for _ in range(ROUNDS):
            edited_MCHW = decoded(opened, z_MD + after.wished_M[:, None] * step_D)
            now_M = amounts(reader, edited_MCHW, (one.name,))[one.name]
            step_D = step_D * stretch(float(((now_M - was_M) / after.wished_M).mean()))
        moves_MD[number] = step_D * units[one.name]
    return replace(before, directions_MD=moves_MD)


def mean_step(steps_MD: Tensor, wished_M: Tensor) -> Tensor:
    """The step (D,) for one unit of what was wished: least squares through zero."""
    mean_D: Tensor = (wished_M[:, None] * steps_MD).sum(0) / wished_M.square().sum()
    return mean_D


def stretch(hit: float) -> float:
    """By how much a step is lengthened that leads so far of the wished way."""
    return min(MOST_STRETCH, max(LEAST_STRETCH, 1.0 / max(LEAST_HIT, hit)))
