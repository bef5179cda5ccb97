"""What takes the engine more than a step, each as work that yields its answers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import engine.datasets.catalogue as catalogue
from engine.datasets.formats.decode import read_picture
from engine.datasets.looking import look_at
from engine.disk.files import ZscapeError
from engine.disk.kept import kept_at
from engine.evaluation import available, evaluate
from engine.evaluation.own_classifier import readers_for
from engine.machine.work import Work, beside
from engine.opened.closer import find_closer
from engine.opened.export import export_grid, export_mixed, export_picture
from engine.opened.films import export_walk, read_picture_memory
from engine.opened.finding import find, model_of
from engine.opened.model import OpenedModel
from engine.protocol.answers import (
    Encoded,
    Evaluated,
    Exported,
    FolderSeen,
    PictureKept,
    RecipeRead,
)
from engine.protocol.requests import Evaluate, ExportGrid, ExportPicture, ExportWalk, KeepPicture
from engine.protocol.values import Recipe, ScoreDescribed

KEPT_PX = 256
"""Side of a file that is kept while no model says how large it wants it."""

MODELS_MOST = 24
"""Models that one grid may be of."""

Export = ExportPicture | ExportGrid | ExportWalk


def looking(folder: Path) -> Work[None]:
    yield FolderSeen(data=(yield from beside(lambda unwanted: look_at(folder, unwanted))))


def encoding(opened: OpenedModel, path: Path) -> Work[None]:
    picture = yield from beside(lambda unwanted: read_picture(path, opened.family.picture.size))
    found = yield from find_closer(opened, picture.pixels)
    yield Encoded(
        path=str(path), model=opened.fingerprint, point=found.point, distance=found.distance,
        percentile=found.percentile,
    )  # fmt: skip


def reading(path: Path, home: Path) -> Work[None]:
    memory, image = yield from beside(lambda unwanted: read_picture_memory(path))
    kept_at(home).take_in(memory.pictures)
    source = model_of(memory.recipes[0].model, memory.source, home=home)
    others = dict.fromkeys(recipe.model for recipe in memory.recipes if recipe.model != memory.recipes[0].model)
    found = ((model, find(model, home=home)) for model in list(others)[:MODELS_MOST])
    yield RecipeRead(
        path=str(path), recipes=memory.recipes, columns=memory.columns, source=source, image=image, walk=memory.walk,
        layout=memory.layout, others=tuple((model, where) for model, where in found if where),
    )  # fmt: skip


def keeping(opened: OpenedModel | None, request: KeepPicture, home: Path) -> Work[None]:
    """Keep it, and tell its name."""
    if request.name:
        yield PictureKept(name=request.name, image=kept_at(home)(request.name))
        return
    pixels = request.pixels
    if request.path is not None:
        path, side = request.path, request.size or (opened.family.picture.size if opened is not None else KEPT_PX)
        pixels = (yield from beside(lambda unwanted: read_picture(path, side))).pixels
    if pixels is None:
        raise ZscapeError("no-picture", "There is no picture to keep.")
    name = kept_at(home).keep(pixels)
    yield PictureKept(name=name, image=kept_at(home)(name))


def renamed(request: Export, was: str, now: str) -> Export:
    """The same of a model that has another fingerprint now."""

    def moved(recipe: Recipe) -> Recipe:
        return replace(recipe, model=now) if recipe.model == was else recipe

    match request:
        case ExportPicture():
            return replace(request, recipe=moved(request.recipe))
        case ExportGrid():
            return replace(request, recipes=tuple(map(moved, request.recipes)))
        case ExportWalk():
            frames = tuple(replace(frame, recipe=moved(frame.recipe)) for frame in request.walk.keyframes)
            return replace(request, walk=replace(request.walk, keyframes=frames))


def exporting(
    opened: OpenedModel, request: Export, open_other: Callable[[str], OpenedModel] | None = None
) -> Work[None]:
    """`open_other` opens models that are not the open one, for grids over several."""
    files = 1
    match request:
        case ExportPicture():
            yield from export_picture(opened, request.recipe, request.path, scale=request.scale)
        case ExportGrid() if request.sources and open_other is not None:
            yield from export_mixed(
                opened, open_other, request.recipes, request.sources, request.columns, request.path,
                scale=request.scale, sheet=request.sheet,
            )  # fmt: skip
        case ExportGrid():
            yield from export_grid(
                opened, request.recipes, request.columns, request.path, scale=request.scale, sheet=request.sheet
            )
        case ExportWalk():
            files = yield from export_walk(
                opened, request.walk, request.path, request.film,
                frames_per_s=request.frames_per_s, scale=request.scale,
            )  # fmt: skip
    yield Exported(path=str(request.path), files=files)


def evaluating(opened: OpenedModel, request: Evaluate, home: Path) -> Work[None]:
    data = yield from catalogue.open_data(request.data, home=home, size=opened.family.picture.size)
    sized = yield from data.resizing(opened.family.picture.size, opened.family.picture.channels)
    readers = yield from readers_for(sized, home, request.metrics or None)
    reasons = available(opened, data, readers)
    yield None
    scores = yield from evaluate(opened, data, request.metrics or None, request.n, readers=readers)
    yield Evaluated(
        model=opened.fingerprint,
        scores=tuple(
            ScoreDescribed(
                name=name, value=score.measured.value, stderr=score.measured.stderr, n=score.n, real=score.real
            )
            for name, score in scores.items()
        ),
        unavailable=tuple((name, reason) for name, reason in reasons.items() if reason),
    )
