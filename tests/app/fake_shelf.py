"""A library that stands in memory: the same requests, changes that are answered at once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from engine.protocol.answers import Event, Exported
from engine.protocol.library import (
    BringBack,
    Card,
    CurvesRead,
    DescribeEntry,
    DiscardEntry,
    Entry,
    EntryChanged,
    EntryDescribed,
    EntryIllustrated,
    EraseEntry,
    ExportConfig,
    ExportModel,
    ExportTables,
    Fact,
    IllustrateEntries,
    LibraryListed,
    ListLibrary,
    NoteEntry,
    Origin,
    ReadCurves,
    RenameEntry,
    Shelving,
    Slider,
    Snapshot,
    Standing,
    Told,
)
from engine.protocol.values import ScoreDescribed
from engine.protocol.worths import Fault, Weakness


def a_run(name: str, *, family: str = "vae", step: int = 100, steps: int = 100, changed: float = 1.0,
          standing: Standing = Standing.FINISHED, title: str = "", **more: object) -> Entry:  # fmt: skip
    """A run of this folder's name."""
    told = Entry(
        source=f"/home/runs/{name}", origin=Origin.RUN, name=title or name, family=family, data="bundled:faces",
        size=64, step=step, steps=steps, images=step * 64, bytes=step * 1000, changed=changed, standing=standing,
        config=(("latent", 16), ("steps", steps)), can_open=standing in (Standing.FINISHED, Standing.EARLY),
        can_go_on=standing is not Standing.DAMAGED, preset="quick",
    )  # fmt: skip
    return replace(told, **more)  # type: ignore[arg-type]


BUNDLED = Entry(
    source="faces", origin=Origin.BUNDLED, name="Faces", family="vae", data="faces", size=64, step=7000, steps=7000,
    changed=5.0, scores=(ScoreDescribed(name="fid", value=1.5, stderr=0.1, n=500, real=0.9),),
)  # fmt: skip


class FakeShelf:
    """`entries` is what there is."""

    def __init__(self) -> None:
        self.entries: dict[str, Entry] = {BUNDLED.source: BUNDLED}

    def put(self, *entries: Entry) -> None:
        """Let these stand there, too."""
        self.entries |= {entry.source: entry for entry in entries}

    def answer(self, request: Shelving) -> Iterator[Event]:
        """What the engine would say."""
        match request:
            case ListLibrary(sources=()):
                half = len(self.entries) // 2
                every = tuple(self.entries.values())
                yield LibraryListed(entries=every[:half], is_whole=True, is_last=False)
                yield LibraryListed(entries=every[half:], is_whole=True, is_last=True)
            case ListLibrary():
                found = tuple(self.entries[source] for source in request.sources if source in self.entries)
                yield LibraryListed(entries=found, is_whole=False, is_last=True)
            case IllustrateEntries():
                for source in request.sources:
                    seed = sum(source.encode())
                    image = np.random.default_rng(seed).integers(0, 255, (32, 32, 3), dtype=np.uint8)
                    yield EntryIllustrated(source=source, image=image)
            case DescribeEntry():
                yield EntryDescribed(source=request.source, card=self._card(self.entries[request.source]))
            case ReadCurves():
                yield CurvesRead(runs=tuple(map(self._told, request.sources)))
            case RenameEntry():
                yield self._changed(request.source, replace(self.entries[request.source], name=request.name))
            case NoteEntry():
                yield self._changed(request.source, replace(self.entries[request.source], note=request.text))
            case DiscardEntry():
                entry, where = self.entries[request.source], request.source.replace("/runs/", "/trash/")
                yield self._changed(request.source, replace(entry, source=where, is_in_trash=True))
            case BringBack():
                entry, where = self.entries[request.source], request.source.replace("/trash/", "/runs/")
                yield self._changed(request.source, replace(entry, source=where, is_in_trash=False))
            case EraseEntry():
                yield self._changed(request.source, None)
            case ExportModel() | ExportTables() | ExportConfig():
                request.path.write_text(type(request).__name__)
                other = str(request.path).replace("-curves", "-figures")
                yield Exported(path=str(request.path), beside=other if isinstance(request, ExportTables) else "")

    def _changed(self, was: str, entry: Entry | None) -> EntryChanged:
        self.entries.pop(was, None)
        if entry is not None:
            self.entries[entry.source] = entry
        return EntryChanged(was=was, entry=entry)

    def _card(self, entry: Entry) -> Card:
        return Card(
            facts=(Fact(label="Preset", text="quick"),),
            scores=entry.scores,
            settings=tuple(Fact(label=name, text=str(value)) for name, value in entry.config),
            sliders=(
                Slider(name="smile", label="Smile", low_word="stern", high_word="merry", moves=2.5),
                Slider(
                    name="nose",
                    label="Nose",
                    moves=1.2,
                    weakness=Weakness(fault=Fault.DRAGS, own=0.3, other="smile", amount=0.5),
                ),
            ),
            snapshots=(Snapshot(step=50, path=f"{entry.source}/snapshots/50"),) if entry.origin is Origin.RUN else (),
            config_toml='family = "vae"\n',
            folder=entry.source,
        )

    def _told(self, source: str) -> Told:
        entry = self.entries[source]
        reports = tuple(
            (64 * k, (("loss", 1.0 / k + len(entry.name)), ("kl", float(k)))) for k in range(1, entry.step + 1)
        )
        return Told(source=source, name=entry.name, reports=reports)
