"""A run that is explored while it learns: what the window asks, and when."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from app.store.state import Explorer
from engine.protocol.answers import Finished, ModelOpened, Rendered, Republished
from engine.protocol.requests import KeepMoment, OpenModel, TakeAxes
from engine.protocol.values import AxisDescribed, Capability, Recipe, Stop
from tests.app.fake_engine import FACES, LIVE, FakeClient

RUN = "run-1"
MORE = replace(LIVE, axes=(*LIVE.axes, AxisDescribed(index=12, label="Hat", sigma=0.1, share=0.01)))


@pytest.fixture
def learning(explorer: Explorer, fake: FakeClient) -> Explorer:
    """The run is open, at a place of its own."""
    fake.models[RUN] = LIVE
    explorer.models.open(RUN)
    explorer.place.set_axis(2, 1.5)
    return explorer


def republished(**changes: object) -> Republished:
    return replace(Republished(model=LIVE, step=9, images=576), **changes)  # type: ignore[arg-type]


def test_what_was_learned_is_seen_at_the_same_places(learning: Explorer, fake: FakeClient) -> None:
    place, gallery = learning.place.recipe, learning.gallery.recipes
    history = learning.history.entries
    asked = len(fake.rendered()), len(fake.rendered_in("gallery"))
    fake.say(republished())
    assert fake.rendered()[asked[0] :] == [place]
    assert tuple(fake.rendered_in("gallery")[asked[1] :]) == gallery
    assert learning.history.entries == history, "no step of a person's"
    fake.say(republished(model=replace(LIVE, fingerprint="live-2")))
    assert len(fake.rendered()) == asked[0] + 1, "another run is not looked at"


def test_axes_are_not_exchanged_under_a_hand(learning: Explorer, fake: FakeClient) -> None:
    told: list[object] = []
    learning.models.redescribed.connect(told.append)
    learning.place.begin_edit()
    learning.place.set_axis(2, 1.0)
    fake.say(republished(model=MORE, axes=3))
    assert fake.sent_of(TakeAxes) == []
    fake.say(republished(model=MORE, axes=4))
    learning.place.set_axis(2, 0.5)
    assert fake.sent_of(TakeAxes) == []
    assert told == []
    learning.place.end_edit("Axis 3")
    assert fake.sent_of(TakeAxes) == [TakeAxes(number=4)], "the newest, once"
    assert told == [MORE]
    fake.say(republished(model=replace(MORE, axes=tuple(replace(a, sigma=2 * a.sigma) for a in MORE.axes)), axes=5))
    assert told == [MORE], "the same sliders are not made anew"


def test_axes_are_taken_before_the_pictures_that_follow_them(learning: Explorer, fake: FakeClient) -> None:
    order: list[str] = []
    taken, asked = fake.send, fake.render
    fake.send = lambda command: (order.append(type(command).__name__), taken(command))[1]  # type: ignore[method-assign]
    fake.render = lambda *a, **k: (order.append("Render"), asked(*a, **k))[1]  # type: ignore[method-assign]
    fake.say(republished(axes=2))
    assert order[0] == "TakeAxes"
    assert "Render" in order


def test_a_slow_picture_is_finished_before_it_is_drawn_anew(explorer: Explorer, fake: FakeClient) -> None:
    slow = replace(LIVE, capabilities=(Capability.PROGRESSIVE,), latent=0, axes=(), directions=())
    fake.models[RUN] = slow
    explorer.models.open(RUN)
    picture = explorer.pictures.picture
    assert isinstance(picture, Rendered)
    fake.held = True
    explorer.receive(replace(picture, final=False, progress=0.5, ticket=picture.ticket + 1))
    asked = len(fake.rendered()), len(fake.rendered_in("gallery"))
    fake.say(republished(model=slow))
    assert (len(fake.rendered()), len(fake.rendered_in("gallery"))) == asked


def test_a_favourite_keeps_its_moment(learning: Explorer, fake: FakeClient) -> None:
    place, picture = learning.place.recipe, learning.pictures.picture
    assert place is not None
    assert picture is not None
    learning.pictures.receive(replace(picture, moment=7))
    learning.favourites.toggle()
    assert fake.last(KeepMoment).moment == 7
    kept = replace(place, model="kept")
    (entry,) = learning.favourites.entries
    assert entry.recipe == kept
    assert entry.thumbnail is not None
    assert learning.models.sources["kept"] == "run-1/kept"
    assert learning.favourites.has_place
    fake.say(republished())
    assert not learning.favourites.has_place, "what is shown now is another picture"
    assert [one.recipe for one in learning.favourites.entries] == [kept]
    learning.favourites.toggle()
    assert learning.favourites.has_place
    assert [one.recipe for one in learning.favourites.entries] == [kept], "the same moment is marked once"
    learning.favourites.toggle()
    assert learning.favourites.entries == ()


def test_the_window_moves_on_to_the_result_with_the_same_place(learning: Explorer, fake: FakeClient) -> None:
    place, base = learning.place.recipe, learning.pictures.base
    assert place is not None
    assert base is not None
    seeds = [recipe.seed for recipe in learning.gallery.recipes]
    fake.held = True
    end = Finished(
        run=RUN, reason=Stop.COMPLETED, step=9, images=9, path="m", fingerprint="f", sha256_state="", seconds=1.0
    )
    fake.say(replace(end, run="run-2"))
    assert fake.last(OpenModel).source != "run-2"
    fake.say(end)
    asked = fake.last(OpenModel)
    assert asked.source == RUN
    done = replace(FACES, fingerprint="d" * 16, path=RUN)
    fake.open = done
    steps = learning.edits.undoable
    fake.say(ModelOpened(source=RUN, model=done, axes_were=((2, 0, -1.0), (0, 1, 1.0)), ticket=asked.ticket))
    now = learning.place.recipe
    assert now == Recipe(
        model=done.fingerprint, seed=place.seed, point=tuple(map(float, base)), axes=((0, -1.5),), app=place.app
    )
    assert [recipe.seed for recipe in learning.gallery.recipes] == seeds
    assert learning.edits.undoable is steps, "nobody did anything"
    assert np.isfinite(base).all()


def test_views_of_other_models_stay_where_they_are(explorer: Explorer, fake: FakeClient) -> None:
    assert explorer.live.moment_of(Recipe(model="x")) == 0
    assert not explorer.live.is_live
    asked = len(fake.rendered())
    fake.say(republished())
    assert len(fake.rendered()) == asked
    explorer.favourites.toggle()
    assert fake.sent_of(KeepMoment) == []
    assert explorer.favourites.has_place
