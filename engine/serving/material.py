"""The labelled pictures that a model learned from: a run knows where its folder is, a card only what it was called."""

from __future__ import annotations

from pathlib import Path

import engine.datasets.catalogue as catalogue
from engine.datasets.store import Store
from engine.disk.files import BadConfig
from engine.disk.runs import data_of
from engine.machine.work import Work
from engine.opened.model import OpenedModel


def learned_from(opened: OpenedModel, home: Path) -> Work[Store]:
    """Open them at the size of the model's pictures."""
    source = data_of(Path(opened.model.path)) or str(opened.model.card.get("data", ""))
    if not source:
        raise BadConfig("no-data", f"“{opened.model.name}” does not say which pictures it learned from.")
    return (yield from catalogue.open_data(source, home=home, size=opened.family.picture.size))
