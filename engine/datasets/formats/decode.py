"""One picture file from anywhere to a square of bytes, or a LoadError that says in words what is wrong with it.

Pillow is told which formats it may try, because it would otherwise start other programs for some of them, and the
header's size is looked at before a pixel is decoded.
"""

from __future__ import annotations

import io
import os
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, UnidentifiedImageError

from engine.datasets.formats import netpbm
from engine.disk.files import LoadError, read_bounded, shown

FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF")
FORMATS_SHOWN = "JPEG, PNG, WebP, GIF, BMP, TIFF, PGM and PPM"
FILE_LIMIT = 1 << 26
PIXEL_LIMIT = 40_000_000
"""Decoded and converted, a picture this large takes 400 MB; cameras rarely exceed it, bombs always do."""
SMALLEST = 8

warnings.filterwarnings("ignore", module=r"PIL\.")
"""Pillow warns of odd palettes and EXIF; a picture is good or it is not."""

_LARGE = 6_000_000
_one_large = threading.Lock()
"""Large pictures are decoded one at a time, so that helper threads do not add up their memory."""

_TURNS = {
    2: (Image.Transpose.FLIP_LEFT_RIGHT,),
    3: (Image.Transpose.ROTATE_180,),
    4: (Image.Transpose.FLIP_TOP_BOTTOM,),
    5: (Image.Transpose.TRANSPOSE,),
    6: (Image.Transpose.ROTATE_270,),
    7: (Image.Transpose.TRANSVERSE,),
    8: (Image.Transpose.ROTATE_90,),
}
"""What each EXIF orientation asks for."""
_ORIENTATION = 0x0112
_NUMBERS = frozenset({"I", "F", "I;16", "I;16B", "I;16L", "I;16N"})
_GREY_MODES = frozenset({"1", "L", "LA", "La"}) | _NUMBERS


@dataclass(frozen=True, slots=True)
class Picture:
    """A square picture (S, S, 3), whether its file was grey, and how large it was before it was cut and turned."""

    pixels: NDArray[np.uint8]
    grey: bool
    width: int
    height: int


def read_picture(path: str | os.PathLike[str], size: int) -> Picture:
    """The centre square of a picture file at `size` pixels, upright, over white where it is transparent."""
    content = read_bounded(path, limit_bytes=FILE_LIMIT)
    if not content:
        raise LoadError(path, "empty", f"“{shown(path)}” is empty.")
    try:
        if (header := netpbm.read_header(content)) is not None:
            with _turn(path, header.width, header.height):
                return _square(netpbm.decode(content, header), size)
        with Image.open(io.BytesIO(content), formats=FORMATS) as image, _turn(path, *image.size):
            return _square(image, size)
    except LoadError:
        raise
    except netpbm.BadNetpbm as error:
        raise _refused(path, str(error)) from None
    except UnidentifiedImageError:
        raise _refused(path, f"is not a picture that is read here ({FORMATS_SHOWN})") from None
    except (Image.DecompressionBombError, MemoryError):
        raise _refused(path, "is too large a picture to be read") from None
    except Exception as error:
        # Decoders raise OSError, SyntaxError, ValueError, struct.error, EOFError, KeyError, … for damaged files;
        # whatever they think of next must not stop the other pictures.
        raise _refused(path, "is damaged" if "truncated" not in str(error) else "is cut off") from None


def check_picture(path: str | os.PathLike[str], content: bytes) -> None:
    """A LoadError when the content of a file is no picture, told by its header."""
    if netpbm.read_header(content) is not None:
        return
    try:
        with Image.open(io.BytesIO(content), formats=FORMATS):
            pass
    except Exception:  # see `read_picture`
        raise _refused(path, f"is not a picture that is read here ({FORMATS_SHOWN})") from None


