"""After training: look where a model's points lie and what its directions mean, so that it can be explored.

Families that encode are surveyed on the training pictures and their labels; families that only decode on pictures
they drew, read by the bundled judge.
"""

from __future__ import annotations

from collections.abc import Generator, Mapping
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from engine.datasets.batches import batch, evenly
from engine.datasets.store import AttributeKind, Split, Store
from engine.disk.files import ZscapeError
from engine.families.base import AnyFamily
from engine.families.judges.judge import FaceJudge
from engine.families.latent import Explored, Latent
from engine.latents.explorables import Explorables
from engine.latents.fit import effects, explained, parzen, principal_axes
from engine.machine.seeds import generator
from engine.opened.asking import own_conditions, seeded_ask
from engine.opened.judging import judge_of
from engine.protocol.answers import Event
from engine.protocol.values import Capability, DirectionDescribed

PICTURES = 8000
NUMBERS = 1 << 24
"""Coordinates of all their points together."""
DRAWN = 3000
CHUNK = 64
_FIRST = (
    "smile",
    "glasses",
    "yaw",
    "pitch",
    "beard",
    "hair_color",
    "hair_length",
    "age",
    "skin",
    "light",
    "gender",
    "bald",
)
LEAST_EXPLAINED = 0.1
"""A direction is offered only if points tell at least this share of its attribute."""

Surveying = Generator[Event | None, None, Explorables | None]


@dataclass(frozen=True, slots=True)
class Readings:
    """Points with what is known of their pictures."""

    points_ND: Tensor
    values_NA: Tensor
    known_NA: Tensor
    names: tuple[str, ...]
    distances: Tensor


