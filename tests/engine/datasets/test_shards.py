"""Shipped faces: packed and read back; damage is one sentence; the entangled quarter is entangled."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import torch

from engine.datasets.face_sets import pieces, shards
from engine.datasets.face_sets.correlated import correlated_faces
from engine.datasets.face_sets.pack import face_kinds, pack_faces
from engine.datasets.face_sets.shards import load_shards
from engine.datasets.faces.factors import FaceTable
from engine.datasets.faces.render import RenderedFaces
from engine.datasets.store import Split, Store
from engine.disk.files import BadConfig, Cancelled, LoadError
from engine.machine.work import finished, heeding

COUNT, SIZE = 60, 16


def _draw_quickly(table: FaceTable, size: int) -> Iterator[RenderedFaces]:
    """Smooth pictures that show their numbers, in place of faces that take a quarter of a second each."""
    yaw = (table.columns["yaw"] + 35) / 70
    ramp = np.linspace(0, 1, size, dtype=np.float32)
    grid = np.broadcast_to(ramp[None, :, None] * yaw[:, None, None], (len(table), size, size))
    images = np.stack([grid, grid * 0.5, 1 - grid], axis=-1) * 255
    visible = np.ones((len(table), len(table.columns)), dtype=np.bool_)
    visible[::3, 0] = False
    yield RenderedFaces(images.astype(np.uint8), visible)


@pytest.fixture
def work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of rendered pieces."""
    monkeypatch.setattr(pieces, "render_faces", _draw_quickly)
    monkeypatch.setattr(pieces, "PIECE", 25)
    assert finished(pieces.render_pieces(COUNT, 7, tmp_path / "work", size=SIZE))
    return tmp_path / "work"


