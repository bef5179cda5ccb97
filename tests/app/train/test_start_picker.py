"""Begin with: new weights or the open model's; what is taken over, what is refused and why."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from app.store.state import Explorer
from app.train.page import TrainPage
from app.train.setup_panel import SetupPanel
from app.train.start_picker import StartPicker
from engine.protocol.answers import DatasetsListed, FamiliesListed, ModelOpened
from engine.protocol.values import Field, ModelDescribed
from tests.app.fake_engine import FACES, GLYPHS, FakeClient
from tests.app.train.test_page import PIXELS, SETS, VAE

KNOWN = replace(FACES, can_begin=True, settings=(("latent", 33), ("rate", 1e-4), ("size", 64)))
OTHER = replace(KNOWN, fingerprint="0" * 64, name="another")


@pytest.fixture
def page(qtbot: QtBot, explorer: Explorer, fake: FakeClient, tmp_path: Path) -> TrainPage:
    made = TrainPage(explorer, explorer.runs.start, runs=tmp_path)
    qtbot.addWidget(made)
    made.show()
    fake.say(FamiliesListed(families=(VAE, PIXELS)))
    fake.say(DatasetsListed(datasets=SETS))
    explorer.receive(ModelOpened(source="runs/mine", model=KNOWN))
    return made


@pytest.fixture
def setup(page: TrainPage) -> SetupPanel:
    return page.setup


def pick(picker: StartPicker, index: int) -> None:
    """As a person does it: the list changes, then says so."""
    picker.combo.setCurrentIndex(index)
    picker.combo.activated.emit(index)


def test_a_run_begins_with_new_weights_unless_somebody_wants_others(setup: SetupPanel) -> None:
    assert setup.start.combo.isEnabled()
    assert not setup.start.note.isVisible()
    command = setup.command()
    assert command is not None
    assert (command.start, command.preset) == ("", "quick")


def test_the_open_models_settings_are_taken_over(setup: SetupPanel) -> None:
    pick(setup.start, 1)
    command = setup.command()
    assert command is not None
    assert (command.start, command.preset) == ("runs/mine", "")
    assert dict(command.config) == {"latent": 33, "rate": 1e-4, "size": 64}
    assert setup.start.note.isVisible()
    assert not any(button.isChecked() for button in setup.kind.presets.values())


def test_other_pictures_do_not_change_the_networks_shape(setup: SetupPanel) -> None:
    pick(setup.start, 1)
    setup.data.cards["glyphs"].click()
    command = setup.command()
    assert command is not None
    assert command.data == "bundled:glyphs"
    assert dict(command.config)["size"] == 64
    assert "channels" not in dict(command.config)


def test_a_preset_picked_afterwards_counts_and_the_weights_stay(setup: SetupPanel) -> None:
    pick(setup.start, 1)
    setup.kind.presets["good"].click()
    command = setup.command()
    assert command is not None
    assert (command.start, command.preset, command.config) == ("runs/mine", "good", (("size", 64),))


def test_back_to_new_weights_is_back_to_a_preset(setup: SetupPanel) -> None:
    pick(setup.start, 1)
    pick(setup.start, 0)
    command = setup.command()
    assert command is not None
    assert (command.start, command.preset, command.config) == ("", "quick", (("latent", 48),))


def test_the_pick_stays_while_a_run_learns_on_and_goes_with_the_model(setup: SetupPanel, explorer: Explorer) -> None:
    pick(setup.start, 1)
    explorer.receive(ModelOpened(source="runs/mine", model=replace(KNOWN, fingerprint="2" * 64)))
    assert setup.start.source() == "runs/mine"
    explorer.receive(ModelOpened(source="runs/other", model=OTHER))
    assert setup.start.source() == ""
    assert "another" in setup.start.combo.itemText(1)
    command = setup.command()
    assert command is not None
    assert (command.preset, command.config) == ("quick", (("latent", 48),))


@pytest.mark.parametrize(
    ("model", "reason"),
    [
        (replace(KNOWN, fingerprint="3" * 64, can_begin=False), "open its run's folder"),
        (GLYPHS, "“glyphs” is another kind of model: PixelCNN."),
    ],
)
def test_what_cannot_be_begun_with_says_why(
    setup: SetupPanel, explorer: Explorer, model: ModelDescribed, reason: str
) -> None:
    explorer.receive(ModelOpened(source="x", model=model))
    assert not setup.start.combo.isEnabled()
    assert reason in setup.start.combo.toolTip()
    assert setup.start.note.isVisible()
    assert setup.start.note.text() == setup.start.combo.toolTip()
    assert setup.start.combo.toolTip() == setup.start.combo.accessibleDescription()
    assert setup.start.combo.count() == 1


def test_without_a_model_it_says_what_to_do(qtbot: QtBot) -> None:
    picker = StartPicker()
    qtbot.addWidget(picker)
    assert picker.source() == ""
    assert "Open a model" in picker.combo.toolTip()


def test_another_family_takes_the_offer_away(setup: SetupPanel) -> None:
    pick(setup.start, 1)
    setup.kind.combo.setCurrentIndex(setup.kind.combo.findData("pixelcnn"))
    setup.kind.combo.activated.emit(setup.kind.combo.currentIndex())
    command = setup.command()
    assert command is not None
    assert (command.family, command.start, command.preset) == ("pixelcnn", "", "quick")


DRAWING = Field(name="drawing", kind="choice", default="own", choices=("own", "decoder"), label="Drawing network")
TAKER = replace(
    VAE,
    name="vaegan",
    label="VAE/GAN",
    takes=("vae",),
    takes_with=(("drawing", "decoder"),),
    fields=(*(replace(field, is_common=field.name == "rate") for field in VAE.fields), DRAWING),
)


@pytest.fixture
def taker(setup: SetupPanel, fake: FakeClient) -> SetupPanel:
    fake.say(FamiliesListed(families=(VAE, TAKER)))
    setup.kind.combo.setCurrentIndex(setup.kind.combo.findData("vaegan"))
    setup.kind.combo.activated.emit(setup.kind.combo.currentIndex())
    return setup


def test_a_kind_that_takes_parts_of_another_begins_with_them_at_its_own_pace(taker: SetupPanel) -> None:
    """“Another kind of model” was said of every other one, though the engine would have taken its parts."""
    assert taker.start.combo.isEnabled()
    pick(taker.start, 1)
    command = taker.command()
    assert command is not None
    assert (command.family, command.start, command.preset) == ("vaegan", "runs/mine", "quick")
    told = {"latent": 33, "size": 64, "drawing": "decoder"}
    assert dict(command.config) == told, "the rate is the preset's, and it has the part that it takes"
    assert "another kind" in taker.start.note.text()


def test_it_learns_on_from_the_pictures_that_the_model_knows(
    setup: SetupPanel, fake: FakeClient, explorer: Explorer
) -> None:
    """The preset's own pictures stayed, so that a face model was about to learn glyphs."""
    glyphs = replace(TAKER, presets=(replace(VAE.presets[0], data="bundled:glyphs"),))
    fake.say(FamiliesListed(families=(VAE, glyphs)))
    setup.kind.combo.setCurrentIndex(setup.kind.combo.findData("vaegan"))
    setup.kind.combo.activated.emit(setup.kind.combo.currentIndex())

    def learns_from() -> str:
        command = setup.command()
        assert command is not None
        return command.data

    assert learns_from() == "bundled:glyphs"
    pick(setup.start, 1)
    assert learns_from() == "bundled:faces"
    pick(setup.start, 0)
    assert learns_from() == "bundled:glyphs", "the preset's again"
    for name in ("faces", "glyphs"):
        setup.data.cards[name].click()
    pick(setup.start, 1)
    assert learns_from() == "bundled:glyphs", "a person's choice counts more"
    explorer.receive(ModelOpened(source="y", model=replace(KNOWN, fingerprint="5" * 64, card=())))
    assert setup.start.combo.isEnabled()


def test_back_to_new_weights_the_preset_is_as_it_was(taker: SetupPanel) -> None:
    pick(taker.start, 1)
    pick(taker.start, 0)
    command = taker.command()
    assert command is not None
    assert (command.start, command.preset, command.config) == ("", "quick", (("latent", 48),))


def test_parts_are_taken_also_from_a_file_without_what_it_learned_against(
    taker: SetupPanel, explorer: Explorer
) -> None:
    explorer.receive(ModelOpened(source="x", model=replace(KNOWN, fingerprint="4" * 64, can_begin=False)))
    assert taker.start.combo.isEnabled()
