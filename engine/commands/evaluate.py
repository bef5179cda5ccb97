"""evaluate MODEL --data DATA: the numbers that papers report, beside what real pictures score."""

from __future__ import annotations

from typing import Any

from engine.commands.console import Arguments, whole
from engine.commands.opening import open_data, open_model, stop_flag
from engine.commands.report import Report


def add_parser(subparsers: Any) -> None:
    parser = subparsers.add_parser("evaluate", help="measure a model against data")
    parser.add_argument("model", metavar="MODEL", help="a file, a run folder, or a bundled name")
    parser.add_argument("--data", required=True, metavar="DATA", help="a folder, a file, or bundled:NAME")
    parser.add_argument("--n", type=whole(2, 100_000), default=500, metavar="N", help="pictures to measure on (500)")
    parser.add_argument("--metrics", metavar="A,B", help="only these; all that mean something otherwise")


class EvaluateArguments(Arguments):
    model: str
    data: str
    n: int
    metrics: str | None


def run(args: EvaluateArguments, report: Report) -> dict[str, Any]:
    from engine.evaluation import available, evaluate

    session = open_model(args, args.model)
    with stop_flag(report) as flag:
        data = open_data(args, args.data, report, flag, size=session.family.config.size)
        names = tuple(args.metrics.split(",")) if args.metrics else available(session, data)

        def tick(words: str, done: int, of: int) -> None:
            flag.check()
            report.progress(f"{words} {done} of {of}")

        scores = evaluate(session, data, names, args.n, tick)
    return {
        "metrics": {
            name: {"value": s.measured.value, "stderr": s.measured.stderr, "n": s.n, "real": s.real}
            for name, s in scores.items()
        },
        "fingerprint": session.fingerprint,
    }
