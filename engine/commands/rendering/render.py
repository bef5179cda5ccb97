"""render FILE|RECIPE --out PNG: the same picture again, byte for byte."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.commands.console import Arguments
from engine.commands.opening import open_model, remembered
from engine.commands.rendering.pictures import owned, read_recipe_file, recipe_from_text, sha256_pixels
from engine.commands.rendering.recipe import cell_index
from engine.commands.report import Report
from engine.commands.values import Progress
from engine.disk.files import LoadError, atomic_write
from engine.disk.recipes import PLAIN, Memory, grid_rows
from engine.protocol.sheets import laid_out

if TYPE_CHECKING:
    from engine.opened.model import OpenedModel
    from engine.protocol.values import Image


def add_parser(subparsers: Any) -> None:
    parser = subparsers.add_parser("render", help="draw a picture again from its recipe")
    parser.add_argument("what", metavar="FILE|RECIPE", help="an exported PNG, a JSON file, or a recipe's JSON itself")
    parser.add_argument("--out", type=Path, required=True, metavar="PNG")
    parser.add_argument("--cell", metavar="R,C", help="one cell of a grid, counted from 0,0")
    parser.add_argument("--model", metavar="MODEL", help="where the model is now, if it was moved")


class RenderArguments(Arguments):
    what: str
    out: Path
    cell: str | None
    model: str | None


def run(args: RenderArguments, report: Report) -> dict[str, Any]:
    import numpy as np

    from engine.opened.export import enlarged, png_bytes
    from engine.opened.sheets import on_sheet, sheet_layout

    memory, original = _asked(args, args.what, args.cell)
    opened = _opened(args, memory)
    for recipe in memory.recipes:
        owned(opened, recipe, Path(args.what))
    cells = []
    for recipe in memory.recipes:
        cells.append(enlarged(opened.picture(recipe), memory.scale))
        report.progress(Progress("Drawing cells", len(cells), len(memory.recipes)))
    pixels = on_sheet(cells, memory.columns, memory.sheet)
    layout = None
    if not memory.sheet.is_plain:
        layout = sheet_layout(memory.sheet, len(cells), memory.columns, cells[0].shape[1], cells[0].shape[0])
    memory = opened.memory(
        memory.recipes, columns=memory.columns, scale=memory.scale, sheet=memory.sheet, layout=layout
    )
    atomic_write(args.out, png_bytes(pixels, memory))
    return {
        "file": str(args.out),
        "sha256_pixels": sha256_pixels(pixels),
        "equal": None if original is None else bool(np.array_equal(original, pixels)),
    }


def _asked(args: Arguments, what: str, cell: str | None) -> tuple[Memory, Image | None]:
    """What is to be drawn, and the picture it is to equal."""
    if what.lstrip().startswith("{"):
        return Memory(recipes=(recipe_from_text(what),)), None
    path = Path(what)
    if path.suffix.lower() == ".json":
        return Memory(recipes=(read_recipe_file(path),)), None
    memory, image = remembered(args, path)
    if cell is None:
        return memory, image
    index = cell_index(memory, cell)
    rows = grid_rows(memory.recipes, memory.columns)
    height, width = image.shape[0] // rows, image.shape[1] // memory.columns
    layout = memory.layout or laid_out(PLAIN, rows, memory.columns, width, height)
    box = layout.cell(index)
    part = image[box.y : box.y + box.height, box.x : box.x + box.width]
    return Memory(recipes=(memory.recipes[index],), scale=memory.scale, source=memory.source), part


def _opened(args: RenderArguments, memory: Memory) -> OpenedModel:
    """The model that was asked for, the one the picture remembers, or the one with its fingerprint that is here."""
    if args.model:
        return open_model(args, args.model)
    if memory.source:
        try:
            opened = open_model(args, memory.source)
        except LoadError:
            opened = None
        if opened is not None and opened.fingerprint == memory.recipes[0].model:
            return opened
    from engine.opened.finding import find

    if found := find(memory.recipes[0].model, home=args.home):
        return open_model(args, found)
    raise LoadError(
        args.what if os.path.exists(args.what) else "",
        "wrong-model",
        f"The model that made this picture is not here ({memory.recipes[0].model[:16]}); name it with --model.",
    )
