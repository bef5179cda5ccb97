"""families: every kind of model that can be trained, with its presets and settings."""

from __future__ import annotations

import argparse
from typing import Any

from engine.commands.report import Report

COLUMNS = {"name": "name", "label": "kind of model", "when": "when to choose it", "presets": "presets"}
"""What people see of each on a terminal; everything with --json."""


def add_parser(subparsers: Any) -> None:
    subparsers.add_parser("families", help="list the kinds of models that can be trained")


def run(args: argparse.Namespace, report: Report) -> list[dict[str, Any]]:
    from engine.families import describe

    return [
        {
            "name": family.name,
            "label": family.label,
            "summary": family.summary,
            "when": family.when,
            "capabilities": family.capabilities,
            "presets": family.presets,
            "fields": family.fields,
        }
        for family in describe()
    ]
