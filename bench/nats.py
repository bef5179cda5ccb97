"""Likelihoods of held-out pictures where they can be compared: in nats a picture, in bits per dimension for shades.

MNIST 5000 in black and white (4 000 to learn from, 1 000 held out); Fashion-MNIST, glyphs and heads of 32 pixels in
shades; what the order of drawing changes, by weighted sums; and shapes of which all are listed, where no model can need
fewer than log N nats. All by quick presets unless a case says otherwise.

A run is kept in bench/results/nats: what is interrupted goes on where it stopped, and what is there with the same
settings is only measured again. The page docs/likelihoods.md is written anew from all that was measured.

python -m bench.nats page writes the page alone.
"""

from __future__ import annotations

import json
import shutil
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from bench import likelihood_cases, likelihood_page
from bench.figures import Figure, Options, answer_and_leave, figure, probe
from bench.likelihood_cases import CASES, SHAPES, Case

if TYPE_CHECKING:
    from torch import Tensor

    from engine.datasets.store import Store
    from engine.families.base import AnyFamily

HOURS_S = 4 * 3600.0
CHUNK = 25
OVER_ENTROPY = 0.003
"""Nats a dimension that shapes may cost beyond what is known to be the least."""


def run(options: Options) -> list[Figure]:
    figures = []
    for name, case in CASES.items():
        if not options.wants(name):
            continue
        answer = probe("bench.nats", name, "20" if options.quick else "0", timeout_s=HOURS_S, OMP_NUM_THREADS="1")
        figures += _figures(name, case, answer)
    if not options.quick:
        likelihood_page.write()
    return figures


def _figures(name: str, case: Case, answer: dict[str, Any]) -> list[Figure]:
    unit, least = ("nats", "nats") if case.in_nats else ("bits/dim", "bits_per_dim")
    value, stderr, gap = (answer[part if case.in_nats else f"{part}_bits"] for part in ("nats", "stderr", "gap"))
    note = f"± {stderr:.{2 if case.in_nats else 3}f}, {answer['terms']}"
    figures = [
        figure("N1", name, least, [value], unit, n=answer["n"], bar=case.bar, note=note),
        figure("N1", name, "gap", [gap], unit, n=answer["n"], note="over pictures it learned from"),
    ]
    if not case.model:
        figures.append(figure("N1", name, "learned_in", [answer["seconds"]], "s", note="of one core"))
    if case.data == SHAPES:
        over = [(answer["nats"] - answer["entropy"]) / answer["dims"]]
        note = f"over log N, {answer['entropy']:.3f} nats a picture"
        figures.append(figure("N1", name, "over_entropy", over, "nats/dim", n=answer["n"], bar=OVER_ENTROPY, note=note))
    return figures


# ---------------------------------------------------------------- in a process of its own


def _probe(name: str, steps: int) -> dict[str, Any]:
    import torch

    from engine.datasets.store import Split
    from engine.machine.facts import machine
    from engine.machine.work import finished
    from engine.opened.checkpoints import load_model

    torch.set_num_threads(1)
    case = CASES[name]
    store = _opened(name, case)
    with TemporaryDirectory() as scratch:
        folder = Path(scratch) if steps else likelihood_cases.STATE / name
        path, seconds = _learned(name, case, store, folder, steps)
        family = load_model(path).family.eval()
        store = finished(store.resizing(family.picture.size, family.picture.channels))
        held_N, known_N = (_nats(family, store.subset(split), case.pictures) for split in (Split.TEST, Split.TRAIN))
        answer = _answer(family, held_N, known_N)
        facts = {"settings": case.settings(steps), "machine": machine(), "date": time.strftime("%Y-%m-%d")}
        answer = {**facts, "seconds": seconds, **answer}
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "measured.json").write_text(json.dumps(answer, indent=1), encoding="utf-8")
    return answer


def _opened(name: str, case: Case) -> Store:
    from engine.datasets.catalogue import open_data
    from engine.disk.files import LoadError
    from engine.disk.home import default_home
    from engine.machine.work import finished

    try:
        return finished(open_data(case.data, home=default_home()))
    except LoadError as problem:
        raise SystemExit(f"bench: {name}: {problem.sentence}") from None


def _learned(name: str, case: Case, store: Store, folder: Path, steps: int) -> tuple[str, float]:
    """The model, and the processor seconds that it took: trained, or trained on, or there already."""
    import torch

    from engine.disk.bundled import bundled_model
    from engine.disk.runs import RunFolder
    from engine.protocol.answers import Finished
    from engine.training.loop import Job, train

    if case.model:
        return str(bundled_model(case.model)), 0.0
    settings, run, begun = case.settings(steps), RunFolder(folder / "run"), folder / "settings.json"
    if run.exists() and (not begun.exists() or json.loads(begun.read_text(encoding="utf-8")) != settings):
        shutil.rmtree(folder)
    folder.mkdir(parents=True, exist_ok=True)
    begun.write_text(json.dumps(settings), encoding="utf-8")
    if not run.model.exists():
        job = Job(run=run.root, name=name, family=case.family, values=settings, data=case.data, resume=True)
        *_, end = train(job, store, device=torch.device("cpu"))
        assert isinstance(end, Finished)
    return str(run.model), run.learning_seconds()[1]


def _nats(family: AnyFamily, pictures: Store, count: int) -> Tensor:
    """-log p of so many pictures, spread over all of them."""
    import torch

    from engine.datasets.batches import batch, evenly

    with torch.no_grad():
        parts = torch.split(evenly(len(pictures), count), CHUNK)
        return torch.cat(
            [-family.log_likelihood(batch(pictures, rows), torch.Generator().manual_seed(0)) for rows in parts]
        ).double()


def _answer(family: AnyFamily, held_N: Tensor, known_N: Tensor) -> dict[str, Any]:
    import math

    from engine.datasets.synthetic.shapes import entropy_nats

    dims = family.picture.size**2 * family.picture.channels
    told = {
        "nats": float(held_N.mean()),
        "stderr": float(held_N.std() / len(held_N) ** 0.5),
        "gap": float(held_N.mean() - known_N.mean()),
    }
    in_bits = {f"{part}_bits": value / dims / math.log(2.0) for part, value in told.items()}
    return {
        **told,
        **in_bits,
        "n": len(held_N),
        "dims": dims,
        "terms": family.likelihood_terms.split(";")[0],
        "entropy": entropy_nats(),
    }


def _asked(words: list[str]) -> dict[str, Any]:
    match words:
        case [name, steps]:
            return _probe(name, int(steps))
        case _:
            return {"page": str(likelihood_page.write())}


if __name__ == "__main__":
    answer_and_leave(lambda: _asked(sys.argv[1:]))
