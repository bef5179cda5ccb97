"""Which part of a picture is given and which is drawn, from words or from a mask's file; and the place of that part."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from engine.datasets.formats.decode import read_picture
from engine.disk.files import BadConfig, ZscapeError, shown
from engine.machine.devices import one_thread
from engine.opened.model import OpenedModel
from engine.opened.pictures import from_image
from engine.protocol.values import Capability, Image

GIVEN = 255
LOWER = "lower"
_BOX = re.compile(r"box=(\d{1,4}),(\d{1,4}),(\d{1,4}),(\d{1,4})")
_WHITE = 128
_ROUNDS = 12
"""After so many, a place moves by less than one sees."""
HELP = "lower, box=x,y,w,h in the model's pixels, or a picture whose white part is drawn"


def require_completes(opened: OpenedModel) -> None:
    """ZscapeError where the model draws pictures as a whole."""
    if Capability.COMPLETE not in opened.family.capabilities:
        raise ZscapeError(
            "cannot-complete",
            f"“{opened.model.name}” draws a picture as a whole: it cannot complete a part of one.",
        )


def drawn_part(mask: str, size: int) -> NDArray[np.bool_]:
    """True (H, W) where a picture of this side is to be drawn."""
    region = np.zeros((size, size), bool)
    if mask == LOWER:
        region[size // 2 :] = True
        return region
    if mask.startswith("box="):
        found = _BOX.fullmatch(mask)
        if found is None:
            raise BadConfig("bad-mask", f"“{mask[:60]}” is no box; write box=x,y,w,h with whole numbers.")
        left, top, width, height = map(int, found.groups())
        region[top : top + height, left : left + width] = True
        if not region.any():
            raise BadConfig("bad-mask", f"The box {mask[4:]} lies outside of a picture of {size}×{size} pixels.")
        return region
    white: NDArray[np.bool_] = read_picture(Path(mask), size).pixels.mean(2) >= _WHITE
    if not white.any():
        raise BadConfig("bad-mask", f"“{shown(mask)}” has no white part, so nothing would be drawn.")
    return white


def given_pixels(picture: Image, drawn: NDArray[np.bool_]) -> NDArray[np.uint8]:
    """The picture with its alpha (H, W, 4): 255 where it is given, all 0 where it is drawn."""
    if drawn.all():
        raise BadConfig("bad-mask", "The mask leaves nothing of the picture; `sample` draws pictures from nothing.")
    pixels = np.dstack([picture, np.where(drawn, 0, GIVEN).astype(np.uint8)])
    pixels[drawn] = 0
    return pixels


def place_of(opened: OpenedModel, pixels: NDArray[np.uint8]) -> tuple[float, ...] | None:
    """The place (D,) whose sketch goes with the given part of a picture (H, W, 4); None where a model cannot tell.

    What is to be drawn is no part of the answer: it is filled with the sketch of the place that was found before, and
    the whole is encoded again (Rezende, Mohamed & Wierstra 2014, *Stochastic backpropagation*, appendix F).
    """
    family = opened.family
    if family.latent is None or not {Capability.ENCODE, Capability.DECODE} <= family.capabilities:
        return None
    is_given = torch.from_numpy(pixels[:, :, 3] == GIVEN).to(opened.device)
    x_BCHW = from_image(np.ascontiguousarray(pixels[:, :, :3]), family.picture.channels)[None].to(opened.device)
    with one_thread(), torch.no_grad():
        z_BD = torch.zeros(1, family.latent.coordinates, device=opened.device)
        for _ in range(_ROUNDS):
            z_BD = family.encode(torch.where(is_given, x_BCHW, family.decode(z_BD)))
    return tuple(z_BD[0].float().cpu().tolist())
