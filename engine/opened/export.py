"""Pictures and grids as PNG files that remember how they were made."""

from __future__ import annotations

import io
import os
from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import numpy as np
from numpy.typing import NDArray
from PIL import Image as Pillow
from PIL import PngImagePlugin

from engine.datasets.formats.decode import check_picture
from engine.disk.files import Cancelled, LoadError, ZscapeError, atomic_write, read_bounded, shown
from engine.disk.recipes import CHUNK, PLAIN, Memory, memory_text, read_memory
from engine.machine.work import Work, beside
from engine.opened.model import OpenedModel
from engine.opened.sheets import on_sheet, sheet_layout
from engine.protocol.answers import ExportProgressed
from engine.protocol.sheets import Sheet
from engine.protocol.values import Image, Recipe

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

T = TypeVar("T")

LIMIT_BYTES = 256 << 20
PIXELS_LIMIT = 120_000_000
SCALES = (1, 2, 4, 8)


def png_bytes(
    pixels: NDArray[np.uint8],
    memory: Memory | None = None,
    *,
    text: Mapping[str, str] | None = None,
    into: io.BytesIO | None = None,
) -> bytes:
    """A PNG of pixels (H, W, 3), with its memory in a text chunk, and other texts in theirs."""
    chunks = PngImagePlugin.PngInfo()
    if memory is not None:
        chunks.add_itxt(CHUNK, memory_text(memory))
    for name, value in (text or {}).items():
        chunks.add_itxt(name, value)
    content = into if into is not None else io.BytesIO()
    Pillow.fromarray(pixels).save(content, "PNG", pnginfo=chunks)
    return content.getvalue()


def enlarged(image: Image, scale: int) -> NDArray[np.uint8]:
    """Every pixel repeated `scale` times, so that what was drawn can be had back exactly."""
    if scale not in SCALES:
        raise ZscapeError("bad-scale", f"Pictures are exported ×1, ×2, ×4 or ×8, not ×{scale}.")
    return np.repeat(np.repeat(image, scale, 0), scale, 1)


def tiled(cells: Sequence[Image], columns: int) -> NDArray[np.uint8]:
    """Cells in reading order, without gaps or words."""
    return on_sheet(cells, columns)


def export_picture(opened: OpenedModel, recipe: Recipe, path: Path, *, scale: int = 1) -> Work[Image]:
    """Write one recipe; returns its picture at its own size."""
    image = yield from opened.rendering(recipe)
    yield from _write(path, enlarged(image, scale), opened.memory((recipe,), scale=scale))
    return image


def export_grid(
    opened: OpenedModel, recipes: Sequence[Recipe], columns: int, path: Path, *, scale: int = 1, sheet: Sheet = PLAIN
) -> Work[None]:
    """Write many recipes as one picture on a sheet, each cell with its recipe."""
    if not recipes:
        raise ZscapeError("empty-grid", "The grid has no cells.")
    side = opened.family.picture.size * scale
    layout = sheet_layout(sheet, len(recipes), columns, side, side)
    if layout.width * layout.height > PIXELS_LIMIT:
        raise ZscapeError(
            "too-large", f"A grid of {len(recipes)} cells of {side} px is too large; choose fewer or a smaller scale."
        )
    cells = yield from told(opened.drawn_alone(recipes), path, len(recipes))
    pixels = on_sheet([enlarged(cell, scale) for cell in cells], columns, sheet)
    memory = opened.memory(
        recipes, columns=columns, scale=scale, sheet=sheet, layout=None if sheet.is_plain else layout
    )
    yield from _write(path, pixels, memory)


