"""Files from strangers: every way a model file can be wrong is one sentence that names it."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.disk.files import LoadError
from engine.disk.tensor_files import read_tensors, write_tensors
from tests.bad_models import BYTES

META = {"format": 1, "kind": "model"}
GOOD: list[bytes] = []
"""One good file, written once: each write waits for the disk."""


def good(path: Path) -> bytes:
    write_tensors(path, {"a": torch.arange(6.0).reshape(2, 3), "b": torch.ones(4)}, META)
    return path.read_bytes()


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


@pytest.mark.parametrize("name", list(BYTES))
def test_bad_files_are_one_sentence(name: str, tmp_path: Path) -> None:
    path = tmp_path / "stranger.safetensors"
    path.write_bytes(BYTES[name](good(path)))
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
