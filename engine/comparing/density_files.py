"""A walk to a density as files: numbers as CSV, and pictures in which D can be held against the truth."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from engine.comparing.charts import Chart, Line, as_png, sheet
from engine.datasets.making.maps import density_map, points_map
from engine.disk.files import atomic_write
from engine.evaluation.density_walks import Bins, DensityWalk, Moment, first_fall, moments
from engine.machine.work import Work
from engine.opened.export import png_bytes
from engine.protocol.answers import Evaluating

FOLLOWED = 300
"""Particles whose way is written down step by step."""
DRAWN = 4000
SHOWN = 6
"""Moments with pictures, the first and the last among them."""
SIDE_PX = 200
SMALL_ETA = 0.01
REACH = 6.0
"""Log ratios beyond are as red, or as blue, as it gets."""


@dataclass(slots=True)
class Course:
    """What is kept of a walk."""

    walk: DensityWalk
    rows: list[tuple[int, float, float, float]] = field(default_factory=list)
    """step, KL(p* || p_t), error of D, E_p* |∇D|²."""
    ways: list[tuple[float, ...]] = field(default_factory=list)
    """step, particle, and its coordinates."""
    shown: list[Moment] = field(default_factory=list)
    predicted: float = 0.0
    fell: float = 0.0


def walked(walk: DensityWalk) -> Work[Course]:
    """Walk to the end, telling how far it is."""
    course = Course(walk)
    wanted = {round(k * walk.steps / (SHOWN - 1)) for k in range(SHOWN)}
    for moment in moments(walk):
        if moment is None:
            yield None
            continue
        course.rows.append((moment.step, moment.kl, moment.error, moment.squared_slope))
        for number, place in enumerate(moment.particles_ND[:FOLLOWED].tolist()):
            course.ways.append((moment.step, number, *place))
        if moment.step == 0:
            course.predicted, course.fell = first_fall(walk, moment, SMALL_ETA)
        if moment.step in wanted:
            course.shown.append(moment)
        yield Evaluating(what="Walking", done=moment.step, of=walk.steps)
    return course


def summary(course: Course) -> dict[str, Any]:
    """The walk in numbers."""
    walk, kl = course.walk, [row[1] for row in course.rows]
    return {
        "density": walk.toy.name,
        "particles": walk.particles,
        "bins": walk.bins**walk.toy.dimensions,
        "eta": walk.eta,
        "steps": walk.steps,
        "updates": walk.updates,
        "kl_begin": round(kl[0], 5),
        "kl_end": round(kl[-1], 5),
        "kl_least": round(min(kl), 5),
        "log_ratio_error_first": round(course.rows[0][2], 4),
        "log_ratio_error_end": round(course.rows[-1][2], 4),
        "fall_predicted": round(course.predicted, 5),
        "fall_measured": round(course.fell, 5),
    }


def write(course: Course, folder: Path) -> dict[str, Path]:
    """CSV and PNG."""
    axes = ("x", "y")[: course.walk.toy.dimensions]
    files = {
        "walk": folder / "walk.csv", "log_ratio": folder / "log-ratio.csv", "particles": folder / "particles.csv",
        "curves": folder / "walk.png", "pictures": folder / "pictures.png",
    }  # fmt: skip
    atomic_write(files["walk"], _csv(("step", "kl", "log_ratio_error", "squared_slope"), course.rows))
    atomic_write(files["particles"], _csv(("step", "particle", *axes), course.ways))
    atomic_write(files["log_ratio"], _csv(("step", *axes, "learned", "true"), _ratios(course)))
    atomic_write(files["curves"], as_png(_curves(course)))
    atomic_write(files["pictures"], png_bytes(_pictures(course)))
    return files


def _csv(head: Sequence[str], rows: Sequence[Sequence[Any]]) -> str:
    text = io.StringIO(newline="")
    table = csv.writer(text, lineterminator="\n")
    table.writerow(head)
    table.writerows([[f"{value:.6g}" if isinstance(value, float) else value for value in row] for row in rows])
    return text.getvalue()


def _ratios(course: Course) -> list[tuple[float, ...]]:
    """D and the log ratio of counts where these mean something."""
    middles = Bins(course.walk.toy, course.walk.bins).middles_MD.tolist()
    return [
        (moment.step, *middles[place], float(moment.score_M[place]), float(moment.log_ratio_M[place]))
        for moment in course.shown
        for place in torch.nonzero(moment.told_M).flatten().tolist()
    ]


def _curves(course: Course) -> list[Chart]:
    charts = [
        Chart(
            title="KL(p* ‖ p) of the particles", note="lower is better", across="steps of the particles",
            lines=(Line(name=course.walk.toy.name, mean=tuple((row[0], row[1]) for row in course.rows)),),
            level=0.05, level_name="nearly there",
        ),
        Chart(
            title="How far D is from the log ratio, nats", note="mean under ½ (p* + p)",
            across="steps of the particles",
            lines=(Line(name=course.walk.toy.name, mean=tuple((row[0], row[2]) for row in course.rows)),),
        ),
    ]  # fmt: skip
    if course.walk.toy.dimensions == 1:
        line = Bins(course.walk.toy, course.walk.bins).middles_MD[:, 0]
        for moment in (course.shown[0], course.shown[-1]):
            told = moment.told_M
            pairs = [
                Line(name=name, mean=tuple(zip(line[told].tolist(), values_M[told].tolist(), strict=True)), dots=False)
                for name, values_M in (("learned D", moment.score_M), ("ln p*/p", moment.log_ratio_M))
            ]
            charts.append(
                Chart(title=f"D and the log ratio after {moment.step} steps", note="D in blue, ln p*/p in orange",
                      across="x", lines=tuple(pairs))
            )  # fmt: skip
    return charts


def _pictures(course: Course) -> NDArray[np.uint8]:
    """Particles; in a plane D and the log ratio below; what was aimed at on the right."""
    toy, bins = course.walk.toy, course.walk.bins
    columns = [f"{moment.step} steps" for moment in course.shown]
    particles = [points_map(toy, moment.particles_ND[:DRAWN], SIDE_PX) for moment in course.shown]
    rows: list[list[NDArray[np.uint8] | None]] = [[*particles, density_map(toy, SIDE_PX)]]
    names = ["particles"]
    if toy.dimensions == 2:
        everywhere = torch.ones(bins * bins, dtype=torch.bool)
        rows.append([*(_seen(moment.score_M, everywhere, bins) for moment in course.shown), None])
        rows.append([*(_seen(moment.log_ratio_M, moment.told_M, bins) for moment in course.shown), None])
        names += ["learned D", "ln p*/p"]
    return sheet(rows, names, [*columns, toy.name])


def _seen(values_M: torch.Tensor, told_M: torch.Tensor, bins: int) -> NDArray[np.uint8]:
    """Red where there should be more, blue where there should be less, grey where a count tells nothing."""
    share = (values_M / REACH).clamp(-1.0, 1.0).numpy()[:, None]
    ends = np.where(share > 0, np.array([[213.0, 94.0, 0.0]]), np.array([[0.0, 114.0, 178.0]]))
    colours = 255.0 + np.abs(share) ** 0.7 * (ends - 255.0)
    colours[~told_M.numpy()] = 200.0
    picture = colours.reshape(bins, bins, 3).transpose(1, 0, 2)[::-1]
    times = -(-SIDE_PX // bins)
    return np.ascontiguousarray(np.repeat(np.repeat(picture, times, 0), times, 1)[:SIDE_PX, :SIDE_PX].astype(np.uint8))
