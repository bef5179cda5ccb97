"""recipe FILE: what an exported picture remembers of how it was made."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from engine.commands.console import Arguments, plain_number
from engine.commands.report import Report
from engine.disk.files import BadConfig
from engine.disk.recipes import Memory, grid_rows, recipe_value, walk_value


def add_parser(subparsers: Any) -> None:
    parser = subparsers.add_parser("recipe", help="read what a picture remembers")
    parser.add_argument("file", type=Path, metavar="FILE", help="a picture or film that Zscape exported")
    parser.add_argument("--cell", metavar="R,C", help="the cell of a grid, counted from 0,0")


class RecipeArguments(Arguments):
    file: Path
    cell: str | None


def run(args: RecipeArguments, report: Report) -> dict[str, Any]:
    from engine.opened.films import read_picture_memory

    memory, _ = read_picture_memory(args.file)
    return {
        "recipe": recipe_value(memory.recipes[cell_index(memory, args.cell)]),
        "rows": grid_rows(memory.recipes, memory.columns),
        "columns": memory.columns,
        "cells": len(memory.recipes),
        "scale": memory.scale,
        "source": memory.source,
        **({} if memory.walk is None else {"path": walk_value(memory.walk)}),
    }


def cell_index(memory: Memory, cell: str | None) -> int:
    """The number of the cell R,C; the first without one."""
    if cell is None:
        return 0
    row, column = (plain_number(part) for part in cell.partition(",")[::2])
    if row is None or column is None:
        raise BadConfig("usage", f"--cell takes row,column such as 0,0, not “{cell[:40]}”.")
    index = row * memory.columns + column
    if column >= memory.columns or index >= len(memory.recipes):
        size = f"{grid_rows(memory.recipes, memory.columns)}×{memory.columns}"
        raise BadConfig("no-cell", f"There is no cell {row},{column} in a grid of {size}; the first one is 0,0.")
    return index
