"""R4: thousands of hands on the window while a model trains: the newest wish is shown, in order, and nothing grows.

Events come as fast as the window takes them: real drags of sliders, somebody else, undo and redo, places from the
gallery, pauses of the run. After each round the canvas is compared with a picture drawn without window and engine.
"""

from __future__ import annotations

import itertools
import os
import random
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bench.figures import Figure, answer_and_leave, figure, probe
from tests.faults.counting import Count
from tests.pages import explore

EVENTS = 10_000
ROUNDS = 20
GROWTH_MB = 40


def count(folder: Path, events: int = EVENTS) -> list[Figure]:
    """`events` events in a window of its own."""
    answer = probe("tests.faults.storm", str(folder), str(events), OMP_NUM_THREADS="1", timeout_s=3600)
    return figures(answer)


def figures(answer: dict[str, Any]) -> list[Figure]:
    """What a storm measured, against its bars."""
    happened, shown = Count("R4", "events"), Count("R4", "last picture")
    happened.tried = answer["events"]
    happened.held = answer["events"] - len(answer["troubles"])
    happened.losses += answer["troubles"]
    for trouble in answer["troubles"]:
        print(f"  R4: {trouble}", file=sys.stderr)
    for wrong in answer["rounds"]:
        shown.check(wrong)
    n = answer["events"]
    found = [
        happened.figure(note="taken without an exception or a problem told, while a run went on"),
        shown.figure(note="byte-equal to a direct decode"),
        figure("R4", "tickets", "out_of_order", [answer["out_of_order"]], "", bar=0, n=n),
        figure("R4", "training", "steps", [answer["steps"]], "steps", bar=1, better="higher", n=n),
        figure("R4", "threads", "growth", [answer["threads"]], "", bar=0, n=n),
    ]
    for name, bar, unit in (("memory", GROWTH_MB, "MB"), ("descriptors", 0, "")):
        if answer[name] is not None:
            found.append(figure("R4", name, "growth", [answer[name]], unit, bar=bar, n=n))
    return found


# ---------------------------------------------------------------- in a process of its own


