"""`make shots`: every state of the window, light and dark, 1x and 2x.

python -m tests.shots                the panels, into docs/screens
python -m tests.shots --all DIR      every state of the checklist, into DIR (too many to keep)
python -m tests.shots --drag         the animation of the README, docs/screens/drag.webp
python -m tests.shots --only NAME    one state, or several with commas between; also with --all

Each scale is a process of its own: Qt reads its scale once, when it starts.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

OUT = Path(__file__).resolve().parents[2] / "docs" / "screens"
SCALES = ("1", "2")


def main() -> int:
    """Start one process a scale."""
    parser = argparse.ArgumentParser(prog="shots", description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--all", type=Path, metavar="DIR", help="every state of docs/checklist.md")
    parser.add_argument("--only", default="", metavar="NAME", help="one state, or several")
    parser.add_argument("--drag", action="store_true", help="only the animation")
    parser.add_argument("--scale", choices=SCALES, default="", help="only this scale")
    arguments = parser.parse_args()
    if os.environ.get("ZSCAPE_SHOTS") == "1":
        from tests.shots import animation, scenes

        if arguments.drag:
            return animation.draw(OUT / "drag.webp")
        return scenes.draw(arguments.all or OUT, arguments.scale, only=arguments.only, every=arguments.all is not None)
    code = 0
    if not arguments.drag:
        for scale in [arguments.scale] if arguments.scale else SCALES:
            code |= _again(scale, [*sys.argv[1:], "--scale", scale])
    if arguments.drag or not (arguments.all or arguments.only):
        code |= _again("1", ["--drag"])
    return code


def _again(scale: str, arguments: list[str]) -> int:
    with TemporaryDirectory(prefix="screen") as folder:
        screen = Path(folder) / "screen.json"
        screen.write_text(json.dumps({"screens": [_screen(int(scale))]}), encoding="utf-8")
        environment = dict(
            os.environ,
            QT_QPA_PLATFORM=f"offscreen:configfile={screen}",
            QT_SCALE_FACTOR=scale,
            ZSCAPE_SHOTS="1",
        )
        command = [sys.executable, "-m", "tests.shots", *arguments]
        return subprocess.run(command, env=environment, check=False).returncode


def _screen(scale: int) -> dict[str, object]:
    """Large enough for the window: on Qt's own, of 800 pixels, menus shy away from an edge that nobody has."""
    side = {"x": 0, "y": 0, "width": 1600 * scale, "height": 1000 * scale}
    return {"name": "stage", **side, "logicalDpi": 96, "logicalBaseDpi": 96, "dpr": 1}


if __name__ == "__main__":
    raise SystemExit(main())
