"""The program as it is installed from its wheel, far from the checkout: all that it shows came along."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.patience import PATIENCE_S

ROOT = Path(__file__).resolve().parents[2]
BUILT_FROM = ("app", "engine", "resources", "main.py", "pyproject.toml", "README.md", "LICENSE")
OPENS = """
import sys
from pathlib import Path

import engine
from PySide6.QtCore import QEventLoop, QTimer
from PySide6.QtWidgets import QApplication, QLabel

import app.program
from app.run import create_window
from app.shell.help import GuideDialog
from engine.datasets.catalogue import describe
from engine.families.presets import all_presets

app.program.STOP_DEADLINE_S = float(sys.argv[3])  # a busy machine may still be importing
place = Path(engine.__file__).resolve().parents[1]
assert place == Path(sys.argv[1]).resolve(), place
qapp = QApplication([])
window = create_window(Path(sys.argv[2]), device="cpu")
window.show()
explorer = window.shell.explorer
loop, timer = QEventLoop(), QTimer(interval=20)
drawn = lambda: explorer.pictures.picture is not None
timer.timeout.connect(lambda: loop.quit() if drawn() else None)
QTimer.singleShot(1000 * int(sys.argv[3]), loop.quit)
timer.start()
loop.exec()
timer.stop()
assert drawn(), [notice.sentence for notice in window.shell.board.notices]
assert explorer.models.source == "faces"
guide = GuideDialog(window)
guide.show()
text = guide.page.toPlainText()
assert text.startswith("Guide") and "Random" in text, text[:200]
assert {entry.name for entry in describe() if entry.installed} >= {"faces", "glyphs"}
assert {"vae", "dcgan", "pixelcnn"} <= set(all_presets())
guide.close()
window.close()
assert window.shell.stopped_cleanly
print("opened")
"""


def run(words: Sequence[str | Path], where: Path, **more: str) -> str:
    alone = {key: value for key, value in os.environ.items() if not key.startswith(("PYTHON", "PIP_"))}
    done = subprocess.run(
        list(map(str, words)), cwd=where, env={**alone, **more}, capture_output=True, text=True, timeout=PATIENCE_S
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.slow
@pytest.mark.timeout(5 * PATIENCE_S)  # four programs one after the other
def test_installed_from_its_wheel_it_opens_window_guide_and_model(tmp_path: Path) -> None:
    """The guide stood beside the packages, in docs/, and stayed behind."""
    source, wheels, target, away = (tmp_path / name for name in ("source", "wheels", "target", "away"))
    away.mkdir()
    source.mkdir()
    for name in BUILT_FROM:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, source / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(ROOT / name, source)
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--no-input"]
    alone = ["--no-deps", "--no-index"]
    run([*pip, "wheel", source, *alone, "--no-build-isolation", "--wheel-dir", wheels], away)
    (wheel,) = wheels.glob("*.whl")
    run([*pip, "install", wheel, *alone, "--target", target], away)
    told = run([sys.executable, "-c", OPENS, target, tmp_path / "home", str(PATIENCE_S)], away, PYTHONPATH=str(target))
    assert told.splitlines()[-1] == "opened"
    told = run([sys.executable, "-m", "main", "--version"], away, PYTHONPATH=str(target))
    assert told.startswith("zscape ")
