"""The set of one head: only its turn and its smile change, and both are known."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from engine.datasets.catalogue import describe
from engine.datasets.face_sets import one_face
from engine.datasets.store import Split
from engine.machine.work import finished

FEW, HELD = 24, 4


def test_nothing_but_turn_and_smile_changes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(one_face, "COUNT", FEW)
    monkeypatch.setattr(one_face, "HELD_OUT", HELD)
    told: list[tuple[int, int]] = []
    store = finished(one_face.one_face(), lambda event: told.append((event.done, event.of)))
    assert told[-1] == (FEW, FEW)
    assert [len(store.subset(split)) for split in (Split.TRAIN, Split.VALIDATION, Split.TEST)] == [16, HELD, HELD]
    assert set(store.attributes) == set(store.visible) == set(store.kinds) == {"yaw", "smile"}
    assert store.attributes["yaw"].min() < -15.0
    assert store.attributes["yaw"].max() > 15.0
    assert all(visible.all() for visible in store.visible.values())
    corner = store.pictures[:, :, :3, :3]
    assert torch.equal(corner, corner[:1].expand_as(corner)), "the same ground behind the same head"
    table = one_face._table()
    still = {name: values for name, values in table.columns.items() if name not in one_face.MOVES}
    assert all((values == values[0]).all() for values in still.values())
    assert (table.identity == table.identity[0]).all()


def test_it_is_described_as_it_is(tmp_path: Path) -> None:
    described = next(entry for entry in describe(tmp_path) if entry.name == "faces-one")
    assert (described.images, described.size, described.channels) == (one_face.COUNT, one_face.SIZE, 3)
    assert described.installed
    assert "rendered first" in described.warnings[0]
    assert described.thumbnail is not None
