"""Files from strangers: every way a model file can be wrong is one sentence that names it."""

from __future__ import annotations

import json
import os
import pickle
import socket
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.files import LoadError
from engine.tensor_files import read_tensors, write_tensors

META = {"format": 1, "kind": "model"}
GOOD: list[bytes] = []
"""One good file, written once: each write waits for the disk."""


def good(path: Path) -> bytes:
    write_tensors(path, {"a": torch.arange(6.0).reshape(2, 3), "b": torch.ones(4)}, META)
    return path.read_bytes()


def header_of(content: bytes) -> dict[str, Any]:
    length = int.from_bytes(content[:8], "little")
    return dict(json.loads(content[8 : 8 + length]))


def with_header(content: bytes, header: bytes) -> bytes:
    length = int.from_bytes(content[:8], "little")
    return struct.pack("<Q", len(header)) + header + content[8 + length :]


def edited(content: bytes, change: Callable[[dict[str, Any]], None]) -> bytes:
    header = header_of(content)
    change(header)
    return with_header(content, json.dumps(header).encode())


def test_what_was_written_is_read_back_exactly(tmp_path: Path) -> None:
    path = tmp_path / "x.safetensors"
    sha256 = write_tensors(path, {"a": torch.arange(6.0).reshape(2, 3), "n": torch.tensor(3)}, META)
    file = read_tensors(path, kind="model")
    assert file.sha256 == sha256
    assert torch.equal(file.tensors["a"], torch.arange(6.0).reshape(2, 3))
    assert file.tensors["n"].shape == ()


def test_every_single_flipped_byte_is_noticed(tmp_path: Path) -> None:
    path = tmp_path / "x.safetensors"
    content = good(path)
    start = 8 + int.from_bytes(content[:8], "little")
    for place in range(start, len(content)):
        broken = bytearray(content)
        broken[place] ^= 1
        path.write_bytes(broken)
        with pytest.raises(LoadError) as caught:
            read_tensors(path, kind="model")
        assert caught.value.code == "bad-hash"


def _swap(name: str, key: str, value: object) -> Callable[[dict[str, Any]], None]:
    def change(header: dict[str, Any]) -> None:
        header[name][key] = value

    return change


def _rename(name: str) -> Callable[[dict[str, Any]], None]:
    def change(header: dict[str, Any]) -> None:
        header[name] = header.pop("a")

    return change


def _many(header: dict[str, Any]) -> None:
    header |= {f"t{i}": {"dtype": "F32", "shape": [0], "data_offsets": [0, 0]} for i in range(20_000)}


CASES: dict[str, Callable[[bytes], bytes]] = {
    "empty": lambda c: b"",
    "seven bytes": lambda c: c[:7],
    "cut in the header": lambda c: c[:40],
    "cut in the data": lambda c: c[:-3],
    "bytes too many": lambda c: c + b"\0",
    "random": lambda c: bytes(range(256)) * 8,
    "web page": lambda c: b"<!DOCTYPE html><html><body>404</body></html>",
    "LFS pointer": lambda c: b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n",
    "zip": lambda c: b"PK\x03\x04" + c,
    "pickle": lambda c: pickle.dumps({"a": 1}),
    "header 2^63": lambda c: struct.pack("<Q", 2**63) + c[8:],
    "header 2^64-1": lambda c: struct.pack("<Q", 2**64 - 1) + c[8:],
    "header 99 MB": lambda c: struct.pack("<Q", 99 << 20) + c[8:],
    "header not UTF-8": lambda c: with_header(c, b"\xff\xfe{}"),
    "header not JSON": lambda c: with_header(c, b"{nope"),
    "header a list": lambda c: with_header(c, b"[]"),
    "header 100 000 deep": lambda c: with_header(c, b'{"a":' * 100_000 + b"1" + b"}" * 100_000),
    "no metadata": lambda c: edited(c, lambda h: h.pop("__metadata__")),
    "duplicate names": lambda c: with_header(c, json.dumps(header_of(c)).replace('"b"', '"a"').encode()),
    "overlap": lambda c: edited(c, _swap("b", "data_offsets", [8, 24])),
    "reversed": lambda c: edited(c, _swap("b", "data_offsets", [40, 24])),
    "hole": lambda c: edited(c, _swap("b", "data_offsets", [28, 44])),
    "shape overflow": lambda c: edited(c, _swap("a", "shape", [2**39, 2**39])),
    "negative shape": lambda c: edited(c, _swap("a", "shape", [-2, -3])),
    "truth as a side": lambda c: edited(c, _swap("a", "shape", [True, 6])),
    "unknown type": lambda c: edited(c, _swap("a", "dtype", "C64")),
    "type not a word": lambda c: edited(c, _swap("a", "dtype", {"x": 1})),
    "climbing name": lambda c: edited(c, _rename("../../a")),
    "NUL in name": lambda c: edited(c, _rename("a\0b")),
    "turned name": lambda c: edited(c, _rename("a\u202eb")),
    "long name": lambda c: edited(c, _rename("a" * 10_000)),
    "20 000 empty tensors": lambda c: edited(c, _many),
}


@pytest.mark.parametrize("name", list(CASES))
def test_bad_files_are_one_sentence(name: str, tmp_path: Path) -> None:
    path = tmp_path / "stranger.safetensors"
    path.write_bytes(CASES[name](good(path)))
    with pytest.raises(LoadError) as caught:
        read_tensors(path, kind="model")
    assert "stranger.safetensors" in caught.value.sentence
    assert caught.value.sentence.count("\n") == 0


def test_a_newer_format_asks_for_an_update(tmp_path: Path) -> None:
    path = tmp_path / "x.safetensors"
    write_tensors(path, {"a": torch.ones(1)}, {"format": 2, "kind": "model"})
    with pytest.raises(LoadError) as caught:
        read_tensors(path, kind="model")
    assert caught.value.code == "newer-format"


def test_a_checkpoint_is_not_a_model(tmp_path: Path) -> None:
    path = tmp_path / "x.safetensors"
    write_tensors(path, {"a": torch.ones(1)}, {"format": 1, "kind": "state"})
    with pytest.raises(LoadError) as caught:
        read_tensors(path, kind="model")
    assert caught.value.code == "wrong-kind"


@pytest.mark.skipif(os.name == "nt", reason="these kinds of files exist on Unix only")
def test_things_that_are_no_files_answer_at_once(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    (tmp_path / "folder").mkdir()
    server = socket.socket(socket.AF_UNIX)
    server.bind(str(tmp_path / "socket"))
    try:
        for name in ("pipe", "loop", "folder", "socket", "missing"):
            with pytest.raises(LoadError) as caught:
                read_tensors(tmp_path / name, kind="model")
            assert name in caught.value.sentence
        with pytest.raises(LoadError):
            read_tensors("/dev/zero", kind="model")
        with pytest.raises(LoadError):
            read_tensors("a\0b", kind="model")
    finally:
        server.close()


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.integers(0, 10_000), st.integers(0, 255)), min_size=1, max_size=8), st.integers(0, 600))
def test_nothing_but_a_load_error_leaves_the_reader(tmp_path: Path, changes: list[tuple[int, int]], cut: int) -> None:
    path = tmp_path / "fuzz.safetensors"
    original = GOOD or GOOD.append(good(path)) or GOOD
    content = bytearray(original[0])
    for place, value in changes:
        content[place % len(content)] = value
    path.write_bytes(content[: len(content) - cut % len(content)])
    try:
        file = read_tensors(path, kind="model")
    except LoadError:
        return
    assert path.read_bytes() == original[0] or file.meta == META
