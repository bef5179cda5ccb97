"""Sums that leave the rest as it is, where decoding bends and everything is known."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from engine.datasets.store import Split
from engine.disk.files import BadConfig
from engine.evaluation.holding import about, held_sum, reading_of, steadied, steady_from
from engine.evaluation.pools import encoded_pool
from engine.machine.work import finished
from engine.opened.summing import add_up
from engine.protocol.sums import Sign, Sum, Term
from engine.protocol.values import Recipe
from tests.engine.evaluation.conftest import Columns, ExactJudge, face_store, opened_of

SMILE, AGE = 0, 1


def _bent(z_BD: Tensor) -> Tensor:
    """Who smiles more is drawn older, and the more so the more she smiles: no linear guess knows."""
    bent = z_BD.clone()
    bent[:, AGE] += 0.8 * z_BD[:, SMILE] ** 2
    return bent


def _still(family: Columns):  # type: ignore[no-untyped-def]
    data = face_store()
    pool = finished(encoded_pool(opened_of(family), data.subset(Split.TRAIN), 400, "Encoding"))
    return steady_from(opened_of(family), pool, reading_of(data))


def test_what_the_picture_shows_is_put_back(judge: ExactJudge) -> None:
    family = Columns(_bent)
    opened, still = opened_of(family), _still(family)
    start, step = torch.tensor([[0.0, 0.0, 0.3, -0.7]]), torch.tensor([[0.7, 0.0, 0.0, 0.0]])
    own = torch.tensor([[name == "smile" for name in still.names]])

    def age_moved(held: Tensor) -> float:
        pictures = family.decode(torch.cat((start, start + held)))
        return abs(float(pictures[1, 0, 0, AGE] - pictures[0, 0, 0, AGE]))

    blind = steady_from(opened, finished(encoded_pool(opened, face_store(), 400, "Encoding")), None)
    linear = steadied(opened, blind, start, step, start + step, own)
    read = steadied(opened, still, start, step, start + step, own)
    assert age_moved(linear) > 0.35, "its guess did not move, its picture did"
    assert age_moved(read) < 0.5 * age_moved(linear)
    assert float(read[0, SMILE]) == pytest.approx(0.7, abs=0.05), "what the sum is about goes all the way"


def test_a_sum_is_about_what_its_words_differ_in(judge: ExactJudge) -> None:
    opened, still = opened_of(Columns()), _still(Columns())
    means = [torch.tensor([0.7, 0.5, 0.0, 0.0]), torch.tensor([0.0, -0.5, 0.0, 0.0]), torch.zeros(4)]
    signs = (Sign.PLUS, Sign.MINUS, Sign.PLUS)
    wishes = ({"smile": 0.8, "skin": 0.1}, {"smile": 0.0, "skin": 0.1}, {"age": 0.5})
    assert about(opened, still, means, signs, 2, wishes) == ("smile",)
    assert about(opened, still, means, signs, 2, ({}, {"smile": 0.0}, {})) == ("smile", "age"), "else what moves most"


def test_a_held_sum_says_what_it_is_about_and_why_it_is_none(judge: ExactJudge) -> None:
    opened, data = opened_of(Columns()), face_store(entangled=0.7)
    places = [(0.6, 0.5, 0.0, -0.7), (0.0, 0.0, 0.0, -0.7), (0.0, 0.0, 0.4, -0.7)]
    opened.place = lambda recipe: torch.tensor(recipe.point) if recipe.point else torch.zeros(4)
    opened.family.capabilities = Columns.capabilities
    terms = tuple(
        Term(sign=sign, words=words, places=(Recipe(model=opened.fingerprint, point=place),))
        for sign, words, place in zip(
            (Sign.PLUS, Sign.MINUS, Sign.PLUS), ("smile=0.6", "smile=0", "skin=0.4"), places, strict=True
        )
    )
    total = Sum(terms=terms, holds=True)
    held = finished(held_sum(opened, data, total, add_up(opened, total)))
    assert held.about == ("Smile",)
    assert held.step[SMILE] == pytest.approx(0.6, abs=0.05)
    assert held.step[AGE] == pytest.approx(0.0, abs=0.05), "the averages differ in age, too"
    unlabelled = face_store()
    object.__setattr__(unlabelled, "kinds", {})
    object.__setattr__(unlabelled, "sha256", "unlabelled")
    with pytest.raises(BadConfig, match="no labels"):
        finished(held_sum(opened, unlabelled, total, add_up(opened, total)))


def test_what_the_picture_cannot_show_is_not_held(judge: ExactJudge) -> None:
    """Beards hide the age here: whoever is given one is given it whole, and does not keep the age that she had."""
    data = face_store()
    hidden = data.attributes["beard"] > 0.5
    data.visible["age"] = ~hidden
    family = Columns(lambda z_BD: torch.cat((z_BD[:, :1], z_BD[:, 1:2] + 0.6 * (z_BD[:, 3:] > 0), z_BD[:, 2:]), 1))
    opened = opened_of(family)
    pool = finished(encoded_pool(opened, data.subset(Split.TRAIN), 400, "Encoding"))
    still = steady_from(opened, pool, reading_of(data))
    own = torch.tensor([[name == "beard" for name in still.names]])
    start, step = torch.tensor([[0.2, 0.0, 0.3, -0.7]]), torch.tensor([[0.0, 0.5, 0.0, 1.4]])
    bearded = steadied(opened, still, start, step, start + step, own)
    assert float(bearded[0, AGE]) == pytest.approx(0.5, abs=0.05), "as the step has it: nobody sees it"
    smiling = torch.tensor([[name == "smile" for name in still.names]])
    step = torch.tensor([[0.5, 0.5, 0.0, 0.0]])
    assert abs(float(steadied(opened, still, start, step, start + step, smiling)[0, AGE])) < 0.15, "seen, so it is held"
