"""recipe FILE: what an exported picture remembers of how it was made."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.commands.console import Arguments
from engine.commands.report import Report
from engine.files import BadConfig
from engine.recipes import Memory, grid_rows, recipe_value

if TYPE_CHECKING:
    from engine.protocol import Recipe


def add_parser(subparsers: Any) -> None:
    parser = subparsers.add_parser("recipe", help="read what a picture remembers")
    parser.add_argument("file", type=Path, metavar="FILE", help="a PNG that Zscape exported")
    parser.add_argument("--cell", metavar="R,C", help="the cell of a grid, counted from 0,0")


class RecipeArguments(Arguments):
    file: Path
    cell: str | None


def run(args: RecipeArguments, report: Report) -> dict[str, Any]:
    from engine.export import read_png_memory

    memory, _ = read_png_memory(args.file)
    return {
        "recipe": recipe_value(memory.recipes[cell_index(memory, args.cell)]),
        "rows": grid_rows(memory.recipes, memory.columns),
        "columns": memory.columns,
        "cells": len(memory.recipes),
        "scale": memory.scale,
        "source": memory.source,
    }


def cell_index(memory: Memory, cell: str | None) -> int:
    """The number of the cell R,C; the first without one."""
    if cell is None:
        return 0
    row, comma, column = cell.partition(",")
    rows = grid_rows(memory.recipes, memory.columns)
    if not (comma and row.strip().isdigit() and column.strip().isdigit()):
        raise BadConfig("usage", f"--cell takes row,column, not “{cell[:40]}”.")
    index = int(row) * memory.columns + int(column)
    if int(column) >= memory.columns or index >= len(memory.recipes):
        raise BadConfig(
            "no-cell", f"There is no cell {cell}; the picture has {rows} rows and {memory.columns} columns."
        )
    return index


def cell_recipe(memory: Memory, cell: str | None) -> Recipe:
    """The recipe of one cell."""
    return memory.recipes[cell_index(memory, cell)]
