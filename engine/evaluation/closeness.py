"""Pictures of a model beside the training pictures nearest to them: which resemble, which modify, which do neither."""

from __future__ import annotations

from pathlib import Path

import torch

import engine.datasets.catalogue as catalogue
from engine.disk.bundled import find_model
from engine.disk.files import BadConfig, ZscapeError
from engine.disk.runs import data_of
from engine.evaluation.neighbours import Known, known_of
from engine.evaluation.samples import Samples, sampled_images
from engine.machine.work import Work
from engine.opened.model import OpenedModel, open_model_file
from engine.opened.pictures import from_image
from engine.protocol.scoring import FindNearest, FindNeighbours, NearestFound, NeighboursFound, Pair
from engine.protocol.values import Image

MOST_SHOWN = 24


def neighbours_found(request: FindNeighbours, home: Path, device: torch.device) -> Work[NeighboursFound]:
    """A model's samples by their distance from what it could have learned by heart: both ends, and the middle."""
    opened = open_model_file(str(find_model(request.source)), device)
    yield None
    config = opened.family.picture
    whole = yield from catalogue.open_data(request.data, home=home, size=config.size)
    known = yield from known_of(whole, config.size, config.channels, request.space, home)
    images = yield from sampled_images(opened, request.n, Samples(home))
    points_ND = torch.cat([
        known.points(torch.stack([from_image(image, config.channels) for image in images[first : first + 50]]))
        for first in range(0, len(images), 50)
    ])  # fmt: skip
    yield None
    rows_N1, distances_N1 = yield from known.nearest(points_ND)
    rows_N, distances_N = rows_N1[:, 0], distances_N1[:, 0]
    percentiles_N = known.percentiles(distances_N)
    order = distances_N.argsort(stable=True).tolist()
    shown = max(1, min(request.shown, MOST_SHOWN, len(order)))
    middle = max(0, (len(order) - shown) // 2)

    def pairs(seeds: list[int]) -> tuple[Pair, ...]:
        return tuple(
            Pair(
                image=images[seed], neighbour=known.image(int(rows_N[seed])), distance=float(distances_N[seed]),
                percentile=float(percentiles_N[seed]), seed=seed,
            )
            for seed in seeds
        )  # fmt: skip

    copies, copies_real = known.copies(distances_N)
    return NeighboursFound(
        source=request.source,
        space=request.space,
        near=pairs(order[:shown]),
        middle=pairs(order[middle : middle + shown]),
        far=pairs(order[::-1][:shown]),
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
