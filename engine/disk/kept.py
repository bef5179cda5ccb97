"""Pictures that recipes start from: kept in the home, each under the hash of its content, so that a recipe names it.

A picture is (H, W, 4): its alpha is 255 where a pixel is given. Colours under other alphas are kept as they are.
"""

from __future__ import annotations

import hashlib
import io
import re
import threading
from collections import OrderedDict
from collections.abc import Mapping
from contextlib import suppress
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from engine.disk.files import LoadError, WriteError, ZscapeError, atomic_write, read_bounded

Pixels = NDArray[np.uint8]

NAME = re.compile(r"[0-9a-f]{32}")
MOST_PX = 4096
_BYTES = 1 << 27
_RECENT = 64
"""Pictures that are at hand: while one drags, the same is asked for again and again."""


def content_name(pixels_HW4: Pixels) -> str:
    """The name of a picture: equal pictures have one name, on every computer."""
    height, width = pixels_HW4.shape[:2]
    digest = hashlib.sha256(f"{width}x{height}".encode())
    digest.update(np.ascontiguousarray(pixels_HW4).tobytes())
    return digest.hexdigest()[:32]


def packed(pixels_HW4: Pixels) -> bytes:
    """A picture as PNG."""
    from PIL import Image as Pillow  # .1 s, for which the first picture need not wait: few start from a picture

    content = io.BytesIO()
    Pillow.fromarray(pixels_HW4).save(content, "PNG")
    return content.getvalue()


def unpacked(name: str, content: bytes) -> Pixels:
    """The picture of this name in a PNG; ValueError if it is another or none."""
    from PIL import Image as Pillow

    try:
        with Pillow.open(io.BytesIO(content), formats=("PNG",)) as picture:
            if max(picture.size) > MOST_PX or picture.mode != "RGBA":
                raise ValueError("not a kept picture")
            picture.load()
            pixels: Pixels = np.asarray(picture).copy()
    except (OSError, SyntaxError, ValueError, Pillow.DecompressionBombError):
        raise ValueError("not a kept picture") from None
    if content_name(pixels) != name:
        raise ValueError("another picture")
    pixels.flags.writeable = False
    return pixels


class KeptPictures:
    """Called with a name it gives the picture, as `engine.opened.asking.Kept` asks. Both lanes may call it at once."""

    def __init__(self, home: Path) -> None:
        self._folder = home / "kept"
        self._recent: OrderedDict[str, Pixels] = OrderedDict()
        self._lock = threading.Lock()

    def __call__(self, name: str) -> Pixels:
        with self._lock:
            if (found := self._recent.get(name)) is not None:
                self._recent.move_to_end(name)
                return found
        pixels = self._read(name)
        self._remember(name, pixels)
        return pixels

    def keep(self, pixels: Pixels) -> str:
        """Keep a picture (H, W, 3 or 4) and give it its name; without alpha every pixel counts as given."""
        if pixels.dtype != np.uint8 or pixels.ndim != 3 or pixels.shape[2] not in (3, 4):
            raise ZscapeError("bad-picture", "A picture has three colours, or four with what is given of it.")
        if not 0 < min(pixels.shape[:2]) <= max(pixels.shape[:2]) <= MOST_PX:
            raise ZscapeError("bad-picture", f"Pictures up to {MOST_PX} pixels on a side are kept.")
        if pixels.shape[2] == 3:
            pixels = np.dstack([pixels, np.full(pixels.shape[:2], 255, np.uint8)])
        pixels = np.array(pixels, order="C")
        pixels.flags.writeable = False
        name = content_name(pixels)
        self._remember(name, pixels)
        path = self._path(name)
        if not path.is_file():
            atomic_write(path, packed(pixels))
        return name

    def take_in(self, pictures: Mapping[str, bytes]) -> None:
        """Keep what came with somebody's recipe; where nothing can be written it lasts for a while at least."""
        for name, content in pictures.items():
            try:
                pixels = unpacked(name, content)
            except ValueError:
                continue  # drawing the recipe will tell that its picture is not here
            with suppress(WriteError):
                self.keep(pixels)

    def _path(self, name: str) -> Path:
        return self._folder / f"{name}.png"

    def _read(self, name: str) -> Pixels:
        path = self._path(name)
        if NAME.fullmatch(name) is None or not path.is_file():
            raise ZscapeError("no-picture", f"The picture that this was made from ({name[:12]}…) is not here.")
        try:
            return unpacked(name, read_bounded(path, limit_bytes=_BYTES))
        except ValueError:
            raise LoadError(path, "damaged", f"The kept picture {name[:12]}… is damaged; choose it again.") from None

    def _remember(self, name: str, pixels: Pixels) -> None:
        with self._lock:
            self._recent[name] = pixels
            self._recent.move_to_end(name)
            while len(self._recent) > _RECENT:
                self._recent.popitem(last=False)


@cache
def kept_at(home: Path) -> KeptPictures:
    """The pictures of a home; one for the whole program, so that what is at hand is at hand for all."""
    return KeptPictures(home)
