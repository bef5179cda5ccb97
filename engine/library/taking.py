"""Taking things out of the library: a model as one file, what runs reported and what they score as tables, a config."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from pathlib import Path

from engine.disk.bundled import find_model
from engine.disk.files import LoadError, ZscapeError, atomic_write, shown
from engine.disk.recipes import known_as
from engine.disk.runs import RunFolder
from engine.disk.tensor_files import read_tensors, write_tensors
from engine.library.cards import config_toml, portable_data
from engine.library.entries import look
from engine.protocol.library import Entry, Told


def told_of(sources: Sequence[str], home: Path) -> tuple[Told, ...]:
    """What runs reported, thinned to what a screen shows; a model without a run has reported nothing."""
    names = titled([_entry(source, home) for source in sources])
    return tuple(
        Told(source=source, name=name, reports=RunFolder(Path(source)).told())
        for source, name in zip(sources, names, strict=True)
    )


def export_model(source: str, path: Path, home: Path) -> None:
    """One file that opens anywhere, called as it is here; what lies where on this computer stays here."""
    entry = _entry(source, home)
    file = read_tensors(find_model(source), kind="model")
    card = file.meta.get("card")
    card = dict(card) if isinstance(card, dict) else {}
    for key in ("data", "began_with"):
        if isinstance(card.get(key), str):
            card[key] = portable_data(card[key]) if key == "data" else known_as(card[key])
    write_tensors(path, file.tensors, {**file.meta, "name": entry.name, "card": card})


def export_tables(sources: Sequence[str], path: Path, home: Path) -> Path:
    """Write everything that was reported, one row a moment, and the figures of each beside it; where these are."""
    entries = [_entry(source, home) for source in sources]
    titles = titled(entries)
    atomic_write(path, curves_table(entries, titles))
    figures = path.with_name(f"{path.stem.removesuffix('-curves')}-figures.csv")
    atomic_write(figures, figures_table(entries, titles))
    return figures


def curves_table(entries: Sequence[Entry], titles: Sequence[str]) -> str:
    """run, step, images, seconds, then each number that any of them reported."""
    runs = [RunFolder(Path(entry.source)).read_metrics() for entry in entries]
    names = list(dict.fromkeys(name for lines in runs for line in lines for name in _losses(line)))
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["run", "step", "images", "seconds", *names])
    for title, lines in zip(titles, runs, strict=True):
        for line in lines:
            losses = _losses(line)
            moment = [line.get(key, "") for key in ("step", "images", "seconds")]
            writer.writerow([title, *moment, *(losses.get(name, "") for name in names)])
    return out.getvalue()


def figures_table(entries: Sequence[Entry], titles: Sequence[str]) -> str:
    """A row a run: what it is, how long it learned, its last numbers, its scores, its settings."""
    last = [_losses(RunFolder(Path(entry.source)).last_report()) for entry in entries]
    scores = [{score.name: score.value for score in entry.scores} for entry in entries]
    settings = [dict(entry.config) for entry in entries]
    numbers, scored, set_ = (list(dict.fromkeys(name for one in found for name in one))
                             for found in (last, scores, settings))  # fmt: skip
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(
        ["run", "family", "data", "state", "steps", "images", "seconds", *(f"last {name}" for name in numbers),
         *(f"score {name}" for name in scored), *(f"setting {name}" for name in set_)]
    )  # fmt: skip
    for title, entry, ended, found, chosen in zip(titles, entries, last, scores, settings, strict=True):
        writer.writerow(
            [title, entry.family, known_as(entry.data), entry.standing, entry.step, entry.images, entry.seconds or "",
             *(ended.get(name, "") for name in numbers), *(found.get(name, "") for name in scored),
             *(chosen.get(name, "") for name in set_)]
        )  # fmt: skip
    return out.getvalue()


def export_config(source: str, path: Path, home: Path) -> None:
    """What a run was asked for, as TOML."""
    text = config_toml(_entry(source, home))
    if not text:
        raise ZscapeError("no-config", "Its settings are not known, so there is nothing to write.", source)
    atomic_write(path, text)


def titled(entries: Sequence[Entry]) -> list[str]:
    """Their names; of several of one name, each with its folder's."""
    names = [entry.name for entry in entries]
    return [
        f"{entry.name} ({known_as(entry.source)})" if names.count(entry.name) > 1 else entry.name for entry in entries
    ]


def _losses(line: dict[str, object]) -> dict[str, float]:
    told = line.get("losses")
    return {
        str(name): float(value)
        for name, value in (told.items() if isinstance(told, dict) else ())
        if isinstance(value, int | float)
    }


def _entry(source: str, home: Path) -> Entry:
    entry = look(source, home)
    if entry is None:
        raise LoadError(source, "missing", f"“{shown(source)}” is not there, or not any more.")
    return entry