def storm(folder: Path, events: int, *, model: str = "faces", rounds: int = ROUNDS) -> dict[str, Any]:
    """A window that draws `model`, a run that goes on, and hands everywhere."""
    import torch

    from app.controls.plots.library import library
    from engine.disk.bundled import find_model
    from engine.opened.model import open_model_file
    from engine.protocol.requests import Train
    from engine.protocol.values import Stop
    from tests.engine.small import SMALL
    from tests.faults.kills import write_glyphs
    from tests.faults.window import opened

    write_glyphs(folder / "glyphs", 80)
    config = {**SMALL["vae"], "steps": 1_000_000, "batch": 32}
    tickets: list[int] = []
    pairs: list[Any] = []
    marks: list[dict[str, Any]] = []
    with opened(folder / "home", model) as host:
        explorer = host.explorer
        explore(host.window).canvas.painted.connect(tickets.append)
        run = Train(
            family="vae", data=str(folder / "glyphs"), out=folder / "run", name="storm", config=tuple(config.items())
        )
        explorer.runs.start(run)
        if not host.until(lambda: explorer.runs.run is not None and explorer.runs.run.step > 0):
            raise SystemExit(f"faults: nothing is trained: {[notice.sentence for notice in host.told]}")
        host.until(lambda: library().is_here)  # the thread that brings plots is gone before threads are counted
        hands = Hands(host, seed=events)
        first_step = explorer.runs.run.step if explorer.runs.run is not None else 0
        for number in range(rounds):
            for _ in range(events // rounds):
                hands.act()
            explorer.runs.pause(False)
            calm = host.until(host.is_shown)
            picture = explorer.pictures.picture
            pairs.append((calm, explorer.place.recipe, None if picture is None else picture.image.copy()))
            if number in (rounds // 5, rounds - 1):
                host.until(lambda: all(thread.name != "session" for thread in threading.enumerate()))
                marks.append(belongings())
        host.until(lambda: explorer.runs.run is not None and explorer.runs.run.step > first_step)
        steps = 0 if explorer.runs.run is None else explorer.runs.run.step - first_step
        troubles = [notice.sentence for notice in host.problems]
        explorer.runs.stop()
        host.until(lambda: explorer.runs.run is not None and explorer.runs.run.reason is Stop.STOPPED)
    session = open_model_file(str(find_model(model)), torch.device("cpu"))
    rounds_wrong = []
    for number, (calm, recipe, image) in enumerate(pairs):
        same = calm and image is not None and bool((session.picture(recipe) == image).all())
        rounds_wrong.append("" if same else f"round {number}: the canvas shows something else")
    grown = {name: None if value is None else value - marks[0][name] for name, value in marks[-1].items()}
    return {
        "events": hands.done, "rounds": rounds_wrong, "troubles": troubles, "steps": steps,
        "out_of_order": sum(later < earlier for earlier, later in itertools.pairwise(tickets)),
        "memory": grown["memory"], "descriptors": grown["descriptors"], "threads": grown["threads"],
    }  # fmt: skip


def belongings() -> dict[str, Any]:
    """What this process holds: MB, open files, threads (the first two where the system tells)."""
    statm, handles = Path("/proc/self/statm"), Path("/proc/self/fd")
    page_bytes = os.sysconf("SC_PAGE_SIZE") if hasattr(os, "sysconf") else 4096
    return {
        "memory": int(statm.read_text().split()[1]) * page_bytes / 1e6 if statm.exists() else None,
        "descriptors": len(list(handles.iterdir())) if handles.exists() else None,
        "threads": threading.active_count(),
    }


class Hands:
    """One random thing after the other; every few the window's loop runs."""

    def __init__(self, host: Any, seed: int) -> None:
        self.done = 0
        self._host, self._random = host, random.Random(seed)
        self._explorer = host.explorer
        self._deeds: list[Callable[[], object]] = [
            *[self._drag] * 3,
            *[self._move] * 6,
            *[self._explorer.place.randomise] * 2,
            self._explorer.edits.undo,
            self._explorer.edits.redo,
            self._pick,
            self._rarely,
        ]

    def act(self) -> None:
        """One event (a drag counts each of its moves)."""
        from PySide6.QtCore import QEventLoop
        from PySide6.QtWidgets import QApplication

        self._random.choice(self._deeds)()
        self.done += 1
        if self._random.random() < 0.3:
            QApplication.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 5)

    def _drag(self) -> None:
        from PySide6.QtCore import QPoint, Qt
        from PySide6.QtTest import QTest

        from app.controls.values.bipolar_slider import BipolarSlider

        tracks = [slider.track for slider in self._host.window.findChildren(BipolarSlider) if slider.isVisible()]
        if not tracks:
            return
        track = self._random.choice(tracks)
        height = track.height() // 2
        QTest.mousePress(track, Qt.MouseButton.LeftButton, pos=QPoint(track.width() // 2, height))
        for _ in range(3):
            QTest.mouseMove(track, QPoint(self._random.randrange(track.width()), height))
        QTest.mouseRelease(track, Qt.MouseButton.LeftButton, pos=QPoint(self._random.randrange(track.width()), height))

    def _move(self) -> None:
        model = self._explorer.models.model
        if model.axes and self._random.random() < 0.7:
            self._explorer.place.set_axis(self._random.randrange(len(model.axes)), self._random.uniform(-3, 3))
        else:
            self._explorer.place.set_raw(self._random.randrange(model.latent), self._random.uniform(-3, 3))

    def _pick(self) -> None:
        if self._explorer.gallery.recipes:
            self._explorer.models.go_to(self._random.choice(self._explorer.gallery.recipes), "Gallery")

    def _rarely(self) -> None:
        chance = self._random.random()
        if chance < 0.05:
            self._explorer.gallery.refresh()
        elif chance < 0.1:
            self._explorer.runs.pause(self._random.random() < 0.5)
        else:
            self._explorer.place.set_truncation(self._random.uniform(0.2, 1.0))


if __name__ == "__main__":
    answer_and_leave(lambda: storm(Path(sys.argv[1]), int(sys.argv[2])))
