"""P14: cost as work grows: decoding by batch, training by size of the data, with the memory of each."""

from __future__ import annotations

import sys
import tempfile
import time
from typing import Any

from bench.compared.settings import Case, noise_store
from bench.figures import Figure, Options, answer_and_leave, figure, probe

BATCHES, SIZES = (1, 16, 256), (1_000, 10_000, 100_000)
TRAINED = Case(family="vae", config={"size": 32, "channels": 3, "batch": 64, "width": 16, "latent": 64})


def run(options: Options) -> list[Figure]:
    figures = []
    for batch in BATCHES:
        if options.wants(f"batch-{batch}"):
            answers = [probe("bench.scale", "decode", str(batch), options.model) for _ in range(options.repeats(3))]
            figures += _two(f"batch-{batch}", "ms_per_image", "ms", answers, "lower")
    for size in SIZES[: 2 if options.quick else 3]:
        if options.wants(f"images-{size}"):
            answers = [probe("bench.scale", "train", str(size), options.model) for _ in range(options.repeats(2))]
            figures += _two(f"images-{size}", "images_per_s", "images/s", answers, "higher")
    return figures


def _two(case: str, metric: str, unit: str, answers: list[dict[str, Any]], better: str) -> list[Figure]:
    return [
        figure("P14", case, metric, [answer[metric] for answer in answers], unit, better=better),
        figure("P14", case, "memory_mb", [answer["memory_mb"] for answer in answers], "MB"),
    ]


def _decode(batch: int, model: str) -> dict[str, Any]:
    import torch

    from engine.disk.bundled import find_model
    from engine.opened.model import open_model_file

    torch.set_num_threads(1)
    family = open_model_file(str(find_model(model)), torch.device("cpu")).family
    latent = family.latent
    assert latent is not None
    z_BD = torch.randn(batch, latent.coordinates, generator=torch.Generator().manual_seed(0))
    with torch.no_grad():
        family.decode(z_BD)
        began, done = time.perf_counter(), 0
        while time.perf_counter() - began < 2.0:
            family.decode(z_BD)
            done += batch
    return {"ms_per_image": 1000 * (time.perf_counter() - began) / done, "memory_mb": _peak_mb()}


def _train(images: int, _model: str) -> dict[str, Any]:
    """From a memory-mapped store, as imported data is."""
    from pathlib import Path

    import torch

    from bench.compared.settings import built
    from engine.datasets.batches import StoreBatches
    from engine.datasets.cache import write_store
    from engine.machine.work import finished
    from engine.training.trainer import Trainer

    torch.set_num_threads(1)
    with tempfile.TemporaryDirectory() as folder:
        store = finished(write_store(noise_store(TRAINED, images), Path(folder) / "store"))
        trainer = Trainer(built(TRAINED, store), StoreBatches(store=store), torch.device("cpu"))
        for _ in range(2):
            list(trainer.step())
        began, steps = time.perf_counter(), 0
        while time.perf_counter() - began < 4.0:
            list(trainer.step())
            steps += 1
        rate = steps * TRAINED.config["batch"] / (time.perf_counter() - began)
    return {"images_per_s": rate, "memory_mb": _peak_mb()}


def _peak_mb() -> float:
    """Largest memory of this process so far."""
    if sys.platform == "win32":
        return float("nan")
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (1e6 if sys.platform == "darwin" else 1e3)


if __name__ == "__main__":
    answer_and_leave(lambda: (_decode if sys.argv[1] == "decode" else _train)(int(sys.argv[2]), sys.argv[3]))
