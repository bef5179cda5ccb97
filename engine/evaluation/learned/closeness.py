"""Pictures of a model beside the training pictures nearest to them: which resemble, which modify, which do neither."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor

import engine.datasets.catalogue as catalogue
from engine.datasets.store import Store
from engine.disk.bundled import find_model
from engine.disk.files import BadConfig, ZscapeError
from engine.disk.runs import data_of
from engine.evaluation.learned.neighbours import Known, known_of
from engine.evaluation.samples import Samples, sampled_images
from engine.machine.work import Work
from engine.opened.model import OpenedModel, open_model_file
from engine.opened.pictures import from_image
from engine.protocol.scoring import FindNearest, FindNeighbours, NearestFound, NeighboursFound, Pair, Space
from engine.protocol.values import Image

MOST_SHOWN = 24


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """Pictures of the seeds 0, 1, … and the training picture nearest to each."""

    images: list[Image]
    points_ND: Tensor
    """Where each lies in the space of distances."""
    known: Known
    rows_N: Tensor
    """Which training picture."""
    distances_N: Tensor
    percentiles_N: Tensor
    """Share (0 to 100) of held-out pictures that lie at most as near to theirs."""

    @property
    def order(self) -> list[int]:
        """Seeds, the nearest first."""
        seeds: list[int] = self.distances_N.argsort(stable=True).tolist()
        return seeds

    def pair(self, seed: int) -> Pair:
        return Pair(
            image=self.images[seed], neighbour=self.known.image(int(self.rows_N[seed])),
            distance=float(self.distances_N[seed]), percentile=float(self.percentiles_N[seed]), seed=seed,
        )  # fmt: skip


def beside(opened: OpenedModel, whole: Store, n: int, space: Space, home: Path) -> Work[Beside]:
    """Draw `n` pictures, and look for each among those that the model learned from."""
    config = opened.family.picture
    known = yield from known_of(whole, config.size, config.channels, space, home)
    images = yield from sampled_images(opened, n, Samples(home))
    points_ND = torch.cat([
        known.points(torch.stack([from_image(image, config.channels) for image in images[first : first + 50]]))
        for first in range(0, len(images), 50)
    ])  # fmt: skip
    yield None
    rows_N1, distances_N1 = yield from known.nearest(points_ND)
    return Beside(
        images=images, points_ND=points_ND, known=known, rows_N=rows_N1[:, 0], distances_N=distances_N1[:, 0],
        percentiles_N=known.percentiles(distances_N1[:, 0]),
    )  # fmt: skip


def first_sheet(found: Beside, count: int) -> list[int]:
    """Seeds to show a model by: of the third that comes nearest to what it learned from, those least alike.

    The nearest one is first, then always the one that lies farthest from all that are there.
    """
    near = found.order[: max(count, len(found.order) // 3)]
    points_ND = found.points_ND[near].double()
    chosen = [0]
    apart_N = (points_ND - points_ND[0]).norm(dim=1)
    while len(chosen) < min(count, len(near)):
        chosen.append(int(apart_N.argmax()))
        apart_N = torch.minimum(apart_N, (points_ND - points_ND[chosen[-1]]).norm(dim=1))
        apart_N[chosen] = -1.0  # where all that is left is alike, none is chosen twice
    return [near[place] for place in chosen]


def neighbours_found(request: FindNeighbours, home: Path, device: torch.device) -> Work[NeighboursFound]:
    """A model's samples by their distance from what it could have learned by heart: both ends, and the middle."""
    opened = open_model_file(str(find_model(request.source)), device)
    yield None
    whole = yield from catalogue.open_data(request.data, home=home, size=opened.family.picture.size)
    found = yield from beside(opened, whole, request.n, request.space, home)
    return told(found, request.source, request.space, request.shown)


def told(found: Beside, source: str, space: Space, shown: int) -> NeighboursFound:
    """The nearest, those in the middle and the farthest, so many of each."""
    order = found.order
    shown = max(1, min(shown, MOST_SHOWN, len(order)))
    middle = max(0, (len(order) - shown) // 2)
    near, between, far = order[:shown], order[middle : middle + shown], order[::-1][:shown]
    copies, copies_real = found.known.copies(found.distances_N)
    return NeighboursFound(
        source=source,
        space=space,
        near=tuple(map(found.pair, near)),
        middle=tuple(map(found.pair, between)),
        far=tuple(map(found.pair, far)),
        copies=copies,
        copies_real=copies_real,
        n=len(order),
    )


def nearest_found(opened: OpenedModel, request: FindNearest, home: Path) -> Work[NearestFound]:
    """The training pictures nearest to the picture of one recipe."""
    source = learned_from(opened)
    if not source:
        raise BadConfig("no-data", f"Nobody knows what “{opened.model.name}” learned from.")
    config = opened.family.picture
    whole = yield from catalogue.open_data(source, home=home, size=config.size)
    known = yield from known_of(whole, config.size, config.channels, request.space, home)
    image = yield from opened.rendering(request.recipe)
    return (yield from _nearest(known, image, opened, request))


def _nearest(known: Known, image: Image, opened: OpenedModel, request: FindNearest) -> Work[NearestFound]:
    point_1D = known.points(from_image(image, opened.family.picture.channels)[None])
    rows, distances = yield from known.nearest(point_1D, request.count)
    return NearestFound(
        model=opened.fingerprint,
        recipe=request.recipe,
        space=request.space,
        neighbours=tuple(known.image(row) for row in rows[0].tolist()),
        distances=tuple(distances[0].tolist()),
        percentile=float(known.percentiles(distances[0, :1])[0]),
    )


def learned_from(opened: OpenedModel) -> str:
    """What a model learned from: its run's folder knows it better than its card, which names no paths."""
    try:
        found = data_of(find_model(opened.source))
    except (ZscapeError, OSError):  # a folder that is gone: the card is left
        found = ""
    return found or str(opened.model.card.get("data", ""))
