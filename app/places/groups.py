"""The history in groups: a larger move begins one, and the small moves after it fold into it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from app.store.history import HistoryEntry
from engine.protocol.values import Recipe

SHOWN = 4
"""Small moves of a group that are seen while it is folded, the newest ones."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One tile: a place, or the sign that unfolds a group, or folds it again."""

    entry: HistoryEntry | None = None
    is_small: bool = False
    group: Recipe
    """The place that began the group."""
    hidden: tuple[HistoryEntry, ...] = ()
    """What a press on the sign brings to light; nothing where it folds."""


def cells(entries: Sequence[HistoryEntry], unfolded: Collection[Recipe]) -> list[Cell]:
    """Tiles of places, newest first: each group with the place that began it in front."""
    laid: list[Cell] = []
    for head, moves in _groups(entries):
        laid.append(Cell(entry=head, group=head.recipe))
        is_folded = len(moves) > SHOWN + 1 and head.recipe not in unfolded  # a sign for one place hides it for nothing
        seen = moves[:SHOWN] if is_folded else moves
        laid += (Cell(entry=entry, is_small=True, group=head.recipe) for entry in seen)
        if len(moves) > SHOWN + 1:
            hidden = tuple(moves[SHOWN:]) if is_folded else ()
            laid.append(Cell(is_small=True, group=head.recipe, hidden=hidden))
    return laid


def _groups(entries: Sequence[HistoryEntry]) -> Iterator[tuple[HistoryEntry, list[HistoryEntry]]]:
    """What began each group, and its small moves, newest first; the oldest place of all begins one."""
    moves: list[HistoryEntry] = []
    for place, entry in enumerate(entries, 1):
        if entry.begins or place == len(entries):
            yield entry, moves
            moves = []
        else:
            moves.append(entry)
