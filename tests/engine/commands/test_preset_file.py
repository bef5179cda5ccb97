"""train --preset FILE: settings that were saved from one run begin another."""

from __future__ import annotations

from pathlib import Path

from engine.disk.runs import RunFolder
from engine.library.taking import export_config
from tests.engine.commands.conftest import Command


def test_saved_settings_begin_the_same_again(zscape: Command, pictures: Path, tmp_path: Path) -> None:
    first, again, saved = tmp_path / "first", tmp_path / "again", tmp_path / "saved.toml"
    sets = [word for pair in ("size=8", "width=4", "latent=3", "batch=8") for word in ("--set", pair)]
    assert zscape("train", "vae", "--data", pictures, "--steps", "3", *sets, "--out", first).code == 0
    export_config(str(first), saved, tmp_path / "home")
    assert str(tmp_path) not in saved.read_text(encoding="utf-8")
    answer = zscape("train", "vae", "--preset", saved, "--data", pictures, "--out", again)
    assert answer.code == 0, answer.err
    before, after = RunFolder(first).read_config(), RunFolder(again).read_config()
    assert after["config"] == before["config"]
    assert after["preset"] == "saved"
    assert RunFolder(again).last_report()["losses"] == RunFolder(first).last_report()["losses"]
    refused = zscape("train", "gan0", "--preset", saved, "--data", pictures, "--out", tmp_path / "other")
    assert refused.error["code"] == "other-family"
    assert zscape("train", "vae", "--preset", tmp_path / "none.toml", "--out", tmp_path / "other").code == 2
