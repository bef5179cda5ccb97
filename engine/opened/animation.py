"""Moving pictures: GIF, WebP, APNG and MP4, each with its recipes, written frame by frame."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from enum import StrEnum
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image as Pillow
from PIL import PngImagePlugin

from engine.disk.files import BadConfig, Cancelled, atomic_write
from engine.disk.recipes import CHUNK, memory_text
from engine.machine.work import Work, beside
from engine.opened.export import Sink, enlarged
from engine.opened.model import OpenedModel
from engine.protocol.answers import ExportProgressed
from engine.protocol.values import Recipe
from engine.protocol.walks import Walk


class Movie(StrEnum):
    """What a path can be written as."""

    GIF = "gif"
    WEBP = "webp"
    APNG = "apng"
    MP4 = "mp4"


FRAMES_LIMIT = 20_000
RATES = (1, 60)

Frame = NDArray[np.uint8]


def export_movie(
    opened: OpenedModel,
    recipes: Sequence[Recipe],
    path: Path,
    kind: Movie,
    *,
    frames_per_s: int = 30,
    scale: int = 1,
    walk: Walk | None = None,
) -> Work[None]:
    """Write the recipes one after the other; every frame is drawn as the canvas draws it.

    A film of a path remembers the path, and its keyframes instead of each frame.
    """
    if not 0 < len(recipes) <= FRAMES_LIMIT:
        raise BadConfig("bad-frames", f"An animation has 1 to {FRAMES_LIMIT} pictures, not {len(recipes)}.")
    if not RATES[0] <= frames_per_s <= RATES[1]:
        raise BadConfig(
            "bad-rate", f"An animation shows {RATES[0]} to {RATES[1]} pictures a second, not {frames_per_s}."
        )
    kept = tuple(recipes) if walk is None else tuple(keyframe.recipe for keyframe in walk.keyframes)
    memory = memory_text(opened.memory(kept, scale=scale, walk=walk))
    writer = _Mp4(frames_per_s, memory) if kind is Movie.MP4 else _Stills(kind, frames_per_s, memory)
    with closing(writer):
        for number, recipe in enumerate(recipes, 1):
            image = yield from opened.rendering(recipe)
            writer.add(enlarged(image, scale))
            yield ExportProgressed(path=str(path), done=number, of=len(recipes))
        content = yield from writer.content()
    yield None  # the last moment to cancel
    atomic_write(path, content)


class _Stills:
    """Formats that Pillow writes once it has all frames."""

    def __init__(self, kind: Movie, frames_per_s: int, memory: str) -> None:
        self._kind, self._milliseconds, self._memory = kind, round(1000 / frames_per_s), memory
        self._frames: list[Pillow.Image] = []

    def add(self, frame: Frame) -> None:
        self._frames.append(Pillow.fromarray(frame))

    def content(self) -> Work[bytes]:
        return beside(self._pack)

    def close(self) -> None:
        self._frames.clear()

    def _pack(self, unwanted: Callable[[], bool]) -> bytes:
        frames, content = list(self._frames), Sink(unwanted)
        first, *rest = frames
        match self._kind:
            case Movie.GIF:  # its clock ticks in hundredths of a second
                palette = _shared_palette(frames)
                first, *rest = (_quantized(picture, palette, unwanted) for picture in frames)
                first.save(
                    content, "GIF", save_all=True, append_images=rest, loop=0, comment=self._memory.encode(),
                    duration=max(20, self._milliseconds // 10 * 10),
                )  # fmt: skip
            case Movie.WEBP:
                # XMP is the only text that a WebP carries
                first.save(
                    content, "WEBP", save_all=True, append_images=_wanted(rest, unwanted), loop=0, quality=90,
                    duration=self._milliseconds, xmp=_xmp(self._memory),
                )  # fmt: skip
            case _:
                text = PngImagePlugin.PngInfo()
                text.add_itxt(CHUNK, self._memory)
                first.save(
                    content, "PNG", save_all=True, append_images=rest, loop=0, pnginfo=text,
                    duration=self._milliseconds,
                )  # fmt: skip
        return content.getvalue()


def _quantized(picture: Pillow.Image, palette: Pillow.Image, unwanted: Callable[[], bool]) -> Pillow.Image:
    if unwanted():
        raise Cancelled
    return picture.quantize(palette=palette, dither=Pillow.Dither.NONE)


def _wanted(pictures: Sequence[Pillow.Image], unwanted: Callable[[], bool]) -> Iterator[Pillow.Image]:
    """The pictures, as long as somebody wants them: WebP writes nothing before it has packed them all."""
    for picture in pictures:
        if unwanted():
            raise Cancelled
        yield picture


def _shared_palette(pictures: Sequence[Pillow.Image]) -> Pillow.Image:
    """One palette for the whole walk, from frames spread over it: colours of its own in each frame would flicker."""
    some = pictures[:: max(1, len(pictures) // 16)][:16]
    sheet = Pillow.new("RGB", (some[0].width, some[0].height * len(some)))
    for row, picture in enumerate(some):
        sheet.paste(picture, (0, row * picture.height))
    return sheet.quantize(256, method=Pillow.Quantize.MEDIANCUT)


def _xmp(memory: str) -> bytes:
    from xml.sax.saxutils import escape

    return (
        '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        '<rdf:Description rdf:about="" xmlns:z="urn:zscape"><z:memory>'
        f"{escape(memory)}</z:memory></rdf:Description></rdf:RDF></x:xmpmeta>"
    ).encode()


class _Mp4:
    """H.264, packed frame by frame; sides are padded to even numbers, which its colours need."""

    def __init__(self, frames_per_s: int, memory: str) -> None:
        try:
            import av
        except ImportError:
            raise BadConfig(
                "no-video", "MP4 needs the package av: run  pip install av  or choose webp, apng or gif."
            ) from None
        self._av: Any = av
        self._file = io.BytesIO()
        self._container = av.open(self._file, "w", format="mp4", options={"movflags": "use_metadata_tags"})
        self._container.metadata["comment"] = memory
        self._rate = frames_per_s
        self._stream: Any = None

    def add(self, frame: Frame) -> None:
        even = np.pad(frame, ((0, frame.shape[0] % 2), (0, frame.shape[1] % 2), (0, 0)), mode="edge")
        if self._stream is None:
            self._stream = self._container.add_stream("libx264", rate=self._rate)
            self._stream.height, self._stream.width = even.shape[:2]
            self._stream.pix_fmt = "yuv420p"
            self._stream.options = {"crf": "16", "preset": "veryfast"}
        self._container.mux(self._stream.encode(self._av.VideoFrame.from_ndarray(even, format="rgb24")))

    def content(self) -> Work[bytes]:
        yield None
        self._container.mux(self._stream.encode())
        self._container.close()
        return self._file.getvalue()

    def close(self) -> None:
        self._container.close()
