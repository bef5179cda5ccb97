"""Drawing data sets: what can be drawn, a preview that keeps up, the one set that is being drawn, and how it ended."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QObject, QUrl, Signal
from PySide6.QtGui import QDesktopServices

from app.controls.numbers import count_text
from app.flows.opening import OpeningFlow
from app.store.client import Client
from app.store.kept.settings import MAKE_PACE, Settings
from app.store.notices import Level, NoticeAction, NoticeBoard
from engine.disk.files import shown
from engine.protocol.answers import Event, Failed, MakeablesListed, SetMade, SetPreviewed, SetProgressed, Stopped
from engine.protocol.requests import Cancel, ListMakeables, MakeSet, PreviewSet
from engine.protocol.values import MakeableDescribed, Stop

FACES, GLYPHS = "faces", "glyphs"
_LEAST_S = 2.0
"""Shorter drawings say nothing about how fast this computer is."""
_PACES = (0.02, 50.0)


class SetFlow(QObject):
    """One set at a time. Its dialog may close, and be opened again, while it is being drawn."""

    drawables_changed = Signal(object)
    previewed = Signal(object)
    progressed = Signal(object)
    """SetProgressed, or None when nothing is being drawn."""
    current_changed = Signal(object)
    """The order that is being drawn, or None."""

    def __init__(
        self,
        client: Client,
        board: NoticeBoard,
        settings: Settings,
        opening: OpeningFlow,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._client = client
        self._board = board
        self._settings = settings
        self._opening = opening
        self._previewing = 0
        """The ticket of the newest preview."""
        self._awaited = 0
        """The ticket of a preview that nothing was seen of yet; 0 for none."""
        self._is_whole = True
        self._wanted: MakeSet | None = None
        self.makeables: tuple[MakeableDescribed, ...] = ()
        self.current: MakeSet | None = None

    def list_drawables(self) -> None:
        """Ask once what can be drawn."""
        if not self.makeables:
            self._client.send(ListMakeables())

    def preview(self, order: MakeSet) -> None:
        """Show a few of an order. While something is dragged each preview gets as far as its first pictures."""
        self._wanted = order
        if not self._awaited:
            self._ask_preview()

    @property
    def is_previewing(self) -> bool:
        """True until the newest preview is whole."""
        return self._wanted is not None or not self._is_whole

    def forget_preview(self) -> None:
        """Nobody looks any more."""
        self._wanted = None

    def draw(self, order: MakeSet) -> bool:
        """Begin to draw; False while another set is being drawn."""
        if self.current is not None:
            return False
        order = replace(order, ticket=self._client.next_ticket())
        self._set_current(order)
        self.progressed.emit(SetProgressed(out=str(order.out), what=order.what, done=0, of=order.count))
        self._client.send(order)
        return True

    def stop(self) -> None:
        """End with what is drawn."""
        if self.current is not None:
            self._client.send(Cancel(ticket=self.current.ticket))

    def seconds_for(self, order: MakeSet) -> float:
        """About how long it takes on this computer, as far as it is known."""
        makeable = self._drawable(order.what)
        return self._usual_s(makeable, order) * self._pace if makeable else 0.0

    def bytes_for(self, order: MakeSet) -> float:
        """About how large it will be."""
        makeable = self._drawable(order.what)
        return makeable.cost.bytes_for(order.count, order.size or 64) * (2 if order.pair else 1) if makeable else 0.0

    def receive(self, event: Event) -> None:
        """Take in the engine's answers."""
        match event:
            case MakeablesListed():
                self.makeables = event.makeables
                self.drawables_changed.emit(event.makeables)
            case SetPreviewed():
                self._on_previewed(event)
            case SetProgressed():
                if self._is_current(event.ticket):
                    self.progressed.emit(event)
            case SetMade():
                self._on_drawn(event)
            case Failed() if self._is_current(event.ticket):
                self._end()
            case Failed() if event.ticket == self._previewing:
                self._awaited, self._is_whole = 0, True
            case Stopped():
                self._end()
            case _:
                pass

    # ------------------------------------------------------------ within

    @property
    def _pace(self) -> float:
        return min(max(float(self._settings.get(MAKE_PACE)), _PACES[0]), _PACES[1])

    def _drawable(self, name: str) -> MakeableDescribed | None:
        return next((makeable for makeable in self.makeables if makeable.name == name), None)

    def _usual_s(self, makeable: MakeableDescribed, order: MakeSet) -> float:
        named = next((pair.traced for pair in makeable.pairs if pair.name == order.pair), 2)
        return makeable.cost.seconds_for(order.count, order.size or 64) * (named if order.pair else 1)

    def _ask_preview(self) -> None:
        if self._wanted is not None:
            order, self._wanted = self._wanted, None
            self._previewing = self._awaited = self._client.next_ticket()
            self._is_whole = False
            self._client.send(PreviewSet(ticket=self._awaited, order=order))

    def _on_previewed(self, event: SetPreviewed) -> None:
        if event.ticket == self._awaited:
            self._awaited = 0
        if event.ticket == self._previewing:
            self._is_whole = event.final
            self.previewed.emit(event)
        if not self._awaited:
            self._ask_preview()

    def _on_drawn(self, event: SetMade) -> None:
        order, makeable = self.current, self._drawable(event.what)
        if (
            order is not None
            and self._is_current(event.ticket)
            and makeable is not None
            and event.seconds > _LEAST_S
            and event.count
        ):
            usual = self._usual_s(makeable, order) * event.count / max(1, order.count)
            self._settings.put(MAKE_PACE, min(max(event.seconds / max(usual, 1e-6), _PACES[0]), _PACES[1]))
        if self._is_current(event.ticket):
            self._end()
        out = Path(event.out)
        show = NoticeAction("Open folder", lambda: QDesktopServices.openUrl(QUrl.fromLocalFile(str(out))))
        learn = NoticeAction("Train on it", lambda: self._opening.train_on(out))
        is_set = not event.dimensions and not event.pair
        self._board.post(
            drawn_words(event), Level.DONE, action=learn if is_set else show, also=show if is_set else None
        )  # fmt: skip

    def _is_current(self, ticket: int) -> bool:
        return self.current is not None and self.current.ticket == ticket

    def _set_current(self, order: MakeSet | None) -> None:
        self.current = order
        self.current_changed.emit(order)

    def _end(self) -> None:
        if self.current is not None:
            self._set_current(None)
        self.progressed.emit(None)


def drawn_words(event: SetMade) -> str:
    """How a drawing ended, in a sentence."""
    is_short = event.reason is Stop.STOPPED
    what = things(event.what, event.pair, event.dimensions, event.asked if is_short else event.count)
    name = f"“{shown(event.out)}”"
    if event.reason is Stop.STOPPED:
        return f"Stopped: {name} keeps {count_text(event.count)} of {count_text(event.asked)} {what}."
    return f"Made {count_text(event.count)} {what} into {name}."


def things(what: str, pair: str, dimensions: int, count: int) -> str:
    """What is counted: faces, pairs, glyphs or points."""
    word = "point" if dimensions else "pair" if pair else {FACES: "face", GLYPHS: "glyph"}.get(what, "picture")
    return word if count == 1 else f"{word}s"
