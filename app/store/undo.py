"""The undo stack: pairs of recipes with a label, no Qt and no pictures."""

from __future__ import annotations

from dataclasses import dataclass

from engine.protocol.values import Recipe


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One thing a person did, as where they were and where they went."""

    before: Recipe
    after: Recipe
    label: str


class UndoStack:
    """Steps behind and steps ahead. A new step forgets what was ahead."""

    def __init__(self, limit: int = 500) -> None:
        self._limit = limit
        self._behind: list[Step] = []
        self._ahead: list[Step] = []

    def push(self, step: Step) -> bool:
        """Remember a step; one that changed nothing is none."""
        if step.before == step.after:
            return False
        self._behind.append(step)
        del self._behind[: -self._limit]
        self._ahead.clear()
        return True

    @property
    def undoable(self) -> Step | None:
        """What undo would take back."""
        return self._behind[-1] if self._behind else None

    @property
    def redoable(self) -> Step | None:
        """What redo would do again."""
        return self._ahead[-1] if self._ahead else None

    def undo(self) -> Step | None:
        """Go one step back and say which."""
        if not self._behind:
            return None
        self._ahead.append(self._behind.pop())
        return self._ahead[-1]

    def redo(self) -> Step | None:
        """Go one step ahead and say which."""
        if not self._ahead:
            return None
        self._behind.append(self._ahead.pop())
        return self._behind[-1]
