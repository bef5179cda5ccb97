"""A headless command in a child, and how much memory it took beyond what the child began with."""

from __future__ import annotations

import json
from pathlib import Path


def run(command: list[str], out: str) -> int:
    """The command's exit code; the notes lie at `out`.notes."""
    import main

    before = peak_mb()
    code = main.main(command)
    Path(f"{out}.notes").write_text(json.dumps({"grown_mb": peak_mb() - before}))
    return code


def peak_mb() -> float:
    """Largest memory of this process so far (Unix)."""
    import resource
    import sys

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (1e6 if sys.platform == "darwin" else 1e3)
