"""Composite functional gradients where all is known: densities on a line and in a plane, how fast a walk follows
a hand, and what the pool saves.

`zscape density` draws the same walks as PNG and CSV.
"""

from __future__ import annotations

import math
import sys
import tempfile
import time
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench.figures import Figure, Options, answer_and_leave, figure, percentile, probe

if TYPE_CHECKING:
    from torch import Tensor

CASES = ("mixture-1d", "ring")
MODEL = "glyphs-xicfg"
PARTICLES = 1_000_000
FIRST = 5
"""KL has to fall at each of the first steps."""
STEPS = (10, 15)
"""Of a walk with a pool: those of our presets, and those that the author's implementation was timed with."""
POOL, BATCH = 640, 64


def run(options: Options) -> list[Figure]:
    figures = []
    for name in CASES:
        if options.wants(name):
            answer = probe("bench.functional", name, "1" if options.quick else "0", timeout_s=3600, OMP_NUM_THREADS="1")
            figures += _figures(name, answer, is_whole=not options.quick)
    if options.wants("drag"):
        figures += _dragged(options)
    if options.wants("pool"):
        for steps in STEPS:
            words = ("pool", str(steps), "1" if options.quick else "0")
            ratios = probe("bench.functional", *words, timeout_s=900, OMP_NUM_THREADS="1")["ratios"]
            saved = _evaluations(steps, pooled=False) / _evaluations(steps, pooled=True)
            figures += [
                figure("P9", f"pool-{steps}", "ratio", ratios, "×", bar=1.7 if steps == max(STEPS) else None,
                       better="higher", note="over redrawing, processor time of a stage before its approximation"),
                figure("P9", f"pool-{steps}", "slopes_saved", [saved], "×", better="higher",
                       note="slopes of pictures to be computed, over those with a pool"),
            ]  # fmt: skip
    return figures


def _figures(name: str, answer: dict[str, Any], *, is_whole: bool) -> list[Figure]:
    """Two bars are those of a million particles that walk to the end."""
    kl = answer["kl"]
    least_fall = min(before - after for before, after in pairwise(kl[: FIRST + 1]))
    return [
        figure("F1", name, "log_ratio_error", [max(answer["errors"][:FIRST])], "nats", bar=0.1 if is_whole else None,
               note="worst of the first five"),
        figure("F2", name, "kl_begin", [kl[0]], "nats", n=answer["particles"], note=f"{answer['bins']} bins"),
        figure("F2", name, "kl_end", [kl[-1]], "nats", n=answer["particles"],
               bar=0.05 if is_whole else None, note=f"{len(kl) - 1} steps"),
        figure("F2", name, "least_fall", [least_fall], "nats", bar=0.0, better="higher", note="of the first 5 steps"),
        figure("F3", name, "first_order", [abs(answer["fall"] / answer["predicted"] - 1.0)], "", bar=0.25,
               note="measured over predicted fall, η .01"),
    ]  # fmt: skip


