"""Every family by its quick preset: how good it becomes in a few minutes, and how fast it learns.

A cell is a family on a set of pictures with one seed: trained, scored on held-out pictures, kept in bench/results.
What is interrupted goes on where it stopped; what is there with the same settings is not done again. The page
docs/families.md and its sheets are written anew from all cells that there are.

python -m bench.families page writes the page alone.
"""

from __future__ import annotations

import json
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench.figures import Figure, Options, answer_and_leave, figure, probe
from bench.pages.family_cells import AIMS, REPEATS, STATE, Cell

if TYPE_CHECKING:
    from engine.datasets.store import Store
    from engine.opened.model import OpenedModel

PICTURES = 500
METRICS = ("inception_score", "diversity_score", "class_kl", "fid", "class_balance")
QUICK = ("gan1", 150)
"""The one cell of --quick, and its steps."""


def run(options: Options) -> list[Figure]:
    if options.quick:
        return _quick()
    figures = []
    for family in AIMS:
        if options.only in ("", family):
            figures += _speed(family)
    for cell in cells(options):
        if not cell.scores():
            print(f"{cell.case}, repeat {cell.repeat}", file=sys.stderr)
            probe(
                "bench.families", "cell", cell.family, cell.data, str(cell.repeat), timeout_s=7200, OMP_NUM_THREADS="1"
            )
    for family, data in {(cell.family, cell.data): None for cell in cells(options)}:
        figures += _figures(family, data)
    from bench.pages import family_page

    family_page.write()
    return figures


def cells(options: Options | None = None) -> Iterator[Cell]:
    """All there are: every family once, then again; sets that are not installed are left out."""
    from engine.datasets.catalogue import describe

    installed = {each.name for each in describe() if each.installed}
    for data, usual in REPEATS.items():
        if data not in installed:
            continue
        for repeat in range(options.repeats(usual) if options else usual):
            for family in AIMS:
                cell = Cell(family, data, repeat)
                if options is None or not options.only or options.only in (cell.case, family):
                    yield cell


def done(family: str, data: str) -> list[dict[str, Any]]:
    """The scores of all repeats that there are."""
    kept = (Cell(family, data, repeat).scores() for repeat in range(REPEATS[data]))
    return [scores for scores in kept if scores]


def _figures(family: str, data: str) -> list[Figure]:
    found, aim, case = done(family, data), AIMS[family], Cell(family, data, 0).case
    if not found:
        return []
    shares = [each["inception_share"] for each in found]
    diversities = [each["metrics"]["diversity_score"]["value"] for each in found]
    minutes = [each["cpu_seconds"] / 60 for each in found]
    figures = [
        figure("P10", case, "cpu_minutes", minutes, "min", bar=10, note="quick preset, one thread"),
        figure("S1", case, "inception_share", shares, "", bar=aim.share, better="higher", note="of real pictures"),
        figure("S2", case, "diversity", diversities, "", bar=aim.diversity, better="higher", note="real ones 1"),
    ]
    ratios = [each["copies_ratio"] for each in found if "copies_ratio" in each]
    if ratios:
        figures.append(figure("S3", case, "copies_over_pca", ratios, "", bar=1.0, note="of as many numbers"))
    return figures


def _speed(family: str) -> list[Figure]:
    """Over the plain loop, and how much of the processor's matrix rate a step uses; measured once, in three turns."""
    path, settings = STATE / "speed" / f"{family}.json", Cell(family, "glyphs", 0).settings()
    try:
        kept = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        kept = {}
    if kept.get("settings") != settings:
        turns = [_turn(family, "6") for _ in range(3)]
        kept = {"settings": settings, "turns": turns, "machine": _machine()}
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(kept), encoding="utf-8")
    return speed_figures(family, kept)


def speed_figures(family: str, kept: dict[str, Any]) -> list[Figure]:
    """P5 and P16 of a family from what was kept of them."""
    aim, turns = AIMS[family], kept["turns"]
    ratios = [turn["ours"] / turn["plain"] for turn in turns]
    rates = [turn["rate_share"] for turn in turns]
    return [
        figure("P5", family, "throughput_ratio", ratios, "×", bar=aim.speed, better="higher",
               note="over the plain loop"),
        figure("P16", family, "rate_share", rates, "", bar=0.5 if aim.speed else None, better="higher",
               note="of the bare matrix product's rate"),
    ]  # fmt: skip


