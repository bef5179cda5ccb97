"""P5: pictures a second of the training loop over those of the plain loop, each in a process of its own.

Both run on one thread and are timed by the processor time they use: what else the machine does hardly matters."""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from bench.compared.settings import CASES, built, noise_store
from bench.figures import Figure, Options, answer_and_leave, figure, probe

BARS = {"popular-gan-32": 2.0, "vae-64": 1.25, "dcgan-32": None, "dcgan-64": None}
"""The bars were measured on the networks of popular implementations. In the mirrored DCGAN, which has none, four fifths
of a step are plain strided convolutions that no loop makes faster."""
IMAGES = 2048


def run(options: Options) -> list[Figure]:
    figures = []
    seconds = "3" if options.quick else "12"
    for case, bar in BARS.items():
        if not options.wants(case) or (options.quick and not options.only and case == "dcgan-64"):
            continue
        ratios, ours, plains = [], [], []
        for _ in range(options.repeats(3)):
            plain = probe("bench.train", "plain", case, seconds, OMP_NUM_THREADS="1")["images_per_s"]
            our = probe("bench.train", "ours", case, seconds, OMP_NUM_THREADS="1")["images_per_s"]
            ratios.append(our / plain)
            ours.append(our)
            plains.append(plain)
        figures += [
            figure("P5", case, "throughput_ratio", ratios, "×", bar=bar, better="higher", note="over the plain loop"),
            figure("P5", case, "images_per_s", ours, "images/s", better="higher"),
            figure("P5", case, "plain_images_per_s", plains, "images/s", better="higher"),
        ]
    return figures


def _ours(case: str, seconds: float) -> dict[str, Any]:
    """The training loop as everybody runs it: reports, previews, snapshots, moving average and all."""
    import torch

    from bench.compared.popular import known
    from engine.protocol.answers import Progressed
    from engine.training.loop import Control, Job, train

    torch.set_num_threads(1)
    known()
    setting, control = CASES[case], Control()
    store = noise_store(setting, IMAGES)
    began, first, last = 0.0, 0, 0
    with tempfile.TemporaryDirectory() as folder:
        job = Job(
            run=Path(folder) / "run", name="bench", family=setting.family,
            values={**setting.config, "steps": 1_000_000}, data="noise",
        )  # fmt: skip
        events = train(job, store, device=torch.device("cpu"), control=control)
        for event in events:
            if isinstance(event, Progressed):
                now = time.process_time()
                if event.step >= 3 and not began:
                    began, first = now, event.images
                elif began and now - began > seconds:
                    last = event.images
                    control.stop = control.leave = True
                    events.close()
                    return {"images_per_s": (last - first) / (now - began)}
    raise SystemExit("bench: the run ended before it was measured.")


def _plain(case: str, seconds: float) -> dict[str, Any]:
    import torch

    from bench.compared import plain

    torch.set_num_threads(1)
    setting = CASES[case]
    store = noise_store(setting, IMAGES)
    family = plain.as_written(built(setting, store))
    steps = plain.gan_steps(family, store) if setting.family != "vae" else plain.vae_steps(family, store)
    for _ in range(2):
        next(steps)
    began, count = time.process_time(), 0
    while time.process_time() - began < seconds or count < 2:
        next(steps)
        count += 1
    return {"images_per_s": count * setting.config["batch"] / (time.process_time() - began)}


if __name__ == "__main__":
    measure = _ours if sys.argv[1] == "ours" else _plain
    answer_and_leave(lambda: measure(sys.argv[2], float(sys.argv[3])))
