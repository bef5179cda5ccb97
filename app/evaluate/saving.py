"""Taking a table along: into a file, or onto the clipboard."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QMenu, QWidget

from app.store.judged.scores import Scores
from app.store.judged.table import as_csv, as_json, as_markdown
from engine.disk.files import atomic_write

Save = Callable[[str, Callable[[Path], object]], object]
KINDS: tuple[tuple[str, str], ...] = (
    (".csv", "Table (CSV)…"),
    (".json", "Numbers (JSON)…"),
    (".md", "Report (Markdown)…"),
)
COPIES: tuple[tuple[str, str], ...] = ((".md", "Copy as Markdown"), (".csv", "Copy as CSV"), (".json", "Copy as JSON"))


def text_of(scores: Scores, suffix: str) -> str:
    """The whole table in one of the formats."""
    table = scores.table()
    match suffix:
        case ".csv":
            return as_csv(table)
        case ".json":
            return as_json(table, data=scores.data, n=scores.n)
        case _:
            return as_markdown(table)


def export_menu(scores: Scores, save: Save, parent: QWidget) -> QMenu:
    """What one can do with the numbers; `save` asks where a file of an ending shall go."""
    menu = QMenu(parent)
    for suffix, words in KINDS:
        menu.addAction(words, partial(_save, scores, suffix, save))
    menu.addSeparator()
    for suffix, words in COPIES:
        menu.addAction(words, partial(_copy, scores, suffix))
    return menu


def _save(scores: Scores, suffix: str, save: Save) -> None:
    """What stands there now, also if it changes while somebody looks for a folder."""
    text = text_of(scores, suffix)
    save(suffix, lambda path: atomic_write(path, text))


def _copy(scores: Scores, suffix: str) -> None:
    QGuiApplication.clipboard().setText(text_of(scores, suffix))
