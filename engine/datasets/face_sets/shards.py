"""The faces that ship with the program: sheets of small pictures, a table, and a manifest with their hashes.

A shard is 1000 pictures on one sheet, like backgrounds side by side, kept as three grey WebP files: luma and the
two colour differences. WebP halves the resolution of colour by itself; at 64 pixels that washes out eyes and lips,
and three planes cost less than the higher quality that would mend it.
"""

from __future__ import annotations

import hashlib
import io
import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import msgspec
import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from safetensors import SafetensorError
from safetensors.numpy import load

from engine.datasets.faces.captions import caption
from engine.datasets.resize import new_pictures
from engine.datasets.source import reading
from engine.datasets.store import AttributeKind, Split, Store
from engine.disk.files import LoadError, read_bounded, shown
from engine.machine.work import Work, result_of
from engine.protocol.answers import Preparing

PLANES = ("y", "cb", "cr")
STEPS = 65535
"""A continuous attribute is kept as a 16-bit step between the ends of its range."""

WORKERS = min(4, os.cpu_count() or 1)
"""Sheets unpacked at once; each takes some 60 MB on its way."""

_FILE_LIMIT = 1 << 24
_WORDED_AT_ONCE = 100
"""Sentences between two seams."""


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """manifest.json: what the shards hold, and the hash of every file beside it."""

    version: int
    name: str
    label: str
    size: int
    count: int
    per_shard: int
    columns: int
    splits: tuple[int, int, int]
    kinds: dict[str, AttributeKind]
    provenance: dict[str, str]
    files: dict[str, str]


def read_manifest(folder: Path) -> Manifest:
    """The manifest of a folder of shards."""
    path = folder / "manifest.json"
    content = read_bounded(path, limit_bytes=1 << 20)
    try:
        manifest = msgspec.json.decode(content, type=Manifest)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        raise _broken(path, "is not the manifest of a data set") from None
    sound = (
        manifest.version == 2 and 0 < manifest.count <= 1 << 20 and 8 <= manifest.size <= 256
        and 0 < manifest.per_shard <= 4000 and 0 < manifest.columns <= 100
        and sum(manifest.splits) == manifest.count and min(manifest.splits) >= 0
    )  # fmt: skip
    if not sound:
        raise _broken(path, "declares pictures of an impossible shape")
    return manifest


def fingerprint(folder: Path) -> str:
    """Changes when anything in the folder was changed on purpose: the hash of the manifest."""
    return hashlib.sha256(read_bounded(folder / "manifest.json", limit_bytes=1 << 20)).hexdigest()


def load_shards(folder: Path) -> Work[Store]:
    """All pictures of a folder of shards with their table."""
    manifest = read_manifest(folder)
    attributes, visible, places = _read_table(folder, manifest)
    pictures = new_pictures(manifest.count, 3, manifest.size)
    shards = range(0, manifest.count, manifest.per_shard)
    with ThreadPoolExecutor(max_workers=WORKERS) as pool:
        pending = [pool.submit(_read_sheet, folder, manifest, number) for number in range(len(shards))]
        try:
            captions = yield from _captions(attributes, visible)  # meanwhile: unpacking leaves the interpreter free
            for done, (first, sheet) in enumerate(zip(shards, pending, strict=True), start=1):
                tiles = yield from result_of(sheet)
                order = places[first : first + len(tiles)]
                if sorted(order.tolist()) != list(range(len(tiles))):
                    raise _broken(folder / "table.safetensors", "puts two pictures in one place")
                pictures[first : first + len(tiles)] = torch.from_numpy(tiles[order])
                yield reading(min(done * manifest.per_shard, manifest.count), manifest.count)
        finally:
            for sheet in pending:
                sheet.cancel()
    split = torch.repeat_interleave(torch.tensor(list(Split), dtype=torch.uint8), torch.tensor(manifest.splits))
    return Store(
        name=manifest.name, label=manifest.label, pictures=pictures, attributes=attributes, visible=visible,
        kinds=manifest.kinds, captions=captions, split=split, provenance=manifest.provenance,
        judge="judge", reader="reader",
    )  # fmt: skip


