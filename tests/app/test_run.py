"""Starting and stopping the whole process: displays that are missing, signals, an engine that hangs."""

from __future__ import annotations

import builtins
import gc
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import PySide6
import pytest

from app import display, run
from tests.patience import PATIENCE_S

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = """
import sys, threading
from pathlib import Path
import app.client
from engine.protocol.answers import Ready, Stopped
from engine.protocol.requests import Shutdown

MODE = {mode!r}

def serve(mailbox, emit, *, home, device):
    emit(Ready(device="cpu", device_label="CPU", threads=1))
    print("ready", flush=True)
    while not isinstance(mailbox.next_command(), Shutdown):
        pass
    if MODE == "hang":
        threading.Event().wait()
    if MODE == "slow":
        sys.stdin.readline()
    emit(Stopped(clean=True))

app.client._engine_serve = lambda: serve
import app.program
app.program.STOP_DEADLINE_S = 1.0 if MODE == "hang" else {patience_s}
from app.run import main
code = main(Path({home!r}))
print("left", flush=True)
sys.exit(code)
"""


def environment(**changes: str) -> dict[str, str]:
    plain = {key: value for key, value in os.environ.items() if key not in ("DISPLAY", "WAYLAND_DISPLAY")}
    return {**plain, "QT_QPA_PLATFORM": "offscreen", "PYTHONPATH": str(ROOT), **changes}


def test_importing_the_root_loads_nothing_heavy() -> None:
    code = (
        "import sys, app.run; print([name for name in ('torch', 'pyqtgraph', 'sklearn', 'PySide6')"
        " if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment(), capture_output=True, text=True, check=True, timeout=PATIENCE_S
    )
    assert done.stdout.strip() == "[]"


PAINTS = """
import sys
from pathlib import Path
from app.run import application, create_window

application()
window = create_window(Path({home!r}))
heavy = ("torch", "numpy", "pyqtgraph", "sklearn", "PIL")
window.painted_first.connect(lambda: print([name for name in heavy if name in sys.modules], flush=True))
window.painted_first.connect(window.close)
window.show()
application().exec()
"""


def test_a_window_with_its_first_picture_is_painted_without_torch_numpy_or_plots(home: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", PAINTS.format(home=str(home))],
        env=environment(),
        capture_output=True,
        text=True,
        check=True,
        timeout=PATIENCE_S,
    )
    assert done.stdout.strip() == "[]"


def test_the_sources_of_what_is_imported_are_not_read() -> None:
    """PySide's hook would read them all. Should it stop doing so, `_import_plainly` is to go."""
    code = (
        "import linecache, PySide6.QtCore, app.run\n"
        "def is_read(module): return module.__file__ in linecache.cache\n"
        "import colorsys; print(is_read(colorsys))\n"
        "app.run._import_plainly()\n"
        "import cmd; print(is_read(cmd))"
    )
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", code],
        env=environment(),
        capture_output=True,
        text=True,
        check=True,
        timeout=PATIENCE_S,
    )
    assert done.stdout.split() == ["True", "False"]


def test_a_hook_that_nobody_has_looked_at_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    hook = builtins.__import__
    monkeypatch.setattr(PySide6, "__version_info__", (7, 0, 0, "", ""))
    run._import_plainly()
    assert builtins.__import__ is hook


@pytest.mark.skipif(sys.platform != "linux", reason="displays are asked for on Linux")
@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"QT_QPA_PLATFORM": ""}, "no display"),
        ({"QT_QPA_PLATFORM": "", "DISPLAY": ":4321"}, "“:4321” cannot be reached"),
        ({"QT_QPA_PLATFORM": "xcb", "WAYLAND_DISPLAY": "wayland-77"}, "“wayland-77” cannot be reached"),
    ],
)
def test_without_a_display_one_sentence_and_exit_code_2(home: Path, changes: dict[str, str], words: str) -> None:
    code = f"import sys; from pathlib import Path; from app.run import main; sys.exit(main(Path({str(home)!r})))"
    env = {key: value for key, value in environment(**changes).items() if value}
    done = subprocess.run(
        [sys.executable, "-c", code], env=env, capture_output=True, text=True, timeout=PATIENCE_S, check=False
    )
    assert done.returncode == 2
    assert done.stdout == ""
    assert words in done.stderr
    assert done.stderr.count("\n") == 1


def test_x_servers_are_asked(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(b"\0/tmp/.X11-unix/X9731".decode())
        server.listen(1)
        assert display.x_answers(":9731")
        assert display.x_answers("unix:9731.0")
    assert not display.x_answers(":9731")
    assert display.x_answers("/private/tmp/launchd/org.x:0")


def test_a_version_that_aborts_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(sys, "version_info", (3, 11, 7))
    assert display.complaint() == ""
    (tmp_path / "PySide6_Essentials-6.12.0.dist-info").mkdir()
    monkeypatch.setattr(display, "_qt_folders", lambda: [tmp_path / "PySide6"])
    assert "6.12.0" in display.complaint()
    monkeypatch.setattr(sys, "version_info", (3, 12, 0))
    assert display.complaint() == ""


def test_missing_libraries_name_their_packages_all_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    def loaded(name: str) -> None:
        if "libqxcb" in name or name in ("libxcb-cursor.so.0", "libxcb-icccm.so.4"):
            raise OSError("libxcb-cursor.so.0: cannot open shared object file: No such file or directory")

    monkeypatch.setattr("ctypes.CDLL", loaded)
    assert display._library_trouble().endswith("apt-get install libxcb-cursor0 libxcb-icccm4")
    error = ImportError("libEGL.so.1: cannot open shared object file: No such file or directory")
    assert display.import_complaint(error).endswith("libxcb-cursor0 libxcb-icccm4 libegl1")
    monkeypatch.setattr("ctypes.CDLL", lambda name: None)
    assert display._library_trouble() == ""
    assert "other" in display.import_complaint(ImportError("other"))


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize(("mode", "again"), [("quick", False), ("slow", True), ("hang", False)])
def test_a_signal_closes_the_window_with_exit_code_0(home: Path, number: int, mode: str, again: bool) -> None:
    if mode == "hang" and number == signal.SIGINT:
        pytest.skip("once is enough: it waits for the deadline")
    code = PROGRAM.format(mode=mode, home=str(home), patience_s=PATIENCE_S)
    with subprocess.Popen(
        [sys.executable, "-c", code], env=environment(), text=True,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    ) as process:  # fmt: skip
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        process.send_signal(number)
        if again:
            process.send_signal(number)
        out, err = process.communicate("leave now\n", timeout=PATIENCE_S)  # after all signals came
    assert process.returncode == 0, err
    assert "Traceback" not in err
    assert (out == "left\n") is (mode != "hang")
    assert (home / "session.json").exists()


def test_rubbish_is_collected_again_once_the_start_is_over() -> None:
    from app.run import _collect_again

    kept = gc.get_freeze_count()
    gc.disable()
    try:
        _collect_again(1)
        assert gc.isenabled()
        assert gc.get_freeze_count() > kept
        _collect_again()  # the timer comes later and finds it done
    finally:
        gc.unfreeze()
        gc.enable()
