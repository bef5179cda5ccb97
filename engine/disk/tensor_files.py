"""Named tensors with a JSON header in one file: safetensors on disk, but validated here and with a hash of our own.

The library accepts flipped bits, duplicate keys, NaN and 100 000 empty tensors; files come from strangers, so the
header is checked in full before a single tensor is touched, and the content against the SHA-256 it carries.
"""

from __future__ import annotations

import hashlib
import json
import mmap
import os
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import safetensors.torch
import torch
from torch import Tensor

from engine.disk import files
from engine.disk.files import LoadError, atomic_file, check_regular, shown, unreadable

META_KEY = "zscape"
LIMIT_BYTES = 2 << 30
HEADER_LIMIT_BYTES = 4 << 20
TENSORS_LIMIT = 4096
_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.\-]{0,199}")
_DTYPES: dict[str, torch.dtype] = {
    "F16": torch.float16,
    "F32": torch.float32,
    "F64": torch.float64,
    "I32": torch.int32,
    "I64": torch.int64,
    "U8": torch.uint8,
    "BOOL": torch.bool,
}


@dataclass(frozen=True, slots=True)
class Entry:
    """Where one tensor lies in the file."""

    dtype: torch.dtype
    shape: tuple[int, ...]
    begin: int
    end: int


@dataclass(frozen=True, slots=True)
class TensorFile:
    """A checked file: what its header says and what it holds."""

    meta: dict[str, Any]
    tensors: dict[str, Tensor]
    sha256: str


def content_hash(meta: Mapping[str, Any], tensors: Mapping[str, Tensor]) -> str:
    """SHA-256 over header and tensors, independent of the order in which they are written."""
    digest = hashlib.sha256(json.dumps(meta, sort_keys=True, separators=(",", ":")).encode())
    for name in sorted(tensors):
        tensor = tensors[name].detach().cpu().contiguous()
        digest.update(f"{name}|{tensor.dtype}|{tuple(tensor.shape)}|".encode())
        digest.update(tensor.reshape(-1).view(torch.uint8).numpy().data)
    return digest.hexdigest()


def write_tensors(path: str | os.PathLike[str], tensors: Mapping[str, Tensor], meta: Mapping[str, Any]) -> str:
    """Write atomically; returns the content hash that the file carries."""
    flat = {name: tensor.detach().cpu().contiguous() for name, tensor in tensors.items()}
    sha256 = content_hash(meta, flat)
    header = json.dumps({"sha256": sha256, "content": meta}, sort_keys=True, allow_nan=False)
    payload = safetensors.torch.save(flat, metadata={META_KEY: header})
    with atomic_file(path) as file:
        files.write_moment("write", str(path))
        file.write(payload)
    return sha256


def read_tensors(path: str | os.PathLike[str], *, kind: str, verify: bool = True) -> TensorFile:
    """A checked file of the given kind (`model`, `state`); everything else is a LoadError with one sentence."""
    size = check_regular(path, limit_bytes=LIMIT_BYTES)
    try:
        with open(path, "rb") as file:
            _sniff(path, file.read(512), size, kind)
            file.seek(0)
            with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as view:
                return _parse(path, view, size, kind, verify)
    except OSError as error:
        raise unreadable(path, error) from None
    except MemoryError:
        raise LoadError(path, "too-large", f"“{shown(path)}” does not fit into this machine's memory.") from None


def read_header(path: str | os.PathLike[str], *, kind: str) -> dict[str, Any]:
    """What a file says of itself, without its tensors: checked in full, but not against its content."""
    size = check_regular(path, limit_bytes=LIMIT_BYTES)
    try:
        with open(path, "rb") as file:
            head = file.read(512)
            _sniff(path, head, size, kind)
            length = int.from_bytes(head[:8], "little")
            if length > min(HEADER_LIMIT_BYTES, size - 8):
                raise _damaged(path, kind, "its header claims more than the file holds")
            file.seek(8)
            header = _json(path, file.read(length), kind)
    except OSError as error:
        raise unreadable(path, error) from None
    envelope, _ = _entries(path, header, size - 8 - length, kind)
    content: dict[str, Any] = envelope["content"]
    return content


def _parse(path: str | os.PathLike[str], view: mmap.mmap, size: int, kind: str, verify: bool) -> TensorFile:
    length = int.from_bytes(view[:8], "little")
    if length > min(HEADER_LIMIT_BYTES, size - 8):
        raise _damaged(path, kind, "its header claims more than the file holds")
    header = _json(path, view[8 : 8 + length], kind)
    envelope, entries = _entries(path, header, size - 8 - length, kind)
    tensors: dict[str, Tensor] = {}
    for name, entry in entries.items():
        raw = bytearray(view[8 + length + entry.begin : 8 + length + entry.end])
        flat = torch.frombuffer(raw, dtype=entry.dtype) if raw else torch.empty(0, dtype=entry.dtype)
        tensors[name] = flat.reshape(entry.shape)
    if verify and content_hash(envelope["content"], tensors) != envelope["sha256"]:
        raise LoadError(
            path,
            "bad-hash",
            f"“{shown(path)}” is damaged: its content does not match its own checksum. Get a fresh copy.",
        )
    return TensorFile(meta=envelope["content"], tensors=tensors, sha256=envelope["sha256"])