@contextmanager
def _turn(path: str | os.PathLike[str], width: int, height: int) -> Iterator[None]:
    """The time to decode a picture whose header was read: too large and too small ones get none, large ones wait."""
    if width * height > PIXEL_LIMIT:
        raise _refused(path, f"is {width}×{height} pixels; up to {PIXEL_LIMIT // 1_000_000} million are read")
    if min(width, height) < SMALLEST:
        raise _refused(path, f"is {width}×{height} pixels; at least {SMALLEST}×{SMALLEST} are needed")
    with _one_large if width * height > _LARGE else nullcontext():
        yield


def _refused(path: str | os.PathLike[str], what: str) -> LoadError:
    return LoadError(path, "bad-picture", f"“{shown(path)}” {what}.")


def _square(image: Image.Image, size: int) -> Picture:
    """Decode, cut, shrink, turn. Cutting the centre square and turning it commute, so the turn comes last and small."""
    (width, height), grey = image.size, image.mode in _GREY_MODES
    turns = _TURNS.get(_orientation(image), ())
    if image.format == "JPEG":
        image.draft(None, (2 * size, 2 * size))  # libjpeg decodes at a fraction of the size, many times faster
    image.load()
    if image.mode in _NUMBERS and image.width * image.height > _LARGE:
        image = _cut(image, size)  # as numbers a large picture would take four times its memory
    image = _cut(_plain(image), size)
    for turn in turns:
        image = image.transpose(turn)
    if image.mode == "RGBA":
        white = Image.new("RGB", image.size, (255, 255, 255))
        white.paste(image, mask=image.getchannel("A"))
        image = white
    return Picture(np.asarray(image.convert("RGB")), grey, width, height)


def _cut(image: Image.Image, size: int) -> Image.Image:
    """The centre square at `size` pixels."""
    side = min(image.size)
    if image.size == (size, size):
        return image
    left, top = (image.width - side) // 2, (image.height - side) // 2
    way = Image.Resampling.LANCZOS if side >= size else Image.Resampling.BICUBIC
    gap = None if image.mode in _NUMBERS else 2.0  # shrinking in two steps is quicker, and not there for numbers
    return image.resize((size, size), way, box=(left, top, left + side, top + side), reducing_gap=gap)


def _orientation(image: Image.Image) -> int:
    """The EXIF orientation; a picture with damaged EXIF is shown as it lies."""
    try:
        return int(image.getexif().get(_ORIENTATION, 1))
    except Exception:
        # EXIF is a small file format of its own, with as many ways to be damaged
        return 1


def _plain(image: Image.Image) -> Image.Image:
    """The picture in mode L, RGB or RGBA."""
    if image.mode in _NUMBERS:
        return _from_numbers(image)
    if image.mode in ("RGBA", "LA", "PA", "RGBa", "La") or "transparency" in image.info:
        return image.convert("RGBA")
    return image if image.mode in ("L", "RGB") else image.convert("L" if image.mode == "1" else "RGB")


def _from_numbers(image: Image.Image) -> Image.Image:
    """Pictures of numbers, scaled by their range: Pillow itself would clip everything above 255 to white.

    Sixteen bits have a range of their own, so that pictures of one set stay comparable; floats from 0 to 1 or to
    255 mean what they usually mean; anything else is spread from its darkest to its lightest pixel.
    """
    values = np.nan_to_num(np.asarray(image, dtype=np.float32), nan=0.0, posinf=0.0, neginf=0.0)
    low, high = float(values.min()), float(values.max())
    if image.mode.startswith("I;16"):
        low, high = 0.0, 65535.0
    elif low >= 0.0 and high <= 1.0:
        low, high = 0.0, 1.0
    elif low >= 0.0 and high <= 255.0:
        low, high = 0.0, 255.0
    elif low >= 0.0 and 255.0 < high <= 65535.0 and image.mode == "I":
        low, high = 0.0, 65535.0
    levels = (values - low) * (255.0 / max(high - low, 1e-12))
    return Image.fromarray(levels.round().clip(0, 255).astype(np.uint8))
