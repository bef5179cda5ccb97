"""Where stretched pictures stop paying: a small GAN of faces with and without them, from more and more pictures.

A cell is so many training pictures, stretched or not: trained for equal processor seconds, scored on the same heads
held out after each third of them, and kept in bench/results/augmentation. What is interrupted goes on where it
stopped; what is there with the same settings is not done again. All cells of faces take 2 hours 10 minutes of one
core. `--only 28000` asks for the two of `bundled:faces-more`, which is rendered first: 40 minutes for both, and the
rendering.
"""

from __future__ import annotations

import json
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench.figures import ROOT, Figure, Options, answer_and_leave, figure, probe

if TYPE_CHECKING:
    from engine.datasets.store import Store

STATE = ROOT / "bench" / "results" / "augmentation"
FAMILY = "r3gan"
COUNTS = (1000, 3000, 8000)
MANY = 28_000
"""All that `bundled:faces-more` has to learn from."""
SECONDS, THIRDS = 1200.0, 3
"""Processor seconds of learning of every cell, and how often it is scored."""
STEP_S = 0.09
"""What a step takes at least: so many steps are planned that the seconds decide, and γ falls alike in all cells."""
PICTURES = 1000
METRICS = ("fid", "recall", "precision")
SETTINGS = {
    "size": 32, "channels": 3, "batch": 32, "width": 16, "latent": 64, "mirror": True, "rate": 0.0005, "ema": 0.998,
}  # fmt: skip
ON, OFF = "always", "never"
QUICK_S, QUICK_PICTURES = 6.0, 50


