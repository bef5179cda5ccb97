"""Runs that the program's end, or a power cut, interrupted: found on disk, offered to go on."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from app.controls.buttons import set_available
from app.controls.elided_label import ElidedLabel
from app.controls.numbers import count_text
from app.look.tokens import SPACE_8, SPACE_12
from engine.disk.files import ZscapeError
from engine.disk.runs import RunFolder
from engine.protocol.requests import Train
from engine.protocol.values import FamilyDescribed

LISTED = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftRun:
    """A run without a result; `train` goes on with it, or begins it again if nothing was kept."""

    train: Train
    step: int
    steps: int
    began: float


def left_runs(root: Path) -> tuple[LeftRun, ...]:
    """The unfinished runs of a folder, newest first. What cannot be read is no run."""
    found: list[LeftRun] = []
    try:
        folders = [folder for folder in root.iterdir() if (folder / "run.json").is_file()]
    except OSError:
        return ()
    for folder in folders:
        run = RunFolder(folder)
        try:
            began = run.config.stat().st_mtime
            content = None if run.model.exists() else run.read_config()
        except (OSError, ZscapeError):
            continue
        if content is not None and (left := _read(run, content, began)):
            found.append(left)
    return tuple(sorted(found, key=lambda left: -left.began)[:LISTED])


def _read(run: RunFolder, content: dict[str, object], began: float) -> LeftRun | None:
    name, family, data = content.get("name"), content.get("family"), content.get("data")
    config, preset = content.get("config"), content.get("preset")
    if not (isinstance(name, str) and isinstance(family, str) and isinstance(data, str) and isinstance(config, dict)):
        return None
    step, steps = run.last_report().get("step"), config.get("steps")
    return LeftRun(
        train=Train(
            family=family,
            data=data,
            out=run.root,
            name=name or run.root.name,
            config=tuple(sorted((str(key), value) for key, value in config.items())),
            preset=preset if isinstance(preset, str) else "",
            resume=True,
        ),
        step=step if isinstance(step, int) else 0,
        steps=steps if isinstance(steps, int) else 0,
        began=began,
    )


class LeftRuns(QWidget):
    """A short list; `resume_asked` carries the command that goes on."""

    resume_asked = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.buttons: list[QPushButton] = []
        self._runs: tuple[LeftRun, ...] = ()
        self._families: tuple[FamilyDescribed, ...] = ()
        self._notes: list[tuple[LeftRun, ElidedLabel]] = []
        heading = QLabel("Not finished")
        heading.setProperty("tone", "heading")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE_12)
        column.addWidget(heading)
        self._lines = QWidget()
        column.addWidget(self._lines)
        self._column = column

    def set_runs(self, runs: tuple[LeftRun, ...]) -> None:
        """List these and no others."""
        if runs == self._runs:
            return
        self._runs = runs
        self.buttons, self._notes = [], []
        before, self._lines = self._lines, QWidget()
        lines = QVBoxLayout(self._lines)
        lines.setContentsMargins(0, 0, 0, 0)
        lines.setSpacing(SPACE_12)
        for left in runs:
            lines.addLayout(self._line(left))
        self._column.replaceWidget(before, self._lines)
        before.hide()
        before.deleteLater()
        self.set_families(self._families)

    def set_families(self, families: tuple[FamilyDescribed, ...]) -> None:
        """Say each family by its name for people; nothing can go on before the engine knows them."""
        self._families = families
        labels = {family.name: family.label for family in families}
        for (left, note), button in zip(self._notes, self.buttons, strict=True):
            kind = labels.get(left.train.family, left.train.family)
            note.set_text(f"{kind} · step {count_text(left.step)} of {count_text(left.steps)}")
            reason = "" if families else "The engine is starting; a few seconds more."
            if families and left.train.family not in labels:
                reason = f"This Zscape does not know the family “{left.train.family}”."
            set_available(button, not reason, reason, "From its last checkpoint, exactly as if it had not been stopped")

    def _line(self, left: LeftRun) -> QHBoxLayout:
        name, note = ElidedLabel(left.train.name), ElidedLabel(quiet=True)
        name.set_elide(Qt.TextElideMode.ElideMiddle)
        words = QVBoxLayout()
        words.setSpacing(2)
        words.addWidget(name)
        words.addWidget(note)
        button = QPushButton("Go on")
        button.setAccessibleName(f"Go on with {left.train.name}")
        button.clicked.connect(lambda: self.resume_asked.emit(left.train))
        self.buttons.append(button)
        self._notes.append((left, note))
        row = QHBoxLayout()
        row.setSpacing(SPACE_8)
        row.addLayout(words, 1)
        row.addWidget(button)
        return row