def export_mixed(
    opened: OpenedModel, open_other: Callable[[str], OpenedModel], recipes: Sequence[Recipe], sources: Sequence[str],
    columns: int, path: Path, *, scale: int = 1, sheet: Sheet = PLAIN,
) -> Work[None]:  # fmt: skip
    """Write cells of several models as one picture: each by the model that opens under its source."""
    if not recipes or len(recipes) != len(sources):
        raise ZscapeError("empty-grid", "The grid has no cells, or not every cell says whose it is.")
    side = opened.family.picture.size * scale
    layout = sheet_layout(sheet, len(recipes), columns, side, side)
    if layout.width * layout.height > PIXELS_LIMIT:
        raise ZscapeError("too-large", f"A grid of {len(recipes)} cells of {side} px is too large; choose fewer.")
    cells, done = [np.zeros((0, 0, 3), np.uint8)] * len(recipes), 0
    for source in dict.fromkeys(sources):  # one model after the other: few of them fit into memory
        other = opened if source == opened.source else open_other(source)
        if other.family.picture.size != opened.family.picture.size:
            raise ZscapeError(
                "other-size",
                f"“{other.model.name}” draws {other.family.picture.size} pixels, not {opened.family.picture.size}.",
            )
        for number in [k for k, each in enumerate(sources) if each == source]:
            cells[number] = enlarged((yield from other.rendering(recipes[number])), scale)
            done += 1
            yield ExportProgressed(path=str(path), done=done, of=len(recipes))
    memory = opened.memory(
        recipes, columns=columns, scale=scale, sheet=sheet, layout=None if sheet.is_plain else layout
    )
    yield from _write(path, on_sheet(cells, columns, sheet), replace(memory, source=sources[0]))


def told(drawing: Generator[float, None, T], path: Path, of: int) -> Work[T]:
    """What is drawn for a file, told in whole pictures."""
    done = 0
    while True:
        try:
            drawn = next(drawing)
        except StopIteration as end:
            result: T = end.value
            return result
        yield ExportProgressed(path=str(path), done=int(drawn), of=of) if int(drawn) > done else None
        done = int(drawn)


def _write(path: Path, pixels: NDArray[np.uint8], memory: Memory) -> Work[None]:
    """A sheet may be a hundred million pixels, which take seconds to pack: beside whatever else goes on."""
    content = yield from beside(lambda unwanted: png_bytes(pixels, memory, into=Sink(unwanted)))
    yield None  # the last moment to cancel
    atomic_write(path, content)


class Sink(io.BytesIO):
    """Where Pillow writes, until nobody wants it any more."""

    def __init__(self, unwanted: Callable[[], bool] = lambda: False) -> None:
        super().__init__()
        self._unwanted = unwanted

    def write(self, content: ReadableBuffer) -> int:
        if self._unwanted():
            raise Cancelled
        return super().write(content)


def read_png_memory(path: str | os.PathLike[str]) -> tuple[Memory, Image]:
    """What an exported picture remembers, and its pixels."""
    content = read_bounded(path, limit_bytes=LIMIT_BYTES)
    if not content.startswith(b"\x89PNG\r\n\x1a\n"):
        check_picture(path, content)
        raise LoadError(
            path, "no-recipe", f"“{shown(path)}” carries no recipe; only PNG pictures exported by Zscape do."
        )
    try:
        with Pillow.open(io.BytesIO(content), formats=("PNG",)) as picture:
            if picture.width * picture.height > PIXELS_LIMIT:
                raise LoadError(
                    path,
                    "too-large",
                    f"“{shown(path)}” is {picture.width}×{picture.height} pixels, more than are read.",
                )
            picture.load()
            text = picture.info.get(CHUNK)
            pixels = np.asarray(picture.convert("RGB")).copy()
    except LoadError:
        raise
    except (Pillow.DecompressionBombError, MemoryError):
        raise LoadError(path, "too-large", f"“{shown(path)}” is too large a picture to be read.") from None
    except Exception:  # a damaged PNG makes Pillow raise half a dozen kinds of error
        raise LoadError(path, "damaged", f"“{shown(path)}” is a damaged PNG picture.") from None
    if text is None:
        raise LoadError(path, "no-recipe", f"“{shown(path)}” carries no recipe.")
    memory = read_memory(str(text))
    if memory is None:
        raise LoadError(
            path,
            "no-recipe",
            f"“{shown(path)}” carries a recipe that cannot be read here; it is damaged, or of a newer Zscape.",
        )
    pixels.flags.writeable = False
    return memory, pixels