@dataclass(frozen=True, slots=True)
class Cell:
    """So many pictures to learn from, stretched or not."""

    count: int
    augment: str

    @property
    def data(self) -> str:
        return "bundled:faces-more" if self.count > max(COUNTS) else "bundled:faces"

    @property
    def folder(self) -> Path:
        return STATE / f"{self.count}-{'on' if self.augment == ON else 'off'}"

    def settings(self, seconds: float) -> dict[str, Any]:
        return {**SETTINGS, "augment": self.augment, "steps": max(2, int(seconds / STEP_S))}

    def scores(self) -> dict[str, Any]:
        """What was measured with these settings; empty where nothing was."""
        try:
            kept: dict[str, Any] = json.loads((self.folder / "cell.json").read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        return kept if kept.get("settings") == self.settings(SECONDS) else {}


def cells(options: Options) -> Iterator[Cell]:
    counts = [count for count in (*COUNTS, MANY) if options.only == str(count) or (not options.only and count != MANY)]
    for count in counts:
        yield from (Cell(count, augment) for augment in (OFF, ON))


def run(options: Options) -> list[Figure]:
    if options.quick:
        return _quick()
    figures = []
    asked = list(cells(options))
    if not asked:
        raise SystemExit(f"bench: augmentation has the cases {', '.join(map(str, (*COUNTS, MANY)))}.")
    for cell in asked:
        if not cell.scores():
            print(f"{cell.count} pictures, stretched: {cell.augment}", file=sys.stderr)
            probe(
                "bench.augmentation", "cell", str(cell.count), cell.augment, timeout_s=6 * 3600.0, OMP_NUM_THREADS="1"
            )
    for count in dict.fromkeys(cell.count for cell in asked):
        figures += figures_of(count, Cell(count, OFF).scores(), Cell(count, ON).scores())
    return figures


def figures_of(count: int, off: dict[str, Any], on: dict[str, Any]) -> list[Figure]:
    """Scores of both at their best third, as one keeps the best snapshot; below 1 the ratio says that it pays."""
    figures, best = [], {}
    for name, scores in (("off", off), ("on", on)):
        best[name] = min(scores["thirds"], key=lambda each: each["metrics"]["fid"]["value"])
        fid, recall = best[name]["metrics"]["fid"], best[name]["metrics"]["recall"]
        note = f"± {fid['stderr']:.2f}, real {fid['real']:.2f}; after {best[name]['seconds']:.0f} s of learning"
        figures += [
            figure("A1", f"{count}-{name}", "fid", [fid["value"]], "", n=fid["n"], note=note),
            figure("A1", f"{count}-{name}", "recall", [recall["value"]], "", n=recall["n"], better="higher"),
        ]
    ratio = best["on"]["metrics"]["fid"]["value"] / best["off"]["metrics"]["fid"]["value"]
    return [*figures, figure("A1", str(count), "fid_ratio", [ratio], "", note="stretched over plain; below 1 it pays")]


def _quick() -> list[Figure]:
    """One small cell of both kinds, thrown away: that it works, not what it says."""
    with tempfile.TemporaryDirectory() as folder:
        found = [
            probe("bench.augmentation", "try", "200", augment, str(Path(folder) / augment), OMP_NUM_THREADS="1")
            for augment in (OFF, ON)
        ]
    return figures_of(200, *found)


# ---------------------------------------------------------------- in a process of its own


def few(store: Store, count: int) -> Store:
    """The first so many pictures to learn from; all that are held out stay."""
    import torch

    from engine.datasets.store import Split, take_known

    learned_N = torch.nonzero(store.split == int(Split.TRAIN)).flatten()
    if len(learned_N) < count:
        raise SystemExit(f"bench: “{store.name}” has {len(learned_N)} pictures to learn from, not {count}.")
    held_N = torch.nonzero(store.split != int(Split.TRAIN)).flatten()
    rows = torch.cat([learned_N[:count], held_N])
    return replace(take_known(store, rows), pictures=store.pictures[rows], sha256=f"{store.sha256}:{count}")


def measured(cell: Cell, folder: Path, seconds: float, pictures: int) -> dict[str, Any]:
    """Train, or go on, then score each third; what was begun with other settings begins anew."""
    import torch

    from engine.datasets.catalogue import open_data
    from engine.disk.files import atomic_write
    from engine.disk.home import default_home
    from engine.disk.runs import RunFolder
    from engine.evaluation import evaluate, written
    from engine.machine.facts import machine
    from engine.machine.work import finished
    from engine.opened.model import open_model_file
    from engine.training.loop import Job, train

    torch.set_num_threads(1)
    settings, path, begun = cell.settings(seconds), RunFolder(folder / "run"), folder / "settings.json"
    if path.exists() and (not begun.exists() or json.loads(begun.read_text(encoding="utf-8")) != settings):
        shutil.rmtree(folder)
    folder.mkdir(parents=True, exist_ok=True)
    begun.write_text(json.dumps(settings), encoding="utf-8")
    store = few(finished(open_data(cell.data, home=default_home())), cell.count)
    moments = tuple(seconds * (third + 1) / THIRDS for third in range(THIRDS))
    job = Job(
        run=path.root, name=f"{cell.count} {cell.augment}", family=FAMILY, values=settings, data=cell.data, resume=True,
        budget_s=seconds, moments_s=moments,
    )  # fmt: skip
    ended = finished(train(job, store, device=torch.device("cpu")))
    thirds = []
    for moment in moments:
        opened = open_model_file(str(path.moment(moment)), torch.device("cpu"))
        metrics = written(finished(evaluate(opened, store, METRICS, pictures)))
        thirds.append({"seconds": moment, "metrics": metrics})
    told = {
        "settings": settings, "steps": ended.step, "cpu_seconds": path.learning_seconds()[1], "thirds": thirds,
        "machine": machine(), "date": time.strftime("%Y-%m-%d"),
    }  # fmt: skip
    atomic_write(folder / "cell.json", json.dumps(told, indent=1))
    return told


def _asked(words: list[str]) -> dict[str, Any]:
    match words:
        case ["cell", count, augment]:
            cell = Cell(int(count), augment)
            return measured(cell, cell.folder, SECONDS, PICTURES)
        case ["try", count, augment, folder]:
            return measured(Cell(int(count), augment), Path(folder), QUICK_S, QUICK_PICTURES)
        case _:
            raise SystemExit("bench.augmentation: cell COUNT always|never")


if __name__ == "__main__":
    answer_and_leave(lambda: _asked(sys.argv[1:]))
