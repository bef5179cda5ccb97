"""The larger set of faces: the shipped ones first, then others, known as well and looking the same."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from engine.datasets.catalogue import FACES
from engine.datasets.face_sets import more_faces
from engine.datasets.face_sets.shards import load_shards
from engine.datasets.store import Split, Store
from engine.disk.files import Cancelled
from engine.machine.work import finished, heeding


@pytest.fixture(scope="module")
def faces() -> Store:
    return finished(load_shards(FACES))


@pytest.fixture
def count(monkeypatch: pytest.MonkeyPatch) -> int:
    monkeypatch.setattr(more_faces, "COUNT", 12)
    return 12


def test_more_faces_are_to_learn_from_and_nobody_is_there_twice(faces: Store, count: int, tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    store = finished(more_faces.more_faces(faces, tmp_path / "work"), lambda event: told.append((event.done, event.of)))
    assert len(store) == len(faces) + count
    assert store.captions is not None
    assert len(store.captions) == len(store)
    assert told[-1] == (count, count)
    learned, others = store.subset(Split.TRAIN), faces.subset(Split.TRAIN)
    assert torch.equal(learned.pictures[: len(others)], others.pictures)
    for split in (Split.VALIDATION, Split.TEST):
        assert torch.equal(store.subset(split).pictures, faces.subset(split).pictures)
    assert len(learned) == len(others) + count
    assert set(store.attributes) == set(faces.attributes) == set(store.visible)
    for name, values in learned.attributes.items():
        low, high = faces.attributes[name].min(), faces.attributes[name].max()
        assert (values[-count:] >= low - 1e-3).all(), name
        assert (values[-count:] <= high + 1e-3).all(), name
    nearest = (learned.pictures[-1:].float() - faces.pictures[:2000].float()).abs().mean((1, 2, 3)).min()
    assert nearest > 1.0
    assert not (tmp_path / "work").exists()


def test_who_is_interrupted_goes_on(faces: Store, count: int, tmp_path: Path) -> None:
    with pytest.raises(Cancelled):
        finished(heeding(lambda: True, more_faces.more_faces(faces, tmp_path / "work")))
    assert len(finished(more_faces.more_faces(faces, tmp_path / "work"))) == len(faces) + count
