"""The table of pages: a new page is its own folder, and a row here."""

from __future__ import annotations

from app.controls.page import PageWidget
from app.flows.shell import EVALUATE, EXPLORE, LIBRARY, PATH, TRAIN, Shell
from app.shell.page import Group, Page


def _explore(shell: Shell) -> PageWidget:
    from app.explore.page import ExplorePage

    return ExplorePage(shell)


def _path(shell: Shell) -> PageWidget:
    from app.path.page import PathPage

    return PathPage(shell)


def _arithmetic(shell: Shell) -> PageWidget:
    from app.arithmetic.page import ArithmeticPage

    return ArithmeticPage(shell)


def _train(shell: Shell) -> PageWidget:
    from app.train.page import make

    return make(shell)


def _evaluate(shell: Shell) -> PageWidget:
    from app.evaluate.page import EvaluatePage

    return EvaluatePage(shell)


def _library(shell: Shell) -> PageWidget:
    from app.library.page import make

    return make(shell)


PAGES = (
    Page(id=EXPLORE, label="Explore", icon="explore", keys="Ctrl+1", group=Group.LOOK, make=_explore),
    Page(id=PATH, label="Path", icon="path", keys="Ctrl+2", group=Group.LOOK, make=_path),
    Page(
        id="arithmetic", label="Arithmetic", icon="arithmetic", keys="Ctrl+3", group=Group.LOOK, make=_arithmetic
    ),
    Page(
        id=TRAIN, label="Train", icon="train", keys="Ctrl+4;Ctrl+T", group=Group.MAKE, make=_train,
        is_ahead=True, also="train.open",
    ),
    Page(id=LIBRARY, label="Library", icon="library", keys="Ctrl+5", group=Group.MAKE, make=_library),
    Page(id=EVALUATE, label="Evaluate", icon="evaluate", keys="Ctrl+6", group=Group.JUDGE, make=_evaluate),
)  # fmt: skip
"""In the order of the rail; the first one is shown at the first start."""
