"""The composition root. Importing it loads neither Qt, nor torch, nor the plots."""

from __future__ import annotations

import builtins
import gc
import os
import signal
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from app.display import complaint, import_complaint

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication

    from app.shell.window import MainWindow

OK, CANNOT_OPEN = 0, 2
HOOK_KNOWN = ((6, 8), (6, 11))
"""Versions of PySide whose hook on `import` is known to be a function put in front of `__orig_import__`."""
STARTED_MS = 15_000
"""By then a start is over, with a picture or without."""


def create_window(home: Path, *, device: str = "auto") -> MainWindow:
    """A window on this home, ready to be shown; its engine starts once it is painted, and stops when it closes.

    Needs a QApplication, and makes one if there is none.
    """
    from app.client import EngineClient
    from app.look.theme import apply
    from app.program import Program
    from app.store.kept.settings import DEVICE, Settings

    chosen = Settings(home)
    apply(application(), chosen.scheme)
    client = EngineClient(home=home, device=chosen.get(DEVICE) if device == DEVICE.default else device)
    program = Program(home, client)
    client.setParent(program)
    client.event_received.connect(program.receive)
    return program.window


def application() -> QApplication:
    """The one QApplication."""
    from PySide6.QtWidgets import QApplication

    app = QApplication.instance()
    if not isinstance(app, QApplication):
        app = QApplication(["zscape"])
    app.setApplicationName("Zscape")
    app.setApplicationDisplayName("Zscape")
    app.setDesktopFileName("zscape")
    return app


def main(home: Path, *, device: str = "auto", threads: int = 0) -> int:
    """Open the window and stay until it is closed; the exit code."""
    trouble = complaint()
    if trouble:
        print(f"zscape: {trouble}", file=sys.stderr)
        return CANNOT_OPEN
    try:
        from PySide6 import QtGui, QtWidgets  # noqa: F401
    except ImportError as error:
        print(f"zscape: {import_complaint(error)}", file=sys.stderr)
        return CANNOT_OPEN
    _import_plainly()
    gc.disable()  # until the first picture: all that is made by then stays, and looking for rubbish takes 0.2 s
    if threads:
        os.environ["OMP_NUM_THREADS"] = str(threads)
    return _shown(home, device)


def _import_plainly() -> None:
    """Take PySide's hook off `import`: for a feature that nobody uses here it reads the source of every module that is
    imported after it, torch's eight hundred among them (0.3 s and 17 MB).

    Only where its workings were looked at; a version that came later keeps its hook, and starts a little slower.
    """
    from PySide6 import __version_info__

    plain = getattr(builtins, "__orig_import__", None)
    if plain is not None and HOOK_KNOWN[0] <= tuple(__version_info__[:2]) <= HOOK_KNOWN[1]:
        builtins.__import__ = plain


def _shown(home: Path, device: str) -> int:
    from PySide6.QtCore import Qt, QTimer

    from app.flows.errors import ErrorHooks
    from engine.disk.home import log_file

    app = application()
    window = create_window(home, device=device)
    hooks = ErrorHooks(window.shell.board, log_file(home), on_interrupt=window.close)
    hooks.install()
    pictures = window.shell.explorer.pictures  # the canvas heard of them before
    pictures.picture_changed.connect(_collect_again, Qt.ConnectionType.SingleShotConnection)
    QTimer.singleShot(STARTED_MS, _collect_again)
    with _signals_close(window):
        window.show()
        app.exec()
        window.close()  # a quit from elsewhere (log-out) has not closed it
    hooks.remove()
    if not window.shell.stopped_cleanly:
        # The engine is still inside something long. What matters is saved; a thread inside torch would abort
        # the interpreter's own way out.
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(OK)
    return OK


def _collect_again(*_picture: object) -> None:
    """Rubbish is looked for from now on, but not among what the start made."""
    if not gc.isenabled():
        gc.freeze()
        gc.enable()


@contextmanager
def _signals_close(window: MainWindow) -> Iterator[None]:
    """SIGINT and SIGTERM close the window like a person would; more of them change nothing.

    Python's handlers only run when Python runs: the wake-up socket rouses Qt's loop.
    """
    from PySide6.QtCore import QSocketNotifier, QTimer

    numbers = [getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)]
    before = {number: signal.getsignal(number) for number in numbers}
    near, far = socket.socketpair()
    near.setblocking(False)
    far.setblocking(False)
    asked = False

    def on_signal(*_what: object) -> None:
        nonlocal asked
        if not asked:
            asked = True
            QTimer.singleShot(0, window, window.close)

    def on_near_readable() -> None:
        with suppress(OSError):
            near.recv(4096)  # reading it is all: the handler itself has run by now

    notifier = QSocketNotifier(near.fileno(), QSocketNotifier.Type.Read)
    notifier.activated.connect(on_near_readable)
    old_fd = signal.set_wakeup_fd(far.fileno(), warn_on_full_buffer=False)
    for number in numbers:
        signal.signal(number, on_signal)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        signal.set_wakeup_fd(old_fd)
        notifier.setEnabled(False)
        near.close()
        far.close()
