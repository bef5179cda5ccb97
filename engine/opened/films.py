"""Paths as files: films, strips and folders of pictures, drawn frame by frame; and what a film remembers."""

from __future__ import annotations

import io
import os
import re
from html import unescape
from pathlib import Path
from typing import assert_never

import numpy as np
from PIL import Image as Pillow

from engine.disk.files import BadConfig, LoadError, atomic_folder, atomic_write, read_bounded, shown
from engine.disk.recipes import Memory, read_memory
from engine.machine.work import Work
from engine.opened.animation import FRAMES_LIMIT, RATES, Movie, export_movie
from engine.opened.export import LIMIT_BYTES, PIXELS_LIMIT, enlarged, export_grid, png_bytes, read_png_memory
from engine.opened.model import OpenedModel
from engine.opened.walking import frames_of
from engine.protocol.answers import ExportProgressed
from engine.protocol.values import Image, Recipe
from engine.protocol.walks import Film, Walk

STRIP_FRAMES = 12
"""Pictures of a strip: more are too small to be seen on a page."""


def export_walk(
    opened: OpenedModel, walk: Walk, path: Path, film: Film, *, frames_per_s: int = 30, scale: int = 1
) -> Work[int]:
    """Write a path; returns how many files. Every frame is drawn alone, as the canvas draws it."""
    if not RATES[0] <= frames_per_s <= RATES[1]:
        raise BadConfig("bad-rate", f"A film shows {RATES[0]} to {RATES[1]} pictures a second, not {frames_per_s}.")
    count = walk.frames(frames_per_s)
    if count > FRAMES_LIMIT:
        raise BadConfig("bad-frames", f"A film has at most {FRAMES_LIMIT} pictures; this would be {count}.")
    match film:
        case Film.FRAMES:
            _check_room(path)
            recipes = yield from frames_of(opened, walk, count)
            yield from _export_frames(opened, recipes, path, scale)
            return count
        case Film.STRIP:
            recipes = yield from frames_of(opened, walk, min(count, STRIP_FRAMES))
            yield from export_grid(opened, recipes, len(recipes), path, scale=scale)
        case Film.GIF | Film.WEBP | Film.APNG | Film.MP4:
            recipes = yield from frames_of(opened, walk, count)
            yield from export_movie(
                opened, recipes, path, Movie(film.value), frames_per_s=frames_per_s, scale=scale, walk=walk
            )
        case _:
            assert_never(film)
    return 1


def frame_bytes(opened: OpenedModel, recipe: Recipe, image: Image, scale: int) -> bytes:
    """One frame as a file of its own."""
    return png_bytes(enlarged(image, scale), opened.memory((recipe,), scale=scale))


def _export_frames(opened: OpenedModel, recipes: tuple[Recipe, ...], folder: Path, scale: int) -> Work[None]:
    with atomic_folder(folder) as unfinished:
        for number, recipe in enumerate(recipes):
            image = yield from opened.rendering(recipe)
            atomic_write(unfinished / f"frame-{number:05d}.png", frame_bytes(opened, recipe, image, scale))
            yield ExportProgressed(path=str(folder), done=number + 1, of=len(recipes))


def _check_room(folder: Path) -> None:
    """Frames go into a folder of their own: what else stands in one is nobody's to replace."""
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise BadConfig("not-empty", f"“{shown(folder)}” holds something already; choose a new folder.", folder)


# ---------------------------------------------------------------- what films remember


def read_picture_memory(path: str | os.PathLike[str]) -> tuple[Memory, Image]:
    """What an exported picture or film remembers, and its (first) picture's pixels."""
    suffix = Path(path).suffix.lower()
    if suffix not in (".gif", ".webp", ".mp4"):
        return read_png_memory(path)
    content = read_bounded(path, limit_bytes=LIMIT_BYTES)
    try:
        text, pixels = _mp4_text(content) if suffix == ".mp4" else _film_text(content)
    except Exception:  # damaged films make Pillow and av raise many kinds of error
        raise LoadError(path, "no-recipe", f"“{shown(path)}” carries no recipe that can be read.") from None
    memory = read_memory(text)
    if memory is None:
        raise LoadError(path, "no-recipe", f"“{shown(path)}” carries no recipe.")
    pixels.flags.writeable = False
    return memory, pixels


def _film_text(content: bytes) -> tuple[str, Image]:
    with Pillow.open(io.BytesIO(content), formats=("GIF", "WEBP")) as picture:
        if picture.width * picture.height > PIXELS_LIMIT:
            raise ValueError("too large")
        if picture.format == "GIF":
            comment = picture.info.get("comment", b"")
            text = comment.decode("utf-8", "replace") if isinstance(comment, bytes) else str(comment)
        else:
            xmp = picture.info.get("xmp", b"")
            found = re.search(r"<z:memory>(.*?)</z:memory>", xmp.decode("utf-8", "replace"), re.DOTALL)
            text = unescape(found[1]) if found else ""
        pixels = np.asarray(picture.convert("RGB")).copy()
    return text, pixels


def _mp4_text(content: bytes) -> tuple[str, Image]:
    import av

    with av.open(io.BytesIO(content), "r") as container:
        text = str(container.metadata.get("comment", ""))
        frame = next(container.decode(video=0))
        return text, np.asarray(frame.to_ndarray(format="rgb24"), np.uint8)
