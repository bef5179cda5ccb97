"""What is kept between starts, and every way in which its files can be wrong."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QRect
from pytestqt.qtbot import QtBot

from app.look.theme import Scheme
from app.store.history import HistoryEntry
from app.store.kept.recipe_json import decoded, encoded
from app.store.kept.session import SessionState, SessionStore, mended
from app.store.kept.settings import THEME, Settings
from engine.disk import files
from engine.disk.recipes import read_recipe, recipe_value
from engine.protocol.values import Image, Recipe

RECIPE = Recipe(
    model="f" * 64,
    seed=2**40,
    point=(0.5, -1.25),
    raw=((3, 0.1),),
    axes=((0, -2.0), (7, 1.5)),
    directions=(("smile", 0.8),),
    truncation=0.75,
    conditions=(("class", 3.0),),
    app="0.1.0",
)
BAD = {
    "empty": b"",
    "seven bytes": b"\x00\x01\x02\x03\xff\xfe\xfd",
    "text": b"hello",
    "list": b"[1, 2]",
    "not UTF-8": b'{"source": "\xff\xfe"}',
    "deep": b"[" * 100_000,
    "huge number": b'{"version": ' + b"9" * 10_000 + b"}",
    "half": b'{"version": 1, "source": "fa',
}
ODD: dict[str, object] = {
    "source": 7,
    "recipe": {"model": 3},
    "sources": [1],
    "history": [None, 3, {"recipe": None}, {"recipe": {"model": "m", "seed": 1.5}}],
    "favourites": "no",
    "mode": {},
    "geometry": [1, 2, "x", 4],
    "maximised": "yes",
    "tab": -3,
    "pages": {"train": 7},
    "unknown": {"kept": [1, 2, 3]},
    "version": 1,
}


def test_a_recipe_survives_json() -> None:
    assert read_recipe(json.loads(json.dumps(recipe_value(RECIPE)))) == RECIPE
    assert read_recipe(recipe_value(Recipe(model="m"))) == Recipe(model="m")


@pytest.mark.parametrize(
    "value",
    [None, 3, [], {}, {"model": 1}, {"model": "m", "seed": "1"}, {"model": "m", "seed": True}, {"model": "m" * 1000}],
)
def test_what_is_no_recipe_is_none(value: object) -> None:
    assert read_recipe(value) is None


@pytest.mark.parametrize(
    "part",
    [
        {"point": [1.0, "x"]},
        {"raw": [[1, float("nan")]]},
        {"raw": [["4", 1.0]]},
        {"raw": [[2]]},
        {"axes": {"0": 1}},
        {"directions": [["smile", 10**400]]},
        {"truncation": float("inf")},
        {"condition": [["class", None]]},
        {"wish": 1},
        {"version": 1, "conditions": []},
        {"version": 3},
        {"version": True},
        {"version": 2, "condition": []},
    ],
)
def test_a_recipe_with_a_part_that_cannot_be_read_is_none(part: dict[str, object]) -> None:
    """Without the part it would be the recipe of another picture: a malformed point once gave the seed's."""
    assert read_recipe({"model": "m"}) is not None
    assert read_recipe({"model": "m", **part}) is None


def test_a_recipe_of_the_first_version_asks_for_its_class() -> None:
    value = {"model": "m", "seed": 3, "condition": [["class", 7]]}
    assert read_recipe(value) == Recipe(model="m", seed=3, conditions=(("class", 7.0),))


def test_thumbnails_survive_exactly_and_bombs_do_not(picture: Image) -> None:
    odd = np.ascontiguousarray(picture[:33, :17])
    restored = decoded(encoded(odd))
    assert restored is not None
    assert np.array_equal(restored, odd)
    assert not restored.flags.writeable
    for text in ("", "!!!", "AAAA", "x" * 200_000, encoded(np.zeros((600, 1, 3), np.uint8)), encoded(odd)[:40]):
        assert decoded(text) is None


def entry(seed: int, image: Image | None = None) -> HistoryEntry:
    return HistoryEntry(recipe=replace(RECIPE, seed=seed), label=f"Seed {seed}", thumbnail=image)


def test_a_session_comes_back(qapp: object, home: Path, picture: Image) -> None:
    state = SessionState(
        source="faces",
        recipe=RECIPE,
        sources={"f" * 64: "faces"},
        history=(replace(entry(1, picture), begins=False), entry(2)),
        favourites=(entry(1, picture),),
        page="train",
        geometry=(10, 20, 1280, 800),
        maximised=True,
        pages={"explore": {"tab": 2}},
    )
    store = SessionStore(home)
    store.watch(lambda: state)
    assert store.close() == ""
    again = SessionStore(home)
    restored = again.read()
    assert restored == state
    assert restored.history[0].thumbnail is None, "pictures come once the window is painted"
    [(recipe, image)] = again.pictures().items()
    assert recipe == restored.history[0].recipe == restored.favourites[0].recipe
    assert np.array_equal(image, picture)


