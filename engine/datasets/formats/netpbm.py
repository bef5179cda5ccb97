"""PGM and PPM pictures (P2, P3 as text, P5, P6 as bytes), in which half of the old face sets are kept.

Pillow decodes sixteen bits and text number by number, 50 times slower, and loses the range of dark sixteen-bit
pictures; https://netpbm.sourceforge.net/doc/pgm.html says all there is to the format.
"""

from __future__ import annotations

import re
import warnings
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

_HEADER_BYTES = 1 << 16
_GAP = rb"(?:\s|#[^\r\n]*[\r\n])+"
_HEADER = re.compile(rb"P([2356])" + 3 * (_GAP + rb"(\d{1,9})") + rb"(?=[\s#])")
_COMMENT = re.compile(rb"#[^\r\n]*")
_MOST = 65535
_WRITTEN = 16
"""A number of five digits, its blanks and its share of the comments take no more bytes than this."""


class BadNetpbm(ValueError):
    """What is wrong with the file, as words that may follow its name."""


@dataclass(frozen=True, slots=True)
class Header:
    """Kind (2, 3 text; 5, 6 bytes; 3, 6 in colour), sides, the value of white, and where the pixels begin."""

    kind: int
    width: int
    height: int
    white: int
    start: int

    @property
    def channels(self) -> int:
        return 3 if self.kind in (3, 6) else 1


def read_header(content: bytes) -> Header | None:
    """What stands at the front of such a file; None if it is another kind of file."""
    found = _HEADER.match(content[:_HEADER_BYTES])
    if found is None:
        return None
    kind, width, height, white = map(int, found.groups())
    return Header(kind, width, height, white, found.end())


def decode(content: bytes, header: Header) -> Image.Image:
    """The picture: mode L or RGB, and I;16 for grey of more than 8 bits, white at 65535."""
    if not 0 < header.white <= _MOST:
        raise BadNetpbm("is damaged")
    count = header.width * header.height * header.channels
    values = _written(content, header.start, count) if header.kind in (2, 3) else _packed(content, header, count)
    if len(values) < count:
        raise BadNetpbm("is cut off")
    wide = header.white > 255 and header.channels == 1
    levels = _scaled(values, header.white, _MOST if wide else 255).astype(np.uint16 if wide else np.uint8)
    sides = (header.height, header.width)
    return Image.fromarray(levels.reshape(sides if header.channels == 1 else (*sides, 3)))


def _packed(content: bytes, header: Header, count: int) -> NDArray[np.unsignedinteger]:
    """Bytes, or pairs of bytes with the higher one first, after one blank."""
    kind = np.dtype(np.uint8 if header.white < 256 else ">u2")
    there = (len(content) - header.start - 1) // kind.itemsize
    return np.frombuffer(content, kind, min(count, max(0, there)), header.start + 1)


def _written(content: bytes, start: int, count: int) -> NDArray[np.unsignedinteger]:
    """Numbers as text; a comment may stand anywhere."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            text = _COMMENT.sub(b"", content[start : start + _WRITTEN * count + _HEADER_BYTES]).decode("ascii")
            values = np.fromstring(text, np.int64, sep=" ")[:count]  # asked for more than there are it makes some up
        except (ValueError, DeprecationWarning):
            raise BadNetpbm("is damaged") from None
    if values.size and not 0 <= values.min() <= values.max() <= _MOST:
        raise BadNetpbm("is damaged")
    return values.astype(np.uint16)


def _scaled(values: NDArray[np.unsignedinteger], white: int, top: int) -> NDArray[np.unsignedinteger]:
    """From 0 … white to 0 … top, rounded; what is whiter than white is white. The table spares a float a pixel."""
    table = (np.arange(max(white, int(values.max(initial=0))) + 1).clip(max=white) * top * 2 + white) // (2 * white)
    return table.astype(np.uint16)[values] if white != top else values
