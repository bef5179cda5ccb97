"""Changing what the library keeps: names, notes, what is in the trash. Nothing that is in use is moved."""

from __future__ import annotations

from pathlib import Path

from engine.disk import trash
from engine.disk.bundled import explorable_names
from engine.disk.files import LoadError, ZscapeError, atomic_write, on_a_line, shown
from engine.disk.holding import LEARNS, OPEN, is_held
from engine.disk.runs import RunFolder
from engine.disk.shelf import NAME_LIMIT, NOTE_LIMIT, Shelf
from engine.library.entries import NOTE, look
from engine.library.known import is_run
from engine.protocol.library import Entry


def rename(source: str, name: str, home: Path) -> Entry | None:
    """Call it so: a run says it in its own folder, all else in the library."""
    words = on_a_line(" ".join(name.split()))[:NAME_LIMIT]
    if not words:
        raise ZscapeError("no-name", "A name needs at least one letter.", source)
    if is_run(source):
        folder = RunFolder(Path(source))
        content = folder.read_config()
        if content.get("name") != words:
            folder.write_config({**content, "name": words})
    else:
        _there(source, home)
        Shelf(home).change(source, name=words)
    return look(source, home)


def note(source: str, text: str, home: Path) -> Entry | None:
    """Keep a person's words with it."""
    text = text[:NOTE_LIMIT].strip()
    if not is_run(source):
        _there(source, home)
        Shelf(home).change(source, note=text)
    elif text:
        atomic_write(Path(source) / NOTE, text + "\n")
    else:
        (Path(source) / NOTE).unlink(missing_ok=True)
    return look(source, home)


def discard(source: str, home: Path) -> Entry | None:
    """Into the trash; a model's file stays where it is and only leaves the list."""
    if source in explorable_names():
        raise ZscapeError("bundled", f"“{source}” comes with the program and stays.", source)
    entry, path = _there(source, home), Path(source)
    if not path.is_dir():
        Shelf(home).change(source, is_in_trash=True)
        return look(source, home)
    if is_held(path, LEARNS):
        raise ZscapeError("in-use", f"“{entry.name}” is learning; finish it first. Nothing was moved.", source)
    if is_held(path, OPEN):
        raise ZscapeError(
            "in-use", f"“{entry.name}” is open in another window; close it there first. Nothing was moved.", source
        )
    where = trash.put_away(path, home)
    Shelf(home).change(source, is_listed=False)
    return look(str(where), home)


def bring_back(source: str, home: Path) -> Entry | None:
    """Out of the trash again, with everything that was in it."""
    path = Path(source)
    if not path.is_dir():
        _there(source, home)
        Shelf(home).change(source, is_in_trash=False)
        return look(source, home)
    where = trash.bring_back(path, home)
    if where.parent.absolute() != (home / "runs").absolute():
        Shelf(home).change(str(where), is_listed=True)
    return look(str(where), home)


def erase(source: str, home: Path) -> None:
    """For good: of a file elsewhere only the library's memory of it."""
    path = Path(source)
    if path.is_dir():
        trash.erase(path, home)
    elif Shelf(home).of(source).is_in_trash:
        Shelf(home).change(source, name="", note="", is_listed=False, is_in_trash=False)
    else:
        raise ZscapeError("not-in-trash", f"“{shown(source)}” is not in the trash.", source)


def _there(source: str, home: Path) -> Entry:
    entry = look(source, home)
    if entry is None:
        raise LoadError(source, "missing", f"“{shown(source)}” is not there any more.")
    return entry
