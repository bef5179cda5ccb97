"""The bench of stretched pictures: what it asks for, what it keeps, what it says."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from bench import augmentation
from bench.augmentation import MANY, OFF, ON, SECONDS, Cell
from bench.figures import Options
from engine.datasets.store import Split
from engine.families import family_class
from tests.engine.small import bars


def thirds(*fids: float) -> dict[str, Any]:
    def score(value: float) -> dict[str, float]:
        return {"value": value, "stderr": 0.1, "n": 1000, "real": 0.5}

    each = enumerate(fids, start=1)
    return {"thirds": [{"seconds": 400.0 * k, "metrics": {"fid": score(f), "recall": score(1 / f)}} for k, f in each]}


def test_each_count_has_a_cell_with_and_one_without() -> None:
    asked = [(cell.count, cell.augment) for cell in augmentation.cells(Options())]
    assert asked == [(count, augment) for count in (1000, 3000, 8000) for augment in (OFF, ON)]
    assert [cell.data for cell in augmentation.cells(Options(only=str(MANY)))] == ["bundled:faces-more"] * 2
    assert not list(augmentation.cells(Options(only="77")))
    for cell in augmentation.cells(Options()):
        family_class(augmentation.FAMILY).Config.build(cell.settings(SECONDS))


def test_pictures_that_are_held_out_stay_whatever_is_learned_from() -> None:
    store = bars()
    part = augmentation.few(store, 5)
    assert len(part.subset(Split.TRAIN)) == 5
    for split in (Split.VALIDATION, Split.TEST):
        assert torch.equal(part.subset(split).pictures, store.subset(split).pictures)
    with pytest.raises(SystemExit, match="to learn from"):
        augmentation.few(store, 10_000_000)


def test_the_best_third_of_both_is_held_against_each_other() -> None:
    figures = {
        (one.case, one.metric): one.value for one in augmentation.figures_of(1000, thirds(8, 4, 6), thirds(9, 5, 3))
    }
    assert figures["1000-off", "fid"] == 4
    assert figures["1000-on", "fid"] == 3
    assert figures["1000", "fid_ratio"] == pytest.approx(0.75)
    assert figures["1000-off", "recall"] == pytest.approx(0.25)


def test_what_is_there_is_not_done_again(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(augmentation, "STATE", tmp_path)
    asked: list[tuple[str, ...]] = []

    def probe(module: str, *words: str, **_how: object) -> dict[str, Any]:
        asked.append(words)
        cell = Cell(int(words[1]), words[2])
        cell.folder.mkdir(parents=True)
        kept = {"settings": cell.settings(SECONDS), **thirds(4, 2, 3)}
        (cell.folder / "cell.json").write_text(json.dumps(kept), encoding="utf-8")
        return kept

    monkeypatch.setattr(augmentation, "probe", probe)
    first = augmentation.run(Options(only="3000"))
    assert asked == [("cell", "3000", OFF), ("cell", "3000", ON)]
    assert augmentation.run(Options(only="3000")) == first
    assert len(asked) == 2
    monkeypatch.setattr(augmentation, "SETTINGS", {**augmentation.SETTINGS, "width": 17})
    assert not Cell(3000, ON).scores(), "of other settings"
    with pytest.raises(SystemExit, match="cases 1000, 3000"):
        augmentation.run(Options(only="77"))
    assert np.isfinite([one.value for one in first]).all()
