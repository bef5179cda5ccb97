"""A store on disk: raw pictures that can be mapped, a table of the rest, and a header that vouches for both.

    pictures.u8         N x C x S x S bytes
    sources.u8          the same of what is translated into them, in sets that have it
    table.safetensors   split, labels, captions, one column for each attribute and its visibility
    store.json          shape, names, kinds, provenance, hashes

Opening checks sizes, the header's and the table's hash, and sampled blocks of the pictures, which takes
milliseconds whatever the size; `verify_store` reads everything.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from dataclasses import replace
from os.path import isfile
from pathlib import Path

import msgspec
import numpy as np
import torch
from numpy.typing import NDArray

from engine.datasets import table
from engine.datasets.store import AttributeKind, Split, Store, take_known
from engine.disk import files
from engine.disk.files import (
    LoadError,
    WriteError,
    atomic_folder,
    atomic_write,
    check_regular,
    read_bounded,
    sha256_file,
    shown,
)
from engine.machine.work import Work
from engine.protocol.values import DatasetDescribed

MAPPED_BYTES = 1 << 26
"""Pictures up to this size are read into memory, larger ones are mapped."""

SOURCES = "sources.u8"
_BLOCK = 1 << 16
_SAMPLES = 16
_HEADER_LIMIT = 1 << 24
_TABLE_LIMIT = 1 << 30
_PIECE_BYTES = 1 << 24


class _Version(msgspec.Struct, frozen=True):
    version: int


class _Sources(msgspec.Struct, frozen=True, kw_only=True):
    """Pictures that are translated: partners in the order of the pictures, else with a split of their own."""

    count: int
    channels: int
    size: int
    pictures_sha256: str
    blocks_sha256: str
    parts: tuple[int, ...] = ()
    """Of sources that are no partners: how many are in each part of the split."""


class _Header(msgspec.Struct, frozen=True, kw_only=True):
    version: int
    name: str
    label: str
    count: int
    channels: int
    size: int
    kinds: dict[str, AttributeKind]
    classes: tuple[str, ...]
    provenance: dict[str, str]
    pictures_sha256: str
    blocks_sha256: str
    """Of the sampled blocks, so that opening need not read everything."""
    table_sha256: str
    judge: str = ""
    reader: str = ""
    sources: _Sources | None = None


class _File(msgspec.Struct, frozen=True):
    """store.json: the header as it was hashed, byte for byte."""

    sha256: str
    store: msgspec.Raw


def write_store(store: Store, folder: Path) -> Work[Store]:
    """Write a store as a folder, whole or not at all, and return it with its hash, in the order of its split."""
    order = torch.argsort(store.split, stable=True)
    with atomic_folder(folder) as temporary:
        pictures_sha256 = yield from _write_pictures(store.pictures, order, temporary / "pictures.u8")
        sources = yield from _write_sources(store, order, temporary / SOURCES)
        columns = table.pack(take_known(store, order))
        atomic_write(temporary / "table.safetensors", columns)
        header = msgspec.json.encode(
            _Header(
                version=1, name=store.name, label=store.label, count=len(store), channels=store.channels,
                size=store.size, kinds=store.kinds, classes=store.classes, provenance=store.provenance,
                pictures_sha256=pictures_sha256, blocks_sha256=_blocks_sha256(temporary / "pictures.u8"),
                table_sha256=hashlib.sha256(columns).hexdigest(), judge=store.judge, reader=store.reader,
                sources=sources,
            )
        )  # fmt: skip
        file = _File(hashlib.sha256(header).hexdigest(), msgspec.Raw(header))
        atomic_write(temporary / "store.json", msgspec.json.encode(file))
        yield None  # the last moment to cancel
    return open_store(folder)


def is_store(folder: Path) -> bool:
    """Whether a folder says that it is a store; opening it may still find that it is damaged."""
    return isfile(folder / "store.json")


def open_store(folder: Path) -> Store:
    """A store from its folder, in milliseconds; LoadError in one sentence when anything is missing or damaged."""
    header = _read_header(folder)
    pictures = _open_pictures(folder / "pictures.u8", header)
    sources, source_split = _open_sources(folder, header)
    content = read_bounded(folder / "table.safetensors", limit_bytes=_TABLE_LIMIT)
    if hashlib.sha256(content).hexdigest() != header.table_sha256:
        raise _damaged(folder / "table.safetensors", "does not hold what was written")
    columns = table.unpack(
        content, path=folder / "table.safetensors", count=header.count, kinds=header.kinds, classes=header.classes
    )
    store = Store(
        name=header.name, label=header.label, kinds=header.kinds, classes=header.classes,
        provenance=header.provenance, pictures=pictures, attributes=columns.attributes,
        visible=columns.visible, labels=columns.labels, captions=columns.captions, split=columns.split,
        judge=header.judge, reader=header.reader, sources=sources, source_split=source_split,
    )  # fmt: skip
    theirs = "" if header.sources is None else header.sources.pictures_sha256
    return replace(store, sha256=_identity(store, header.pictures_sha256, header.table_sha256, theirs))


def verify_store(folder: Path) -> Store:
    """Open a store after reading and hashing all of it."""
    header = _read_header(folder)
    store = open_store(folder)
    theirs = "" if header.sources is None else header.sources.pictures_sha256
    for name, sha256 in (("pictures.u8", header.pictures_sha256), *([(SOURCES, theirs)] if theirs else [])):
        if sha256_file(folder / name) != sha256:
            raise _damaged(folder / name, "does not hold what was written")
    return store


def cached(folder: Path, build: Callable[[], Work[Store]]) -> Work[Store]:
    """The store in `folder` when it is whole, else a new one built in its place: a cache heals itself.

    Where nothing can be written (a full disk, a read-only home) the set is used from memory.
    """
    if is_store(folder):
        try:
            return open_store(folder)
        except LoadError:
            pass
    store = yield from build()
    try:
        return (yield from write_store(store, folder))
    except WriteError:
        return _in_memory(store)


def _in_memory(store: Store) -> Store:
    """What writing and opening would give, without a disk."""
    order = torch.argsort(store.split, stable=True)
    theirs = _source_order(store, order)
    store = replace(
        take_known(store, order),
        pictures=store.pictures.index_select(0, order),
        sources=None if store.sources is None else store.sources.index_select(0, theirs),
        source_split=None if store.source_split is None else store.source_split[theirs],
    )
    pictures_sha256 = _sha256_of(store.pictures)
    sources_sha256 = "" if store.sources is None else _sha256_of(store.sources)
    table_sha256 = hashlib.sha256(table.pack(store)).hexdigest()
    return replace(store, sha256=_identity(store, pictures_sha256, table_sha256, sources_sha256))


def _identity(store: Store, pictures_sha256: str, table_sha256: str, sources_sha256: str = "") -> str:
    """One hash for what a set contains, whatever it is called."""
    shape = f"{len(store)} {store.channels} {store.size}"
    return hashlib.sha256(f"{shape} {pictures_sha256} {table_sha256} {sources_sha256}".rstrip().encode()).hexdigest()


def describe_store(folder: Path) -> DatasetDescribed:
    """What the header of a store says, without its pictures."""
    header = _read_header(folder)
    return DatasetDescribed(
        name=folder.name, label=header.label, images=header.count, size=header.size, channels=header.channels,
        attributes=tuple(header.kinds), classes=header.classes, note=header.provenance.get("source", ""),
        sources=header.sources is not None,
    )  # fmt: skip


def _read_header(folder: Path) -> _Header:
    path = folder / "store.json"
    content = read_bounded(path, limit_bytes=_HEADER_LIMIT)
    try:
        file = msgspec.json.decode(content, type=_File)
        if hashlib.sha256(file.store).hexdigest() != file.sha256:
            raise _damaged(path, "does not hold what was written")
        if msgspec.json.decode(file.store, type=_Version).version != 1:
            raise LoadError(path, "newer", f"“{shown(folder)}” is from a newer Zscape; update Zscape to open it.")
        header = msgspec.json.decode(file.store, type=_Header)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        raise _damaged(path, "is not the header of a data set") from None
    shapes: list[_Header | _Sources] = [header, *([header.sources] if header.sources is not None else [])]
    for told in shapes:
        if not (1 <= told.count < 1 << 40 and told.channels in (1, 3) and 1 <= told.size <= 4096):
            raise _damaged(path, "declares pictures of an impossible shape")
    return header


def _damaged(path: Path, what: str) -> LoadError:
    return LoadError(
        path, "damaged", f"“{shown(path)}” in “{shown(path.parent)}” {what}; import or render the data set again."
    )


def _write_pictures(pictures: torch.Tensor, order: torch.Tensor, path: Path) -> Work[str]:
    digest = hashlib.sha256()
    piece = max(1, _PIECE_BYTES // max(1, pictures[0].numel()))
    with open(path, "wb") as file:
        for first in range(0, pictures.shape[0], piece):
            content = pictures.index_select(0, order[first : first + piece]).numpy().tobytes()
            digest.update(content)
            files.write_moment("write", str(path))
            file.write(content)
            yield None
        file.flush()
        os.fsync(file.fileno())
    return digest.hexdigest()


def _source_order(store: Store, order: torch.Tensor) -> torch.Tensor:
    """Partners go with their pictures; others are ordered by the split of their own."""
    return order if store.source_split is None else torch.argsort(store.source_split, stable=True)


def _write_sources(store: Store, order: torch.Tensor, path: Path) -> Work[_Sources | None]:
    sources = store.sources
    if sources is None:
        return None
    sha256 = yield from _write_pictures(sources, _source_order(store, order), path)
    split = store.source_split
    return _Sources(
        count=sources.shape[0], channels=sources.shape[1], size=sources.shape[2], pictures_sha256=sha256,
        blocks_sha256=_blocks_sha256(path),
        parts=() if split is None else tuple(torch.bincount(split.long(), minlength=len(Split)).tolist()),
    )  # fmt: skip


def _open_sources(folder: Path, header: _Header) -> tuple[torch.Tensor | None, torch.Tensor | None]:
    told = header.sources
    if told is None:
        return None, None
    if len(told.parts) not in (0, len(Split)) or sum(told.parts) != (told.count if told.parts else 0):
        raise _damaged(folder / "store.json", "declares sources of an impossible split")
    if not told.parts and told.count != header.count:
        raise _damaged(folder / "store.json", "does not declare a partner for each picture")
    split = torch.repeat_interleave(torch.arange(len(Split)), torch.tensor(told.parts)) if told.parts else None
    return _open_pictures(folder / SOURCES, told), None if split is None else split.to(torch.uint8)


def _sha256_of(pictures: torch.Tensor) -> str:
    digest = hashlib.sha256()
    for picture in pictures:
        digest.update(picture.numpy().tobytes())
    return digest.hexdigest()


def _blocks_sha256(path: Path) -> str:
    """Hash of blocks spread over a file, its first and last among them."""
    size = path.stat().st_size
    digest = hashlib.sha256()
    with open(path, "rb") as file:
        for k in range(_SAMPLES):
            file.seek(max(0, size - _BLOCK) * k // (_SAMPLES - 1))
            digest.update(file.read(_BLOCK))
    return digest.hexdigest()


def _open_pictures(path: Path, header: _Header | _Sources) -> torch.Tensor:
    size = check_regular(path, limit_bytes=1 << 50)
    expected = header.count * header.channels * header.size**2
    if size != expected:
        raise _damaged(path, f"has {size} bytes where {expected} are expected")
    if _blocks_sha256(path) != header.blocks_sha256:
        raise _damaged(path, "does not hold what was written")
    shape = (header.count, header.channels, header.size, header.size)
    total = int(np.prod(shape))
    if total > MAPPED_BYTES:
        return torch.from_file(str(path), shared=False, size=total, dtype=torch.uint8).view(shape)
    values: NDArray[np.uint8] = np.fromfile(path, dtype=np.uint8, count=total)
    return torch.from_numpy(values).view(shape)
