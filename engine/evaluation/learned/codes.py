"""The aggregated posterior against the prior: where the codes of held-out pictures lie beside points that are drawn.

Shape legend: B batch, N pictures, M drawn points, D coordinates.
"""

from __future__ import annotations

from pathlib import Path

import torch
from torch import Tensor

import engine.datasets.catalogue as catalogue
from engine.datasets.batches import batch, evenly
from engine.datasets.store import Split, Store
from engine.disk.files import BadConfig
from engine.evaluation.learned.closeness import learned_from
from engine.families.latent import Explored, Latent
from engine.machine.seeds import generator
from engine.machine.work import Work
from engine.opened.asking import own_conditions
from engine.opened.model import OpenedModel
from engine.protocol.answers import Evaluating
from engine.protocol.scoring import CodesScattered
from engine.protocol.values import Capability, Recipe

DRAWN = 2000
"""Points of the prior: enough that where they lie is a shape, not a handful of dots."""
_PART = 50
"""Pictures that are encoded between two seams."""
_TOLD = 250
"""Drawn points between two seams."""
_SEED = 31


def codes_scattered(opened: OpenedModel, n: int, home: Path) -> Work[CodesScattered]:
    """Of `n` pictures that the open model never learned from."""
    latent = _latent(opened)
    source = learned_from(opened)
    if not source:
        raise BadConfig("no-data", f"Nobody knows what “{opened.model.name}” learned from.")
    config = opened.family.picture
    whole = yield from catalogue.open_data(source, home=home, size=config.size)
    data = yield from whole.resizing(config.size, config.channels)
    test = data.subset(Split.TEST)
    if len(test) < 2:
        raise BadConfig("too-few", f"“{data.label}” has {len(test)} held-out pictures; at least 2 are needed.")
    codes_ND, labels_N = yield from codes(opened, test, n)
    drawn_MD = yield from drawn(opened, latent, DRAWN)
    least, most, off = agreement(codes_ND, drawn_MD)
    return CodesScattered(
        model=opened.fingerprint,
        codes=codes_ND.numpy(),
        labels=tuple(labels_N.tolist()),
        classes=test.classes,
        drawn=drawn_MD.numpy(),
        is_prior=latent.is_followed,
        is_drawn_from=latent.explored is Explored.PRIOR or not latent.is_followed,
        widest=widest(codes_ND).numpy(),
        least_spread=least,
        most_spread=most,
        off=off,
    )


def _latent(opened: OpenedModel) -> Latent:
    latent = opened.family.latent
    if latent is None or Capability.ENCODE not in opened.family.capabilities:
        raise BadConfig("no-encoder", f"“{opened.model.name}” has no encoder: no picture has a code in it.")
    return latent


def codes(opened: OpenedModel, test: Store, n: int) -> Work[tuple[Tensor, Tensor]]:
    """A code (N, D) of each of evenly chosen pictures, and their classes, -1 where nobody knows."""
    rows_N = evenly(len(test), min(n, len(test)))
    noise, found = generator(_SEED, device=opened.device), list[Tensor]()
    for rows in torch.split(rows_N, _PART):
        x_BCHW = batch(test, rows).to(opened.device)
        with torch.no_grad():
            own = own_conditions(opened.family, test, rows, opened.device)
            found.append(opened.family.draw_code(x_BCHW, own, noise).float().cpu())
        yield Evaluating(what="Encoding held-out pictures", done=sum(map(len, found)), of=len(rows_N))
    labels_N = torch.full((len(rows_N),), -1) if test.labels is None else test.labels[rows_N]
    return torch.cat(found), labels_N


def drawn(opened: OpenedModel, latent: Latent, count: int) -> Work[Tensor]:
    """Points (M, D) of the prior; where codes follow none, of the law that the window draws from."""
    noise, found = generator(_SEED, 1), list[Tensor]()
    for place in range(count):
        if latent.is_followed:
            found.append(latent.draw(noise))
        else:
            z_D = opened.place(Recipe(model=opened.fingerprint, seed=place))
            assert z_D is not None
            found.append(z_D)
        if (place + 1) % _TOLD == 0:
            yield None
    return torch.stack(found).float()


def widest(codes_ND: Tensor) -> Tensor:
    """The two directions (2, D) in which codes vary most, the larger part of each counted as forward."""
    if codes_ND.shape[1] <= 2:
        return codes_ND.new_zeros((0, codes_ND.shape[1]))
    spread_DD = torch.cov(codes_ND.double().T)
    axes_2D: Tensor = torch.linalg.eigh(spread_DD).eigenvectors.T.flip(0)[:2]
    forward = axes_2D.gather(1, axes_2D.abs().argmax(1, keepdim=True)).sign()
    return (axes_2D * forward).float()


def agreement(codes_ND: Tensor, drawn_MD: Tensor) -> tuple[float, float, float]:
    """Least and most spread of the codes over that of drawn points, and how far their means are apart at most."""
    spread_D = drawn_MD.std(0).clamp_min(1e-9)
    ratios_D = codes_ND.std(0) / spread_D
    off_D = (codes_ND.mean(0) - drawn_MD.mean(0)).abs() / spread_D
    return float(ratios_D.min()), float(ratios_D.max()), float(off_D.max())
