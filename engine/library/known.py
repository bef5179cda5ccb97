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
    """What an entry is called here, where that is not what its file says."""
    path = Path(source)
    if is_run(source):
        try:
            told = RunFolder(path).read_config().get("name")
        except LoadError:
            return ""
        return told if isinstance(told, str) else ""
    return Shelf(home).of(source).name


def is_run(source: str) -> bool:
    """Whether a source is the folder of a run."""
    return "\0" not in source and RunFolder(Path(source)).exists()
