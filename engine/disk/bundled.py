"""What this project ships: models it trained itself, found by name."""

from __future__ import annotations

import json
from pathlib import Path

from engine.disk.files import LoadError
from engine.disk.home import resources

MODELS = resources() / "models"
DEFAULT = "faces"
JUDGES = frozenset(("judge", "reader", "classifier"))
"""They read pictures and draw none."""


def bundled_names() -> tuple[str, ...]:
    """Bundled models by name, the default first."""
    names = sorted(path.stem for path in MODELS.glob("*.safetensors"))
    return tuple(sorted(names, key=lambda name: (name != DEFAULT, name)))


NAMES: dict[str, str] = json.loads((MODELS / "names.json").read_text(encoding="utf-8"))
"""What their files call themselves, for whoever lists them before a file was read."""


def explorable_names() -> tuple[str, ...]:
    """Those that draw: what a person can open."""
    return tuple(name for name in bundled_names() if name not in JUDGES)


def bundled_model(name: str) -> Path:
    """The file of a bundled model."""
    path = MODELS / f"{name}.safetensors"
    if "/" in name or "\\" in name or not path.is_file():
        known = ", ".join(explorable_names()) or "none"
        raise LoadError(
            name, "unknown-model", f"No file, run or bundled model here is called “{name[:40]}”; bundled are: {known}."
        )
    return path


def find_model(source: str) -> Path:
    """MODEL of the command line: a bundled name, a run folder or a file."""
    from engine.disk.runs import RunFolder

    path = Path(source)
    if "\0" not in source and path.is_dir() and RunFolder(path).exists():
        return RunFolder(path).best_model()
    if source.replace("-", "").replace("_", "").isalnum() and not path.exists():
        return bundled_model(source)
    return path
