"""Stores on disk: what was written comes back, damage is one sentence, faults leave the old one."""

from __future__ import annotations

import errno
import json
from pathlib import Path

import pytest
import torch

from engine.datasets import cache
from engine.datasets.cache import cached, describe_store, open_store, verify_store, write_store
from engine.datasets.store import Store
from engine.disk import files
from engine.disk.files import LoadError, WriteError
from engine.machine.work import Work, finished


def test_a_store_comes_back_as_it_was_written(store: Store, tmp_path: Path) -> None:
    written = finished(write_store(store, tmp_path / "s"))
    read = open_store(tmp_path / "s")
    assert torch.equal(read.pictures, written.pictures)
    assert read.sha256 == written.sha256 != ""
    assert (read.name, read.label, read.classes, read.kinds) == (store.name, store.label, store.classes, store.kinds)
    assert read.captions == written.captions
    assert read.provenance == store.provenance
    assert verify_store(tmp_path / "s").sha256 == read.sha256
    assert describe_store(tmp_path / "s").images == 40


def test_the_hash_is_of_what_a_set_contains_and_not_of_its_name(store: Store, tmp_path: Path) -> None:
    from dataclasses import replace

    one = finished(write_store(store, tmp_path / "one"))
    two = finished(write_store(replace(store, name="other", provenance={}), tmp_path / "two"))
    changed = store.pictures.clone()
    changed[0, 0, 0, 0] ^= 1
    three = finished(write_store(replace(store, pictures=changed), tmp_path / "three"))
    assert one.sha256 == two.sha256 != three.sha256


def test_a_mapped_store_equals_one_in_memory(store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    finished(write_store(store, tmp_path / "s"))
    in_memory = open_store(tmp_path / "s")
    monkeypatch.setattr(cache, "MAPPED_BYTES", 0)
    mapped = open_store(tmp_path / "s")
    assert torch.equal(mapped.pictures, in_memory.pictures)
    assert torch.equal(mapped.resized(8, 1).pictures, in_memory.resized(8, 1).pictures)


@pytest.mark.parametrize("name", ["pictures.u8", "table.safetensors", "store.json"])
def test_a_missing_file_is_one_sentence_that_names_it(store: Store, tmp_path: Path, name: str) -> None:
    finished(write_store(store, tmp_path / "s"))
    (tmp_path / "s" / name).unlink()
    with pytest.raises(LoadError) as caught:
        open_store(tmp_path / "s")
    assert name in caught.value.sentence
    assert caught.value.path.endswith(name)


@pytest.mark.parametrize("name", ["pictures.u8", "table.safetensors", "store.json"])
@pytest.mark.parametrize("damage", ["flipped", "cut", "longer", "emptied"])
def test_damage_is_found(store: Store, tmp_path: Path, name: str, damage: str) -> None:
    finished(write_store(store, tmp_path / "s"))
    path = tmp_path / "s" / name
    content = bytearray(path.read_bytes())
    match damage:
        case "flipped":
            content[len(content) // 2] ^= 4
        case "cut":
            del content[-3:]
        case "longer":
            content += b"x"
        case _:
            content.clear()
    path.write_bytes(content)
    with pytest.raises(LoadError) as caught:
        open_store(tmp_path / "s")
    assert name in caught.value.sentence


def test_verifying_reads_what_opening_samples(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, store: Store) -> None:
    monkeypatch.setattr(cache, "_BLOCK", 16)
    finished(write_store(store, tmp_path / "s"))
    path = tmp_path / "s" / "pictures.u8"
    content = bytearray(path.read_bytes())
    content[100] ^= 1
    path.write_bytes(content)
    open_store(tmp_path / "s")
    with pytest.raises(LoadError, match="does not hold what was written"):
        verify_store(tmp_path / "s")


def test_a_store_of_the_future_says_so(store: Store, tmp_path: Path) -> None:
    import hashlib

    finished(write_store(store, tmp_path / "s"))
    path = tmp_path / "s" / "store.json"
    header = json.loads(path.read_text())["store"] | {"version": 2}
    inner = json.dumps(header)
    path.write_text(f'{{"sha256":"{hashlib.sha256(inner.encode()).hexdigest()}","store":{inner}}}')
    with pytest.raises(LoadError) as caught:
        open_store(tmp_path / "s")
    assert caught.value.code == "newer"


def at_once(store: Store) -> Work[Store]:
    yield None
    return store


def test_writing_that_is_given_up_at_any_seam_leaves_the_old_store(store: Store, tmp_path: Path) -> None:
    from dataclasses import replace

    old = finished(write_store(store, tmp_path / "s"))
    seams = sum(1 for _ in write_store(replace(store, pictures=255 - store.pictures), tmp_path / "other"))
    for seam in range(1, seams + 1):
        work = write_store(replace(store, pictures=255 - store.pictures), tmp_path / "s")
        for _ in range(seam):
            next(work)
        work.close()
        assert open_store(tmp_path / "s").sha256 == old.sha256
        assert sorted(path.name for path in tmp_path.iterdir()) == ["other", "s"]


def test_a_cache_heals_itself_and_builds_once(store: Store, tmp_path: Path) -> None:
    built = []

    def build() -> Work[Store]:
        built.append(1)
        yield None
        return store

    first = finished(cached(tmp_path / "c", build))
    assert finished(cached(tmp_path / "c", build)).sha256 == first.sha256
    assert len(built) == 1
    (tmp_path / "c" / "pictures.u8").write_bytes(b"")
    assert finished(cached(tmp_path / "c", build)).sha256 == first.sha256
    assert len(built) == 2


@pytest.mark.parametrize("moment", ["write", "flush", "fsync", "replace"])
def test_a_fault_while_writing_leaves_the_old_store_and_no_rubbish(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    from dataclasses import replace

    old = finished(write_store(store, tmp_path / "s"))

    def fail(at: str, path: str) -> None:
        if at == moment:
            raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(files, "write_moment", fail)
    with pytest.raises(WriteError, match="the disk is full"):
        finished(write_store(replace(store, pictures=255 - store.pictures), tmp_path / "s"))
    assert open_store(tmp_path / "s").sha256 == old.sha256
    assert [path.name for path in tmp_path.iterdir()] == ["s"]


def test_on_a_full_disk_the_set_is_used_from_memory(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    on_disk = finished(write_store(store, tmp_path / "s"))

    def fail(at: str, path: str) -> None:
        raise OSError(errno.EROFS, "Read-only file system")

    monkeypatch.setattr(files, "write_moment", fail)
    in_memory = finished(cached(tmp_path / "c", lambda: at_once(store)))
    assert in_memory.sha256 == on_disk.sha256
    assert torch.equal(in_memory.pictures, on_disk.pictures)
