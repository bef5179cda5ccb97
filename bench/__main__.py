"""python -m bench NAME --json [--quick] [--repeat N] [--only CASE]: measure, say so, and judge by the bars."""

from __future__ import annotations

import argparse
import importlib
import json
import os
import sys
from dataclasses import asdict
from typing import Any

from bench.figures import Figure, Options, probe

BENCHES = {
    "start": "process start to window, to first picture; the longest freeze while torch loads",
    "drag": "slider event to picture on the canvas, idle and while training",
    "loop": "what the training loop adds to the bare optimiser step",
    "train": "training throughput over the plain loop of popular implementations",
    "pixels": "cached pixel sampling over one forward per pixel",
    "data": "rendering faces, preparing and opening sets of pictures",
    "export": "writing a large grid and an animation",
    "functional": "composite functional gradients: log ratios, divergences, a hand on a walk, pools; not part of all",
    "families": "every family by its quick preset: scores, speed, the page docs/families.md; not part of all",
    "comparison": "xICFG beside the games in equal time, the page docs/comparison.md: hours; not part of all",
    "nats": "held-out likelihoods by preset, by order of drawing, and of shapes of known entropy; not part of all",
    "augmentation": "up to how many pictures it pays to stretch them, cell by cell; not part of all",
    "library": "a thousand runs on the Library page: opened, scrolled, illustrated; not part of all",
    "path": "how even the visible speed of each way between places is; scrubbing; a long loop as a folder",
    "scale": "cost as work grows: decode by batch, training by size of the data",
    "faults": "kill, starve and quit the program, and count what was lost; not part of all",
}
ALONE = frozenset(("augmentation", "comparison", "faults", "families", "functional", "library", "nats"))
"""Benches that take long and are asked for by name."""


def main() -> int:
    parser = argparse.ArgumentParser(prog="bench", description=__doc__)
    parser.add_argument("name", choices=(*BENCHES, "all"), metavar="NAME", help=", ".join((*BENCHES, "all")))
    parser.add_argument("--json", action="store_true", help="one JSON object on the last line")
    parser.add_argument("--quick", action="store_true", help="rougher, within 50 seconds")
    parser.add_argument("--repeat", type=int, default=0, metavar="N", help="measure N times")
    parser.add_argument("--only", default="", metavar="CASE", help="one case of the bench")
    parser.add_argument("--model", default="faces", metavar="MODEL", help="what drag, start and scale draw with")
    parser.add_argument("--readme", action="store_true", help="rewrite the README's table (with all, or functional)")
    arguments = parser.parse_args()
    if arguments.readme and (arguments.name not in ("all", "functional") or arguments.only):
        parser.error("--readme goes with all: the table holds every figure; functional has one of its own.")
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else 0.0
    options = Options(
        quick=arguments.quick, repeat=arguments.repeat, only=arguments.only, model=arguments.model,
        readme=arguments.readme,
    )  # fmt: skip
    figures = _all(options) if arguments.name == "all" else _one(arguments.name, options)
    for one in figures:
        print(_line(one), file=sys.stderr)
    if options.readme:
        from bench.pages.readme import rewrite, rewrite_walks

        put = rewrite if arguments.name == "all" else rewrite_walks
        put(figures, _machine(), load, quick=options.quick)
    if arguments.json:
        answer = {
            "schema": 1, "bench": arguments.name, "machine": _machine(), "load1": round(load, 2),
            "figures": [asdict(one) for one in figures],
        }  # fmt: skip
        print(json.dumps(answer, allow_nan=False))
    return 0


def _one(name: str, options: Options) -> list[Figure]:
    figures: list[Figure] = importlib.import_module(f"bench.{name}").run(options)
    return figures


def _all(options: Options) -> list[Figure]:
    """Each bench in a process of its own."""
    figures = []
    for name in [name for name in BENCHES if name not in ALONE]:
        print(f"{name}: {BENCHES[name]}", file=sys.stderr)
        words = [name, "--json", "--model", options.model]
        words += ["--quick"] if options.quick else []
        words += ["--repeat", str(options.repeat)] if options.repeat else []
        try:
            answer = probe("bench", *words, timeout_s=900)
        except SystemExit as problem:
            print(problem, file=sys.stderr)
            continue
        figures += [Figure(**one) for one in answer["figures"]]
    return figures


def _machine() -> dict[str, Any]:
    from engine.machine.facts import machine

    return machine()


def _line(one: Figure) -> str:
    bar = "" if one.bar is None else f"  (bar {'≤' if one.better == 'lower' else '≥'} {one.bar:g})"
    mark = {True: "ok  ", False: "MISS", None: "    "}[one.ok]
    spread = f"  {one.min:g} to {one.max:g}, n {one.n}"
    return f"{mark} {one.id:<4} {one.case:<18} {one.metric:<18} {one.value:>9g} {one.unit:<9}{bar}{spread}  {one.note}"


if __name__ == "__main__":
    sys.exit(main())
