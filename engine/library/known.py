"""What the library hears of a model that is opened, and what it calls it: all of the library that opening needs."""

from __future__ import annotations

from pathlib import Path

from engine.disk import trash
from engine.disk.bundled import explorable_names
from engine.disk.files import LoadError
from engine.disk.runs import RunFolder
from engine.disk.shelf import Shelf


def opened(source: str, home: Path) -> None:
    """Remember what was opened from elsewhere: nothing else would find it again."""
    path = Path(source).absolute()
    if source in explorable_names() or not path.exists():
        return
    if path.is_dir() and path.parent == (home / "runs").absolute():
        return
    run = path.parent.parent if path.parent.name == "snapshots" else path.parent
    if path.is_file() and RunFolder(run).exists():
        return  # a moment of a run
    if path.is_dir() and trash.is_in_trash(path, home):
        return
    Shelf(home).change(str(path), is_listed=True, is_in_trash=False)


def name_of(source: str, home: Path) -> str:
    """What an entry is called here, where that is not what its file says; a moment of a run is called after the run."""
    path = Path(source)
    if is_run(source):
        return _run_name(path)
    step = path.stem.partition("-")[0]
    if path.parent.name == "snapshots" and step.isdecimal() and is_run(str(path.parent.parent)):
        name = _run_name(path.parent.parent)
        return f"{name} · step {int(step)}" if name else ""
    return Shelf(home).of(source).name


def _run_name(folder: Path) -> str:
    try:
        told = RunFolder(folder).read_config().get("name")
    except LoadError:
        return ""
    return told if isinstance(told, str) else ""


def is_run(source: str) -> bool:
    """Whether a source is the folder of a run."""
    return "\0" not in source and RunFolder(Path(source)).exists()
