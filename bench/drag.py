"""P2, P3, P4: a slider is dragged in the real window on the real engine; the clock stops in the canvas's paintEvent.

At rest, while a model trains, with everything open that follows a slider, and while a grid is exported and the open
model is evaluated besides.

Every event counts: its time ends with the first paint of its own picture or of a newer one.
"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench.figures import Figure, Options, answer_and_leave, figure, percentile, probe

if TYPE_CHECKING:
    from engine.protocol.values import Recipe

FAMILY, PRESET, DATA = "vae", "good", "bundled:faces"
REPORTS = 5
"""Reports of training between which its speed is taken."""


def run(options: Options) -> list[Figure]:
    answers = []
    for _ in range(options.repeats(3)):
        with tempfile.TemporaryDirectory() as home:
            seconds = "5" if options.quick else "15"
            answers.append(probe("bench.drag", home, options.model, seconds))

    def of(metric: str) -> list[float]:
        return [float(answer[metric]) for answer in answers]

    events = int(min(of("events")))
    added = {name: [a - b for a, b in zip(of(name), of("bare_ms"), strict=True)] for name in ("p50_idle", "p95_idle")}
    case = options.model
    return [
        figure("P2", case, "p50", of("p50_idle"), "ms", n=events, bar=9),
        figure("P2", case, "p95", of("p95_idle"), "ms", n=events, bar=14),
        figure("P3", case, "p50", added["p50_idle"], "ms", n=events, bar=3, note="beyond the bare decode"),
        figure("P3", case, "p95", added["p95_idle"], "ms", n=events, bar=6, note="beyond the bare decode"),
        figure("P2", case, "p50_open", of("p50_open"), "ms", n=events, bar=9, note="strip, meter, timeline open"),
        figure("P2", case, "p95_open", of("p95_open"), "ms", n=events, bar=14, note="the same"),
        figure("P4", case, "p95_open", of("p95_open_training"), "ms", n=events, bar=20, note="the same, training"),
        figure("P4", case, "kept_open", of("kept_open"), "", n=events, bar=0.75, better="higher", note="the same"),
        figure("P4", case, "p50", of("p50_training"), "ms", n=events),
        figure("P4", case, "p95", of("p95_training"), "ms", n=events, bar=20),
        figure("P4", case, "p50_beside", of("p50_beside"), "ms", n=events, note="an export and an evaluation besides"),
        figure(
            "P4", case, "p95_beside", of("p95_beside"), "ms", n=events, bar=20, note="an export and an evaluation too"
        ),
        figure("P4", case, "exports_beside", of("exports_beside"), ""),
        figure("P4", case, "evaluations_beside", of("evaluations_beside"), "", note="steps of them that were told"),
        figure("P4", case, "kept_ratio", of("kept_ratio"), "", n=events, bar=0.75, better="higher"),
        figure("drag", case, "events", of("events"), ""),
        figure("drag", case, "renders", of("renders"), ""),
        figure("drag", case, "bare_ms", of("bare_ms"), "ms"),
        figure("drag", case, "own_ms", of("own_ms"), "ms", note="the same decode as the opened model samples it"),
        figure("drag", case, "longest_freeze", of("longest_freeze"), "ms", bar=100, note="window's loop, training"),
        figure("R4", case, "last_equals_direct", of("last_equals_direct"), "", bar=1, better="higher"),
        figure("R4", case, "out_of_order", of("out_of_order"), "", bar=0),
    ]


# ---------------------------------------------------------------- in a process of its own


def _probe(home: str, model: str, seconds: float) -> dict[str, Any]:
    import app.program
    from app.run import application, create_window
    from bench.hands.dragging import Beside, Drag, Everything
    from engine.protocol.requests import Train

    app.program.DEFAULT_MODEL = model
    qt = application()
    window = create_window(Path(home))
    window.resize(1280, 800)
    window.show()
    drag = Drag(window)
    drag.wait(lambda: window.shell.explorer.pictures.picture is not None and drag.is_quiet(), 150)
    drag.wait_s(4.0)  # the gallery is drawn and the optimiser warmed by then
    direct = Direct(model)
    start = window.shell.explorer.place.recipe
    assert start is not None
    decodes = [direct.decodes_ms(start)]  # before and after the drag: the machine's mood changes within a minute
    drag.drag_for(1.0)
    idle = drag.drag_for(seconds)
    decodes.append(direct.decodes_ms(start))
    everything = Everything(window)
    everything.open(drag)
    opened = drag.drag_for(seconds)
    everything.close()
    drag.wait_s(1.0)
    bare_ms, own_ms = ([took for some in decodes for took in some[which]] for which in (0, 1))
    bundled = _data_there(DATA)
    run = Train(
        family=FAMILY, data=DATA if bundled else "bundled:glyphs", out=Path(home) / "run", name="drag",
        config=(*_preset(), ("steps", 100_000)), preset=PRESET,
    )  # fmt: skip
    window.shell.explorer.runs.start(run)
    drag.wait(lambda: len(drag.progress) > 3, 300)
    drag.progress.clear()
    drag.wait_s(seconds)
    drag.wait(lambda: len(drag.progress) >= REPORTS, 10 * seconds)
    undisturbed = drag.images_per_s()
    drag.progress.clear()
    training = drag.drag_for(seconds, REPORTS)
    dragged = drag.images_per_s()
    everything.open(drag)
    drag.progress.clear()
    opened_training = drag.drag_for(seconds, REPORTS)
    dragged_open = drag.images_per_s()
    everything.close()
    more = Beside(window, Path(home), DATA if bundled else "bundled:glyphs")
    more.begin()
    drag.wait(lambda: more.evaluating > 0 and more.exported > 0, 300)
    drag.progress.clear()
    beside = drag.drag_for(seconds, REPORTS)
    steps, files = more.evaluating, more.exported
    more.end()
    drag.wait(drag.is_quiet, 20)
    recipe, shown = window.shell.explorer.place.recipe, drag.canvas.image()
    window.shell.explorer.runs.stop()
    window.close()
    qt.processEvents()
    assert recipe is not None
    return {
        "events": len(idle.latencies_ms) + len(training.latencies_ms),
        "renders": idle.renders + training.renders,
        "p50_idle": percentile(idle.latencies_ms, 0.5),
        "p95_idle": percentile(idle.latencies_ms, 0.95),
        "p50_open": percentile(opened.latencies_ms, 0.5),
        "p95_open": percentile(opened.latencies_ms, 0.95),
        "p95_open_training": percentile(opened_training.latencies_ms, 0.95),
        "kept_open": dragged_open / undisturbed,
        "p50_training": percentile(training.latencies_ms, 0.5),
        "p95_training": percentile(training.latencies_ms, 0.95),
        "p50_beside": percentile(beside.latencies_ms, 0.5),
        "p95_beside": percentile(beside.latencies_ms, 0.95),
        "exports_beside": files,
        "evaluations_beside": steps,
        "longest_freeze": training.longest_freeze_ms,
        "out_of_order": drag.out_of_order,
        "kept_ratio": dragged / undisturbed,
        "bare_ms": percentile(bare_ms, 0.5),
        "own_ms": percentile(own_ms, 0.5),
        "last_equals_direct": bool(shown is not None and (shown == direct.opened.picture(recipe)).all()),
    }


def _data_there(data: str) -> bool:
    from engine.datasets.catalogue import describe

    return any(entry.name == data.removeprefix("bundled:") and entry.installed for entry in describe())


def _preset() -> tuple[tuple[str, object], ...]:
    from engine.families.presets import all_presets

    chosen = next(preset for preset in all_presets()[FAMILY] if preset.name == PRESET)
    return tuple(pair for pair in chosen.config if pair[0] != "steps")


class Direct:
    """The same model without window and engine, on one thread: its bare network, and its pictures."""

    def __init__(self, model: str) -> None:
        import torch

        from engine.disk.bundled import find_model
        from engine.opened.checkpoints import load_model
        from engine.opened.model import open_model_file

        torch.set_num_threads(1)
        path = str(find_model(model))
        self.opened = open_model_file(path, torch.device("cpu"))
        self._family = load_model(path).family  # the opened model has made its own ready for sampling
        if self._family.channels_last:
            self._family.to(memory_format=torch.channels_last)  # type: ignore[call-overload]

    def decodes_ms(self, recipe: Recipe, times: int = 120) -> tuple[list[float], list[float]]:
        """What a decode takes: of the network as it was trained (the bare one), and as the opened model made it ready.

        Called as often as a hand moves, in turn: between pictures a processor sleeps and its caches cool (a fifth
        more than call after call), and what a window adds is asked for, not what idleness costs.
        """
        import torch

        from bench.hands.dragging import EVENT_EVERY_MS

        z_D = self.opened.place(recipe)
        assert z_D is not None
        took_ms: tuple[list[float], list[float]] = [], []
        with torch.no_grad():
            for turn in range(2 * times):
                began = time.perf_counter()
                (self.opened.family if turn % 2 else self._family).decode(z_D[None])
                took = time.perf_counter() - began
                took_ms[turn % 2].append(1000 * took)
                time.sleep(max(0.0, EVENT_EVERY_MS / 1000 - took))
        return took_ms[0][times // 6 :], took_ms[1][times // 6 :]


if __name__ == "__main__":
    answer_and_leave(lambda: _probe(sys.argv[1], sys.argv[2], float(sys.argv[3])))
