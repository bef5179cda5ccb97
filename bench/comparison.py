"""Five families in equal time on every set of docs/comparison.md: measured where it stands, and the page written anew.

python -m bench comparison [--only CASE]    go on with the comparisons, print their figures, write the page
python -m bench.comparison page DIR…        the page alone, from folders that `zscape compare` wrote or still writes
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bench.figures import ROOT, Figure, Options, figure
from bench.pages import comparison_page
from bench.pages.comparison_cases import CASES, STATE, Case
from engine.comparing import results
from engine.disk.files import ZscapeError

QUICK_S = 5
"""For each family where it only has to be seen that all goes well."""


def run(options: Options) -> list[Figure]:
    figures: list[Figure] = []
    for name, case in CASES.items():
        if not options.wants(name):
            continue
        with tempfile.TemporaryDirectory() as scratch:
            folder = Path(scratch) if options.quick else STATE / name
            if not _compared(case, folder, quick=options.quick):
                continue
            found = results.found(folder)
            assert found is not None
            if not options.quick:
                comparison_page.write([folder])
            figures += _figures(name, results.summary(found))
    return figures


def _compared(case: Case, folder: Path, *, quick: bool) -> bool:
    """Whether its runs are there; sets that are not installed are left out."""
    short = {"seconds": QUICK_S, "seeds": 1} if quick else {}
    words = [sys.executable, str(ROOT / "main.py"), *case.words_of(str(folder), **short), "--threads", "1"]
    return subprocess.run(words, cwd=ROOT, stdout=subprocess.DEVNULL, check=False).returncode == 0


def _figures(name: str, told: Mapping[str, Any]) -> list[Figure]:
    figures = []
    for each in told["families"]:
        case, final = f"{name}/{each['family']}", each["final"]
        for metric, better in (("inception_score", "higher"), ("diversity_score", "higher"), ("fid", "lower")):
            if metric in final:
                at = final[metric]
                figures.append(figure("C1", case, metric, [at["least"], at["mean"], at["most"]], "", n=at["n"],
                                      better=better, note=f"real {told['real'].get(metric, 0):.3g}"))  # fmt: skip
        figures.append(figure("C2", case, "collapses", [float(each["collapses"])], "", n=len(each["steps"])))
    return figures


def main() -> int:
    parser = argparse.ArgumentParser(prog="bench.comparison", description="docs/comparison.md from what was compared")
    parser.add_argument("what", choices=("page",))
    parser.add_argument("folders", nargs="+", type=Path, metavar="DIR", help="what zscape compare --out names")
    arguments = parser.parse_args()
    try:
        names = comparison_page.write(arguments.folders)
    except ZscapeError as problem:
        print(problem.sentence, file=sys.stderr)
        return 2
    for name in names:
        sizes = [path.stat().st_size for path in comparison_page.FOLDER.glob(f"{name}*")]
        print(f"{comparison_page.PAGE.relative_to(ROOT)}: {name}, {sum(sizes) / 1e3:.0f} kB of plots and pictures")
    return 0


if __name__ == "__main__":
    sys.exit(main())
