"""What an opened model says of single pixels of a picture: their bits, what it expected, and what it could see.

Shape legend: B batch, C channels, H height, W width, L levels of a pixel.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

from engine.disk.files import BadConfig, ZscapeError
from engine.families.ask import Conditions, condition_tensors
from engine.machine.devices import one_thread
from engine.machine.seeds import generator
from engine.machine.work import Work
from engine.opened.model import OpenedModel
from engine.opened.pictures import from_image
from engine.protocol.pixels import BitsMeasured, PixelTold
from engine.protocol.values import Capability, Image

Asked = Sequence[tuple[str, float | str]]
_OTHERS = 1
"""Pictures of noise in which a pixel is looked for beside the one that is asked about: where the picture is flat, a
network may not answer to a pixel that it does see.
"""
_HARDLY = 1e-6
"""How much such a pixel counts: it is seen, and here it makes no difference."""


def require_pixelwise(opened: OpenedModel) -> None:
    """ZscapeError where the model says nothing of single pixels."""
    if Capability.PIXELWISE not in opened.family.capabilities:
        raise ZscapeError("no-pixels", f"“{opened.model.name}” does not say how likely each pixel of a picture is.")


def bits_of(opened: OpenedModel, pixels: Image, asked: Asked = ()) -> Work[BitsMeasured]:
    """-log2 p of each pixel, all its colours together, given what is drawn before it."""
    x_BCHW, conditions = _looked_at(opened, pixels, asked)
    yield None
    with one_thread(), torch.no_grad():
        bits_CHW = opened.family.nats(x_BCHW, conditions)[0].double().cpu() / math.log(2.0)
    bits_HW = bits_CHW.sum(0).float().numpy()
    bits_HW.flags.writeable = False
    return BitsMeasured(model=opened.fingerprint, bits=bits_HW, bits_per_dim=float(bits_CHW.mean()))


def told_of(opened: OpenedModel, pixels: Image, row: int, column: int, asked: Asked = ()) -> Work[PixelTold]:
    """What it expected of one pixel, and all that it could see."""
    x_BCHW, conditions = _looked_at(opened, pixels, asked)
    family, height, width = opened.family, *x_BCHW.shape[2:]
    if not (0 <= row < height and 0 <= column < width):
        raise BadConfig("no-such-pixel", f"Row {row} and column {column} are beside a picture of {width}×{height}.")
    yield None
    with one_thread(), torch.no_grad():
        chances_CL = family.chances(x_BCHW, row, column, conditions)[0].double().cpu()
    yield None
    levels = chances_CL.shape[1]
    here_C = ((x_BCHW[0, :, row, column] + 1.0) * 127.5).round().clamp(0, 255).long().cpu() * levels // 256
    found_C = chances_CL.gather(1, here_C[:, None])[:, 0].clamp_min(1e-300)
    seen_HW = yield from _seen(opened, x_BCHW, row, column, asked, conditions)
    return PixelTold(
        model=opened.fingerprint,
        row=row,
        column=column,
        chances=tuple(tuple(law_L.tolist()) for law_L in chances_CL),
        levels=tuple(here_C.tolist()),
        entropy=float(-(chances_CL * chances_CL.clamp_min(1e-300).log2()).sum()),
        bits=float(-found_C.log2().sum()),
        seen=seen_HW,
        before=list(family.order(height, width)).index((row, column)),
    )


def _seen(
    opened: OpenedModel, x_BCHW: Tensor, row: int, column: int, asked: Asked, conditions: Conditions
) -> Work[np.ndarray]:
    """How much each other pixel moves what is expected of one; the largest is 1."""
    family, moved_HW = opened.family, torch.zeros(x_BCHW.shape[2:], dtype=torch.float64)
    first = {each.name: 0.0 for each in family.conditions if each.choices}  # noise is of no class: any will do
    of_noise = condition_tensors(family.conditions, [{**first, **dict(asked)}], opened.device)
    looks = [(x_BCHW, conditions, 1.0)]
    for other in range(_OTHERS):
        noise_BCHW = torch.rand(x_BCHW.shape, generator=generator(other + 1)) * 2.0 - 1.0
        looks.append((noise_BCHW.to(x_BCHW), of_noise, _HARDLY))
    for looked_BCHW, told, weight in looks:
        with one_thread():
            slope_HW = family.noticed(looked_BCHW, row, column, told)[0].double().cpu()
        moved_HW += weight * slope_HW / slope_HW.max().clamp_min(1e-300)
        yield None
    moved_HW[row, column] = 0.0
    share_HW = (moved_HW / moved_HW.max().clamp_min(1e-300)).float().numpy()
    share_HW.flags.writeable = False
    return share_HW


def _looked_at(opened: OpenedModel, pixels: Image, asked: Asked) -> tuple[Tensor, Conditions]:
    require_pixelwise(opened)
    picture = opened.family.picture
    if pixels.shape[:2] != (picture.size, picture.size):
        raise ZscapeError(
            "wrong-size",
            f"The picture is {pixels.shape[1]}×{pixels.shape[0]}, the model's are {picture.size}×{picture.size}.",
        )
    x_CHW = from_image(np.ascontiguousarray(pixels[:, :, :3]), picture.channels)
    conditions = condition_tensors(opened.family.conditions, [dict(asked)], opened.device)
    return x_CHW[None].to(opened.device), conditions
