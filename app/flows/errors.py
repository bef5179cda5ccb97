"""What nobody caught still becomes a notice and a line in the log, and the app lives.

PySide hands exceptions from slots and from overridden Qt methods to `sys.excepthook`; threads and destructors
have hooks of their own; Qt's own complaints come through its message handler.
"""

from __future__ import annotations

import logging
import sys
import threading
import time
import traceback
from collections.abc import Callable
from logging.handlers import RotatingFileHandler
from pathlib import Path
from types import TracebackType
from typing import Any

from PySide6.QtCore import QMessageLogContext, QtMsgType, QUrl, qInstallMessageHandler
from PySide6.QtGui import QDesktopServices

from app.store.notices import Level, NoticeAction, NoticeBoard

LOG_BYTES = 1_000_000
REPEAT_S = 5.0
"""An error in a paint event comes with every repaint: it is logged each time, told once in a while."""
_QT_LEVELS = {
    QtMsgType.QtDebugMsg: logging.DEBUG,
    QtMsgType.QtInfoMsg: logging.INFO,
    QtMsgType.QtWarningMsg: logging.WARNING,
    QtMsgType.QtCriticalMsg: logging.ERROR,
    QtMsgType.QtFatalMsg: logging.CRITICAL,
}


class ErrorHooks:
    """The four hooks and the log file; `remove` puts back what was there."""

    def __init__(
        self, board: NoticeBoard, log_path: Path, *, on_interrupt: Callable[[], object] = lambda: None
    ) -> None:
        self.log_path = log_path
        self._board = board
        self._on_interrupt = on_interrupt
        self._told_at: dict[str, float] = {}
        self._logger = logging.getLogger("zscape")
        self._file: logging.Handler | None = None
        self._before: tuple[Any, ...] | None = None

    def install(self) -> None:
        """Take over. A log that cannot be written is done without."""
        self._logger.setLevel(logging.INFO)
        self._logger.propagate = False
        try:
            self.log_path.parent.mkdir(parents=True, exist_ok=True)
            self._file = RotatingFileHandler(
                self.log_path, maxBytes=LOG_BYTES, backupCount=1, encoding="utf-8", errors="backslashreplace"
            )
            self._file.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
            self._logger.addHandler(self._file)
        except OSError:
            self._logger.addHandler(logging.NullHandler())
        before = (sys.excepthook, threading.excepthook, sys.unraisablehook)
        sys.excepthook = self._on_exception
        threading.excepthook = self._on_thread_exception
        sys.unraisablehook = self._on_unraisable
        self._before = (*before, qInstallMessageHandler(self._on_qt_message))

    def remove(self) -> None:
        """Put back what was there before."""
        if self._before is not None:
            sys.excepthook, threading.excepthook, sys.unraisablehook = self._before[:3]
            qInstallMessageHandler(self._before[3])
            self._before = None
        if self._file is not None:
            self._logger.removeHandler(self._file)
            self._file.close()
            self._file = None

    def _tell(self, where: str, error: BaseException) -> None:
        details = "".join(traceback.format_exception(error))
        try:
            self._logger.error("%s\n%s", where, details)
            now = time.monotonic()
            if now - self._told_at.get(details, -REPEAT_S) < REPEAT_S:
                return
            self._told_at[details] = now
            if len(self._told_at) > 100:
                self._told_at.pop(next(iter(self._told_at)))
            self._board.post(
                f"Something inside Zscape went wrong ({type(error).__name__}). What you had open is unharmed.",
                Level.PROBLEM,
                details=f"{where}\n{details}",
                action=NoticeAction("Open log", self._open_log) if self._file is not None else None,
            )
        except Exception:  # the last resort must not raise: say it where Python would have
            sys.__excepthook__(type(error), error, error.__traceback__)

    def _open_log(self) -> None:
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(self.log_path)))

    def _on_exception(self, kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        if isinstance(error, KeyboardInterrupt):
            self._on_interrupt()
        else:
            self._tell("in the window", error)

    def _on_thread_exception(self, args: threading.ExceptHookArgs) -> None:
        if args.exc_value is not None and not isinstance(args.exc_value, SystemExit):
            name = args.thread.name if args.thread is not None else "gone"
            self._tell(f"in thread {name}", args.exc_value)

    def _on_unraisable(self, args: sys.UnraisableHookArgs) -> None:
        if args.exc_value is not None:
            self._tell(f"{args.err_msg or 'ignored'}: {args.object!r:.200}", args.exc_value)

    def _on_qt_message(self, kind: QtMsgType, context: QMessageLogContext, message: str | None) -> None:
        level = _QT_LEVELS.get(kind, logging.WARNING)
        self._logger.log(level, "Qt: %s", message)
        if level >= logging.ERROR:
            self._board.post(f"The window system reports a problem: {message}", Level.WARNING, details=str(message))
