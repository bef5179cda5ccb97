"""Directions without labels: the axes of the points, and what the drawing network answers to most.

Closed-form factorisation (Shen & Zhou 2021): of all unit steps n, those that move the first layer A z most are the
eigenvectors of AᵀA. Where a family has no such layer, AᵀA is the decoder's own JᵀJ, averaged over places.
Shape legend: N places, D coordinates, B of a basis, P numbers of a picture, F of the first layer.
"""

from __future__ import annotations

import torch
from torch import Tensor

from engine.machine.seeds import generator
from engine.machine.work import Work
from engine.opened.model import OpenedModel
from engine.protocol.answers import Evaluating
from engine.protocol.directions import Candidate
from engine.protocol.values import Recipe

FOUND = 10
PLACES = 8
MOST_PROBED = 256
"""Steps that the decoder is asked about at each place; of spaces with more coordinates a random part, as many."""
_SHIFT = 0.2
_SPREAD_FROM = 256
_BATCH = 32


def axis_candidates(opened: OpenedModel) -> tuple[Candidate, ...]:
    """The principal axes of the model's points, one standard deviation a unit."""
    extra = opened.explorables
    if extra is None:
        return ()
    return tuple(
        Candidate(
            label=axis.label or f"Axis {axis.index + 1}",
            move=tuple((extra.axes_AD[axis.index] * extra.sigmas_A[axis.index]).tolist()),
            made=f"principal axis {axis.index + 1} of the points, {100 * axis.share:.0f} % of how they vary",
        )
        for axis in extra.axes
    )


def layer_candidates(opened: OpenedModel) -> Work[tuple[tuple[Candidate, ...], str]]:
    """What moves the picture most, and by which of the two ways it was found."""
    weight_FD = opened.family.first_layer
    spread_ND = _places(opened, _SPREAD_FROM)
    if weight_FD is not None:
        values, vectors_BD = _eigen(weight_FD.detach().double().cpu().T @ weight_FD.detach().double().cpu())
        note = "From the weights of the first layer that a point passes through."
        made = "what the first layer answers to most"
    else:
        gram_BB, basis_BD = yield from _jacobian(opened, spread_ND[:PLACES])
        values, vectors_BB = _eigen(gram_BB)
        vectors_BD = vectors_BB @ basis_BD
        note = (
            f"This kind of model has no single first layer: its whole decoder was asked at {PLACES} places instead,"
            " and the answers averaged."
        )
        made = f"what the decoder answers to most, at {PLACES} places"
    share = values / values.sum().clamp_min(1e-12)
    along = (spread_ND - spread_ND.mean(0)).double() @ vectors_BD.T
    candidates = tuple(
        Candidate(
            label=f"Factor {k + 1}",
            move=tuple((vectors_BD[k] * along[:, k].std().clamp_min(1e-6)).float().tolist()),
            made=f"{made}: factor {k + 1}, {100 * float(share[k]):.0f} %",
        )
        for k in range(min(FOUND, len(vectors_BD)))
    )
    return candidates, note


def _eigen(gram: Tensor) -> tuple[Tensor, Tensor]:
    """Eigenvalues and eigenvectors as rows, the largest first."""
    values, vectors = torch.linalg.eigh(gram)
    return values.flip(0).clamp_min(0), vectors.T.flip(0)


def _places(opened: OpenedModel, count: int) -> Tensor:
    found = [opened.place(Recipe(model=opened.fingerprint, seed=seed)) for seed in range(count)]
    return torch.stack([place for place in found if place is not None])


def _jacobian(opened: OpenedModel, places_ND: Tensor) -> Work[tuple[Tensor, Tensor]]:
    """JᵀJ (B, B) of the decoder, averaged, by central differences: for every family alike; and the basis it is in."""
    d, device = places_ND.shape[1], opened.device
    basis_BD = torch.eye(d, dtype=torch.float64)
    if d > MOST_PROBED:
        random_BD = torch.randn(MOST_PROBED, d, generator=generator(0, 9), dtype=torch.float64)
        basis_BD = torch.linalg.qr(random_BD.T)[0].T
    gram_BB = torch.zeros(len(basis_BD), len(basis_BD), dtype=torch.float64)
    for number, place_D in enumerate(places_ND, 1):
        rows = []
        for steps_BD in torch.split(_SHIFT * basis_BD.float(), _BATCH):
            with torch.no_grad():
                ahead, behind = (opened.family.decode((place_D + way * steps_BD).to(device)) for way in (1.0, -1.0))
            rows.append(((ahead - behind).flatten(1) / (2 * _SHIFT)).cpu())
            yield None
        jacobian_BP = torch.cat(rows).double()
        gram_BB += jacobian_BP @ jacobian_BP.T / len(places_ND)
        yield Evaluating(what="Asking the decoder", done=number, of=len(places_ND))
    return gram_BB, basis_BD
