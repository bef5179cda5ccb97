"""P6: what the training loop adds to the bare step (loss, backward, optimiser) on a batch that is already there.

Timed by the processor time of one thread."""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path
from typing import Any
from unittest.mock import patch

from bench.compared.settings import CASES, noise_store
from bench.figures import Figure, Options, answer_and_leave, figure, probe

NAMES = ("vae-64", "dcgan-32", "pixelcnn-28")
IMAGES = 2048
TURN_S = 2.0
"""How long loop and bare steps take turns; a preview comes every two seconds or less often."""


def run(options: Options) -> list[Figure]:
    figures = []
    for case in NAMES:
        if not options.wants(case) or (options.quick and not options.only and case == "pixelcnn-28"):
            continue
        added, bare = [], []
        for _ in range(options.repeats(5)):
            answer = probe("bench.loop", case, "4" if options.quick else "10", OMP_NUM_THREADS="1")
            added.append(100 * (answer["loop_ms"] / answer["bare_ms"] - 1))
            bare.append(answer["bare_ms"])
        figures += [
            figure("P6", case, "overhead", added, "%", bar=5, note="over the bare step"),
            figure("P6", case, "bare_ms", bare, "ms"),
        ]
    return figures


def _probe(case: str, seconds: float) -> dict[str, Any]:
    """Loop and bare steps take turns, so that a busy machine slows both, on the same networks, so that neither has the
    luckier place in memory.
    """
    import torch

    from engine.protocol.answers import Progressed
    from engine.training import loop as training
    from engine.training.loop import Control, Job, train
    from engine.training.trainer import Trainer

    torch.set_num_threads(1)
    setting = CASES[case]
    store = noise_store(setting, IMAGES)
    made: list[Trainer] = []

    class Seen(Trainer):
        """The loop's own trainer, for the bare steps too."""

        def __init__(self, *args: Any) -> None:
            super().__init__(*args)
            made.append(self)

    loop_s, loop_steps, bare_s, bare_steps = 0.0, 0, 0.0, 0

    def bare_step() -> None:
        for mover, batch in zip(trainer.movers, batches, strict=True):
            trainer._only(mover)
            mover.phase.loss(batch)["loss"].backward()  # type: ignore[no-untyped-call]
            mover.optimiser.step()
            mover.optimiser.zero_grad(set_to_none=True)

    with tempfile.TemporaryDirectory() as folder, patch.object(training, "Trainer", Seen):
        values = {**setting.config, "steps": 1_000_000}
        job = Job(run=Path(folder) / "run", name="bench", family=setting.family, values=values, data="noise")
        events = train(job, store, device=torch.device("cpu"), control=Control())
        step = 0
        while step < 3:
            event = next(events)
            step = event.step if isinstance(event, Progressed) else step
        [trainer] = made
        rows = trainer._rows(0)
        batches = [trainer._batch(rows, number, 0, {}) for number in range(len(trainer.movers))]
        bare_step()
        while loop_s < seconds:
            began, before = time.process_time(), step
            while True:  # ends with a step, since what is begun would be timed and not counted
                event = next(events)
                if isinstance(event, Progressed):
                    step = event.step
                    if time.process_time() - began > TURN_S:
                        break
            loop_s += time.process_time() - began
            loop_steps += step - before
            began, count = time.process_time(), 0
            while time.process_time() - began < TURN_S:
                bare_step()
                count += 1
            bare_s += time.process_time() - began
            bare_steps += count
        events.close()
    return {"loop_ms": 1000 * loop_s / loop_steps, "bare_ms": 1000 * bare_s / bare_steps}


if __name__ == "__main__":
    answer_and_leave(lambda: _probe(sys.argv[1], float(sys.argv[2])))
