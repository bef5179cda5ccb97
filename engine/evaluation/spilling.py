"""What each slider moves besides its own attribute: sampled faces moved along it, decoded, and read by the judge.

Never from angles between directions, which say nothing of pictures. Shape legend: N places, M sliders, A attributes,
D coordinates.
"""

from __future__ import annotations

import torch

from engine.datasets.store import Store
from engine.disk.files import BadConfig
from engine.evaluation.edits import amounts, decoded
from engine.evaluation.pools import judged_data
from engine.machine.work import Work
from engine.opened.model import OpenedModel
from engine.protocol.answers import Evaluating
from engine.protocol.directions import Matrix
from engine.protocol.values import Recipe

PLACES = 32
REACH = 2.0
"""How far a slider is moved to both sides, if it goes so far: as far as its five steps show."""


def moved(opened: OpenedModel, whole: Store, places: int = PLACES) -> Work[Matrix]:
    """Each slider to both sides of so many sampled places; the difference of the readings, for one unit."""
    judge, _ = yield from judged_data(opened, whole)
    extra = opened.explorables
    shown = [k for k, one in enumerate(extra.directions) if not one.is_hidden] if extra is not None else []
    if extra is None or not shown:
        raise BadConfig("no-sliders", f"“{opened.model.name}” has no named slider to measure.")
    found = [opened.place(Recipe(model=opened.fingerprint, seed=seed)) for seed in range(places)]
    z_ND = torch.stack([place for place in found if place is not None])
    names = (*judge.values, *judge.categories)
    rest = amounts(judge, decoded(opened, z_ND), names)
    spread_A = torch.stack([rest[name].std() for name in names]).clamp_min(1e-3)
    rows = []
    for number, k in enumerate(shown, 1):
        one = extra.directions[k]
        reach = max(0.5, min(REACH, -one.low, one.high))
        ahead, behind = (
            amounts(judge, decoded(opened, z_ND + way * extra.directions_MD[k]), names) for way in (reach, -reach)
        )
        change_A = torch.stack([(ahead[name] - behind[name]).mean() / (2.0 * reach) for name in names])
        rows.append(change_A / spread_A)
        yield Evaluating(what="Judging what each slider moves", done=number, of=len(shown))
    return Matrix(
        sliders=tuple(extra.directions[k].name for k in shown),
        attributes=names,
        rows=tuple(tuple(row.tolist()) for row in rows),
        places=len(z_ND),
    )
