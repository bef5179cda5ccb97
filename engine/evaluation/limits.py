"""How little can an edit spill at all? The answer of the decoder, whatever direction a slider takes.

A slider is one straight step for all heads. Here each head is given a step of its own, which may know the head drawn
again. To first order a decoder changes a picture by J u, J its derivative at the head's point:

    followed  the largest share of the true change that any step holds: 1 - min |J u - (x' - x)|² / |x' - x|²
    least     of all steps by which the reader sees the attribute change as wished, the one that changes least outside
              the pixels that truly change; it is then drawn, and measured as a slider's edit is

`outside` is the change out there over the whole true change, of the least step and of the slider: unlike the spill, it
does not fall when an edit changes more than it should where it may. Values only: what is there or not has no
derivative.
Shape legend: N heads, M of them, D coordinates, P numbers of a picture, A attributes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from engine.datasets.store import Store
from engine.disk.files import BadConfig
from engine.evaluation.edits import amounts, copied, decoded, moves_of, why_no_truth
from engine.evaluation.heads import MEASURED_SEED, Changed, Heads, changed, is_local, outside, sampled_heads
from engine.evaluation.heads import units as units_of
from engine.evaluation.pools import judged_data
from engine.families.judges.judge import FaceJudge
from engine.machine.work import Work
from engine.metrics.measured import Measured, mean_of
from engine.opened.judging import reader_of
from engine.opened.model import OpenedModel
from engine.protocol.answers import Evaluating

HEADS = 100
SHIFT = 0.3
"""Differences are taken over so much of a coordinate's spread to both sides."""
DAMPING = 1e-2
"""Steps that change nothing anywhere would be endless."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """What a decoder allows an edit of one attribute, and what the slider does."""

    followed: Measured
    hit: Measured
    """Of the least step, as the judge reads it."""
    spill: Measured
    """Of the least step."""
    outside: Measured
    """Of the least step."""
    slider_outside: Measured


def limits(opened: OpenedModel, whole: Store, heads: int = HEADS) -> Work[dict[str, Limit]]:
    """The limits of each slider that is called as an attribute is which changes a part of the picture by degrees."""
    if why := why_no_truth(opened, whole):
        raise BadConfig("no-truth", f"Edits cannot be measured here: {why}.")
    judge, data = yield from judged_data(opened, whole)
    reader, size, units = reader_of(whole), opened.family.picture.size, units_of(data)
    if not isinstance(reader, FaceJudge):
        raise BadConfig("no-judge", f"No bundled reader reads the pictures of “{whole.name}”.")
    moves = {name: move_D for name, move_D in moves_of(opened).items() if is_local(name) and name in reader.values}
    if not moves:
        raise BadConfig("no-sliders", f"“{opened.model.name}” has no slider of an attribute of a part of the picture.")
    drawn = yield from sampled_heads(heads, MEASURED_SEED, size)
    afters = []
    for name in moves:
        after = yield from changed(drawn, name, units[name], size)
        if len(after.rows):
            afters.append(after)
    least = yield from _least_steps(opened, reader, drawn, afters)
    return {
        after.attribute: _limit(opened, judge, drawn, after, *found, moves[after.attribute] / units[after.attribute])
        for after, found in zip(afters, least, strict=True)
    }


def _least_steps(
    opened: OpenedModel, reader: FaceJudge, heads: Heads, afters: Sequence[Changed]
) -> Work[list[tuple[Tensor, Tensor]]]:
    """For each attribute the steps (M, D) that change least outside, and how much of the truth any step holds (M,)."""
    z_ND, _ = copied(opened, heads.x_NCHW)
    names, shift_D = [after.attribute for after in afters], SHIFT * z_ND.std(0).clamp_min(1e-3)
    steps: list[list[Tensor]] = [[] for _ in afters]
    shares: list[list[float]] = [[] for _ in afters]
    for n, z_D in enumerate(z_ND):
        x_DP, reading_DA = _derivatives(opened, reader, z_D, shift_D, names)
        for k, after in enumerate(afters):
            for m in (after.rows == n).nonzero().flatten().tolist():
                before_CHW, true_CHW = heads.x_NCHW[n], after.x_MCHW[m]
                out_HW = outside(before_CHW[None], true_CHW[None])[0]
                out_P = out_HW.expand_as(before_CHW).flatten().double()
                steps[k].append(after.wished_M[m] * least_step(x_DP, reading_DA[:, k], out_P))
                shares[k].append(followed(x_DP, (true_CHW - before_CHW).flatten().double()))
        yield Evaluating(what="Asking the decoder", done=n + 1, of=len(z_ND))
    return [(torch.stack(step), torch.tensor(share)) for step, share in zip(steps, shares, strict=True)]


def _derivatives(
    opened: OpenedModel, reader: FaceJudge, z_D: Tensor, shift_D: Tensor, names: Sequence[str]
) -> tuple[Tensor, Tensor]:
    """What one unit of each coordinate does to the picture (D, P) and to what the reader sees of it (D, A)."""
    ahead_DCHW, behind_DCHW = (decoded(opened, z_D + way * torch.diag(shift_D)) for way in (1.0, -1.0))
    seen = [amounts(reader, x_DCHW, names) for x_DCHW in (ahead_DCHW, behind_DCHW)]
    reading_DA = torch.stack([seen[0][name] - seen[1][name] for name in names], 1)
    over_D1 = 2.0 * shift_D.double()[:, None]
    return (ahead_DCHW - behind_DCHW).flatten(1).double() / over_D1, reading_DA.double() / over_D1


def least_step(x_DP: Tensor, reading_D: Tensor, outside_P: Tensor) -> Tensor:
    """The step (D,) of reading one that changes least outside: G⁻¹ r / (r' G⁻¹ r), G what changes there, squared."""
    out_DP = x_DP * outside_P
    gram_DD = out_DP @ out_DP.T
    gram_DD += DAMPING * gram_DD.diagonal().mean() * torch.eye(len(gram_DD), dtype=gram_DD.dtype)
    step_D: Tensor = torch.linalg.solve(gram_DD, reading_D)
    step_D = step_D / (reading_D @ step_D).clamp_min(1e-12)
    return step_D.float()


def followed(x_DP: Tensor, true_P: Tensor) -> float:
    """The largest share of a change, squared, that any step holds."""
    along_D = x_DP @ true_P
    held = along_D @ (torch.linalg.pinv(x_DP @ x_DP.T, hermitian=True) @ along_D)
    return float(held / true_P.square().sum().clamp_min(1e-12))


def _limit(
    opened: OpenedModel, judge: FaceJudge, heads: Heads, after: Changed, step_MD: Tensor, share_M: Tensor,
    per_amount_D: Tensor,
) -> Limit:  # fmt: skip
    x_MCHW, name = heads.x_NCHW[after.rows], after.attribute
    z_MD, copies_MCHW = copied(opened, x_MCHW)
    out_MHW, true_M = outside(x_MCHW, after.x_MCHW), (after.x_MCHW - x_MCHW).abs().sum((1, 2, 3)).clamp_min(1e-9)
    drawn = [decoded(opened, z_MD + step) for step in (step_MD, after.wished_M[:, None] * per_amount_D)]
    moved = [(edited_MCHW - copies_MCHW).abs().sum(1) for edited_MCHW in drawn]
    spilt = [(moved_MHW * out_MHW).sum((1, 2)) for moved_MHW in moved]
    was_M, now_M = (amounts(judge, pictures, (name,))[name] for pictures in (copies_MCHW, drawn[0]))
    return Limit(
        followed=mean_of(share_M),
        hit=mean_of((now_M - was_M) / after.wished_M),
        spill=mean_of(spilt[0] / moved[0].sum((1, 2)).clamp_min(1e-9)),
        outside=mean_of(spilt[0] / true_M),
        slider_outside=mean_of(spilt[1] / true_M),
    )