def tiles_of(sheet: NDArray[np.uint8], size: int, count: int) -> NDArray[np.uint8]:
    """Pictures (count, 3, size, size) of a sheet (rows·size, columns·size, 3), in reading order."""
    rows, columns = sheet.shape[0] // size, sheet.shape[1] // size
    tiles = sheet.reshape(rows, size, columns, size, 3).transpose(0, 2, 4, 1, 3)
    return np.array(tiles.reshape(rows * columns, 3, size, size)[:count], order="C")


def plane_names(number: int) -> Iterator[str]:
    """The files of one shard."""
    return (f"shard-{number:03d}.{plane}.webp" for plane in PLANES)


def _read_sheet(folder: Path, manifest: Manifest, number: int) -> NDArray[np.uint8]:
    count = min(manifest.per_shard, manifest.count - number * manifest.per_shard)
    rows = -(-count // manifest.columns)
    expected = (manifest.columns * manifest.size, rows * manifest.size)
    planes = []
    for name in plane_names(number):
        content = _read_hashed(folder, name, manifest)
        try:
            with Image.open(io.BytesIO(content), formats=("WEBP",)) as image:
                plane = image.getchannel("G") if image.size == expected else None
        except Exception:
            # Pillow raises half a dozen kinds of exception for damaged files; a right hash makes all unlikely.
            plane = None
        if plane is None:
            raise _broken(folder / name, "does not hold the pictures it should")
        planes.append(plane)
    sheet = np.asarray(Image.merge("YCbCr", planes).convert("RGB"))
    return tiles_of(sheet, manifest.size, count)


def _read_hashed(folder: Path, name: str, manifest: Manifest) -> bytes:
    path = folder / name
    content = read_bounded(path, limit_bytes=_FILE_LIMIT)
    if hashlib.sha256(content).hexdigest() != manifest.files.get(name):
        raise _broken(path, "is damaged (its hash is not the one in the manifest)")
    return content


Table = tuple[dict[str, torch.Tensor], dict[str, torch.Tensor], NDArray[np.uint16]]


def _read_table(folder: Path, manifest: Manifest) -> Table:
    """Attributes in their own units, what is visible, and each picture's place on its sheet."""
    path = folder / "table.safetensors"
    names, count = list(manifest.kinds), manifest.count
    content = _read_hashed(folder, path.name, manifest)
    try:
        arrays = load(content)
        steps, bits, places = arrays["values"], arrays["visible"], arrays["places"]
    except (SafetensorError, ValueError, TypeError, KeyError):
        raise _broken(path, "is not the table of a data set") from None
    shapes = ((len(names), count), (len(names), -(-count // 8)), (count,))
    found = (steps, bits, places)
    if tuple(a.shape for a in found) != shapes or [a.dtype.str for a in found] != ["<u2", "|u1", "<u2"]:
        raise _broken(path, "does not fit its manifest")
    seen = np.unpackbits(bits, axis=1, count=count).astype(bool)
    attributes, visible = {}, {}
    for row, (name, kind) in enumerate(manifest.kinds.items()):
        if kind.is_category:
            values = steps[row].clip(0, len(kind.names) - 1).astype(np.float32)
        else:
            values = (kind.low + (kind.high - kind.low) * (steps[row] / STEPS)).astype(np.float32)
        attributes[name] = torch.from_numpy(values)
        visible[name] = torch.from_numpy(seen[row].copy())
    return attributes, visible, places


def _captions(attributes: dict[str, torch.Tensor], visible: dict[str, torch.Tensor]) -> Work[tuple[str, ...]]:
    """A sentence for each face, worded anew from its table: the grammar ships, its sentences need not.

    Twelve thousand take ten seconds of a slow core: others have their turn meanwhile, and see how far it is.
    """
    names, found = list(attributes), list[str]()
    rows = list(zip(*(attributes[name].tolist() for name in names), strict=True))
    seen = zip(*(visible[name].tolist() for name in names), strict=True)
    for k, (row, sees) in enumerate(zip(rows, seen, strict=True)):
        found.append(caption(dict(zip(names, row, strict=True)), dict(zip(names, sees, strict=True)), k))
        if len(found) % _WORDED_AT_ONCE == 0:
            yield Preparing(what="Reading labels", done=len(found), of=len(rows))
    return tuple(found)


def _broken(path: Path, what: str) -> LoadError:
    return LoadError(path, "damaged", f"“{shown(path)}” {what}; install Zscape again to get the shipped faces back.")
