"""P7 and P8: 16 pictures of 28×28 by families that draw pixel by pixel, from what they keep, over one full forward for
each number. Every forward of the naive way costs the same, so a few are timed and counted 784 times. Both ways are gone
a little before they are timed: what a first call prepares is prepared once for all pictures.
"""

from __future__ import annotations

import sys
import time
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING, Any

from bench import leaving
from bench.figures import Figure, Options, answer_and_leave, figure, probe

if TYPE_CHECKING:
    from torch import Tensor

    from engine.families.autoregressive.pixelwise import PixelFamily

COUNT, SIDE = 16, 28


@dataclass(frozen=True, slots=True)
class Case:
    family: str
    settings: dict[str, object]
    bar: float | None
    id: str = "P7"
    few: int = field(default=6)
    """Forwards that are timed."""


CASES = {
    "15x16": Case("pixelcnn", {"depth": 15, "width": 32}, 85.0),
    "15x128": Case("pixelcnn", {"depth": 15, "width": 256}, 450.0),
    "gated-10x64": Case("gated-pixelcnn", {"depth": 10, "width": 64}, 80.0, few=3),
    "plusplus-10x64": Case("pixelcnn++", {"depth": 5, "scales": 1, "width": 64}, 80.0, few=3),
    "plusplus-3-scales": Case("pixelcnn++", {"depth": 2, "scales": 3, "width": 64}, 80.0, few=3),
    "rows-2x16": Case("pixelrnn", {"walk": "row", "depth": 2, "width": 16}, 50.0),
    "diagonals-2x16": Case("pixelrnn", {"walk": "diagonal", "depth": 2, "width": 16}, 50.0),
    "belief-linear": Case("fvbn", {"net": "linear", "levels": 2}, None, "P8", few=30),
    "belief-nade-500": Case("fvbn", {"net": "nade", "hidden": 500, "levels": 2}, 1000.0, "P8", few=5),
}
"""Blocks by features inside a block, and the bar; for PixelCNN a block is half as wide inside as its width says."""


def run(options: Options) -> list[Figure]:
    figures = []
    for name, case in CASES.items():
        if not options.wants(name):
            continue
        few = max(2, case.few // 3) if options.quick else case.few
        answers = [probe("bench.pixels", name, str(few), OMP_NUM_THREADS="1") for _ in range(options.repeats(3))]
        ratios = [answer["naive_s"] / answer["cached_s"] for answer in answers]
        seconds = [answer["cached_s"] for answer in answers]
        off = [answer["largest_difference"] for answer in answers]
        note = f"{COUNT} pictures of {SIDE}×{SIDE}"
        figures += [
            figure(
                case.id, name, "speed_ratio", ratios, "×", bar=case.bar, better="higher", note="over a forward a pixel"
            ),
            figure(case.id, name, "cached_s", seconds, "s", note=note),
            figure(case.id, name, "logits_differ_by", off, "", bar=1e-5, note="cached and full forward"),
        ]
    return [*figures, *leaving.run(options)]


def _probe(name: str, forwards: int) -> dict[str, Any]:
    import torch

    from engine.families import build
    from engine.families.ask import Ask
    from engine.families.autoregressive.pixelwise import PixelFamily
    from engine.families.base import DataShape

    torch.set_num_threads(1)
    case = CASES[name]
    family = (
        build(case.family, {"size": SIDE, "channels": 1, **case.settings}, DataShape()).eval().requires_grad_(False)
    )
    assert isinstance(family, PixelFamily)
    noise = torch.Generator().manual_seed(1)
    for parameter in family.parameters():  # fresh weights draw the same whatever came before; these do not
        parameter.copy_(torch.randn(parameter.shape, generator=noise) * 0.05)
    ask = Ask(seeds=tuple(range(COUNT)))
    for _ in islice(family.sample(ask), 2 * SIDE):
        pass
    began = time.process_time()
    *_, picture = family.sample(ask)
    cached_s = time.process_time() - began
    middle = SIDE // 2
    with torch.no_grad():
        family.law_at(picture, middle, middle, None)
        began = time.process_time()
        for _ in range(forwards):
            family.law_at(picture, middle, middle, None)
        one_s = (time.process_time() - began) / forwards
        off = _difference(family, picture, ask)
    return {"cached_s": cached_s, "naive_s": one_s * SIDE * SIDE, "largest_difference": off}


def _difference(family: PixelFamily[Any], picture: Tensor, ask: Any) -> float:
    """The largest difference between log p of both ways, over all levels that are not out of the question."""
    sampler, levels = family.sampler(ask), family.levels_of(picture)
    full = family.log_weights(picture, None)[:, 0].log_softmax(1)
    worst = 0.0
    for row, column in family.order(SIDE, SIDE):
        law, known = sampler.law(row, column, 0).log_softmax(1), full[..., row, column]
        worst = max(worst, float((law - known)[known > -12.0].abs().max()))
        sampler.put(row, column, 0, levels[:, 0, row, column])
    return worst


if __name__ == "__main__":
    answer_and_leave(lambda: _probe(sys.argv[1], int(sys.argv[2])))