def _sniff(path: str | os.PathLike[str], head: bytes, size: int, kind: str) -> None:
    """Name the usual impostors instead of calling them damaged."""
    name = shown(path)
    if size == 0:
        raise LoadError(path, "empty", f"“{name}” is empty.")
    lowered = head[:256].lstrip().lower()
    if lowered.startswith((b"<!doctype html", b"<html", b"<?xml")):
        raise LoadError(
            path, "not-a-model", f"“{name}” is a web page, not a {kind}; the download was answered by an error page."
        )
    if head.startswith(b"version https://git-lfs"):
        raise LoadError(
            path, "not-a-model", f"“{name}” is a Git LFS pointer, not the {kind} itself; run “git lfs pull”."
        )
    archive = head.startswith((b"PK\x03\x04", b"\x80\x02", b"\x80\x03", b"\x80\x04", b"\x80\x05", b"\x1f\x8b"))
    if archive and head[2:9] != b"\0\0\0\0\0\0{":  # a header of 1408 bytes begins with 80 05, too
        raise LoadError(
            path,
            "unsafe-format",
            f"“{name}” is an archive or a Python pickle, which can run programs; only .safetensors files are opened.",
        )
    if size < 16:
        raise LoadError(path, "truncated", f"“{name}” is too short to be a {kind}.")


def _json(path: str | os.PathLike[str], raw: bytes, kind: str) -> dict[str, Any]:
    def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        keys = [key for key, _ in pairs]
        if len(set(keys)) != len(keys):
            raise ValueError("a name stands twice")
        return dict(pairs)

    def refuse(constant: str) -> None:
        raise ValueError(f"{constant} is not a number")

    try:
        header = json.loads(raw.decode("utf-8"), object_pairs_hook=unique, parse_constant=refuse)
    except (ValueError, RecursionError):
        raise _damaged(path, kind, "its header cannot be read") from None
    if not isinstance(header, dict):
        raise _damaged(path, kind, "its header cannot be read")
    return header


def _entries(
    path: str | os.PathLike[str], header: dict[str, Any], payload_bytes: int, kind: str
) -> tuple[dict[str, Any], dict[str, Entry]]:
    metadata = header.pop("__metadata__", None)
    if not isinstance(metadata, dict) or not isinstance(metadata.get(META_KEY), str):
        raise LoadError(
            path, "not-ours", f"“{shown(path)}” holds tensors, but was not written by Zscape, so its family is unknown."
        )
    envelope = _json(path, metadata[META_KEY].encode("utf-8", "replace"), kind)
    content = envelope.get("content")
    if not isinstance(content, dict) or not isinstance(envelope.get("sha256"), str):
        raise _damaged(path, kind, "its header is incomplete")
    if not isinstance(content.get("format"), int) or content.get("kind") not in ("model", "state"):
        raise _damaged(path, kind, "its header is incomplete")
    if content["format"] > 1:
        raise LoadError(path, "newer-format", f"“{shown(path)}” was written by a newer Zscape; update to open it.")
    if content["kind"] != kind:
        raise LoadError(path, "wrong-kind", f"“{shown(path)}” is a {content['kind']} file, not a {kind}.")
    if len(header) > TENSORS_LIMIT or not header:
        raise _damaged(path, kind, f"it lists {len(header)} tensors")
    entries = {name: _entry(path, name, value, kind) for name, value in header.items()}
    _check_layout(path, entries.values(), payload_bytes, kind)
    return envelope, entries


def _entry(path: str | os.PathLike[str], name: str, value: Any, kind: str) -> Entry:
    if not _NAME.fullmatch(name) or ".." in name:
        raise _damaged(path, kind, "a tensor has an impossible name")
    if not isinstance(value, dict) or set(value) != {"dtype", "shape", "data_offsets"}:
        raise _damaged(path, kind, f"the entry of “{shown(name)}” is malformed")
    dtype, shape, offsets = value["dtype"], value["shape"], value["data_offsets"]
    if not isinstance(dtype, str) or dtype not in _DTYPES:
        raise _damaged(path, kind, f"“{shown(name)}” has an unsupported number type")
    if not _whole(shape, 8) or not _whole(offsets, 2) or len(offsets) != 2:
        raise _damaged(path, kind, f"the entry of “{shown(name)}” is malformed")
    count = 1
    for side in shape:
        count *= side
    begin, end = offsets
    if end - begin != count * _DTYPES[dtype].itemsize:
        raise _damaged(path, kind, f"the size of “{shown(name)}” does not match its shape")
    return Entry(_DTYPES[dtype], tuple(shape), begin, end)


def _whole(value: Any, longest: int) -> bool:
    return (
        isinstance(value, list)
        and len(value) <= longest
        and all(isinstance(number, int) and not isinstance(number, bool) and 0 <= number < 1 << 40 for number in value)
    )


def _check_layout(path: str | os.PathLike[str], entries: Iterable[Entry], payload_bytes: int, kind: str) -> None:
    """Tensors fill the file without holes or overlaps."""
    reached = 0
    for entry in sorted(entries, key=lambda entry: (entry.begin, entry.end)):
        if entry.begin != reached:
            raise _damaged(path, kind, "its tensors overlap or leave holes")
        reached = entry.end
    if reached != payload_bytes:
        raise LoadError(path, "truncated", f"“{shown(path)}” is cut short or has bytes too many; get a fresh copy.")


def _damaged(path: str | os.PathLike[str], kind: str, why: str) -> LoadError:
    return LoadError(path, "damaged", f"“{shown(path)}” is not a usable {kind}: {why}.")
