"""The Library page's states: runs of every standing beside the bundled models, and two of them compared."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from app.library.page import LibraryPage
from engine.disk.runs import RunFolder
from engine.opened.export import png_bytes, tiled
from engine.training.previews import COLUMNS, STEP_CHUNK
from tests.shots.record import REPORTS, samples
from tests.shots.stage import Stage, pause, stage, until

SHOWN = (
    ("heads-vae", "Heads at sixty-four pixels", "vae", 1.0, True),
    ("heads-vae-2", "Heads at sixty-four pixels", "vae", 0.6, True),
    ("emoji", "Emoji of the whole world, second try, wider", "vaegan", 0.35, False),
    ("sketches", "Sketches", "r3gan", 0.8, True),
    ("digits", "Digits, slowly", "pixelcnn", 0.1, False),
    ("broken", "Broken", "vae", 0.0, False),
)


def furnish(home: Path) -> None:
    """Runs as training leaves them, their numbers and samples those of a recorded one."""
    told = json.loads(REPORTS.read_text(encoding="utf-8"))
    grids = list(samples())
    for number, (name, title, family, share, has_model) in enumerate(SHOWN):
        run = RunFolder(home / "runs" / name)
        config = {"steps": told["steps"], "batch": told["batch"], "size": 64, "latent": 32 + 32 * (number == 1)}
        run.write_config(
            {"name": title, "family": family, "data": "bundled:faces", "config": config, "preset": "quick"}
        )
        reports = told["reports"][: max(1, round(share * len(told["reports"])))]
        for report in reports if share else ():
            losses = {key: value * (1 + 0.1 * number) for key, value in report["losses"].items()}
            run.append_metrics({**report, "losses": losses})
        if share:
            step = reports[-1]["step"]
            grid = grids[min(len(grids) - 1, round(share * len(grids)))]
            text = {STEP_CHUNK: json.dumps({"run": title, "step": step, "images": step * 64})}
            run.sample(step).parent.mkdir(parents=True)
            run.sample(step).write_bytes(png_bytes(tiled(grid, COLUMNS), text=text))
            run.checkpoint.write_bytes(b"\0" * 3_000_000)
            for moment in range(1, 8):
                run.snapshot(moment * told["steps"] // 8).parent.mkdir(parents=True, exist_ok=True)
                run.snapshot(moment * told["steps"] // 8).write_bytes(b"\0" * 100)
        if has_model:
            head = b"{}" + b" " * 30
            run.model.write_bytes(len(head).to_bytes(8, "little") + head + b"\0" * 9_000_000)
    (home / "runs" / "broken" / "run.json").write_text("{", encoding="utf-8")


def page_of(scene: Stage) -> LibraryPage:
    page = scene.window.page("library")
    assert isinstance(page, LibraryPage)
    return page


def shown(scene: Stage) -> None:
    """The sheet with its pictures."""
    until(lambda: bool(scene.explorer.runs.families) and bool(scene.explorer.runs.datasets))
    scene.settle()
    scene.window.show_page("library")
    page = page_of(scene)
    until(lambda: len(page.rows.sources) > len(SHOWN))
    library = scene.explorer.library
    until(lambda: all(library.picture(source) is not None for source in page.rows.sources if "broken" not in source))
    run = next(source for source in page.rows.sources if source.endswith("heads-vae"))
    page.sheet.pick((run,))
    until(lambda: library.card(run) is not None)
    pause(400)


def compared(scene: Stage) -> None:
    """Two runs over one another."""
    shown(scene)
    page = page_of(scene)
    page.sheet.pick([source for source in page.rows.sources if "heads-vae" in source])
    QTest.mouseClick(page.picks.compare_button, Qt.MouseButton.LeftButton)
    until(lambda: page.compare.plot.is_comparing())
    pause(600)


def beside(scene: Stage) -> None:
    """The same wish by another model next to the picture."""
    scene.settle()
    until(lambda: scene.explorer.library.is_listed)
    scene.explorer.place.set_direction("smile", 1.2)
    scene.explorer.beside.hold_model("faces-dcgan")
    until(lambda: scene.explorer.beside.image is not None)
    scene.settle()


@contextmanager
def comparing_models() -> Iterator[Stage]:
    with stage(furnish) as scene:
        beside(scene)
        yield scene


@contextmanager
def large() -> Iterator[Stage]:
    """On a large screen: nothing wider than its use, nothing blown up."""
    with stage(furnish) as scene:
        scene.window.resize(1600, 1000)
        shown(scene)
        yield scene


@contextmanager
def library() -> Iterator[Stage]:
    with stage(furnish) as scene:
        shown(scene)
        yield scene


@contextmanager
def comparing() -> Iterator[Stage]:
    with stage(furnish) as scene:
        compared(scene)
        yield scene
