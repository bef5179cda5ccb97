"""A slider is called weak by what was measured of it, and by nothing else."""

from __future__ import annotations

from dataclasses import replace

import pytest

from engine.protocol.directions import Matrix
from engine.protocol.truths import EditTruth
from engine.protocol.values import DirectionDescribed, ModelDescribed
from engine.protocol.worths import Fault, weaknesses

NAMES = ("smile", "age", "skin")


def model(*told: float | None, edits: tuple[EditTruth, ...] = (), live: bool = False) -> ModelDescribed:
    directions = tuple(
        DirectionDescribed(name=name, label=name, low=-3, high=3, told=share)
        for name, share in zip(NAMES, told or (None,) * 3, strict=True)
    )
    return ModelDescribed(
        fingerprint="f", name="any", path="", family="vae", family_label="VAE", capabilities=(), channels=3, size=64,
        latent=8, directions=directions, edits=edits, live=live,
    )  # fmt: skip


def matrix(*smile: float) -> Matrix:
    return Matrix(sliders=NAMES, attributes=NAMES, rows=(smile, (0.0, 1.0, 0.0), (0.0, 0.0, 1.0)), places=8)


def truth(hit: float, *, spill: float | None = None, identity: float = 1.0) -> EditTruth:
    return EditTruth(name="smile", hit=hit, spill=spill, identity=identity)


def test_what_nobody_measured_is_not_weak() -> None:
    assert weaknesses(model(), None) == {}


@pytest.mark.parametrize(
    ("row", "fault"),
    [
        ((0.04, 0.9, 0.0), Fault.NOTHING),
        ((0.15, 0.0, 0.0), Fault.LITTLE),
        ((-0.6, 0.0, 0.0), Fault.BACKWARDS),
        ((0.5, -0.6, 0.1), Fault.DRAGS),
        ((0.5, 0.4, 0.4), None),
    ],
)
def test_by_what_was_measured_here(row: tuple[float, ...], fault: Fault | None) -> None:
    found = weaknesses(model(), matrix(*row))
    assert found.keys() == ({"smile"} if fault else set())
    if fault is not None:
        assert found["smile"].fault is fault
    if fault is Fault.DRAGS:
        assert (found["smile"].other, found["smile"].amount) == ("age", 0.6)


@pytest.mark.parametrize(
    ("edit", "fault"),
    [
        (truth(0.01), Fault.NOTHING),
        (truth(0.4), Fault.LITTLE),
        (truth(-0.4), Fault.BACKWARDS),
        (truth(1.0, spill=0.8), Fault.SPILLS),
        (truth(1.0, identity=2.5), Fault.STRAYS),
        (truth(0.9, spill=0.6, identity=1.5), None),
    ],
)
def test_by_the_card(edit: EditTruth, fault: Fault | None) -> None:
    found = weaknesses(model(edits=(edit,)), None)
    assert [weakness.fault for weakness in found.values()] == ([fault] if fault else [])


def test_by_the_survey_of_a_stranger_s_model() -> None:
    found = weaknesses(model(0.6, 0.12, 0.01), None)
    assert {name: weakness.fault for name, weakness in found.items()} == {"age": Fault.LITTLE, "skin": Fault.NOTHING}


def test_what_was_measured_here_counts_before_the_card_and_the_card_before_the_survey() -> None:
    bad = truth(0.1)
    assert weaknesses(model(0.01, None, None, edits=(truth(1.0),)), None) == {}
    assert weaknesses(model(0.9, None, None, edits=(bad,)), None).keys() == {"smile"}
    assert weaknesses(model(0.9, None, None, edits=(bad,)), matrix(1.0, 0.0, 0.0)) == {}


def test_a_slider_that_a_person_made_has_no_attribute_to_be_read_by() -> None:
    own = DirectionDescribed(name="own:wind", label="Wind", low=-3, high=3)
    found = Matrix(sliders=("own:wind",), attributes=NAMES, rows=((0.0, 0.9, 0.0),), places=8)
    assert weaknesses(replace(model(), directions=(own,)), found) == {}


def test_of_a_run_that_learns_nothing_is_settled() -> None:
    assert weaknesses(model(0.01, 0.01, 0.01, live=True), None) == {}
