"""A library of a thousand runs: from the press to the sheet, how a scroll is painted, how long the listing takes."""

from __future__ import annotations

import tempfile

from bench.figures import Figure, Options, figure, probe

RUNS = 1000


def run(options: Options) -> list[Figure]:
    count = options.repeat or (1 if options.quick else 3)
    probes = []
    for _ in range(count):
        with tempfile.TemporaryDirectory() as home:
            probes.append(probe("bench.hands.shelving", home, str(RUNS)))

    def of(metric: str) -> list[float]:
        return [one[metric] for one in probes]

    note = f"{RUNS} runs with reports, samples and models beside the bundled ones, some of them damaged"
    return [
        figure("L1", "open", "first", of("first"), "s", bar=0.5, note=f"press to painted sheet; {note}"),
        figure("L1", "open", "again", of("again"), "s", bar=0.5, note="press to painted sheet, looked at before"),
        figure("L1", "list", "engine", of("listed"), "s", note="every folder looked into, in a thread beside"),
        figure("L1", "scroll", "p95", of("p95"), "ms", bar=33.0, note="a frame of a scroll through all of it"),
        figure("L1", "scroll", "longest", of("longest"), "ms", note="the longest time without a turn of the window"),
        figure("L1", "pictures", "per_s", of("pictures"), "1/s", better="higher", note="drawn while one looks"),
    ]
