"""The window's half of `tests.faults.models`: open each stranger, hear one notice, and go on exploring."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import Any

from bench.figures import answer_and_leave
from engine.disk.files import shown
from tests.faults.window import Host, opened


def _probe(folder: Path) -> dict[str, Any]:
    order = json.loads((folder / "order.json").read_text())
    wrong, seconds = [], []
    with opened(folder / "window", order["good"]) as host:
        for case in order["cases"]:
            began = time.monotonic()
            wrong.append(_brought(host, Path(case["path"]), order["good"], is_legal=case["is_legal"]))
            seconds.append(time.monotonic() - began)
    return {"wrong": wrong, "seconds": seconds}


def _brought(host: Host, path: Path, good: str, *, is_legal: bool) -> str:
    """What is wrong after one file was opened."""
    explorer, model, recipe = host.explorer, host.explorer.models.model, host.explorer.place.recipe
    host.told.clear()
    host.window.shell.opening.open_source(str(path))
    if is_legal:
        if not host.until(lambda: explorer.models.model is not None and explorer.models.model.path == str(path)):
            return "it did not open"
        trouble = host.lives() or (f"told {host.problems[0].sentence}" if host.problems else "")
        explorer.models.open(good)
        host.until(lambda: explorer.models.model is not None and explorer.models.model.path == good and host.is_shown())
        return trouble
    if not host.until(lambda: bool(host.problems)):
        return "nothing was told"
    sentence = host.problems[0].sentence
    inside = path / "model.safetensors"
    if shown(path) not in sentence and not (inside.exists() and inside.name in sentence):
        return f"does not name the file: {sentence!r}"
    if "Traceback" in sentence or "\n" in sentence:
        return f"is not one sentence: {sentence!r}"
    if (explorer.models.model, explorer.place.recipe) != (model, recipe):
        return "what was open is no longer there"
    return host.lives() or ("" if len(host.problems) == 1 else f"told {len(host.problems)} times")


if __name__ == "__main__":
    answer_and_leave(lambda: _probe(Path(sys.argv[1])))
