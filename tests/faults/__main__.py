"""python -m tests.faults [NAME …] [--json] [--quick] [--times N]: do harm, count what held.

Exit code 1 if anything was lost; how long things took is told and judged, but a busy machine loses nothing by it."""

from __future__ import annotations

import argparse
import importlib
import json
import os
import sys
import tempfile
from dataclasses import asdict
from pathlib import Path

from bench.figures import Figure

FAULTS = {
    "writes": ("the disk fails at every call of every write", 1, 1),
    "models": ("every bad model file, at the command line and in the window", 1, 1),
    "escapes": ("exceptions that nobody catches, in every part of the program", 50, 3),
    "ticks": ("how late the window's loop turns, in milliseconds", 20, 3),
    "storm": ("events while a model trains", 10_000, 400),
    "quits": ("leave while a model trains", 50, 4),
    "kills": ("kill -9 while training, at aimed and at random moments, then resume", 300, 9),
}
"""Each with what it does, how often, and how often with --quick."""


def main() -> int:
    parser = argparse.ArgumentParser(prog="faults", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(FAULTS))
    parser.add_argument("--json", action="store_true", help="one JSON object on the last line")
    parser.add_argument("--quick", action="store_true", help="few times each, within a minute")
    parser.add_argument("--times", type=int, default=0, metavar="N", help="so many times each")
    arguments = parser.parse_args()
    unknown = [name for name in arguments.names if name not in FAULTS]
    if unknown:
        parser.error(f"there is no {unknown[0]}; there are {', '.join(FAULTS)}")
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else 0.0
    figures: list[Figure] = []
    for name in arguments.names or FAULTS:
        words, usual, quick = FAULTS[name]
        times = arguments.times or (quick if arguments.quick else usual)
        print(f"{name}: {words}", file=sys.stderr, flush=True)
        with tempfile.TemporaryDirectory(prefix="faults-") as folder:
            found: list[Figure] = importlib.import_module(f"tests.faults.{name}").count(Path(folder), times)
        for one in found:
            print(line(one), file=sys.stderr, flush=True)
        figures += found
    if arguments.json:
        from engine.machine.facts import machine

        answer = {
            "schema": 1, "bench": "faults", "machine": machine(), "load1": round(load, 2),
            "figures": [asdict(one) for one in figures],
        }  # fmt: skip
        print(json.dumps(answer, allow_nan=False))
    return 1 if any(one.ok is False and is_count(one) for one in figures) else 0


def is_count(one: Figure) -> bool:
    """Whether something is lost when it does not hold; else it is only slow, or grows."""
    return one.unit.startswith("of ")


def line(one: Figure) -> str:
    """A figure for people: "ok   R1  aimed   held   100 of 100"."""
    mark = {True: "ok  ", False: "LOST" if is_count(one) else "MISS", None: "    "}[one.ok]
    bar = "" if one.bar is None or one.bar == one.n else f"  (bar {'≤' if one.better == 'lower' else '≥'} {one.bar:g})"
    return f"{mark} {one.id:<4} {one.case:<14} {one.metric:<12} {one.value:>8g} {one.unit:<10}{bar}  {one.note}"


if __name__ == "__main__":
    sys.exit(main())
