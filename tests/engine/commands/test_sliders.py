"""evaluate --sliders: what each slider moves as the judge reads it, where it stands, and why."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from engine.disk.bundled import bundled_model, explorable_names
from engine.disk.measured import CARD, read_matrix
from engine.disk.tensor_files import read_tensors, write_tensors
from engine.opened.checkpoints import load_model
from engine.protocol.worths import LITTLE, WAY, most_other, moves_of
from tests.engine.commands.conftest import Command

FEWEST_GOOD = {"faces": 18, "faces-gan": 18, "faces-dcgan": 14}


def test_the_table_is_measured_and_the_bundled_card_says_the_same(zscape: Command, tmp_path: Path) -> None:
    """A copy that says nothing of its sliders is measured anew: nothing is taken from what the card said."""
    silent = tmp_path / "silent.safetensors"
    shutil.copy(bundled_model("faces-dcgan"), silent)
    file = read_tensors(silent, kind="model")
    told = read_matrix(file.meta["card"].pop(CARD))
    write_tensors(silent, file.tensors, file.meta)
    assert told is not None
    answer = zscape("evaluate", silent, "--sliders", "--card")
    assert answer.code == 0
    assert answer.result["metrics"] == {}
    assert answer.result["fingerprint"] == load_model(bundled_model("faces-dcgan")).fingerprint
    rows = {row["slider"]: row for row in answer.result["sliders"]}
    assert len(rows) == len(told.sliders) == 20
    smile, turn = moves_of(told, "smile"), moves_of(told, "yaw")
    assert smile is not None
    assert turn is not None
    assert rows["Smile"]["moves"] == pytest.approx(WAY * smile["smile"], abs=0.05)
    assert rows["Turn"]["by"] == pytest.approx(WAY * most_other("yaw", turn)[1], abs=0.05)
    for row in rows.values():
        does = row["moves"] >= WAY * LITTLE and row["by"] < row["moves"]
        assert (row["stands"] == "offered") == does
        assert bool(row["why"]) != does
    assert [row["stands"] for row in answer.result["sliders"]] == sorted(
        (row["stands"] for row in rows.values()), key=("offered", "weak", "left out").index
    )
    written = read_matrix(load_model(silent).card[CARD])
    assert written is not None
    assert written.sliders == told.sliders
    for mine, bundled in zip(written.rows, told.rows, strict=True):
        assert mine == pytest.approx(bundled, abs=0.02)


@pytest.mark.parametrize("name", explorable_names())
def test_every_bundled_model_with_sliders_says_what_they_are_worth(name: str) -> None:
    file = read_tensors(bundled_model(name), kind="model")
    explore = file.meta.get("explore") or {}
    sliders = [one["name"] for one in explore.get("directions", [])]
    matrix = read_matrix(file.meta["card"].get(CARD))
    assert sorted(matrix.sliders if matrix is not None else ()) == sorted(sliders)
    rows = {one: moves_of(matrix, one) or {} for one in sliders}
    good = [one for one, row in rows.items() if row[one] >= LITTLE and most_other(one, row)[1] < row[one]]
    assert len(good) >= FEWEST_GOOD.get(name, 0)


def test_what_nobody_can_judge_says_so(zscape: Command, model: Path, pictures: Path) -> None:
    answer = zscape("evaluate", model, "--data", pictures, "--sliders")
    assert (answer.code, answer.error["code"]) == (2, "no-judge")
