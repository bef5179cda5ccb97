"""P1: process start to window painted, to the first picture of the bundled model, longest freeze until then."""

from __future__ import annotations

import tempfile
import time

from bench.figures import Figure, Options, figure, probe


def run(options: Options) -> list[Figure]:
    probes = []
    with tempfile.TemporaryDirectory() as home:
        for number in range(1 + options.repeats(5, 2)):
            answer = probe("bench.hands.starting", home, options.model, repr(time.monotonic()))
            if number:  # the first one warms the disk's cache
                probes.append(answer)

    def of(metric: str) -> list[float]:
        return [one[metric] for one in probes]

    return [
        figure("P1", options.model, "painted", of("painted"), "s", bar=1.0),
        figure("P1", options.model, "first_image", of("first_image"), "s", bar=5.0),
        figure("P1", options.model, "longest_freeze", of("longest_freeze"), "ms", bar=600),
    ]