def _walk(name: str, quick: bool) -> dict[str, Any]:
    import torch

    from engine.comparing.density_files import walked
    from engine.datasets.synthetic.toy import TOYS
    from engine.evaluation.density_walks import usual
    from engine.machine.work import finished

    torch.set_num_threads(1)
    changes = {"particles": PARTICLES // 20, "steps": 2 * FIRST} if quick else {"particles": PARTICLES}
    walk = usual(TOYS[name], **changes)
    course = finished(walked(walk))
    return {
        "kl": [row[1] for row in course.rows], "errors": [row[2] for row in course.rows],
        "predicted": course.predicted, "fall": course.fell, "particles": walk.particles,
        "bins": walk.bins**walk.toy.dimensions,
    }  # fmt: skip


# ---------------------------------------------------------------- a hand on a slider


def _dragged(options: Options) -> list[Figure]:
    """The bundled model dragged in the real window: drawn at once by its approximator, and with all its steps."""
    answers = []
    for _ in range(options.repeats(3)):
        with tempfile.TemporaryDirectory() as home:
            answers.append(probe("bench.functional", "drag", home, "4" if options.quick else "12", OMP_NUM_THREADS="1"))
    events = int(min(answer["events"] for answer in answers))
    figures = []
    for case, bar in (("approximator", 16), ("steps", 60)):
        for metric in ("p50", "p95"):
            values = [float(answer[f"{case}_{metric}"]) for answer in answers]
            note = f"{MODEL}, slider to canvas" if case == "approximator" else f"{MODEL}, T {answers[0]['T']:.0f}"
            figures.append(
                figure("P2", f"xicfg-{case}", metric, values, "ms", n=events, bar=bar if metric == "p95" else None,
                       note=note)
            )  # fmt: skip
    return figures


def _drag(home: str, seconds: float) -> dict[str, Any]:
    import app.program
    from app.run import application, create_window
    from bench.hands.dragging import Drag

    app.program.DEFAULT_MODEL = MODEL
    qt = application()
    window = create_window(Path(home))
    window.resize(1280, 800)
    window.show()
    explorer = window.shell.explorer
    drag = Drag(window)
    drag.wait(lambda: explorer.pictures.picture is not None and drag.is_quiet(), 150)
    drag.wait_s(4.0)  # the gallery is drawn and the optimiser warmed by then
    model = explorer.models.model
    assert model is not None
    steps = next(setting for setting in model.sampling if setting.walks)
    answer: dict[str, Any] = {"T": steps.high, "events": math.inf}
    for case, length in (("approximator", steps.low), ("steps", steps.high)):
        explorer.place.set_setting(steps, length)
        drag.wait(drag.is_quiet, 20)
        drag.drag_for(1.0)
        found = drag.drag_for(seconds)
        answer["events"] = min(answer["events"], len(found.latencies_ms))
        for metric, share in (("p50", 0.5), ("p95", 0.95)):
            answer[f"{case}_{metric}"] = percentile(found.latencies_ms, share)
    window.close()
    qt.processEvents()
    return answer


# ---------------------------------------------------------------- what the pool saves


def _evaluations(steps: int, *, pooled: bool) -> int:
    """Slopes of pictures that a walk takes: with a pool every step moves all of it; without, the batch of step t walks
    t steps from its beginning, and in the end so do the pictures that the approximator is to learn.
    """
    return POOL * steps + (0 if pooled else BATCH * steps * (steps - 1) // 2)


def _pool(steps: int, quick: bool) -> dict[str, Any]:
    """A walk of T steps with a pool, over redrawing every batch through all discriminators kept so far, in turns."""
    import torch

    from bench.compared.settings import Case as Model
    from bench.compared.settings import built, noise_store
    from engine.families.functional.composite import Composite

    torch.set_num_threads(1)
    values = {"size": 28, "channels": 1, "batch": BATCH, "width": 16, "gradient_steps": steps, "pool": POOL}
    model = Model(family="xicfg", config=values)
    store = noise_store(model, BATCH)
    family = built(model, store)
    assert isinstance(family, Composite)
    x_BCHW = store.pictures.float() / 127.5 - 1.0
    ratios = []
    for turn in range(3 if quick else 11):
        z_ND = torch.randn(POOL, family.config.latent)
        spent = [_timed(family, x_BCHW, z_ND, pooled=pooled) for pooled in (True, False)]
        if turn:  # the first lays out memory and kernels
            ratios.append(spent[1] / spent[0])
    return {"ratios": ratios}


def _timed(family: Any, x_BCHW: Tensor, z_ND: Tensor, *, pooled: bool) -> float:
    began = time.process_time()
    _stage(family, x_BCHW, z_ND, pooled=pooled)
    return time.process_time() - began


def _stage(family: Any, x_BCHW: Tensor, z_ND: Tensor, *, pooled: bool) -> None:
    """The gradient steps of one stage, and the targets of its approximation."""
    import torch

    optimiser = torch.optim.RMSprop(family.discriminator.parameters(), lr=2.5e-4, alpha=0.95)
    family.kept_steps.zero_()
    with torch.no_grad():
        pool_NCHW = torch.cat([family.origin(z_BD) for z_BD in torch.split(z_ND, BATCH)]) if pooled else None
    for t in range(family.walk_length):
        if pool_NCHW is not None:
            made_BCHW = pool_NCHW[torch.randint(POOL, (BATCH,))]
        else:
            begun_BCHW = family.origin(torch.randn(BATCH, z_ND.shape[1])).detach()
            *_, made_BCHW = family.walk(begun_BCHW, torch.full((BATCH,), float(t)))
        family.logistic(x_BCHW, made_BCHW.detach())["loss"].backward()
        optimiser.step()
        optimiser.zero_grad()
        family.keep(t)
        if pool_NCHW is not None:
            family.advance(pool_NCHW, t)
    if pool_NCHW is None:
        for z_BD in torch.split(z_ND, BATCH):
            *_, _ = family.walk(family.origin(z_BD).detach(), torch.full((len(z_BD),), float(family.walk_length)))


if __name__ == "__main__":
    if sys.argv[1] == "drag":
        answer_and_leave(lambda: _drag(sys.argv[2], float(sys.argv[3])))
    elif sys.argv[1] in CASES:
        answer_and_leave(lambda: _walk(sys.argv[1], sys.argv[2] == "1"))
    else:
        answer_and_leave(lambda: _pool(int(sys.argv[2]), sys.argv[3] == "1"))
