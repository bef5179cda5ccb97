"""The sum that is being made: its terms are edited and undone; averages and the step come from the engine."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from PySide6.QtCore import QObject, Signal

from app.store.client import Client
from app.store.edits import Edits
from app.store.models import Models
from app.store.shown.cells import CellBoards
from engine.protocol import fitting
from engine.protocol.answers import Evaluating, Event, Failed, Preparing
from engine.protocol.directions import KeepDirection
from engine.protocol.made import AddedUp, ExemplarsFound
from engine.protocol.requests import AddUp, FindExemplars
from engine.protocol.sums import (
    EXEMPLARS_LIMIT,
    LEAST_STRENGTH,
    MOST_STRENGTH,
    TERMS_LIMIT,
    Sign,
    Sum,
    Term,
)
from engine.protocol.values import Capability, Image, ModelDescribed, Recipe

CELLS = 9
"""The result, in the middle, and eight neighbours."""
_PLACES = EXEMPLARS_LIMIT * TERMS_LIMIT
Asked = tuple[Sign, str]


class Sums(QObject):
    """Setters change the edited value; while somebody looks it is added up anew."""

    changed = Signal()
    added = Signal()
    """Averages and the step are other ones."""
    mean_changed = Signal(int)
    cell_changed = Signal(int)
    place_changed = Signal(int, int)
    finding_changed = Signal()
    """Exemplars are looked for, or no longer, or that is further than it was."""

    def __init__(
        self, client: Client, edits: Edits, models: Models, boards: CellBoards, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._client = client
        self._edits = edits
        self._models = models
        self._means = boards.board("sum.mean", TERMS_LIMIT)
        self._cells = boards.board("sum.cell", CELLS)
        self._places = boards.board("sum.place", _PLACES)
        self._shown_places: dict[int, tuple[Recipe, ...]] = {}
        self._is_wanted = False
        self._ticket = 0
        self._finding: dict[int, tuple[int, str]] = {}
        """By ticket: the slot that exemplars are looked for, and the words."""
        self.searching: Evaluating | Preparing | None = None
        """How far the looking is, where that takes a while: the first time pictures are read."""
        self._batch: dict[int, Term | None] = {}
        """Terms of a preset by ticket, until all are found."""
        self._signs: dict[int, Asked] = {}
        self._missed: dict[int, tuple[str, Term]] = {}
        """By slot: words that nothing was found for, and the term that stood there and may still stand."""
        self.result: AddedUp | None = None
        edits.watch("total", self._on_edits_total_changed)
        models.model_changed.connect(self._on_models_model_changed)
        self._means.changed.connect(lambda _key, index, _cell: self.mean_changed.emit(index))
        self._cells.changed.connect(lambda _key, index, _cell: self.cell_changed.emit(index))
        self._places.changed.connect(lambda key, index, _cell: self.place_changed.emit(int(key), index))

    # ------------------------------------------------------------ what is

    @property
    def total(self) -> Sum:
        """Terms and strength."""
        return self._edits.value.total

    @property
    def is_here(self) -> bool:
        """True if its places are the open model's, or there are none."""
        model = self._models.model
        return model is not None and self.total.model in ("", model.fingerprint)

    def why_not(self) -> str:
        """Why nothing can be added with the open model; empty when it can."""
        model = self._models.model
        if model is None:
            return "Open a model first"
        if Capability.DECODE not in model.capabilities or not model.latent:
            return f"{model.name} draws pixel by pixel and has no places to add"
        return ""

    def why_no_words(self) -> str:
        """Why exemplars can hardly be asked for in words; empty when they can."""
        model = self._models.model
        if model is None or model.directions:
            return ""
        return "This model was trained without labels that could be asked for; drop pictures instead"

    @property
    def is_holding(self) -> bool:
        """True while what is to be held still is being found out."""
        result = self.result
        return self.total.holds and self.has_step and result is not None and not (result.about or result.why_free)

    @property
    def has_step(self) -> bool:
        """True if there is somewhere to stand and somewhere to go."""
        return self.result is not None and bool(self.result.base) and any(self.result.step)

    def finds(self, slot: int) -> bool:
        """True while exemplars are looked for."""
        return any(slot == each for each, _ in self._finding.values()) or bool(self._batch)

    def asked_words(self, slot: int) -> str:
        """What stands where one asks: what is looked for, or was not found, else the words of what is there."""
        looked_for = [text for each, text in self._finding.values() if each == slot]
        if self._batch:
            signed = [self._signs[ticket] for ticket in self._batch]
            looked_for = [text for _, text in signed[slot : slot + 1]]
        if looked_for:
            return looked_for[-1]
        term, missed = self._term(slot), self._missed.get(slot)
        return missed[0] if missed is not None and missed[1] == term else term.words

    def mean_image(self, slot: int) -> Image | None:
        """The average of a slot, once it is drawn."""
        cell = self._means.cell(slot)
        has_mean = slot < len(self.total.terms) and bool(self.total.terms[slot].places)
        return cell.image if cell is not None and has_mean else None

    def cell_image(self, index: int) -> Image | None:
        """The result (4) or a neighbour."""
        cell = self._cells.cell(index)
        return cell.image if cell is not None and self.result is not None and self.result.base else None

    def place_image(self, slot: int, index: int) -> Image | None:
        """One exemplar."""
        cell = self._places.cell(index, str(slot))
        return cell.image if cell is not None else None

    def cells(self) -> tuple[Recipe, ...]:
        """The result in the middle of its neighbours, at the present strength."""
        result = self.result
        if result is None or not result.base:
            return ()
        strength = self.total.strength
        point = tuple(base + strength * step for base, step in zip(result.base, result.step, strict=True))
        around = [tuple(a + b for a, b in zip(point, noise, strict=True)) for noise in result.noises]
        return tuple(Recipe(model=result.model, point=each) for each in (*around[:4], point, *around[4:8]))

    def place(self) -> Recipe | None:
        """The result."""
        cells = self.cells()
        return cells[CELLS // 2] if len(cells) == CELLS else None

    # ------------------------------------------------------------ editing

    def add_places(self, slot: int, places: Sequence[Recipe]) -> None:
        """Put exemplars into a slot; those of another model begin a new sum."""
        kept = tuple(replace(place, app="") for place in places if self._models.is_open(place))
        if kept and 0 <= slot < len(self._here().terms):
            term = self._here().terms[slot]
            fresh = tuple(place for place in dict.fromkeys(kept) if place not in term.places)
            self._set_term(slot, replace(term, places=(*term.places, *fresh)[:EXEMPLARS_LIMIT]), "Add exemplars")

    def remove_place(self, slot: int, index: int) -> None:
        """Take one exemplar out."""
        term = self.total.terms[slot]
        places = (*term.places[:index], *term.places[index + 1 :])
        self._set_term(slot, replace(term, places=places), "Remove exemplar")

    def empty(self, slot: int) -> None:
        """Take all exemplars out."""
        self._set_term(slot, replace(self.total.terms[slot], places=(), words="", understood=""), "Empty slot")

    def flip(self, slot: int) -> None:
        """Add what was taken away, or the other way round."""
        term = self.total.terms[slot]
        sign = Sign.MINUS if term.sign is Sign.PLUS else Sign.PLUS
        self._set_term(slot, replace(term, sign=sign), "Sign")

    def add_term(self) -> None:
        """One more slot."""
        if len(self.total.terms) < TERMS_LIMIT:
            self._put(replace(self._here(), terms=(*self._here().terms, Term())), "Add term")

    def remove_term(self, slot: int) -> None:
        """Take a slot away; one stays."""
        terms = self.total.terms
        if len(terms) > 1:
            self._put(replace(self.total, terms=(*terms[:slot], *terms[slot + 1 :])), "Remove term")

    def clear(self) -> None:
        """Begin anew."""
        self._missed = {}
        self._put(Sum(), "Clear sum")

    def set_strength(self, strength: float) -> None:
        """How often the step is taken."""
        bounded = fitting.bounded(strength, MOST_STRENGTH, low=LEAST_STRENGTH, otherwise=1.0)
        self._put(replace(self.total, strength=bounded), "Strength")

    def hold(self, *, holds: bool) -> None:
        """Whether all that the sum is not about is held still."""
        if holds != self.total.holds:
            self._put(replace(self.total, holds=holds), "Hold the rest still")

    def shake(self) -> None:
        """Other neighbours."""
        self._put(replace(self.total, noise=self.total.noise + 1), "New neighbours")

    def begin_edit(self) -> None:
        """From here to `end_edit` everything is one step."""
        self._edits.begin()

    def end_edit(self, label: str) -> None:
        """Close the edit."""
        self._edits.end(label)

    def restore(self, total: Sum) -> None:
        """Take over what a session remembered."""
        self._edits.amend(replace(self._edits.value, total=total))

    def ask(self, slot: int, text: str) -> None:
        """Look for exemplars that are as some words say, and put them into a slot in place of what is there."""
        if text.strip() and not self.why_not():
            self._missed.pop(slot, None)
            self._finding[self._client.next_ticket()] = slot, text.strip()
            self._client.send(FindExemplars(text=text.strip(), ticket=next(reversed(self._finding))))
            self.finding_changed.emit()

    def ask_all(self, asked: Sequence[Asked]) -> None:
        """A whole sum by words: one step once all exemplars are found."""
        if self.why_not():
            return
        self._batch, self._signs = {}, {}
        for sign, text in asked:
            ticket = self._client.next_ticket()
            self._batch[ticket], self._signs[ticket] = None, (sign, text)
        self.finding_changed.emit()
        for ticket, (_, text) in tuple(self._signs.items()):
            self._client.send(FindExemplars(text=text, ticket=ticket))

    def save_direction(self, label: str) -> None:
        """Keep the step as a slider."""
        if self.result is not None and self.has_step:
            self._client.send(
                KeepDirection(
                    label=label, move=self.result.step, low=LEAST_STRENGTH, high=MOST_STRENGTH, made=self.words()
                )
            )

    def words(self) -> str:
        """The sum in words: smiling woman − neutral woman + neutral man."""
        parts: list[str] = []
        for number, term in enumerate(self.total.terms):
            sign = "−" if term.sign is Sign.MINUS else "+"
            name = term.words or (f"{len(term.places)} pictures" if term.places else "…")
            parts.append(name if not number and term.sign is Sign.PLUS else f"{sign} {name}")
        return " ".join(parts)

    def _term(self, slot: int) -> Term:
        terms = self._here().terms
        return terms[slot] if slot < len(terms) else Term()

    def _here(self) -> Sum:
        return self.total if self.is_here else Sum()

    def _set_term(self, slot: int, term: Term, label: str) -> None:
        total = self._here()
        self._put(replace(total, terms=(*total.terms[:slot], term, *total.terms[slot + 1 :])), label)

    def _put(self, total: Sum, label: str) -> None:
        self._edits.put(replace(self._edits.value, total=total), label)

    # ------------------------------------------------------------ adding up

    def want(self, wanted: bool) -> None:
        """Whether somebody looks."""
        if wanted != self._is_wanted:
            self._is_wanted = wanted
            if wanted:
                self._add_up()

    def _add_up(self) -> None:
        """Have it added up, if anything but the strength is another one."""
        if not self._is_wanted:
            return
        if self.why_not() or not self.is_here:
            self._asked_for, self.result, self.searching = None, None, None
            self.added.emit()
            return
        key = replace(self.total, strength=1.0)
        if key != self._asked_for:
            self._asked_for = key
            self._ticket = self._client.next_ticket()
            self._client.send(AddUp(total=self.total, ticket=self._ticket))
        elif self.result is not None:
            self._draw_cells()
        self._draw_places()

    _asked_for: Sum | None = None

    def _draw_cells(self) -> None:
        if cells := self.cells():
            self._cells.ask(cells)

    def _draw_places(self) -> None:
        for slot, term in enumerate(self.total.terms):
            if self._shown_places.get(slot) != term.places:
                self._shown_places[slot] = term.places
                self._places.ask(term.places, str(slot))

    def receive(self, event: Event) -> None:
        """Take in averages and exemplars."""
        match event:
            case AddedUp() if event.ticket == self._ticket:
                self.result = event
                self._means.ask(tuple(mean or Recipe(model=event.model) for mean in event.means))
                self._draw_cells()
                self.added.emit()
            case Evaluating() | Preparing() if event.ticket in self._finding or event.ticket in self._batch:
                self.searching = event
                self.finding_changed.emit()
            case ExemplarsFound() if event.ticket in self._finding:
                self.searching = None
                slot, text = self._finding.pop(event.ticket)
                self.finding_changed.emit()
                if self._models.model is not None and event.model == self._models.model.fingerprint:
                    total = self._here()
                    if slot < len(total.terms):
                        term = replace(total.terms[slot], places=event.places, words=text, understood=event.words)
                        self._set_term(slot, term, "Find exemplars")
            case ExemplarsFound() if event.ticket in self._batch:
                self.searching = None
                self._on_batch_found(event)
            case Failed() if event.ticket in self._finding or event.ticket in self._batch:
                self.searching = None
                if event.ticket in self._finding:
                    slot, text = self._finding.pop(event.ticket)
                    self._missed[slot] = text, self._term(slot)
                self._batch = {}
                self.finding_changed.emit()
            case _:
                pass

    def _on_batch_found(self, event: ExemplarsFound) -> None:
        sign, text = self._signs[event.ticket]
        self._batch[event.ticket] = Term(sign=sign, words=text, places=event.places, understood=event.words)
        terms = tuple(self._batch.values())
        found = tuple(term for term in terms if term is not None)
        if len(found) == len(terms):
            self._batch = {}
            self.finding_changed.emit()
            self._put(Sum(terms=found, holds=self.total.holds), "Preset")

    # ------------------------------------------------------------ hearing

    def _on_edits_total_changed(self) -> None:
        self.changed.emit()
        self._add_up()

    def _on_models_model_changed(self, _model: ModelDescribed | None) -> None:
        self._asked_for, self.result, self.searching = None, None, None
        self._finding, self._batch, self._missed, self._shown_places = {}, {}, {}, {}
        self.changed.emit()
        self._add_up()
