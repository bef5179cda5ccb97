"""Paths: how even their visible speed is, how fast one scrubs over them, and a long loop as a folder of pictures."""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from bench.figures import Figure, Options, answer_and_leave, figure, probe

PATHS, QUICK_PATHS, KEYFRAMES = 20, 6, 4
BAR = 1.15
FRAMES, RATE = 300, 30
EARLY = 50
"""Frames after which memory is looked at first: by then everything is there that will be."""
GROWTH_MB = 16


def run(options: Options) -> list[Figure]:
    figures = _evenness(options)
    if options.wants("loop"):
        figures += _loop(options)
    if options.wants("scrub"):
        figures += _scrub(options)
    return figures


# ---------------------------------------------------------------- how even


def _evenness(options: Options) -> list[Figure]:
    import torch

    from engine.disk.bundled import find_model
    from engine.machine.work import finished
    from engine.opened.model import open_model_file
    from engine.opened.walking import measured
    from engine.protocol.walks import Way

    opened = open_model_file(str(find_model(options.model)), torch.device("cpu"))
    count = options.repeat or (QUICK_PATHS if options.quick else PATHS)
    figures, uneven = [], {}
    for way in (Way.EVEN, Way.SLERP, Way.LINEAR, Way.SPLINE):
        if not options.wants(way.value):
            continue
        found, took = [], []
        for k in range(count):
            walk = _walk(opened.fingerprint, way, 100 * k, closed=bool(k % 2))
            began = time.perf_counter()
            found.append(finished(measured(opened, walk)).unevenness)
            took.append(time.perf_counter() - began)
        uneven[way] = found
        note = f"largest over mean, worst of {count} random paths of {KEYFRAMES} places"
        bar = BAR if way is Way.EVEN else None
        figures.append(figure("E1", way.value, "unevenness", [max(found)], "×", n=count, bar=bar, note=note))
        figures.append(figure("E1", way.value, "least", [min(found)], "×", n=count, note="of the same paths the best"))
        figures.append(figure("E1", way.value, "measure", took, "s", note="its frames, and their speed"))
    if Way.EVEN in uneven and Way.SLERP in uneven:
        pairs = zip(uneven[Way.EVEN], uneven[Way.SLERP], strict=True)
        better = sum(even < spherical for even, spherical in pairs)
        figures.append(
            figure(
                "E1", "even", "beats", [better / count], "", n=count, bar=1, better="higher", note="the spherical way"
            )
        )
    return figures


def _walk(model: str, way: Any, seed: int, *, closed: bool, seconds: float = 2.5) -> Any:
    from engine.protocol.values import Recipe
    from engine.protocol.walks import Keyframe, Walk

    recipes = [Recipe(model=model, seed=seed + k) for k in range(KEYFRAMES)]
    keyframes = tuple(Keyframe(recipe=recipe, seconds=seconds) for recipe in recipes)
    return Walk(keyframes=keyframes, way=way, closed=closed)


# ---------------------------------------------------------------- a long loop


def _loop(options: Options) -> list[Figure]:
    answers = []
    for _ in range(options.repeats(3)):
        with tempfile.TemporaryDirectory() as home:
            answers.append(probe("bench.path", "loop", home, options.model))

    def of(metric: str) -> list[float]:
        return [float(answer[metric]) for answer in answers]

    return [
        figure("E2", "loop", "frames", of("frames"), ""),
        figure("E2", "loop", "seconds", of("seconds"), "s", note="a folder of PNG pictures, 512 pixels"),
        figure("E2", "loop", "equal", of("equal"), "", bar=1, better="higher", note="files that equal the frame alone"),
        figure("E2", "loop", "memory", of("end_mb"), "MB", note="of the process, when the last frame is written"),
        figure("E2", "loop", "growth", of("growth_mb"), "MB", bar=GROWTH_MB, note=f"since frame {EARLY}"),
    ]