@pytest.fixture
def packed(work: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of shards of fifty pictures."""
    monkeypatch.setattr("engine.datasets.face_sets.pack.PER_SHARD", 50)
    pack_faces(COUNT, 7, work, work.parent / "faces")
    return work.parent / "faces"


def test_packed_pictures_and_their_table_come_back(work: Path, packed: Path) -> None:
    store = finished(load_shards(packed))
    original = [pieces.read_piece(path) for path in pieces.piece_paths(work, COUNT)]
    images = np.concatenate([piece.images for piece in original]).transpose(0, 3, 1, 2).astype(int)
    assert store.pictures.shape == images.shape
    assert np.abs(store.pictures.numpy() - images).mean() < 4
    for name, kind in face_kinds().items():
        values = np.concatenate([piece.columns[name] for piece in original])
        tolerance = 0 if kind.is_category else (kind.high - kind.low) / 65535
        assert np.abs(store.attributes[name].numpy() - values).max() <= tolerance
    assert store.visible["yaw"].tolist() == np.concatenate([piece.visible for piece in original])[:, 0].tolist()
    assert torch.bincount(store.split.long()).tolist() == [50, 5, 5]
    assert len(store.captions) == COUNT
    assert all(store.captions)


def test_rendering_goes_on_where_it_stopped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    drawn: list[int] = []

    def draw(table: FaceTable, size: int) -> Iterator[RenderedFaces]:
        drawn.append(len(table))
        yield from _draw_quickly(table, size)

    monkeypatch.setattr(pieces, "render_faces", draw)
    monkeypatch.setattr(pieces, "PIECE", 25)
    with pytest.raises(Cancelled):
        finished(heeding(lambda: len(drawn) == 2, pieces.render_pieces(COUNT, 7, tmp_path, size=SIZE)))
    assert sum(path.exists() for path in pieces.piece_paths(tmp_path, COUNT)) == 1
    first = pieces.piece_paths(tmp_path, COUNT)[0].read_bytes()
    assert finished(pieces.render_pieces(COUNT, 7, tmp_path, size=SIZE, part=1, parts=2))
    assert drawn == [25, 25, 25, 10]
    assert pieces.piece_paths(tmp_path, COUNT)[0].read_bytes() == first


def test_pieces_of_different_sets_never_share_a_folder(work: Path) -> None:
    with pytest.raises(LoadError, match="another set"):
        finished(pieces.render_pieces(COUNT, 8, work, size=SIZE))


def test_packing_waits_for_all_pieces(work: Path) -> None:
    pieces.piece_paths(work, COUNT)[1].unlink()
    with pytest.raises(BadConfig, match="1 of 3 pieces"):
        pack_faces(COUNT, 7, work, work.parent / "faces")


def test_packing_keeps_to_its_limit_or_says_that_it_cannot(work: Path) -> None:
    with pytest.raises(BadConfig, match="do not fit"):
        pack_faces(COUNT, 7, work, work.parent / "faces", limit_bytes=3000)
    assert not (work.parent / "faces").exists()


def test_progress_is_told_and_stopping_is_heard(packed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The sentences of all faces were worded in one go: ten silent seconds, in which nothing else was answered."""
    monkeypatch.setattr(shards, "_WORDED_AT_ONCE", 40)
    told: list[tuple[str, int, int]] = []
    finished(load_shards(packed), lambda event: told.append((event.what, event.done, event.of)))
    labels = [("Reading labels", done, COUNT) for done in range(40, COUNT + 1, 40)]
    assert labels
    assert told == [*labels, ("Reading pictures", 50, COUNT), ("Reading pictures", COUNT, COUNT)]
    with pytest.raises(Cancelled):
        finished(heeding(lambda: bool(told), load_shards(packed)))


FILES = ["manifest.json", "table.safetensors", "shard-000.y.webp", "shard-001.cr.webp"]


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("damage", ["missing", "flipped", "cut", "emptied"])
def test_damage_is_one_sentence_that_names_the_file(packed: Path, name: str, damage: str) -> None:
    path = packed / name
    content = bytearray(path.read_bytes())
    if damage == "missing":
        path.unlink()
    else:
        content[len(content) // 2] ^= 0xFF
        path.write_bytes({"flipped": content, "cut": content[: len(content) // 2], "emptied": b""}[damage])
    with pytest.raises(LoadError) as caught:
        finished(load_shards(packed))
    assert name in caught.value.sentence


@pytest.mark.parametrize(
    "change", [{"count": 10**9}, {"splits": [60, 1, 0]}, {"size": 0}, {"per_shard": 0}, {"version": 9}, {"columns": -1}]
)
def test_a_manifest_that_lies_is_refused(packed: Path, change: dict[str, object]) -> None:
    import json

    path = packed / "manifest.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | change))
    with pytest.raises(LoadError, match=r"manifest\.json"):
        finished(load_shards(packed))


def test_a_right_hash_of_the_wrong_pictures_is_found(packed: Path) -> None:
    import json

    path = packed / "manifest.json"
    manifest = json.loads(path.read_text())
    names = list(shards.plane_names(0)), list(shards.plane_names(1))
    (packed / names[0][0]).write_bytes((packed / names[1][0]).read_bytes())
    manifest["files"][names[0][0]] = manifest["files"][names[1][0]]
    path.write_text(json.dumps(manifest))
    with pytest.raises(LoadError, match=r"shard-000\.y\.webp"):
        finished(load_shards(packed))


def test_like_backgrounds_lie_side_by_side_and_every_picture_has_one_place() -> None:
    from engine.datasets.face_sets.pack import COLUMNS, _neighbourly

    rng = np.random.default_rng(3)
    tiles = np.broadcast_to(rng.integers(0, 256, (200, 1, 1, 3), dtype=np.uint8), (200, 16, 16, 3))
    order = _neighbourly(tiles)
    assert sorted(order.tolist()) == list(range(200))

    def step(which: np.ndarray) -> float:
        return float(np.abs(np.diff(tiles[which, 0, 0].astype(int).reshape(-1, COLUMNS, 3), axis=1)).mean())

    assert step(order) < 0.75 * step(np.arange(200))


def test_a_table_that_puts_two_pictures_in_one_place_is_refused(packed: Path) -> None:
    import hashlib
    import json

    from safetensors.numpy import load, save

    arrays = load((packed / "table.safetensors").read_bytes())
    arrays["places"] = np.zeros_like(arrays["places"])
    content = save(arrays)
    (packed / "table.safetensors").write_bytes(content)
    manifest = json.loads((packed / "manifest.json").read_text())
    manifest["files"]["table.safetensors"] = hashlib.sha256(content).hexdigest()
    (packed / "manifest.json").write_text(json.dumps(manifest))
    with pytest.raises(LoadError, match="two pictures in one place"):
        finished(load_shards(packed))


def test_the_entangled_quarter_is_entangled_and_stays_in_its_part() -> None:
    from engine.datasets.faces.factors import sample_factors

    count = 3000
    table = sample_factors(5, range(count))
    numbered = torch.arange(count, dtype=torch.int64).view(-1, 1, 1, 1).expand(-1, 3, 8, 8)
    store = Store(
        name="faces",
        label="Faces",
        pictures=(numbered % 251).to(torch.uint8),
        attributes={name: torch.from_numpy(values) for name, values in table.columns.items()},
        split=torch.repeat_interleave(torch.tensor([0, 1, 2], dtype=torch.uint8), torch.tensor([2400, 300, 300])),
    )
    chosen = correlated_faces(store)
    assert torch.bincount(chosen.split.long()).tolist() == [600, 75, 75]

    def together(of: Store, one: str, other: str) -> float:
        pair = torch.stack([(of.attributes[one] > 0).float(), of.attributes[other]])
        return float(torch.corrcoef(pair)[0, 1])

    for one, other in (("glasses", "age"), ("beard", "gender")):
        assert abs(together(store, one, other)) < 0.08
        assert together(chosen, one, other) > 0.25
    assert torch.equal(correlated_faces(store).pictures, chosen.pictures)
    assert {Split(int(s)) for s in chosen.split.unique()} == set(Split)
