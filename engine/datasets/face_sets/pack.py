"""Packing rendered faces into the shards that ship, as well as a number of bytes allows.

`python -m engine.datasets.face_sets.pack --count 12000 --seed 1 --work DIR [--part 0/2] [--out DIR]` renders what is
missing (several processes may share the work), and packs when all is there.
"""

from __future__ import annotations

import argparse
import hashlib
import io
import time
from collections.abc import Sequence
from pathlib import Path

import msgspec
import numpy as np
from numpy.typing import NDArray
from PIL import Image
from safetensors.numpy import save

from engine.datasets.face_sets.pieces import Piece, piece_paths, read_piece, render_pieces
from engine.datasets.face_sets.shards import PLANES, STEPS, Manifest, plane_names, tiles_of
from engine.datasets.faces.factors import ATTRIBUTES
from engine.datasets.store import AttributeKind, category, continuous
from engine.disk.files import BadConfig, atomic_folder, atomic_write
from engine.machine.work import finished
from engine.protocol.answers import Event, Preparing

LIMIT_BYTES = 11_900_000
COLUMNS = 40
PER_SHARD = 1000
QUALITIES = (
    (70, 64), (73, 66), (75, 68), (76, 70), (77, 71), (78, 72),
    (79, 74), (80, 75), (82, 76), (84, 78), (86, 80), (88, 84),
)  # fmt: skip
"""WebP qualities of luma and of colour differences, each step about as visible in either."""


def face_kinds() -> dict[str, AttributeKind]:
    """The attributes of faces, as a store describes them."""
    return {
        a.name: category(a.label, a.categories)
        if a.kind == "category"
        else continuous(a.label, a.low, a.high, a.low_word, a.high_word)
        for a in ATTRIBUTES
    }


