"""The one route by which the app tells a person something: the board that every notice passes through."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum

from PySide6.QtCore import QObject, Qt, Signal, Slot

from engine.protocol.values import Problem

KEPT = 200


class Level(StrEnum):
    """How much a notice matters: the less, the sooner its card leaves by itself. A problem stays until it was read."""

    NEWS = "news"
    DONE = "done"
    """Something that took a while has come to its end: good news that waits to be read."""
    WARNING = "warning"
    PROBLEM = "problem"


@dataclass(frozen=True, slots=True)
class NoticeAction:
    """Something that a notice offers to do."""

    label: str
    run: Callable[[], object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """Something the app told. Equal words are the same notice, told again."""

    number: int
    sentence: str
    level: Level = Level.NEWS
    details: str = ""
    action: NoticeAction | None = field(default=None, compare=False)
    also: NoticeAction | None = field(default=None, compare=False)
    """A second thing to do, for what can be looked at and used."""
    times: int = 1
    at: datetime = field(default_factory=datetime.now, compare=False)

    @property
    def report(self) -> str:
        """What "Copy details" copies."""
        again = f" ({self.times} times)" if self.times > 1 else ""
        head = f"{self.at:%Y-%m-%d %H:%M:%S}  {self.sentence}{again}"
        return f"{head}\n\n{self.details}".rstrip() + "\n"


class NoticeBoard(QObject):
    """All notices of this session, newest last; `post` may be called from any thread."""

    posted = Signal(object)
    """A notice is new, or was told again."""
    changed = Signal()
    """The list behind the status bar is another one."""
    _posted_elsewhere = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._notices: tuple[Notice, ...] = ()
        self._last_number = 0
        self._posted_elsewhere.connect(self._on_elsewhere_posted, Qt.ConnectionType.QueuedConnection)

    @property
    def notices(self) -> tuple[Notice, ...]:
        """What was told, oldest first."""
        return self._notices

    def post(
        self,
        sentence: str,
        level: Level = Level.NEWS,
        *,
        details: str = "",
        action: NoticeAction | None = None,
        also: NoticeAction | None = None,
    ) -> None:
        """Tell something."""
        notice = Notice(number=0, sentence=sentence, level=level, details=details, action=action, also=also)
        if threading.current_thread() is threading.main_thread():
            self._on_elsewhere_posted(notice)
        else:
            self._posted_elsewhere.emit(notice)

    def post_problem(self, problem: Problem, action: NoticeAction | None = None, level: Level = Level.PROBLEM) -> None:
        """Tell what the engine could not do."""
        lines = (problem.details, f"code: {problem.code}", f"file: {problem.path}" if problem.path else "")
        self.post(problem.sentence, level, details="\n".join(line for line in lines if line), action=action)

    def clear(self) -> None:
        """Forget what was told."""
        self._notices = ()
        self.changed.emit()

    @Slot(object)
    def _on_elsewhere_posted(self, notice: Notice) -> None:
        earlier = next((n for n in reversed(self._notices) if _same(n, notice)), None)
        if earlier is not None:
            told = replace(
                earlier,
                times=earlier.times + 1,
                at=notice.at,
                details=notice.details,
                action=notice.action,
                also=notice.also,
            )
            others = tuple(n for n in self._notices if n is not earlier)
        else:
            self._last_number += 1
            told, others = replace(notice, number=self._last_number), self._notices
        self._notices = (*others, told)[-KEPT:]
        self.posted.emit(told)
        self.changed.emit()


def _same(one: Notice, other: Notice) -> bool:
    return (one.sentence, one.level) == (other.sentence, other.level)
