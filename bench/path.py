"""How even the visible speed of paths is: the largest over the mean, in decoded pixels, on random paths."""

from __future__ import annotations

import time

from bench.figures import Figure, Options, figure

PATHS, QUICK_PATHS, KEYFRAMES = 20, 6, 4
BAR = 1.15


def run(options: Options) -> list[Figure]:
    import torch

    from engine.disk.bundled import find_model
    from engine.machine.work import finished
    from engine.opened.model import open_model_file
    from engine.opened.walking import measured
    from engine.protocol.values import Recipe
    from engine.protocol.walks import Keyframe, Walk, Way

    opened = open_model_file(str(find_model(options.model)), torch.device("cpu"))
    count = options.repeat or (QUICK_PATHS if options.quick else PATHS)
    figures = []
    for way in (Way.EVEN, Way.SLERP, Way.LINEAR, Way.SPLINE):
        if not options.wants(way.value):
            continue
        found, took = [], []
        for k in range(count):
            recipes = [Recipe(model=opened.fingerprint, seed=100 * k + j) for j in range(KEYFRAMES)]
            walk = Walk(keyframes=tuple(Keyframe(recipe=recipe) for recipe in recipes), way=way, closed=bool(k % 2))
            began = time.perf_counter()
            found.append(finished(measured(opened, walk)).unevenness)
            took.append(time.perf_counter() - began)
        note = f"largest over mean, worst of {count} random paths of {KEYFRAMES} places"
        bar = BAR if way is Way.EVEN else None
        figures.append(figure("E1", way.value, "unevenness", [max(found)], "×", n=count, bar=bar, note=note))
        figures.append(figure("E1", way.value, "measure", took, "s", note="its frames, and their speed"))
    return figures
