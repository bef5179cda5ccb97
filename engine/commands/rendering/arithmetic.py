"""arithmetic MODEL --plus Q --minus Q --plus Q: averaged exemplars, added and subtracted."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.commands.console import Arguments
from engine.commands.opening import done, open_data, open_model, stop_flag
from engine.commands.report import Report
from engine.disk.files import BadConfig

if TYPE_CHECKING:
    from torch import Tensor

    from engine.datasets.store import Store
    from engine.machine.work import Work
    from engine.opened.model import OpenedModel


def add_parser(subparsers: Any) -> None:
    parser = subparsers.add_parser("arithmetic", help="add and subtract averaged pictures")
    parser.add_argument("model", metavar="MODEL", help="a file, a run folder, or a bundled name")
    words = 'attributes ("smile=1,gender=-1") or picture files, separated by commas; may be repeated'
    parser.add_argument("--plus", action="append", default=[], metavar="Q", help=words)
    parser.add_argument("--minus", action="append", default=[], metavar="Q", help=words)
    parser.add_argument("--strength", type=float, default=1.0, metavar="X", help="how far to go (1)")
    parser.add_argument("--hold", action="store_true", help="hold still what the sum is not about")
    parser.add_argument("--data", metavar="DATA", help="where exemplars are looked for (that of the model)")
    parser.add_argument("--out", type=Path, required=True, metavar="FILE", help="the PNG to write")


class ArithmeticArguments(Arguments):
    model: str
    plus: list[str]
    minus: list[str]
    strength: float
    hold: bool
    data: str | None
    out: Path


def run(args: ArithmeticArguments, report: Report) -> dict[str, Any]:
    if not args.plus:
        raise BadConfig("usage", "Say where to begin: at least one --plus.")
    if not -100 <= args.strength <= 100:
        raise BadConfig("usage", "--strength goes from -100 to 100.")
    from engine.commands.rendering.pictures import at_point
    from engine.disk.recipes import recipe_value
    from engine.disk.runs import data_of
    from engine.latents.arithmetic import combined
    from engine.opened.export import export_picture

    opened = open_model(args, args.model)
    with stop_flag(report) as flag:
        queries = [*args.plus, *args.minus]
        source = args.data or data_of(Path(opened.model.path)) or str(opened.model.card.get("data", ""))
        asks = args.hold or any("=" in query for query in queries)
        data = open_data(args, source, report, flag, size=opened.family.picture.size) if asks else None
        points = [_point(opened, data, query) for query in queries]
        about: tuple[str, ...] = ()
        point_D = combined(points[: len(args.plus)], points[len(args.plus) :], args.strength)
        if args.hold and data is not None:
            point_D, about = done(_held(opened, data, args, points), report, flag)
    recipe = at_point(opened, tuple(point_D.tolist()))
    done(export_picture(opened, recipe, args.out), report)
    told = {"about": list(about)} if about else {}
    return {"file": str(args.out), "recipe": recipe_value(recipe), "fingerprint": opened.fingerprint, **told}


def _held(
    opened: OpenedModel, data: Store, args: ArithmeticArguments, points: list[Tensor]
) -> Work[tuple[Tensor, tuple[str, ...]]]:
    """The sum from its last added term on, as in the window, with all else held still; and what it is about."""
    from engine.evaluation.holding import about, held_step, steady
    from engine.protocol.sums import Sign

    still = yield from steady(opened, data)
    signs = [Sign.PLUS] * len(args.plus) + [Sign.MINUS] * len(args.minus)
    base, wishes = (
        len(args.plus) - 1,
        [_wish(query, data) if "=" in query else {} for query in (*args.plus, *args.minus)],
    )
    own = about(opened, still, points, signs, base, wishes)
    return points[base] + args.strength * held_step(opened, still, points, signs, base, own), own


def _point(opened: OpenedModel, data: Store | None, query: str) -> Tensor:
    """The mean point of a query's exemplars: attribute values, or picture files."""
    import torch

    from engine.datasets.formats.decode import read_picture
    from engine.machine.work import finished
    from engine.opened.closer import find_closer

    size, channels = opened.family.picture.size, opened.family.picture.channels
    if "=" in query and data is not None:
        pictures = data.resized(size, channels).pictures[_exemplars(data, query)]
        points = [opened.encode(each.expand(3, -1, -1).permute(1, 2, 0).numpy())[0] for each in pictures]
    else:
        images = [read_picture(path, size).pixels for path in query.split(",") if path]
        points = [finished(find_closer(opened, image)).point for image in images]
    if not points:
        raise BadConfig("no-exemplars", f"No picture fits “{query[:60]}”.")
    return torch.tensor(points).mean(0)


def _exemplars(data: Store, query: str) -> Tensor:
    from engine.latents.arithmetic import CATEGORY_SPREAD, EXEMPLARS, balanced_exemplars

    wished = _wish(query, data)
    categories = {name for name, kind in data.kinds.items() if kind.is_category}
    spreads = {name: CATEGORY_SPREAD if name in categories else float(data.attributes[name].std()) for name in wished}
    return balanced_exemplars(wished, data.attributes, spreads, data.visible, EXEMPLARS)


def _wish(query: str, data: Store) -> dict[str, float]:
    wished: dict[str, float] = {}
    for pair in query.split(","):
        name, _, text = pair.partition("=")
        if name.strip() not in data.attributes:
            known = ", ".join(data.attributes) or "none"
            raise BadConfig("unknown-attribute", f"“{name[:40]}” is no attribute of “{data.name}”; there are: {known}.")
        try:
            wished[name.strip()] = float(text)
        except ValueError:
            raise BadConfig("usage", f"“{pair[:40]}” is not NAME=NUMBER.") from None
    return wished