def test_touching_saves_once_it_is_quiet(qtbot: QtBot, home: Path) -> None:
    store = SessionStore(home)
    store._quiet.setInterval(1)
    store.watch(lambda: SessionState(source="faces"))
    store.touch()
    qtbot.waitUntil(lambda: (home / "session.json").exists())
    store.close()
    assert json.loads((home / "session.json").read_text())["source"] == "faces"


@pytest.mark.parametrize("content", BAD.values(), ids=BAD.keys())
@pytest.mark.parametrize("name", ["session.json", "settings.json"])
def test_a_broken_file_starts_afresh_and_is_set_aside(qapp: object, home: Path, name: str, content: bytes) -> None:
    (home / name).write_bytes(content)
    store: SessionStore | Settings = SessionStore(home) if name == "session.json" else Settings(home)
    assert name in store.trouble
    if isinstance(store, SessionStore):
        assert store.read() == SessionState()
        store.watch(SessionState)
        assert store.close() == ""
    else:
        assert store.scheme is Scheme.SYSTEM
        store.put(THEME, "dark")
    assert (home / f"{name}.damaged").read_bytes() == content
    assert json.loads((home / name).read_text())["version"] == 1


def test_wrong_types_are_left_out_and_unknown_names_kept(qapp: object, home: Path) -> None:
    (home / "session.json").write_text(json.dumps(ODD))
    store = SessionStore(home)
    assert store.trouble == ""
    assert store.read() == SessionState(pages={"explore": {"tab": -3}}), "pages judge for themselves what they kept"
    store.watch(lambda: SessionState(source="glyphs"))
    store.close()
    saved = json.loads((home / "session.json").read_text())
    assert (saved["unknown"], saved["source"]) == ({"kept": [1, 2, 3]}, "glyphs")


def test_a_file_from_the_future_is_only_read(qapp: object, home: Path) -> None:
    text = json.dumps({"version": 99, "source": "faces", "wings": True})
    (home / "session.json").write_text(text)
    store = SessionStore(home)
    assert "newer" in store.trouble
    assert store.read().source == "faces"
    store.watch(SessionState)
    store.touch()
    assert store.close() == ""
    assert (home / "session.json").read_text() == text


@pytest.mark.parametrize("kind", ["folder", "fifo", "loop"])
def test_a_session_that_is_no_file(qapp: object, home: Path, kind: str) -> None:
    path = home / "session.json"
    if kind == "folder":
        path.mkdir()
    elif kind == "fifo":
        os.mkfifo(path)
    else:
        path.symlink_to(path)
    store = SessionStore(home)
    assert "session.json" in store.trouble
    assert store.read() == SessionState()


def test_names_that_are_not_unicode_are_kept(qapp: object, home: Path) -> None:
    source = os.fsdecode(b"/models/\xff\xfe.zscape")
    store = SessionStore(home)
    store.watch(lambda: SessionState(source=source))
    assert store.close() == ""
    assert SessionStore(home).read().source == source


def test_a_full_disk_is_told_and_the_old_session_stays(
    qapp: object, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = SessionStore(home)
    store.watch(lambda: SessionState(source="old"))
    store.close()

    def full(moment: str, path: str) -> None:
        if moment == "fsync":
            raise OSError(28, "No space left on device")

    monkeypatch.setattr(files, "write_moment", full)
    store = SessionStore(home)
    store.watch(lambda: SessionState(source="new"))
    assert store.close() == "“session.json” could not be written: the disk is full."
    assert SessionStore(home).read().source == "old"
    assert [path.name for path in home.iterdir()] == ["session.json"]


@pytest.mark.parametrize(
    ("geometry", "expected"),
    [
        ((10, 20, 1280, 800), (10, 20, 1280, 800)),
        ((-5000, -5000, 1280, 800), (0, 0, 1280, 800)),
        ((99_000, 99_000, 1280, 800), (640, 280, 1280, 800)),
        ((0, 0, 9000, 9000), (0, 0, 1920, 1080)),
        ((100, 100, 10, 10), (100, 100, 960, 640)),
        ((2000, 100, 1280, 800), (2000, 100, 1280, 800)),
    ],
)
def test_geometry_is_mended(geometry: tuple[int, int, int, int], expected: tuple[int, int, int, int]) -> None:
    screens = [QRect(0, 0, 1920, 1080), QRect(1920, 0, 1920, 1080)]
    if geometry[0] == 0:
        screens = screens[:1]
    rect = mended(geometry, screens if geometry[0] in (2000, 10, 100) else screens[:1], (960, 640))
    assert (rect.x(), rect.y(), rect.width(), rect.height()) == expected
