"""P7: 16 pictures of 28×28 from PixelCNN, cached, over one full forward for each pixel.

Every forward of the naive way costs the same, so a few are timed and counted 784 times.
"""

from __future__ import annotations

import sys
import time
from typing import Any

from bench import leaving
from bench.figures import Figure, Options, answer_and_leave, figure, probe

CASES = {"15x16": (15, 16, 50.0), "15x128": (15, 128, 400.0)}
"""Blocks, features inside a block, bar."""
COUNT, SIDE = 16, 28


def run(options: Options) -> list[Figure]:
    figures = []
    for case, (_, _, bar) in CASES.items():
        if not options.wants(case):
            continue
        answers = [
            probe("bench.pixels", case, "2" if options.quick else "6", OMP_NUM_THREADS="1")
            for _ in range(options.repeats(3))
        ]
        ratios = [answer["naive_s"] / answer["cached_s"] for answer in answers]
        seconds = [answer["cached_s"] for answer in answers]
        off = [answer["largest_difference"] for answer in answers]
        figures += [
            figure("P7", case, "speed_ratio", ratios, "×", bar=bar, better="higher", note="over a forward a pixel"),
            figure("P7", case, "cached_s", seconds, "s", note=f"{COUNT} pictures of {SIDE}×{SIDE}"),
            figure("P7", case, "logits_differ_by", off, "", bar=1e-4, note="cached and full forward"),
        ]
    return [*figures, *leaving.run(options)]


def _probe(case: str, forwards: int) -> dict[str, Any]:
    import torch

    from engine.families import build
    from engine.families.autoregressive.drawing import draw, raster
    from engine.families.autoregressive.pixel_sampling import Canvas
    from engine.families.autoregressive.pixelcnn import PixelCNN
    from engine.families.base import DataShape

    torch.set_num_threads(1)
    blocks, features, _ = CASES[case]
    values = {"size": SIDE, "channels": 1, "width": 2 * features, "depth": blocks, "levels": 256}
    family = build("pixelcnn", values, DataShape()).eval().requires_grad_(False)
    assert isinstance(family, PixelCNN)
    with torch.no_grad():  # fresh weights draw the same whatever came before; these do not
        for parameter in family.parameters():
            parameter.copy_(torch.randn(parameter.shape, generator=torch.Generator().manual_seed(1)) * 0.05)
    uniforms = torch.rand(COUNT, SIDE, SIDE, 1, generator=torch.Generator().manual_seed(2))
    began = time.process_time()
    picture = list(draw(Canvas(family.drawing(None), COUNT), raster(SIDE, SIDE), family.values, uniforms))[-1]
    cached_s = time.process_time() - began
    with torch.no_grad():
        family(picture, None)
        began = time.process_time()
        for _ in range(forwards):
            logits = family(picture, None)
        one_s = (time.process_time() - began) / forwards
    return {
        "cached_s": cached_s,
        "naive_s": one_s * SIDE * SIDE,
        "largest_difference": _difference(family, logits, picture, uniforms),
    }


def _difference(family: Any, logits: Any, picture: Any, uniforms: Any) -> float:
    """The largest difference between the logits of both ways, over the last row."""
    import torch

    from engine.families.autoregressive.pixel_sampling import Canvas

    canvas = Canvas(family.drawing(None), COUNT)
    worst = 0.0
    levels = logits.shape[2]
    with torch.no_grad():
        for row in range(SIDE):
            for column in range(SIDE):
                found = canvas.law(row, column, 0)
                worst = max(worst, float((found - logits[:, 0, :, row, column]).abs().max()))
                level = ((picture[:, 0, row, column] + 1) / 2 * (levels - 1)).round().long()
                canvas.put(row, column, 0, level)
    return worst


if __name__ == "__main__":
    answer_and_leave(lambda: _probe(sys.argv[1], int(sys.argv[2])))