def _turn(family: str, seconds: str) -> dict[str, float]:
    plain = probe("bench.families", "plain", family, seconds, OMP_NUM_THREADS="1")
    ours = probe("bench.families", "ours", family, seconds, OMP_NUM_THREADS="1")
    return {"plain": plain["images_per_s"], "ours": ours["images_per_s"], "rate_share": ours["rate_share"]}


def _quick() -> list[Figure]:
    family, steps = QUICK
    with tempfile.TemporaryDirectory() as folder:
        scores = probe("bench.families", "try", family, str(steps), folder, timeout_s=120, OMP_NUM_THREADS="1")
    turn = _turn("dcgan", "2")
    return [
        figure("S1", family, "inception_share", [scores["inception_share"]], "", better="higher",
               note=f"{steps} steps"),
        figure("P5", "dcgan", "throughput_ratio", [turn["ours"] / turn["plain"]], "×", bar=1.5, better="higher",
               note="over the plain loop"),
        figure("P16", "dcgan", "rate_share", [turn["rate_share"]], "", better="higher"),
    ]  # fmt: skip


# ---------------------------------------------------------------- in a process of their own


def _machine() -> dict[str, Any]:
    from engine.machine.facts import machine

    return machine()


def _cell(cell: Cell, folder: Path, *, steps: int = 0, pictures: int = PICTURES) -> dict[str, Any]:
    """Train, or go on, then score; what was begun with other settings begins anew."""
    import torch

    from bench.compared import posterior
    from engine.disk.files import atomic_write
    from engine.disk.home import default_home
    from engine.disk.runs import RunFolder
    from engine.evaluation import available, evaluate, written
    from engine.evaluation.own_classifier import readers_for
    from engine.machine.work import finished
    from engine.opened.model import open_model_file
    from engine.training.loop import Job, train

    torch.set_num_threads(1)
    settings, run = cell.settings(steps), RunFolder(folder / "run")
    begun = folder / "settings.json"
    if run.exists() and (not begun.exists() or json.loads(begun.read_text(encoding="utf-8")) != settings):
        shutil.rmtree(folder)
    folder.mkdir(parents=True, exist_ok=True)
    begun.write_text(json.dumps(settings), encoding="utf-8")
    store = _opened(cell.data)
    job = Job(run=run.root, name=cell.case, family=cell.family, values=settings, data=cell.data, resume=True)
    ended = finished(train(job, store, device=torch.device("cpu")))
    opened = open_model_file(str(run.best_model()), torch.device("cpu"))
    _, cpu_seconds = run.learning_seconds()
    readers = finished(readers_for(store, default_home(), METRICS))  # where none is bundled, one is trained, once
    reasons = available(opened, store, readers)
    wanted = tuple(name for name in (*METRICS, "copies") if not reasons[name])
    metrics: dict[str, Any] = written(finished(evaluate(opened, store, wanted, pictures, readers=readers)))
    inception = metrics["inception_score"]
    scores: dict[str, Any] = {
        "settings": settings, "steps": ended.step, "cpu_seconds": cpu_seconds, "metrics": metrics,
        "inception_share": inception["value"] / inception["real"],
        "machine": _machine(), "date": time.strftime("%Y-%m-%d"),
    }  # fmt: skip
    if "copies" in metrics:
        scores["copies_ratio"] = metrics["copies"]["value"] / metrics["copies_components"]["value"]
    _sheet(opened, folder / "sheet.webp")
    if spread := posterior.draw(opened, store, folder / "posterior.webp"):
        scores["posterior"] = spread
    atomic_write(folder / "cell.json", json.dumps(scores, indent=1))
    return scores


