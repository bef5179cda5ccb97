"""R12: exceptions that nobody catches, in a slot, in a Qt virtual, in the engine, in a destructor, over and over.

Each becomes a notice without a traceback in its sentence, stands in the log in full, and the program goes on.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bench.figures import Figure, answer_and_leave, probe
from tests.faults.counting import Count

TIMES = 50


def count(folder: Path, times: int = TIMES) -> list[Figure]:
    """`times` exceptions of each kind in one window."""
    from tests.faults.strangers import small_model

    small_model(folder / "good.safetensors")
    answer = probe("tests.faults.escapes", str(folder), str(times), OMP_NUM_THREADS="1", timeout_s=3600)
    figures = []
    for kind, wrong in answer.items():
        tally = Count("R12", kind)
        for each in wrong:
            tally.check(each)
        figures.append(tally.figure(note="a notice, the log has it in full, the window goes on"))
    return figures


# ---------------------------------------------------------------- in a process of its own


def escaped(folder: Path, times: int) -> dict[str, list[str]]:
    """What went wrong with each exception of each kind; empty words where nothing did."""
    from PySide6.QtCore import QTimer
    from PySide6.QtGui import QPaintEvent
    from PySide6.QtWidgets import QWidget

    import engine.serving.opening
    from engine.protocol.requests import OpenModel
    from tests.faults.window import Host, opened

    class Unlucky:
        def __init__(self, words: str) -> None:
            self.words = words

        def __del__(self) -> None:
            raise RuntimeError(self.words)

    def in_slot(host: Host, words: str) -> None:
        def slot() -> None:
            raise RuntimeError(words)

        QTimer.singleShot(0, slot)

    def in_virtual(host: Host, words: str) -> None:
        class Broken(QWidget):
            def paintEvent(self, event: QPaintEvent) -> None:
                self.deleteLater()
                raise RuntimeError(words)

        broken = Broken(host.window)
        broken.resize(9, 9)
        broken.show()

    def in_engine(host: Host, words: str) -> None:
        fail_next.append(words)
        host.explorer._client.send(OpenModel(source="faces"))

    def in_thread(host: Host, words: str) -> None:
        def work() -> None:
            raise RuntimeError(words)

        thread = threading.Thread(target=work, name="helper")
        thread.start()
        thread.join()

    def in_destructor(host: Host, words: str) -> None:
        Unlucky(words)

    fail_next: list[str] = []
    find = engine.serving.opening.find_model

    def find_or_fail(source: str) -> Any:
        if fail_next:
            raise RuntimeError(fail_next.pop())
        return find(source)

    engine.serving.opening.find_model = find_or_fail
    kinds: dict[str, Callable[[Host, str], None]] = {
        "slot": in_slot, "virtual": in_virtual, "engine": in_engine, "thread": in_thread, "unraisable": in_destructor,
    }  # fmt: skip
    wrong: dict[str, list[str]] = {kind: [] for kind in kinds}
    try:
        with opened(folder / "home", str(folder / "good.safetensors")) as host:
            for number in range(times):
                for kind, harm in kinds.items():
                    wrong[kind].append(_harmed(host, harm, f"{kind} broke {number}"))
    finally:
        engine.serving.opening.find_model = find
    return wrong


def _harmed(host: Any, harm: Callable[[Any, str], None], words: str) -> str:
    host.told.clear()
    harm(host, words)
    if not host.until(lambda: bool(host.problems)):
        return f"{words}: nothing was told"
    notice = host.problems[0]
    if "Traceback" in notice.sentence or "\n" in notice.sentence:
        return f"{words}: {notice.sentence!r}"
    if "Traceback" not in notice.details or words not in notice.details:
        return f"{words}: its details are {notice.details[-200:]!r}"
    if words not in host.hooks.log_path.read_text(encoding="utf-8"):
        return f"{words}: the log does not have it"
    trouble: str = host.lives()
    return f"{words}: {trouble}" if trouble else ""


if __name__ == "__main__":
    answer_and_leave(lambda: escaped(Path(sys.argv[1]), int(sys.argv[2])))
