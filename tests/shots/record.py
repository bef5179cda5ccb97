"""Condense a finished run into what its Train page shows: `python -m tests.shots.record RUN`, once in a while.

A run that looks like training takes hours; photographs are taken in seconds. So the page is told what a real run told:
its reports, thinned, and what a preview of each of its snapshots shows.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Generator
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import numpy as np
import torch
from PIL import Image as Pillow

from engine.datasets.catalogue import open_data
from engine.datasets.store import Split
from engine.disk.home import default_home
from engine.disk.runs import RunFolder
from engine.machine.work import finished
from engine.opened.checkpoints import load_model
from engine.opened.export import tiled
from engine.protocol.values import Image
from engine.training.health import Health
from engine.training.previews import PREVIEWS, Previews
from engine.training.trainer import Trainer

RECORDED = Path(__file__).parent / "recorded"
REPORTS, SHEETS = RECORDED / "reports.json", RECORDED / "samples.webp"
KEPT = 400


def record(run: RunFolder) -> None:
    """Write the reports and the samples of a run beside this file."""
    config = run.read_config()
    batch, steps, size = (int(config["config"][name]) for name in ("batch", "steps", "size"))
    grids: list[list[Image]] = []
    moments: list[int] = []
    monitors: tuple[str, ...] = ()
    store = finished(open_data(config["data"], home=default_home(), size=size)).subset(Split.TRAIN)
    for path in run.snapshots():
        family = load_model(str(path)).family.eval()
        monitors = family.monitors
        moment = SimpleNamespace(
            average=family, family=family, steps_done=int(path.stem), store=store, device=torch.device("cpu")
        )
        grids.append(list(result_of(Previews(cast(Trainer, moment)).sample())))
        moments.append(batch * int(path.stem))
    lines = [line for line in run.read_metrics() if line["step"] <= steps]
    health = Health(monitors)
    told = [
        {
            "step": line["step"],
            "images": line["images"],
            "images_per_s": line["images_per_s"],
            "losses": {name: float(f"{value:.5g}") for name, value in line["losses"].items()},
            "health": health.sentence(tuple(line["losses"].items()), line["step"]),
        }
        for line in lines
    ]
    kept = [told[round(k * (len(told) - 1) / (KEPT - 1))] for k in range(KEPT)]
    RECORDED.mkdir(exist_ok=True)
    frame = {"family": config["family"], "batch": batch, "steps": steps, "moments": moments}
    rows = ",\n".join(json.dumps(one, separators=(",", ":")) for one in kept)
    REPORTS.write_text(f'{json.dumps(frame)[:-1]},\n"reports": [\n{rows}\n]}}\n', encoding="utf-8")
    sheet = tiled([cell for grid in grids for cell in grid], PREVIEWS)
    Pillow.fromarray(sheet).save(SHEETS, quality=90, method=6)


def result_of(work: Generator[object, None, tuple[Image, ...]]) -> tuple[Image, ...]:
    """What a generator ends with."""
    while True:
        try:
            next(work)
        except StopIteration as end:
            return cast(tuple[Image, ...], end.value)


def samples() -> list[tuple[Image, ...]]:
    """The recorded grids, oldest first."""
    with Pillow.open(SHEETS) as picture:
        sheet = np.asarray(picture.convert("RGB"))
    side = sheet.shape[1] // PREVIEWS
    return [
        tuple(np.ascontiguousarray(sheet[top : top + side, k * side : (k + 1) * side]) for k in range(PREVIEWS))
        for top in range(0, sheet.shape[0], side)
    ]


if __name__ == "__main__":
    torch.set_num_threads(1)
    record(RunFolder(Path(sys.argv[1])))
