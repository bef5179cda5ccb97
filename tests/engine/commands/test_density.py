"""density: a walk as numbers and files; what is no density is said."""

from __future__ import annotations

from pathlib import Path

from tests.engine.commands.conftest import Command


def test_a_walk_comes_as_numbers_and_files(tmp_path: Path, zscape: Command) -> None:
    answer = zscape("density", "mixture-1d", "--particles", 5000, "--steps", 4, "--out", tmp_path / "d")
    assert answer.code == 0, answer.err
    assert answer.result["kl_end"] < answer.result["kl_begin"]
    assert sorted(path.name for path in (tmp_path / "d").iterdir()) == [
        "log-ratio.csv", "particles.csv", "pictures.png", "walk.csv", "walk.png",
    ]  # fmt: skip
    again = zscape("density", "mixture-1d", "--particles", 5000, "--steps", 4, "--out", tmp_path / "e")
    assert again.result["kl_end"] == answer.result["kl_end"]


def test_what_is_no_density_is_said(tmp_path: Path, zscape: Command) -> None:
    answer = zscape("density", "glyphs", "--out", tmp_path / "d")
    assert answer.code == 2
    assert "no density" in answer.error["message"]
    assert zscape("density", "ring", "--eta", "-1", "--out", tmp_path / "d").code == 2
