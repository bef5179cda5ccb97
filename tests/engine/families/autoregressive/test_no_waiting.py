"""A step of the pen asks nothing of the device: on a GPU steps are queued one behind another, or kept as one graph."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
import torch
from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode

from engine.families import build
from tests.engine.families.autoregressive.test_pixelwise import PIXELWISE, noise, shaken
from tests.engine.families.stepping import SHAPE, TINY, ask

WAITING = ("_local_scalar_dense", "nonzero", "masked_select", "is_nonzero", "_unique", "item", "equal")
"""What brings a value to the processor, or a shape that depends on one: neither can be captured."""
MODES = ("plain", "warm", "given")


class Watch(TorchDispatchMode):
    """Notes every operation that has to wait for what came before it."""

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.waited: list[str] = []
        self.count = 0

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        name = func._overloadpacket.__name__
        self.count += 1
        by_mask = name in ("index", "index_put", "index_put_") and any(
            isinstance(each, Tensor) and each.dtype is torch.bool for each in args[1] or ()
        )
        if name in WAITING or by_mask:
            self.waited.append(name)
        return func(*args, **(kwargs or {}))


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("name", [*PIXELWISE, "pixelvae"])
def test_no_step_of_the_pen_waits_for_the_device(name: str, mode: str) -> None:
    family: Any = shaken(name) if name in PIXELWISE else build(name, TINY[name], SHAPE).eval().requires_grad_(False)
    asked = ask(family, 0, 1, **({"class": 1.0} if family.conditions else {}))
    if mode == "warm":
        asked = replace(asked, settings={"temperature": torch.tensor([0.7, 1.2])})
    elif mode == "given":
        mask = torch.zeros(2, 8, 8, dtype=torch.bool)
        mask[:, 2:4], mask[0, 5, 3:6] = True, True
        asked = replace(asked, known_BCHW=noise(family, 2), mask_BHW=mask)
    drawing: Iterator[Tensor] = family.sample(asked)
    next(drawing)  # what is begun once may look at what is asked for
    if name == "pixelvae":
        next(drawing)
    with Watch() as watch:
        *_, drawn = drawing
    assert watch.waited == []
    assert watch.count > 64
    *_, again = family.sample(asked)
    assert torch.equal(drawn, again)


def test_what_would_wait_is_found() -> None:
    x = torch.arange(4.0)
    with Watch() as watch:
        if x[0] > 0:
            pytest.fail("nothing is above nothing")
        x.nonzero()
        x[x > 1]
    assert watch.waited == ["_local_scalar_dense", "nonzero", "index"]
