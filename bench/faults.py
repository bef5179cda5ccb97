"""The promises that harm puts to the test, as figures: `python -m tests.faults` in a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys

from bench.figures import ROOT, Figure, Options


def run(options: Options) -> list[Figure]:
    words = [sys.executable, "-m", "tests.faults", "--json"]
    words += [options.only] if options.only else []
    words += ["--quick"] if options.quick else []
    words += ["--times", str(options.repeat)] if options.repeat else []
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen", "OMP_WAIT_POLICY": "PASSIVE"}
    done = subprocess.run(words, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True, check=False)
    lines = done.stdout.splitlines()
    if not lines:
        raise SystemExit(f"bench: faults could not be measured ({done.returncode}).")
    return [Figure(**one) for one in json.loads(lines[-1])["figures"]]
