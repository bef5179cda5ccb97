"""P12: a grid of 32×32 pictures as PNG, and ten seconds of a walk as an animation."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

from bench.figures import Figure, Options, figure

SIDE, FRAMES = 32, 300


def run(options: Options) -> list[Figure]:
    import torch

    from engine.disk.bundled import find_model
    from engine.machine.work import finished
    from engine.opened.animation import Movie, export_movie
    from engine.opened.export import export_grid
    from engine.opened.model import open_model_file
    from engine.protocol.values import Recipe

    opened = open_model_file(str(find_model(options.model)), torch.device("cpu"))
    cells = [Recipe(model=opened.fingerprint, seed=k) for k in range(SIDE * SIDE)]
    frames = [
        Recipe(model=opened.fingerprint, seed=1, axes=((0, 4 * k / FRAMES - 2),), app="")
        for k in range(60 if options.quick else FRAMES)
    ]
    grids, movies = [], []
    with tempfile.TemporaryDirectory() as folder:
        for _ in range(options.repeats(3)):
            began = time.perf_counter()
            finished(export_grid(opened, cells, SIDE, Path(folder) / "grid.png"))
            grids.append(time.perf_counter() - began)
            began = time.perf_counter()
            finished(export_movie(opened, frames, Path(folder) / "walk.mp4", Movie.MP4, scale=8))
            movies.append((time.perf_counter() - began) * FRAMES / len(frames))
    return [
        figure("P12", "grid-32x32", "seconds", grids, "s", bar=4.5),
        figure("P12", "mp4-10s-512px", "seconds", movies, "s", bar=6),
    ]
