"""Moving pictures: GIF, WebP, APNG and MP4, each with its recipes, written frame by frame."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Sequence
from enum import StrEnum
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image as Pillow
from PIL import PngImagePlugin

from engine.disk.files import BadConfig, atomic_write
from engine.disk.recipes import CHUNK, Memory, memory_text
from engine.opened.export import enlarged
from engine.opened.model import Session
from engine.protocol.values import Recipe


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
    session: Session,
    recipes: Sequence[Recipe],
    path: Path,
    kind: Movie,
    *,
    frames_per_s: int = 30,
    scale: int = 1,
    progress: Callable[[int, int], None] | None = None,
) -> None:
    """Write the recipes one after the other; every frame is drawn as the canvas draws it."""
    if not 0 < len(recipes) <= FRAMES_LIMIT:
        raise BadConfig("bad-frames", f"An animation has 1 to {FRAMES_LIMIT} pictures, not {len(recipes)}.")
    if not RATES[0] <= frames_per_s <= RATES[1]:
        raise BadConfig(
            "bad-rate", f"An animation shows {RATES[0]} to {RATES[1]} pictures a second, not {frames_per_s}."
        )
    memory = memory_text(Memory(recipes=tuple(recipes), columns=1, scale=scale, source=session.source))

    def frames() -> Iterator[Frame]:
        for number, recipe in enumerate(recipes):
            yield enlarged(session.picture(recipe), scale)
            if progress is not None:
                progress(number + 1, len(recipes))

    match kind:
        case Movie.MP4:
            content = _mp4(frames(), frames_per_s, memory)
        case _:
            content = _pillow(kind, frames(), frames_per_s, memory)
    atomic_write(path, content)


def _pillow(kind: Movie, frames: Iterator[Frame], frames_per_s: int, memory: str) -> bytes:
    first, *rest = (Pillow.fromarray(frame) for frame in frames)
    content = io.BytesIO()
    milliseconds = round(1000 / frames_per_s)
    match kind:
        case Movie.GIF:  # its clock ticks in hundredths of a second
            palette = _shared_palette([first, *rest])
            first, *rest = (picture.quantize(palette=palette, dither=Pillow.Dither.NONE) for picture in [first, *rest])
            first.save(
                content, "GIF", save_all=True, append_images=rest, duration=max(20, milliseconds // 10 * 10), loop=0,
                comment=memory.encode(),
            )  # fmt: skip
        case Movie.WEBP:
            # XMP is the only text that a WebP carries
            first.save(
                content, "WEBP", save_all=True, append_images=rest, duration=milliseconds, loop=0, quality=90,
                xmp=_xmp(memory),
            )  # fmt: skip
        case _:
            text = PngImagePlugin.PngInfo()
            text.add_itxt(CHUNK, memory)
            first.save(
                content, "PNG", save_all=True, append_images=rest, duration=milliseconds, loop=0, pnginfo=text
            )  # fmt: skip
    return content.getvalue()


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


def _mp4(frames: Iterator[Frame], frames_per_s: int, memory: str) -> bytes:
    """H.264; sides are padded to even numbers, which its colours need."""
    try:
        import av
    except ImportError:
        raise BadConfig(
            "no-video", "MP4 needs the package av: run  pip install av  or choose webp, apng or gif."
        ) from None
    content = io.BytesIO()
    with av.open(content, "w", format="mp4", options={"movflags": "use_metadata_tags"}) as container:
        container.metadata["comment"] = memory
        stream = None
        for pixels in frames:
            even = np.pad(pixels, ((0, pixels.shape[0] % 2), (0, pixels.shape[1] % 2), (0, 0)), mode="edge")
            if stream is None:
                stream = container.add_stream("libx264", rate=frames_per_s)
                stream.height, stream.width = even.shape[:2]
                stream.pix_fmt = "yuv420p"
                stream.options = {"crf": "16", "preset": "veryfast"}
            container.mux(stream.encode(av.VideoFrame.from_ndarray(even, format="rgb24")))
        assert stream is not None
        container.mux(stream.encode())
    return content.getvalue()
