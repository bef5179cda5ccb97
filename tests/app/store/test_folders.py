"""A person's own folders: remembered, looked into when they are wanted, forgotten."""

from __future__ import annotations

from pathlib import Path

from app.store.learning.folders import MOST
from app.store.state import Explorer
from engine.protocol.requests import LookAtFolder
from engine.protocol.values import DatasetDescribed
from tests.app.fake_engine import FakeClient

CATS, DOGS = Path("/pictures/cats"), Path("/pictures/dogs")


def described(path: Path, images: int = 540) -> DatasetDescribed:
    return DatasetDescribed(name=str(path), label=path.name, images=images, size=64, channels=3)


def test_what_is_remembered_is_looked_into_once_somebody_wants_it(explorer: Explorer, fake: FakeClient) -> None:
    folders = explorer.folders
    folders.restore((str(CATS), "", "a\0b", str(DOGS)))
    assert folders.paths == (str(CATS), str(DOGS))
    assert fake.sent_of(LookAtFolder) == []
    fake.folders[str(CATS)] = described(CATS)
    fake.folders[str(DOGS)] = DatasetDescribed(
        name=str(DOGS), label="dogs", images=0, size=0, channels=3, installed=False, note="“dogs” does not exist."
    )
    folders.look()
    folders.look()
    assert len(fake.sent_of(LookAtFolder)) == 2
    cats, dogs = folders.sets
    assert cats == described(CATS)
    assert (dogs.installed, dogs.note, dogs.name) == (False, "“dogs” does not exist.", str(DOGS))


def test_added_again_it_is_looked_into_again_and_stands_last(explorer: Explorer, fake: FakeClient) -> None:
    folders = explorer.folders
    fake.folders[str(CATS)] = described(CATS)
    folders.add(CATS)
    folders.add(DOGS)
    fake.folders[str(CATS)] = described(CATS, 541)
    fake.held = True
    assert folders.add(CATS) == str(CATS)
    assert folders.paths == (str(DOGS), str(CATS))
    assert not folders.is_seen(str(CATS))
    fake.answer()
    assert folders.is_seen(str(CATS))
    assert folders.sets[-1].images == 541


def test_what_is_forgotten_meanwhile_does_not_come_back(explorer: Explorer, fake: FakeClient) -> None:
    fake.held = True
    explorer.folders.add(CATS)
    explorer.folders.remove(str(CATS))
    explorer.folders.remove(str(CATS))
    fake.answer()
    assert explorer.folders.sets == ()


def test_only_so_many_are_kept(explorer: Explorer) -> None:
    for number in range(MOST + 3):
        explorer.folders.add(Path(f"/pictures/{number}"))
    assert len(explorer.folders.paths) == MOST
    assert explorer.folders.paths[-1] == f"/pictures/{MOST + 2}"
