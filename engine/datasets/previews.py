"""What sets of pictures look like at a glance: four pictures on one, shipped for bundled sets, read for others."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import torch
from PIL import Image as Pillow

from engine.datasets.resize import resize_piece
from engine.disk.files import LoadError, atomic_write, read_bounded
from engine.disk.home import resources
from engine.protocol.values import Image

SHIPPED = resources() / "data" / "previews"
CORNERS = 4
"""Pictures of a preview."""
SIDE = 48
"""Pixels of each of the four pictures."""


def montage(pictures: torch.Tensor) -> Image:
    """The first four pictures, two by two (a single one alone when there are fewer)."""
    across = 2 if len(pictures) >= 4 else 1
    x = resize_piece(pictures[: across**2], SIDE, 3).numpy()
    rows = x.reshape(across, across, 3, SIDE, SIDE).transpose(0, 3, 1, 4, 2)
    return _frozen(np.ascontiguousarray(rows.reshape(across * SIDE, across * SIDE, 3)))


def shipped_preview(name: str) -> Image | None:
    """The preview of a bundled set; a description does without it when it is missing or damaged."""
    try:
        content = read_bounded(SHIPPED / f"{name}.png", limit_bytes=1 << 20)
        with Pillow.open(io.BytesIO(content), formats=("PNG",)) as image:
            return _frozen(np.array(image.convert("RGB")))
    except (LoadError, OSError, SyntaxError, ValueError):
        return None


def preview_of_store(folder: Path, channels: int, size: int) -> Image | None:
    """Pictures of a store from the first to the last, read from its file without opening it."""
    length, content = channels * size * size, bytearray()
    try:
        with open(folder / "pictures.u8", "rb") as file:
            whole = file.seek(0, 2) // length
            shown = min(CORNERS, whole)
            for place in range(shown):
                file.seek(place * whole // shown * length)
                content += file.read(length)
    except OSError:
        return None
    if not content:
        return None
    return montage(torch.from_numpy(np.frombuffer(content, dtype=np.uint8)).view(-1, channels, size, size))


def write_preview(name: str, pictures: torch.Tensor, folder: Path = SHIPPED) -> None:
    """Make the preview of a bundled set, from the set itself."""
    content = io.BytesIO()
    Pillow.fromarray(montage(pictures)).save(content, "PNG", optimize=True)
    atomic_write(folder / f"{name}.png", content.getvalue())


def _frozen(image: Image) -> Image:
    image.flags.writeable = False
    return image