def survey(family: AnyFamily, data: Store, *, pictures: int = PICTURES) -> Surveying:
    """Explorables of a family, from so many pictures at most; None if it has no latent space. Yields None at seams."""
    latent = family.latent
    if latent is None:
        return None
    mixture = None
    if Capability.ENCODE in family.capabilities:
        most = min(pictures, NUMBERS // latent.coordinates)
        readings = yield from _encoded(family, data.subset(Split.TRAIN), most)
        check_finite(readings.points_ND, readings.values_NA, readings.distances)
        if latent.explored is Explored.FITTED:
            mixture = parzen(readings.points_ND)
        scale = torch.ones(len(readings.names))
    else:
        readings = yield from _sampled(family, latent, data, pictures)
        check_finite(readings.points_ND, readings.values_NA, readings.distances)
        # Nonlinear decoders answer only partly to a linear direction: stretch it to one honest sigma.
        scale = 1.0 / explained(readings.points_ND, readings.values_NA, readings.known_NA).clamp(0.25, 1.0)
    yield None
    axes = principal_axes(readings.points_ND, latent.sliders)
    # Of few pictures a linear function of many coordinates tells a share of anything, by chance.
    by_chance = latent.coordinates / len(readings.points_ND) if pictures < PICTURES else 0.0
    shares = _shares(readings)
    kept = [i for i, share in enumerate(shares) if share >= LEAST_EXPLAINED + by_chance]
    kept.sort(key=lambda i: _FIRST.index(readings.names[i]) if readings.names[i] in _FIRST else len(_FIRST))
    moves = (
        effects(readings.points_ND, readings.values_NA, readings.known_NA) * scale[:, None] if readings.names else None
    )
    found = Explorables(
        coordinates=latent.coordinates,
        mixture=mixture,
        axes_AD=axes.axes_AD,
        sigmas_A=axes.sigmas_A,
        shares_A=axes.shares_A,
        directions_MD=moves[kept] if moves is not None else torch.zeros(0, latent.coordinates),
        directions=tuple(
            replace(_described(readings.names[i], data.kinds), told=beyond_chance(shares[i], readings, i)) for i in kept
        ),
        axis_labels=_axis_labels(axes.axes_AD, readings, data.kinds),
        distances=readings.distances,
    )
    check_finite(*found.tensors().values())
    return found


def check_finite(*parts: Tensor) -> None:
    """Finite weights may still encode to infinity, and what is fitted to that could not be read back."""
    if not all(bool(torch.isfinite(part).all()) for part in parts):
        raise ZscapeError("not-finite", "Some of the model's points are not finite numbers.")


def _shares(readings: Readings) -> list[float]:
    if not readings.names:
        return []
    return [float(share) for share in explained(readings.points_ND, readings.values_NA, readings.known_NA)]


def beyond_chance(share: float, readings: Readings, attribute: int) -> float | None:
    """The share that would be explained of other pictures: the adjusted R², 1 − (1 − R²) (n − 1) / (n − D − 1).

    None where there are no more pictures than coordinates: of so few a linear function tells everything.
    """
    n, d = int(readings.known_NA[:, attribute].sum()), readings.points_ND.shape[1]
    return None if n <= d + 1 else max(0.0, 1.0 - (1.0 - share) * (n - 1) / (n - d - 1))


def _encoded(family: AnyFamily, train: Store, most: int) -> Generator[None, None, Readings]:
    chosen = evenly(len(train), most)
    points, distances = [], []
    device = next(family.parameters()).device
    for rows in torch.split(chosen, CHUNK):
        with torch.no_grad():
            x_BCHW = batch(train, rows).to(device)
            own = own_conditions(family, train, rows, device)
            z_BD = family.encode(x_BCHW, own)
            distances.append((family.decode(z_BD, own) - x_BCHW).square().mean((1, 2, 3)).sqrt().cpu() / 2.0)
            points.append(z_BD.float().cpu())
        yield None
    names = tuple(train.attributes)
    values = [_numbers(train.attributes[name][chosen], train.kinds.get(name)) for name in names]
    known = [train.visible.get(name, torch.ones(len(train), dtype=torch.bool))[chosen] for name in names]
    return Readings(
        torch.cat(points),
        torch.stack(values, 1) if names else torch.zeros(len(chosen), 0),
        torch.stack(known, 1) if names else torch.zeros(len(chosen), 0, dtype=torch.bool),
        names,
        torch.cat(distances).sort().values,
    )


def _sampled(family: AnyFamily, latent: Latent, data: Store, most: int) -> Generator[None, None, Readings]:
    """Pictures sampled from the prior, read by the judge of the data when it reads attributes of such pictures."""
    found = judge_of(data)
    judge = found if isinstance(found, FaceJudge) and family.picture.channels == found.picture.channels else None
    device = next(family.parameters()).device
    points, read = [], []
    for rows in torch.split(torch.arange(min(most, DRAWN if judge is not None else 1024)), CHUNK):
        with torch.no_grad():
            z_BD = torch.stack([latent.draw(generator(int(row), 3)) for row in rows])
            points.append(z_BD)
            if judge is not None:
                *_, x_BCHW = family.sample(seeded_ask(family, rows.tolist(), z_BD, device))
                x_BCHW = x_BCHW.float().cpu()
                if x_BCHW.shape[-1] != judge.picture.size:
                    x_BCHW = torch.nn.functional.interpolate(
                        x_BCHW, size=judge.picture.size, mode="bilinear", antialias=True
                    )
                read.append({name: _judged(value) for name, value in judge.read(x_BCHW).items()})
        yield None
    names = tuple(read[0]) if read else ()
    z_ND = torch.cat(points)
    values = [torch.cat([chunk[name] for chunk in read]) for name in names]
    a_NA = torch.stack(values, 1) if names else torch.zeros(len(z_ND), 0)
    return Readings(z_ND, a_NA, torch.ones_like(a_NA, dtype=torch.bool), names, torch.zeros(0))


def _judged(value: Tensor) -> Tensor:
    """Categories count as the probability that the thing is there at all."""
    return 1.0 - value[:, 0] if value.ndim == 2 else value


def _numbers(values: Tensor, kind: AttributeKind | None) -> Tensor:
    return (values > 0.5).float() if kind is not None and kind.is_category else values


def _described(name: str, kinds: Mapping[str, AttributeKind]) -> DirectionDescribed:
    kind = kinds.get(name)
    if kind is None:
        return DirectionDescribed(name=name, label=name.replace("_", " ").capitalize(), low=-3.0, high=3.0)
    return DirectionDescribed(
        name=name, label=kind.label, low=-3.0, high=3.0, low_word=kind.low_word, high_word=kind.high_word
    )


def _axis_labels(axes_AD: Tensor, readings: Readings, kinds: Mapping[str, AttributeKind]) -> tuple[str, ...]:
    """Each axis is named after the attribute it goes with most, if it clearly goes with one.

    Of two axes that go with the same, the one that goes with it less has no name: two of a name tell nobody which.
    """
    if not readings.names:
        return ("",) * len(axes_AD)
    along = (readings.points_ND - readings.points_ND.mean(0)) @ axes_AD.T
    found: list[tuple[float, str]] = []
    for a in range(len(axes_AD)):
        best, name = 0.4, ""
        for i, attribute in enumerate(readings.names):
            rows = readings.known_NA[:, i]
            r = abs(_correlation(along[rows, a], readings.values_NA[rows, i]))
            if r > best:
                best, name = r, attribute
        found.append((best, name))
    strongest = {name: max(r for r, other in found if other == name) for _, name in found if name}
    return tuple(_described(name, kinds).label if name and r == strongest[name] else "" for r, name in found)


def _correlation(a: Tensor, b: Tensor) -> float:
    if len(a) < 2 or float(a.std()) < 1e-9 or float(b.std()) < 1e-9:
        return 0.0
    return float(torch.corrcoef(torch.stack([a, b]))[0, 1])