def pack_faces(count: int, seed: int, work: Path, out: Path, *, limit_bytes: int = LIMIT_BYTES) -> Manifest:
    """Pack all rendered pieces of `work` as shards into `out`, at the best quality that stays within the limit."""
    paths = piece_paths(work, count)
    missing = sum(not path.exists() for path in paths)
    if missing:
        raise BadConfig("not-rendered", f"{missing} of {len(paths)} pieces are not rendered yet; render them first.")
    pieces = [read_piece(path) for path in paths]
    shards_NSSC = _shards(pieces)
    orders = [_neighbourly(tiles) for tiles in shards_NSSC]
    table = _table(pieces, orders)
    sheets = [_sheet(tiles[order]) for tiles, order in zip(shards_NSSC, orders, strict=True)]
    room = limit_bytes - len(table)
    best = _best_quality(sheets[: max(1, len(sheets) // 6)], room * max(1, len(sheets) // 6) / len(sheets))
    for quality in QUALITIES[best::-1]:
        shards = [_encode(sheet, quality) for sheet in sheets]
        if sum(len(plane) for planes in shards for plane in planes) <= room:
            break
    else:
        raise BadConfig("too-large", f"The pictures do not fit into {limit_bytes} bytes at any quality.")
    contents = {"table.safetensors": table}
    for number, planes in enumerate(shards):
        contents.update(zip(plane_names(number), planes, strict=True))
    held = count // 12
    manifest = Manifest(
        version=2, name="faces", label="Faces", size=pieces[0].images.shape[1], count=count, per_shard=PER_SHARD,
        columns=COLUMNS, splits=(count - 2 * held, held, held), kinds=face_kinds(),
        provenance={"source": "rendered by Zscape", "seed": str(seed), "webp": "{} {}".format(*quality)},
        files={name: hashlib.sha256(content).hexdigest() for name, content in contents.items()},
    )  # fmt: skip
    with atomic_folder(out) as folder:
        for name, content in contents.items():
            atomic_write(folder / name, content)
        atomic_write(folder / "manifest.json", msgspec.json.format(msgspec.json.encode(manifest), indent=1))
    return manifest


def _table(pieces: Sequence[Piece], orders: Sequence[NDArray[np.intp]]) -> bytes:
    """Attributes as 16-bit steps (categories as they are), visibility as bits, each picture's place on its sheet."""
    rows = []
    for name, kind in face_kinds().items():
        values = np.concatenate([piece.columns[name] for piece in pieces]).astype(np.float64)
        steps = values if kind.is_category else (values - kind.low) / (kind.high - kind.low) * STEPS
        rows.append(np.round(steps).clip(0, STEPS).astype(np.uint16))
    visible = np.concatenate([piece.visible for piece in pieces]).T
    places = np.concatenate([np.argsort(order) for order in orders]).astype(np.uint16)
    # safetensors writes the memory of an array as it lies, whatever its strides say
    bits = np.ascontiguousarray(np.packbits(visible, axis=1))
    return bytes(save({"values": np.stack(rows), "visible": bits, "places": places}))


def _shards(pieces: Sequence[Piece]) -> list[NDArray[np.uint8]]:
    images = np.concatenate([piece.images for piece in pieces])
    return [images[first : first + PER_SHARD] for first in range(0, len(images), PER_SHARD)]


def _neighbourly(tiles_NSSC: NDArray[np.uint8]) -> NDArray[np.intp]:
    """An order of pictures in which neighbours on the sheet have backgrounds alike: rows by hue, there and back.

    The codec's blocks and its smoothing reach across the edge of a picture. Beside unlike backgrounds every edge
    takes on its neighbour's colour; beside like ones the error at the edges falls to a fourteenth, and the files
    become smaller.
    """
    corners = tiles_NSSC[:, : tiles_NSSC.shape[1] // 4, [0, 1, 2, -3, -2, -1]]
    red, green, blue = corners.reshape(len(tiles_NSSC), -1, 3).mean(1).T.astype(np.float64)
    hue = np.arctan2(np.sqrt(3) * (green - blue), 2 * red - green - blue)
    value = red + green + blue
    rows = [row[np.argsort(value[row], kind="stable")] for row in _rows(np.argsort(hue, kind="stable"))]
    return np.concatenate([row if k % 2 else row[::-1] for k, row in enumerate(rows)])


def _rows(order: NDArray[np.intp]) -> list[NDArray[np.intp]]:
    return [order[first : first + COLUMNS] for first in range(0, len(order), COLUMNS)]


def _sheet(tiles_NSSC: NDArray[np.uint8]) -> Image.Image:
    """One sheet of many pictures, in reading order; the last row is filled with black."""
    size = tiles_NSSC.shape[1]
    rows = -(-len(tiles_NSSC) // COLUMNS)
    full = np.zeros((rows * COLUMNS, size, size, 3), dtype=np.uint8)
    full[: len(tiles_NSSC)] = tiles_NSSC
    sheet = full.reshape(rows, COLUMNS, size, size, 3).transpose(0, 2, 1, 3, 4).reshape(rows * size, COLUMNS * size, 3)
    return Image.fromarray(np.ascontiguousarray(sheet))


def _encode(sheet: Image.Image, quality: tuple[int, int]) -> list[bytes]:
    """The planes of a sheet as WebP files."""
    files = []
    for plane, name in zip(sheet.convert("YCbCr").split(), PLANES, strict=True):
        content = io.BytesIO()
        plane.save(content, "WEBP", quality=quality[0] if name == "y" else quality[1], method=6)
        files.append(content.getvalue())
    return files


def as_shipped(images_NSSC: NDArray[np.uint8], quality: tuple[int, int]) -> NDArray[np.uint8]:
    """Pictures as they come back from shards of this quality, in their own order."""
    found = []
    for tiles_NSSC in (images_NSSC[first : first + PER_SHARD] for first in range(0, len(images_NSSC), PER_SHARD)):
        order = _neighbourly(tiles_NSSC)
        planes = [
            Image.open(io.BytesIO(plane)).getchannel("G") for plane in _encode(_sheet(tiles_NSSC[order]), quality)
        ]
        again = tiles_of(np.asarray(Image.merge("YCbCr", planes).convert("RGB")), tiles_NSSC.shape[1], len(order))
        found.append(again[np.argsort(order)].transpose(0, 2, 3, 1))
    return np.concatenate(found)


def _best_quality(sheets: Sequence[Image.Image], room: float) -> int:
    """The highest quality, by bisection, at which these sheets stay within their share of the room."""
    low, high = 0, len(QUALITIES) - 1
    while low < high:
        middle = (low + high + 1) // 2
        if sum(len(plane) for sheet in sheets for plane in _encode(sheet, QUALITIES[middle])) <= room:
            low = middle
        else:
            high = middle - 1
    return low


def main() -> None:
    """Render and pack, as the module says."""
    import torch

    parser = argparse.ArgumentParser(prog="python -m engine.datasets.face_sets.pack", description=__doc__)
    parser.add_argument("--count", type=int, required=True)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--size", type=int, default=64)
    parser.add_argument("--part", default="0/1", help="K/N: where this process of several begins")
    parser.add_argument("--out", type=Path)
    args = parser.parse_args()
    part, parts = (int(word) for word in args.part.split("/"))
    torch.set_num_threads(1)
    began = time.perf_counter()

    def told(event: Event) -> None:
        if isinstance(event, Preparing):
            seconds = time.perf_counter() - began
            print(f"part {args.part}: {event.done} of {event.of} pieces, {seconds:.0f} s", flush=True)

    pieces = render_pieces(args.count, args.seed, args.work, size=args.size, part=part, parts=parts)
    whole = finished(pieces, told)
    if whole and args.out is not None:
        manifest = pack_faces(args.count, args.seed, args.work, args.out)
        print(f"{args.out}: {manifest.count} faces, WebP {manifest.provenance['webp']}")


if __name__ == "__main__":
    main()
