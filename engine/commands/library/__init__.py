"""library list|show|rename|note|discard|bring-back|erase|model|tables|config: every model and run of a home."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.commands.console import Arguments
from engine.commands.report import Report
from engine.disk.files import BadConfig

if TYPE_CHECKING:
    from engine.protocol.library import Entry

HELP = """\
SOURCE is a bundled name, the folder of a run (or its name in the home), or a model's file.
model, tables and config write --out: a model as one file, reports and figures of runs as two CSV tables, settings as
TOML, with which train --preset FILE begins the same again."""
_ONE = frozenset(("show", "rename", "note", "discard", "bring-back", "erase", "model", "config"))


def add_parser(subparsers: Any) -> None:
    import argparse

    parser = subparsers.add_parser(
        "library", help="list, name, note, put away and take out models and runs", epilog=HELP,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )  # fmt: skip
    parser.add_argument("what", choices=("list", *sorted(_ONE), "tables"))
    parser.add_argument("sources", nargs="*", metavar="SOURCE")
    parser.add_argument("--text", metavar="WORDS", help="rename, note: the name or the note")
    parser.add_argument("--out", type=Path, metavar="FILE", help="model, tables, config: the file to write")


class LibraryArguments(Arguments):
    what: str
    sources: list[str]
    text: str | None
    out: Path | None


def run(args: LibraryArguments, report: Report) -> dict[str, Any]:
    from engine.library import keeping, taking
    from engine.library.cards import card_of
    from engine.library.entries import scan

    if args.what == "list":
        entries = list(scan(args.home))
        for entry in entries:
            report.say(f"{entry.standing:<11}{entry.family:<12}{entry.name}  {entry.trouble or entry.source}")
        return {"entries": [_told(entry) for entry in entries]}
    sources = [_found(source, args.home) for source in args.sources]
    if not sources or (args.what in _ONE and len(sources) > 1):
        raise BadConfig("usage", f"library {args.what} takes {'one SOURCE' if args.what in _ONE else 'SOURCE…'}.")
    source = sources[0]
    match args.what:
        case "show":
            return {"card": asdict(card_of(source, args.home))}
        case "rename":
            return _changed(keeping.rename(source, args.text or "", args.home))
        case "note":
            return _changed(keeping.note(source, args.text or "", args.home))
        case "discard":
            return _changed(keeping.discard(source, args.home))
        case "bring-back":
            return _changed(keeping.bring_back(source, args.home))
        case "erase":
            keeping.erase(source, args.home)
            return {"entry": None}
    if args.out is None:
        raise BadConfig("usage", f"library {args.what} needs --out, the file to write.")
    out = args.out.expanduser()
    match args.what:
        case "tables":
            figures = taking.export_tables(sources, out, args.home)
            return {"files": [str(out), str(figures)]}
        case "model":
            taking.export_model(source, out, args.home)
        case _:
            taking.export_config(source, out, args.home)
    return {"files": [str(out)]}


def _found(source: str, home: Path) -> str:
    """A run may be called by its folder's name."""
    for folder in (home / "runs" / source, home / "trash" / source):
        if source and "/" not in source and "\0" not in source and folder.is_dir():
            return str(folder)
    return source


def _changed(entry: Entry | None) -> dict[str, Any]:
    return {"entry": None if entry is None else _told(entry)}


def _told(entry: Entry) -> dict[str, Any]:
    told = asdict(entry)
    told["config"] = dict(entry.config)
    return told
