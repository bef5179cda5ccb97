"""The library through the engine's door: parts in order, pictures one at a time, exports told like all others."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from engine.disk.files import ZscapeError
from engine.machine.work import finished
from engine.protocol.answers import Event, Exported
from engine.protocol.library import (
    BringBack,
    CurvesRead,
    DescribeEntry,
    DiscardEntry,
    EntryChanged,
    EntryDescribed,
    EntryIllustrated,
    EraseEntry,
    ExportConfig,
    ExportModel,
    ExportTables,
    IllustrateEntries,
    LibraryListed,
    ListLibrary,
    NoteEntry,
    ReadCurves,
    RenameEntry,
    Shelving,
)
from engine.serving import shelf
from engine.serving.shelf import Librarian

CPU = torch.device("cpu")


def told(librarian: Librarian, request: Shelving) -> list[Event]:
    events: list[Event] = []
    finished(librarian.work(request), events.append)
    return events


def test_a_listing_comes_in_parts_and_the_last_says_so(
    tmp_path: Path, run: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shelf, "PART", 1)
    parts = told(Librarian(run.parent.parent, CPU), ListLibrary())
    assert all(isinstance(part, LibraryListed) for part in parts)
    assert [part.is_last for part in parts if isinstance(part, LibraryListed)][-1]
    sources = [entry.source for part in parts if isinstance(part, LibraryListed) for entry in part.entries]
    assert str(run) in sources
    assert "faces" in sources
    assert len(sources) == len(set(sources))


def test_every_request_is_answered(tmp_path: Path, run: Path) -> None:
    home, source = run.parent.parent, str(run)
    librarian = Librarian(home, CPU)
    (listed,) = told(librarian, ListLibrary(sources=(source, "gone")))
    assert isinstance(listed, LibraryListed)
    assert [entry.name for entry in listed.entries] == ["First"]
    pictures = told(librarian, IllustrateEntries(sources=(source, "gone")))
    assert [getattr(one, "image", None) is None for one in pictures] == [False, True]
    assert all(isinstance(one, EntryIllustrated) for one in pictures)
    (described,) = told(librarian, DescribeEntry(source=source))
    assert isinstance(described, EntryDescribed)
    assert described.card.settings
    (curves,) = told(librarian, ReadCurves(sources=(source,)))
    assert isinstance(curves, CurvesRead)
    assert curves.runs[0].reports
    (renamed,) = told(librarian, RenameEntry(source=source, name="Second"))
    assert isinstance(renamed, EntryChanged)
    assert renamed.entry is not None
    assert renamed.entry.name == "Second"
    told(librarian, NoteEntry(source=source, text="good"))
    requests = (
        ExportModel(source=source, path=tmp_path / "m.safetensors"),
        ExportTables(sources=(source,), path=tmp_path / "t.csv"),
        ExportConfig(source=source, path=tmp_path / "c.toml"),
    )
    for request in requests:
        (exported,) = told(librarian, request)
        assert isinstance(exported, Exported)
        assert Path(exported.path).is_file()
    (away,) = told(librarian, DiscardEntry(source=source))
    assert isinstance(away, EntryChanged)
    assert away.entry is not None
    (back,) = told(librarian, BringBack(source=away.entry.source))
    assert isinstance(back, EntryChanged)
    assert back.entry is not None
    assert (back.entry.source, back.entry.note.strip()) == (source, "good")
    (away,) = told(librarian, DiscardEntry(source=source))
    assert isinstance(away, EntryChanged)
    assert away.entry is not None
    (erased,) = told(librarian, EraseEntry(source=away.entry.source))
    assert isinstance(erased, EntryChanged)
    assert erased.entry is None
    with pytest.raises(ZscapeError, match="is not there"):
        told(librarian, DescribeEntry(source=source))
