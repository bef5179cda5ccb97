"""Sums of averaged places, exemplars by words, and directions tied to their model."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import torch

from engine.datasets.store import category, continuous
from engine.datasets.wishes import wish_words, wished
from engine.disk.bundled import find_model
from engine.disk.directions import KeptDirection, keep_direction, kept_directions, read_direction
from engine.disk.files import BadConfig, LoadError, ZscapeError
from engine.evaluation.exemplars import exemplars
from engine.machine.work import finished
from engine.opened.directions import check_owner, of_opened, with_kept
from engine.opened.model import OpenedModel, open_model_file
from engine.opened.summing import add_up
from engine.protocol.sums import Sign, Sum, Term
from engine.protocol.values import Recipe
from tests.engine.small import bars

KINDS = {
    "smile": continuous("Smile", -1, 1, "frowning", "smiling"),
    "gender": continuous("Gender", -1, 1, "woman", "man"),
    "beard": category("Beard", ("none", "stubble", "full")),
    "glasses": category("Glasses", ("none", "round", "sun")),
    "skin": continuous("Skin", 0, 1, "light", "dark"),
}


@pytest.fixture(scope="module")
def faces() -> OpenedModel:
    return open_model_file(str(find_model("faces")), torch.device("cpu"))


@pytest.mark.parametrize(
    ("text", "wish"),
    [
        ("smiling women without glasses", {"smile": 0.8, "gender": -0.8, "glasses": 0.0}),
        ("neutral man with sunglasses", {"smile": 0.0, "gender": 0.8, "glasses": 2.0}),
        ("bearded men, not smiling", {"beard": 1.0, "gender": 0.8, "smile": -0.8}),
        ("glasses", {"glasses": 1.0}),
        ("dark man with dark glasses", {"skin": 0.9, "gender": 0.8, "glasses": 2.0}),
        ("women in sun glasses with a full beard", {"gender": -0.8, "glasses": 2.0, "beard": 2.0}),
        ("without round glasses", {"glasses": 0.0}),
        ("glasses, round, no beard", {"glasses": 1.0, "beard": 0.0}),
        ("smile=0.5, gender=-1", {"smile": 0.5, "gender": -1.0}),
    ],
)
def test_words_are_values_of_attributes(text: str, wish: dict[str, float]) -> None:
    assert wished(text, KINDS) == pytest.approx(wish)


def test_a_name_of_several_words_is_one_attribute() -> None:
    """CelebA calls many attributes alike."""
    names = ("Black_Hair", "Blond_Hair", "Wearing_Hat", "No_Beard", "Smiling")
    kinds = {name: category(name.replace("_", " "), ("no", "yes")) for name in names}
    assert wished("blond hair", kinds) == {"Blond_Hair": 1.0}
    assert wished("smiling without black hair", kinds) == {"Smiling": 1.0, "Black_Hair": 0.0}
    assert wished("no beard, wearing hat", kinds) == {"No_Beard": 1.0, "Wearing_Hat": 1.0}


def test_what_nobody_labelled_is_said() -> None:
    with pytest.raises(BadConfig, match="smiling"):
        wished("purple elephants", KINDS)
    assert wish_words({"smile": 0.8, "glasses": 0.0}, KINDS) == "smiling, no glasses"
    assert wish_words({"glasses": 1.0}, KINDS) == f"{KINDS['glasses'].names[1].lower()} glasses"
    own = {"Smiling": category("Smiling", ("no", "yes")), "class": category("digit", tuple("0123456789"))}
    assert wish_words({"Smiling": 1.0, "class": 7.0}, own) == "smiling, digit 7"
    assert wish_words({"Smiling": 0.0}, own) == "not smiling"


def test_a_sum_starts_at_its_last_added_term(faces: OpenedModel) -> None:
    places = [Recipe(model=faces.fingerprint, seed=seed) for seed in range(4)]
    points = [faces.place(place) for place in places]
    total = Sum(
        terms=(
            Term(places=(places[0], places[1])), Term(sign=Sign.MINUS, places=(places[2],)), Term(places=(places[3],))
        )
    )  # fmt: skip
    added = add_up(faces, total)
    a, b, c, d = (point for point in points if point is not None)
    torch.testing.assert_close(torch.tensor(added.base), d)
    torch.testing.assert_close(torch.tensor(added.step), (a + b) / 2 - c)
    assert len(added.noises) == 8
    assert added == add_up(faces, total), "the same noise each time"
    assert add_up(faces, Sum()).base == ()
    with pytest.raises(ZscapeError, match="another model"):
        add_up(faces, Sum(terms=(Term(places=(replace(places[0], model="x"),)),)))


def test_exemplars_come_from_the_labelled_pictures_and_are_encoded(small: OpenedModel) -> None:
    data = bars()
    places, words = finished(exemplars(small, data, "place=7", 5))
    assert len(places) == 5
    assert all(place.point is not None and len(place.point) == 3 for place in places)
    assert words == "right"


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> OpenedModel:
    from engine.protocol.answers import Finished
    from engine.training.loop import Job, train
    from tests.engine.small import SMALL

    job = Job(
        run=tmp_path_factory.mktemp("r") / "s", name="s", family="vae", values=dict(SMALL["vae"], steps=2), data="bars"
    )
    *_, end = train(job, bars(), device=torch.device("cpu"))
    assert isinstance(end, Finished)
    return open_model_file(end.path, torch.device("cpu"))


def test_a_kept_direction_is_a_slider_of_its_model_alone(
    faces: OpenedModel, small: OpenedModel, tmp_path: Path
) -> None:
    smile = of_opened(faces, "smile")
    kept = replace(smile, label="My smile", low=-1.0, high=2.0)
    path = keep_direction(tmp_path, kept)
    assert read_direction(path) == kept
    assert kept_directions(tmp_path, faces.fingerprint) == (kept,)
    more = with_kept(faces, tmp_path)
    assert more.describe().directions[-1].label == "My smile"
    assert len(more.describe().directions) == len(faces.describe().directions) + 1
    mine = more.picture(Recipe(model=faces.fingerprint, seed=1, directions=(("own:My smile", 1.5),)))
    theirs = faces.picture(Recipe(model=faces.fingerprint, seed=1, directions=(("smile", 1.5),)))
    assert (mine == theirs).all()
    again = with_kept(more, tmp_path)
    assert len(again.describe().directions) == len(more.describe().directions), "once only"
    with pytest.raises(BadConfig, match="belongs to “Faces”"):
        check_owner(small, kept)
    assert with_kept(small, tmp_path) is small


@pytest.mark.parametrize("text", ["[]", "{}", '{"format": "zscape-direction", "version": 2}', "nonsense"])
def test_what_is_no_direction_is_refused(text: str, tmp_path: Path) -> None:
    (tmp_path / "d.json").write_text(text)
    with pytest.raises(LoadError, match="no direction"):
        read_direction(tmp_path / "d.json")


def test_directions_of_strange_files_are_passed_over(tmp_path: Path) -> None:
    keep_direction(tmp_path, KeptDirection(model="m", label="fine", move=(1.0,)))
    (tmp_path / "directions" / "m" / "bad.json").write_text("{")
    assert [one.label for one in kept_directions(tmp_path, "m")] == ["fine"]
