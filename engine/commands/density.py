"""density NAME --out DIR: particles walk up the slope of a discriminator to a density that is known exactly."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from engine.commands.console import Arguments, whole
from engine.commands.opening import done, empty_folder, stop_flag, use_threads
from engine.commands.report import Report
from engine.disk.files import BadConfig

HELP = """\
Composite functional gradients where all is known (Johnson & Zhang 2018): particles of a Gaussian take steps of η ∇D,
D fitted before each step to tell them from the density, on bins and to near its optimum (algorithm 1); with --updates
it learns from samples instead, so many minibatches between two steps (algorithm 2). DIR then holds
  walk.csv        step,kl,log_ratio_error,squared_slope      walk.png       both curves; on a line D beside ln p*/p
  log-ratio.csv   step,x[,y],learned,true                    pictures.png   particles, D and ln p*/p at six moments
  particles.csv   step,particle,x[,y]: the ways of three hundred of them
Densities are those of zscape data render: mixture-1d on a line; mixture, ring, moons, spiral, checkerboard in a plane.
"""


def add_parser(subparsers: Any) -> None:
    parser = subparsers.add_parser(
        "density",
        help="watch particles walk to a known density",
        epilog=HELP,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("density", metavar="NAME", help="ring, mixture-1d, …")
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="where everything goes")
    parser.add_argument("--steps", type=whole(1, 10_000), metavar="T", help="steps of the particles (40; 50 on a line)")
    parser.add_argument("--eta", type=float, metavar="η", help="length of a step (.015; .02 on a line)")
    parser.add_argument("--particles", type=whole(100, 10_000_000), metavar="N", help="how many (100 000)")
    parser.add_argument("--updates", type=whole(0, 100_000), metavar="U", help="minibatches for D a step (0)")


class DensityArguments(Arguments):
    density: str
    out: Path
    steps: int | None
    eta: float | None
    particles: int | None
    updates: int | None


def run(args: DensityArguments, report: Report) -> dict[str, Any]:
    from engine.comparing.density_files import summary, walked, write
    from engine.datasets.synthetic.toy import TOYS
    from engine.evaluation.density_walks import usual

    use_threads(args)
    toy = TOYS.get(args.density)
    if toy is None:
        raise BadConfig("unknown-density", f"“{args.density[:40]}” is no density; there are: {', '.join(TOYS)}.")
    if args.eta is not None and not 0.0 < args.eta <= 10.0:
        raise BadConfig("usage", f"A step of η {args.eta:g} is not between 0 and 10.")
    asked = {"steps": args.steps, "eta": args.eta, "particles": args.particles, "updates": args.updates}
    walk = usual(toy, **{name: value for name, value in asked.items() if value is not None}, seed=args.seed)
    folder = empty_folder(args.out)
    with stop_flag(report) as flag:
        course = done(walked(walk), report, flag)
    return {**summary(course), "files": write(course, folder)}