def _probe_loop(home: str, model: str) -> dict[str, Any]:
    """Export a loop, watch the memory, and draw each of its frames again alone, by another opened model."""
    import torch

    from engine.disk.bundled import find_model
    from engine.opened.export import read_png_memory
    from engine.opened.films import export_walk, frame_bytes
    from engine.opened.model import open_model_file
    from engine.protocol.answers import ExportProgressed
    from engine.protocol.walks import Film, Way

    torch.set_num_threads(1)
    source = str(find_model(model))
    opened = open_model_file(source, torch.device("cpu"))
    walk = _walk(opened.fingerprint, Way.EVEN, 0, closed=True)
    folder, early_mb = Path(home) / "frames", 0.0
    began = time.perf_counter()
    for event in export_walk(opened, walk, folder, Film.FRAMES, frames_per_s=RATE, scale=8):
        if isinstance(event, ExportProgressed) and event.done == EARLY:
            early_mb = _resident_mb()
    seconds, end_mb = time.perf_counter() - began, _resident_mb()
    files = sorted(folder.iterdir())
    alone, equal = open_model_file(source, torch.device("cpu")), 0
    for file in files:
        recipe = read_png_memory(file)[0].recipes[0]
        equal += file.read_bytes() == frame_bytes(alone, recipe, alone.picture(recipe), 8)
    return {
        "frames": len(files),
        "seconds": seconds,
        "equal": equal / len(files),
        "end_mb": end_mb,
        "growth_mb": end_mb - early_mb,
    }


def _resident_mb() -> float:
    """What the process holds now; where the system does not tell, the most that it ever held."""
    import os
    import resource

    try:
        return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGESIZE") / 1e6
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


# ---------------------------------------------------------------- scrubbing


def _scrub(options: Options) -> list[Figure]:
    answers = []
    for _ in range(options.repeats(3)):
        with tempfile.TemporaryDirectory() as home:
            answers.append(probe("bench.path", "scrub", home, options.model, "3" if options.quick else "8"))

    def of(metric: str) -> list[float]:
        return [float(answer[metric]) for answer in answers]

    return [
        figure(
            "E3", "scrub", "rate", of("rate"), "frames/s", bar=60, better="higher", note="pictures that were painted"
        ),
        figure("E3", "scrub", "own_rate", of("own_rate"), "frames/s", note="the bare decodes"),
        figure("E3", "scrub", "last_is_right", of("last_is_right"), "", bar=1, better="higher"),
    ]


def _probe_scrub(home: str, model: str, seconds: float) -> dict[str, Any]:
    import app.program
    from app.path.page import PathPage
    from app.run import application, create_window
    from bench.hands.dragging import Drag, Scrub
    from engine.protocol.walks import Way

    app.program.DEFAULT_MODEL = model
    qt = application()
    window = create_window(Path(home))
    window.resize(1280, 800)
    window.show()
    explorer, drag = window.shell.explorer, Drag(window)
    drag.wait(lambda: explorer.pictures.picture is not None and drag.is_quiet(), 150)
    opened = explorer.models.model
    assert opened is not None
    explorer.paths.restore(_walk(opened.fingerprint, Way.SLERP, 0, closed=True))
    window.show_page("path")
    page = window.page("path")
    assert isinstance(page, PathPage)
    drag.wait(lambda: bool(explorer.paths.frames) and len(explorer.paths.looks) == len(Way), 300)
    drag.wait_s(4.0)  # keyframes, film and gallery are drawn by then
    found = Scrub(window, page).scrub_for(seconds)
    frames = explorer.paths.frames
    last = frames[explorer.paths.frame_at(page.player.seconds)]
    stage = explorer.boards.stage("path")
    drag.wait(lambda: stage.picture is not None and stage.picture.recipe == last, 20)
    from bench.drag import Direct

    direct, shown = Direct(model), page.stage.image()
    began = time.perf_counter()
    for frame in frames[:60]:
        direct.opened.picture(frame)
    own_rate = 60 / (time.perf_counter() - began)
    is_right = bool(shown is not None and (shown == direct.opened.picture(last)).all())
    window.close()
    qt.processEvents()
    return {"rate": found, "own_rate": own_rate, "last_is_right": is_right}


if __name__ == "__main__":
    if sys.argv[1] == "loop":
        answer_and_leave(lambda: _probe_loop(sys.argv[2], sys.argv[3]))
    answer_and_leave(lambda: _probe_scrub(sys.argv[2], sys.argv[3], float(sys.argv[4])))