def _sheet(opened: OpenedModel, path: Path, columns: int = 8, rows: int = 4) -> None:
    """The first seeds, as they come, each pixel twice as large."""
    from PIL import Image

    from engine.opened.export import enlarged, tiled
    from engine.protocol.values import Recipe

    recipes = [Recipe(model=opened.fingerprint, seed=seed) for seed in range(columns * rows)]
    pictures: list[Any] = []
    for first in range(0, len(recipes), columns):
        work = opened.pictures(recipes[first : first + columns])
        try:
            while True:
                next(work)
        except StopIteration as end:
            pictures += end.value
    Image.fromarray(tiled([enlarged(picture, 2) for picture in pictures], columns)).save(path, "WEBP", quality=80)


def _opened(data: str) -> Store:
    from engine.datasets.catalogue import open_data
    from engine.disk.home import default_home
    from engine.machine.work import finished

    return finished(open_data(data, home=default_home(), size=28))


def _images_per_s(family: str, seconds: float, *, plain: bool) -> dict[str, float]:
    """Pictures of the data that a second of the processor gets through; every phase and repeat counts its own."""
    import torch

    from bench.compared.plain import as_written, family_steps
    from engine.families import build
    from engine.families.base import DataShape
    from engine.machine.memory import kept_between_steps
    from engine.training.material import batches
    from engine.training.trainer import Trainer

    torch.set_num_threads(1)
    settings, store = Cell(family, "glyphs", 0).settings(), _opened("glyphs")
    made = build(family, settings, DataShape(classes=store.classes))
    period = _period(made)
    if plain:
        steps: Iterator[object] = family_steps(as_written(made), store)
        spent, count = _timed(lambda: next(steps), seconds, period)
        return {"images_per_s": count * settings["batch"] / spent}
    made.prepare(store)
    trainer = Trainer(made, batches(made, store), torch.device("cpu"))

    def step() -> None:
        for _ in trainer.step():
            pass

    with kept_between_steps():  # as a run does
        spent, count = _timed(step, seconds, period)
        rate_share = _rate_share(step, spent / count, period)
    return {"images_per_s": count * settings["batch"] / spent, "rate_share": rate_share}


def _period(family: Any) -> int:
    """Steps after which the same kinds of steps come again: a family of stages is timed over whole turns of them."""
    began = [family.stage(step).began for step in range(4000)]
    starts = sorted(set(began))
    return starts[3] - starts[1] if len(starts) > 3 else 1


def _timed(step: Any, seconds: float, period: int) -> tuple[float, int]:
    for _ in range(2 if period == 1 else period):
        step()
    began, count = time.process_time(), 0
    while time.process_time() - began < seconds or count % period:
        step()
        count += 1
    return time.process_time() - began, count


def _rate_share(step: Any, seconds_a_step: float, period: int) -> float:
    """Multiplications and additions of a step, by torch's own count, over what a bare product does in that time."""
    import torch
    from torch.utils._python_dispatch import TorchDispatchMode
    from torch.utils.flop_counter import flop_registry

    class Counter(TorchDispatchMode):  # type: ignore[no-untyped-call]
        """torch's own counter follows modules too, and then cannot count slopes of slopes."""

        total = 0

        def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
            out = func(*args, **(kwargs or {}))
            count = flop_registry.get(func._overloadpacket)
            self.total += count(*args, **(kwargs or {}), out_val=out) if count is not None else 0
            return out

    with Counter() as counter:  # type: ignore[no-untyped-call]
        for _ in range(period):
            step()
    a_NN = torch.randn(1024, 1024)
    for _ in range(3):
        a_NN @ a_NN
    began = time.process_time()
    for _ in range(10):
        a_NN @ a_NN
    rate = 10 * 2 * 1024**3 / (time.process_time() - began)
    return float(counter.total / period / seconds_a_step / rate)


def _asked(words: list[str]) -> dict[str, Any]:
    match words:
        case ["cell", family, data, repeat]:
            cell = Cell(family, data, int(repeat))
            return _cell(cell, cell.folder)
        case ["try", family, steps, folder]:
            return _cell(Cell(family, "glyphs", 0), Path(folder), steps=int(steps), pictures=100)
        case ["plain" | "ours" as loop, family, seconds]:
            return _images_per_s(family, float(seconds), plain=loop == "plain")
        case _:
            from bench.pages import family_page

            return {"page": str(family_page.write())}


if __name__ == "__main__":
    answer_and_leave(lambda: _asked(sys.argv[1:]))
