"""likelihood MODEL PNG [--map OUT]: how surprising a picture is to a model, in bits, and where."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.commands.console import Arguments
from engine.commands.opening import done, open_model, stop_flag
from engine.commands.rendering.pictures import conditions
from engine.commands.report import Report
from engine.disk.files import ZscapeError, atomic_write
from engine.protocol.values import Capability

if TYPE_CHECKING:
    from engine.opened.model import OpenedModel
    from engine.protocol.pixels import Map
    from engine.protocol.values import Image

_MAP_PX = 512
"""About so large is a map that is looked at."""


def add_parser(subparsers: Any) -> None:
    parser = subparsers.add_parser("likelihood", help="measure how surprising a picture is, in bits")
    parser.add_argument("model", metavar="MODEL", help="a file, a run folder, or a bundled name")
    parser.add_argument("picture", type=Path, metavar="PNG", help="a picture; it is cut square and resized")
    parser.add_argument("--map", type=Path, metavar="OUT", help="bits of each pixel: .csv for numbers, else a PNG")
    parser.add_argument("--compare", action="store_true", help="beside 500 held-out pictures; measured once a model")
    parser.add_argument("--condition", action="append", default=[], metavar="NAME=CHOICE", help="what it would be")


class LikelihoodArguments(Arguments):
    model: str
    picture: Path
    map: Path | None
    compare: bool
    condition: list[str]


def run(args: LikelihoodArguments, report: Report) -> dict[str, Any]:
    from engine.datasets.formats.decode import read_picture
    from engine.evaluation.held_out import held_out
    from engine.opened.pixelwise import bits_of, require_pixelwise

    opened = open_model(args, args.model)
    asked = conditions(opened, args.condition)
    pixels = read_picture(args.picture, opened.family.picture.size).pixels
    can = opened.family.capabilities
    result: dict[str, Any] = {}
    with stop_flag(report) as flag:
        if args.map is not None or asked:
            require_pixelwise(opened)
        if Capability.PIXELWISE in can:
            measured = done(bits_of(opened, pixels, asked), report, flag)
            result["bits_per_dim"], result["bits"] = measured.bits_per_dim, float(measured.bits.sum(dtype=float))
            if args.map is not None:
                _write_map(args.map, measured.bits)
                result["map"] = str(args.map)
        else:
            result["bits_per_dim"] = _bits_per_dim(opened, pixels)
        result["bound"] = opened.family.likelihood_is_bound
        if args.compare:
            found = done(held_out(opened, 500, home=args.home), report, flag)
            result["held_out"] = {
                "data": found.data,
                "n": len(found.bits_per_dim),
                "mean": sum(found.bits_per_dim) / len(found.bits_per_dim),
                "share_below": found.share_below(result["bits_per_dim"]),
            }
    return {**result, "fingerprint": opened.fingerprint}


def _bits_per_dim(opened: OpenedModel, pixels: Image) -> float:
    """Of a family that tells of whole pictures only."""
    import torch

    from engine.machine.seeds import generator
    from engine.opened.pictures import from_image

    if Capability.LIKELIHOOD not in opened.family.capabilities:
        raise ZscapeError("no-likelihood", f"“{opened.model.name}” does not say how likely a picture is.")
    x_CHW = from_image(pixels, opened.family.picture.channels).to(opened.device)
    with torch.no_grad():
        nats = -float(opened.family.log_likelihood(x_CHW[None], generator(0, 9)))
    return nats / (x_CHW.numel() * math.log(2.0))


def _write_map(path: Path, bits: Map) -> None:
    """Numbers, a row of pixels in each line; or colours from expected to surprising."""
    if path.suffix.lower() == ".csv":
        atomic_write(path, "".join(",".join(f"{each:.6g}" for each in row) + "\n" for row in bits.tolist()))
        return
    import io

    import numpy as np
    from PIL import Image as Pillow

    from engine.protocol.pixels import HEAT, SCALE_ENDS

    most = float(np.quantile(bits, 0.995))
    top = next((end for end in SCALE_ENDS if end >= most), math.ceil(most))
    share = np.clip(bits / top, 0.0, 1.0)
    stops = [stop for stop, _ in HEAT]
    colours = np.stack([np.interp(share, stops, [colour[k] for _, colour in HEAT]) for k in range(3)], -1)
    times = max(1, _MAP_PX // max(bits.shape))
    large = colours.round().astype(np.uint8).repeat(times, 0).repeat(times, 1)
    content = io.BytesIO()
    Pillow.fromarray(np.ascontiguousarray(large)).save(content, "PNG")
    atomic_write(path, content.getvalue())
