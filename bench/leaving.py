"""How long a picture goes on being drawn, pixel by pixel, after nobody wants it any more, while nothing trains.

The render lane draws in a thread of its own, as in the window; the cancel comes at moments that nobody chose.
"""

from __future__ import annotations

import random
import sys
import threading
import time
from typing import Any

from bench.figures import Figure, Options, answer_and_leave, figure, probe

CASES = {"glyphs": None, "glyphs-gated": None, "faces-pixels": None, "15x128": (15, 128)}
"""Bundled models, and the widest that is measured: blocks, features inside a block."""
BAR_MS = 50.0
SIDE = 28


def run(options: Options) -> list[Figure]:
    figures = []
    for case in CASES:
        times = 8 if options.quick else 30
        if options.wants(case):
            answer = probe("bench.leaving", case, str(times), OMP_NUM_THREADS="1")
            taken = sorted(answer["cancel_ms"])
            late = taken[min(len(taken) - 1, int(0.95 * len(taken)))]
            note = f"of {times} pictures, nothing training: the 95th of a hundred"
            figures.append(figure("P7", case, "cancel_ms", [late], "ms", n=times, bar=BAR_MS, note=note))
    return figures


def _probe(case: str, times: int) -> dict[str, Any]:
    import torch

    from engine.protocol.answers import Event, Rendered
    from engine.protocol.requests import CancelRender, Render
    from engine.protocol.values import CANVAS, Recipe
    from engine.serving.lane import RenderLane
    from engine.serving.mailbox import Mailbox

    torch.set_num_threads(1)
    opened = _opened(case)
    mailbox, started = Mailbox(), threading.Event()

    def emit(event: Event) -> None:
        if isinstance(event, Rendered):
            started.set()

    lane = RenderLane(mailbox, lambda: opened, emit)
    chance, taken = random.Random(3), []
    for ticket in range(1, times + 1):
        started.clear()
        render = Render(
            view=CANVAS, ticket=ticket, recipe=Recipe(model=opened.fingerprint, seed=ticket), progressive=True
        )
        mailbox.put(render)
        taken_up = mailbox.next_render(0)
        assert taken_up is not None
        drawing = threading.Thread(target=lane.serve, args=(taken_up,))
        drawing.start()
        started.wait()
        time.sleep(chance.uniform(0.0, 0.1))
        began = time.perf_counter()
        mailbox.put(CancelRender(view=CANVAS))
        drawing.join()
        taken.append(1000.0 * (time.perf_counter() - began))
    return {"cancel_ms": taken}


def _opened(case: str) -> Any:
    import torch

    from engine.disk.bundled import find_model
    from engine.families import build
    from engine.families.base import DataShape
    from engine.opened.checkpoints import Model
    from engine.opened.model import OpenedModel, open_model_file

    shape = CASES[case]
    if shape is None:
        return open_model_file(str(find_model(case)), torch.device("cpu"))
    blocks, features = shape
    values = {"size": SIDE, "channels": 1, "width": 2 * features, "depth": blocks, "levels": 256}
    family = build("pixelcnn", values, DataShape()).eval().requires_grad_(False)
    model = Model(family=family, fingerprint="f" * 16, name=case, path="", explorables=None, card={})
    return OpenedModel(model, torch.device("cpu"))


if __name__ == "__main__":
    answer_and_leave(lambda: _probe(sys.argv[1], int(sys.argv[2])))
