"""Likelihoods of held-out pictures where they can be compared, in nats a picture.

MNIST 5000 in black and white (4 000 to learn from, 1 000 held out) by the quick presets; what the order of drawing
changes, by weighted sums; and shapes of which all are listed, where no model can need fewer than log N nats.

Published for all 60 000 digits: 97.5 (FVBN), 88.3 (NADE) and 86.6 (MADE), 81.3 (PixelCNN), 80.5 (Row LSTM) and 79.2
(Diagonal BiLSTM), 79.0 (PixelVAE).
"""

from __future__ import annotations

import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from bench.figures import Figure, Options, answer_and_leave, figure, probe

DIGITS, SHAPES = "bundled:mnist5k-binary", "bundled:shapes"
PLAIN: dict[str, object] = {"conditional": False}
BINARY: dict[str, object] = {**PLAIN, "levels": 2}
CHUNK = 50


@dataclass(frozen=True, slots=True)
class Case:
    """A family by a preset, with changes, and the most nats that a held-out picture should need."""

    family: str
    preset: str
    bar: float | None
    changes: dict[str, object] = field(default_factory=dict)
    data: str = DIGITS


CASES = {
    "fvbn": Case("fvbn", "linear", 125.0, PLAIN),
    "nade": Case("fvbn", "quick", 112.0, PLAIN),
    "made": Case("fvbn", "made", None, PLAIN),
    "pixelcnn": Case("pixelcnn", "quick", 97.0, BINARY),
    "gated": Case("gated-pixelcnn", "mnist", 97.0, PLAIN),
    "plusplus": Case("pixelcnn++", "quick", None, {**BINARY, "components": 1}),
    "pixelrnn": Case("pixelrnn", "quick", 110.0, PLAIN),
    "pixelvae": Case("pixelvae", "quick", 100.0),
    **{f"order-{order}": Case("fvbn", "linear", None, {**PLAIN, "ordering": order, "steps": 600})
       for order in ("raster", "columns", "spiral", "random")},
    "shapes": Case("pixelcnn", "shapes", None, data=SHAPES),
}  # fmt: skip


def run(options: Options) -> list[Figure]:
    figures = []
    for name, case in CASES.items():
        if not options.wants(name):
            continue
        answer = probe("bench.nats", name, "20" if options.quick else "0", timeout_s=1800)
        note = f"± {answer['stderr']:.2f}, {answer['terms']}"
        figures.append(figure("N1", name, "nats", [answer["nats"]], "nats", n=answer["n"], bar=case.bar, note=note))
        figures.append(figure("N1", name, "learned_in", [answer["seconds"]], "s", note="of one core"))
        if case.data == SHAPES:
            over = [(answer["nats"] - answer["entropy"]) / answer["pixels"]]
            note = f"over log N, {answer['entropy']:.3f} nats a picture"
            figures.append(figure("N1", name, "over_entropy", over, "nats/dim", n=answer["n"], bar=0.003, note=note))
    return figures


def _probe(name: str, steps: int) -> dict[str, Any]:
    import torch

    from engine.datasets.batches import batch
    from engine.datasets.catalogue import open_data
    from engine.datasets.store import Split
    from engine.datasets.synthetic.shapes import entropy_nats
    from engine.disk.files import LoadError
    from engine.disk.home import default_home
    from engine.families.presets import chain
    from engine.machine.work import finished
    from engine.opened.checkpoints import load_model
    from engine.protocol.answers import Finished
    from engine.training.loop import Job, train

    torch.set_num_threads(1)
    case = CASES[name]
    try:
        store = finished(open_data(case.data, home=default_home()))
    except LoadError as problem:
        raise SystemExit(f"bench: {name}: {problem.sentence}") from None
    values = {
        **dict(chain(case.family, case.preset)[-1][1].config),
        **case.changes,
        **({"steps": steps} if steps else {}),
    }
    with TemporaryDirectory() as folder:
        job = Job(run=Path(folder) / "run", name=name, family=case.family, values=values, data=case.data)
        began = time.process_time()
        *_, end = train(job, store, device=torch.device("cpu"))
        seconds = time.process_time() - began
        assert isinstance(end, Finished)
        family = load_model(end.path).family
    held_out = store.subset(Split.TEST)
    with torch.no_grad():
        nats = torch.cat(
            [
                -family.log_likelihood(batch(held_out, rows), torch.Generator().manual_seed(0))
                for rows in torch.split(torch.arange(len(held_out)), CHUNK)
            ]
        )
    return {
        "nats": float(nats.mean()),
        "stderr": float(nats.std() / len(nats) ** 0.5),
        "n": len(nats),
        "terms": family.likelihood_terms.split(",")[0],
        "seconds": seconds,
        "pixels": store.size**2,
        "entropy": entropy_nats(),
    }


if __name__ == "__main__":
    answer_and_leave(lambda: _probe(sys.argv[1], int(sys.argv[2])))
