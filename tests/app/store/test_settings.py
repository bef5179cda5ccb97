"""What a person chose is kept, whoever else writes it, and whatever became of the disk."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from PySide6.QtCore import QLockFile
from pytestqt.qtbot import QtBot

from app.look.theme import Scheme
from app.store.kept.settings import EXPORT_SCALE, RECENT_MODELS, THEME, Settings
from engine.disk import files


def test_settings_are_declared_checked_and_kept(qtbot: QtBot, home: Path) -> None:
    settings = Settings(home)
    with qtbot.waitSignal(settings.changed):
        settings.put(THEME, "dark")
    settings.put(EXPORT_SCALE, 3)
    settings.remember_model("/a.zscape")
    settings.remember_model("faces")
    settings.remember_model("/a.zscape")
    again = Settings(home)
    assert (again.scheme, again.get(EXPORT_SCALE)) == (Scheme.DARK, 4)
    assert again.get(RECENT_MODELS) == ("/a.zscape", "faces")
    again.forget_model("faces")
    again.reset()
    assert (again.scheme, again.get(RECENT_MODELS)) == (Scheme.SYSTEM, ("/a.zscape",))


def test_two_programs_on_one_home_keep_each_others_settings(qtbot: QtBot, home: Path) -> None:
    """Each writes what it changed and nothing else; what neither knows stays."""
    (home / "settings.json").write_text(json.dumps({"version": 1, "wings": {"kept": [1, 2, 3]}}))
    first, second = Settings(home), Settings(home)
    first.put(THEME, "dark")
    first.remember_model("/first.zscape")
    second.put(EXPORT_SCALE, 8)
    second.remember_model("/second.zscape")
    assert second.scheme is Scheme.SYSTEM, "an open window keeps its look"
    with qtbot.assertNotEmitted(first.changed):
        first.put(THEME, "dark")
    first.forget_model("/gone.zscape")
    third = Settings(home)
    assert (third.scheme, third.get(EXPORT_SCALE)) == (Scheme.DARK, 8)
    assert third.get(RECENT_MODELS) == first.get(RECENT_MODELS) == ("/second.zscape", "/first.zscape")
    assert json.loads((home / "settings.json").read_text())["wings"] == {"kept": [1, 2, 3]}
    second.reset()
    assert Settings(home).scheme is Scheme.SYSTEM, "also what the other one chose"


def test_settings_are_read_and_written_in_one_turn(qapp: object, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Between reading and writing no other program comes in."""
    lock = QLockFile(str(home / "settings.json.lock"))
    taken: list[bool] = []
    monkeypatch.setattr(files, "write_moment", lambda moment, path: taken.append(lock.tryLock(0)))
    Settings(home).put(THEME, "dark")
    assert taken
    assert not any(taken)
    assert lock.tryLock(0), "and then it is free"
    lock.unlock()
    assert [path.name for path in home.iterdir()] == ["settings.json"]


def test_a_setting_that_could_not_be_written_is_written_with_the_next(
    qapp: object, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(moment: str, path: str) -> None:
        raise OSError(28, "No space left on device")

    settings = Settings(home)
    settings.put(EXPORT_SCALE, 1)
    with monkeypatch.context() as disk:
        disk.setattr(files, "write_moment", full)
        settings.put(THEME, "dark")
    settings.put(EXPORT_SCALE, 8)
    again = Settings(home)
    assert (again.scheme, again.get(EXPORT_SCALE)) == (Scheme.DARK, 8)


def test_settings_that_another_program_replaced_are_not_overwritten_unread(qapp: object, home: Path) -> None:
    """Damaged meanwhile: set aside. Written by a newer program meanwhile: left as it is."""
    path = home / "settings.json"
    settings = Settings(home)
    settings.put(EXPORT_SCALE, 8)
    path.write_bytes(b"{half")
    settings.put(THEME, "dark")
    assert (home / "settings.json.damaged").read_bytes() == b"{half"
    assert (Settings(home).scheme, Settings(home).get(EXPORT_SCALE)) == (Scheme.DARK, 8)
    newer = json.dumps({"version": 99, "theme": "neon"})
    path.write_text(newer)
    settings.put(THEME, "light")
    assert path.read_text() == newer
    assert settings.scheme is Scheme.LIGHT


@pytest.mark.parametrize("values", [{"theme": "pink"}, {"theme": 3}, {"theme": None}, {"recent_models": [1, 2]}, {}])
def test_impossible_settings_are_defaults(qapp: object, home: Path, values: dict[str, object]) -> None:
    (home / "settings.json").write_text(json.dumps(values))
    settings = Settings(home)
    assert settings.trouble == ""
    assert (settings.scheme, settings.get(RECENT_MODELS)) == (Scheme.SYSTEM, ())


def test_a_home_that_cannot_be_written_is_told(qtbot: QtBot, tmp_path: Path) -> None:
    (tmp_path / "home").write_text("a file where the folder should be")
    settings = Settings(tmp_path / "home")
    with qtbot.waitSignal(settings.write_failed):
        settings.put(THEME, "dark")
    assert settings.scheme is Scheme.DARK, "it holds for this session all the same"
