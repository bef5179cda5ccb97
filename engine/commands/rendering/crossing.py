"""Rows and columns of a grid: what changes along each, as NAME=LOW:HIGH:COUNT or NAME=A,B,C."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from engine.commands.rendering.pictures import conditions
from engine.disk.files import BadConfig, LoadError
from engine.disk.recipes import CELLS_LIMIT
from engine.disk.walk_files import read_walk_file
from engine.machine.work import finished
from engine.protocol.grids import Side, Varied, quantiles, spread

if TYPE_CHECKING:
    from engine.opened.model import OpenedModel

FORM = "NAME=LOW:HIGH:COUNT, such as smile=-2:2:5, or NAME=A,B,C"
HELP = (
    f"{FORM}; NAME is a slider, axis1, z0, seed, diversity, a setting or a condition; or path=FILE:COUNT,"
    " models=MODEL,MODEL, snapshots=RUN[:COUNT]"
)


def side(opened: OpenedModel, text: str | None, open_other: Callable[[str], OpenedModel]) -> Side:
    """One side as it was typed; one cell where nothing changes."""
    if text is None:
        return Side()
    name, _, range_text = (part.strip() for part in text.partition("="))
    if name == "path":
        return _path_side(opened, range_text)
    if name == "models":
        return _model_side(opened, [word.strip() for word in range_text.split(",") if word.strip()], open_other)
    if name == "snapshots":
        return _model_side(opened, _snapshots(range_text), open_other)
    words = _values(text, range_text)
    described = opened.describe()
    sliders = {word: one.name for one in described.directions for word in (one.label.lower(), one.name.lower())}
    low = name.lower()
    if low in sliders:
        return Side(what=Varied.DIRECTION, name=sliders[low], values=_numbers(words))
    if low.startswith("axis") and low[4:].isdigit() and 0 < int(low[4:]) <= len(described.axes):
        return Side(what=Varied.AXIS, name=str(int(low[4:]) - 1), values=_numbers(words))
    if low[:1] == "z" and low[1:].isdigit() and int(low[1:]) < described.latent:
        return Side(what=Varied.COORDINATE, name=str(int(low[1:])), values=_numbers(words))
    if name == "seed":
        return Side(what=Varied.SEED, values=tuple(round(value) for value in _numbers(words)))
    if name in ("diversity", "truncation"):
        return Side(what=Varied.DIVERSITY, values=_numbers(words))
    if any(name == setting.name for setting in described.sampling):
        return Side(what=Varied.SETTING, name=name, values=_numbers(words))
    if any(name == condition.name for condition in described.conditions):
        asked = (conditions(opened, [f"{name}={word}"])[0][1] for word in words)
        return Side(what=Varied.CONDITION, name=name, values=tuple(asked))
    offered = ", ".join([*(one.name for one in described.directions), "axis1 …", "z0 …", "seed", "diversity"])
    raise BadConfig("unknown-slider", f"“{name[:40]}” is nothing that can change here; there are {offered}.")


def manifold(opened: OpenedModel, count: int) -> tuple[Side, Side]:
    """A two-dimensional latent as a sheet: both coordinates at values that share a normal evenly, upwards and right."""
    latent = opened.describe().latent
    if latent != 2:
        raise BadConfig("not-flat", f"A sheet is of two latent dimensions; “{opened.model.name}” has {latent}.")
    values = quantiles(count)
    return (
        Side(what=Varied.COORDINATE, name="1", values=values[::-1]),
        Side(what=Varied.COORDINATE, name="0", values=values),
    )


def checked(rows: Side, columns: Side) -> None:
    """A grid that can be kept in a picture."""
    if len(rows) * len(columns) > CELLS_LIMIT:
        raise BadConfig("usage", f"A grid has at most {CELLS_LIMIT} cells.")
    if rows.what is columns.what is Varied.PATH:
        raise BadConfig("usage", "Only one side of a grid can be a path.")
    kinds = (rows.what, columns.what)
    for what, other in (kinds, kinds[::-1]):
        if what is Varied.MODEL and other in (Varied.MODEL, Varied.PATH, Varied.AXIS, Varied.COORDINATE):
            raise BadConfig(
                "usage", "Beside models only seeds, sliders, diversity, settings and conditions can change."
            )


def _path_side(opened: OpenedModel, text: str) -> Side:
    from engine.opened.walking import frames_of

    file, _, count = text.rpartition(":")
    if not file or not count.isdigit() or not 2 <= int(count) <= CELLS_LIMIT:
        raise BadConfig("usage", f"“path={text[:60]}” is not path=FILE:COUNT.")
    try:
        walk = read_walk_file(Path(file))[0]
    except LoadError as error:
        raise BadConfig(error.code, error.sentence) from None
    return Side(what=Varied.PATH, frames=finished(frames_of(opened, walk, int(count))))


def _model_side(opened: OpenedModel, sources: list[str], open_other: Callable[[str], OpenedModel]) -> Side:
    """Models one after the other, each described: they have to draw pictures of one size."""
    if not sources:
        raise BadConfig("usage", "Say which models: models=MODEL,MODEL or snapshots=RUN.")
    models, labels = [], []
    for source in sources:
        other = open_other(source)
        if other.family.picture.size != opened.family.picture.size:
            size = other.family.picture.size
            raise BadConfig(
                "other-size", f"“{other.model.name}” draws {size} pixels, not {opened.family.picture.size}."
            )
        models.append(other.describe())
        step = other.model.card.get("steps")
        is_moment = Path(source).parent.name == "snapshots" and isinstance(step, int)
        labels.append(f"step {step}" if is_moment else other.model.name)
    return Side(what=Varied.MODEL, values=tuple(sources), models=tuple(models), labels=tuple(labels))


def _snapshots(text: str) -> list[str]:
    """Moments of a run, evenly over those that are kept."""
    from engine.disk.runs import RunFolder

    folder, _, count = text.rpartition(":")
    if not folder or not count.isdigit():
        folder, count = text, ""
    kept = RunFolder(Path(folder)).snapshots()
    if not kept:
        raise BadConfig("no-snapshots", f"“{folder[:80]}” is no run that kept snapshots.")
    wanted = min(len(kept), int(count)) if count else len(kept)
    places = spread(0, len(kept) - 1, max(1, wanted))
    return [str(kept[round(place)]) for place in places]


def _values(text: str, range_text: str) -> list[str]:
    """The values along one side, in words."""
    words = range_text.split(":") if ":" in range_text else []
    if not words:
        values = [word.strip() for word in range_text.split(",") if word.strip()]
    elif len(words) == 3 and words[2].strip().isdigit() and 0 < int(words[2]) <= CELLS_LIMIT:
        values = [f"{value:.9g}" for value in spread(_number(words[0]), _number(words[1]), int(words[2]))]
    else:
        values = []
    if not text.partition("=")[0].strip() or not values:
        raise BadConfig("usage", f"“{text[:60]}” is not {FORM}.")
    return values


def _numbers(words: list[str]) -> tuple[float, ...]:
    return tuple(_number(word) for word in words)


def _number(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise BadConfig("usage", f"“{text[:40]}” is not a number.")
    return value
