"""What the library tells of what is there, whatever state it is in."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from engine.disk.bundled import NAMES, bundled_model, explorable_names
from engine.disk.measured import CARD, keep_matrix, read_matrix
from engine.disk.runs import RunFolder
from engine.disk.tensor_files import read_header
from engine.evaluation.kept import KeptScores
from engine.library import known
from engine.library.cards import card_of
from engine.library.entries import look, scan
from engine.opened.finding import known_fingerprint
from engine.protocol.library import Origin, Standing
from engine.protocol.values import ScoreDescribed

Learn = Callable[..., Path]


def test_bundled_models_are_told_by_their_cards(home: Path) -> None:
    entries = {entry.source: entry for entry in scan(home)}
    assert set(explorable_names()) == set(entries)
    faces = entries["faces"]
    assert (faces.origin, faces.standing, faces.size) == (Origin.BUNDLED, Standing.FINISHED, 64)
    assert {score.name for score in faces.scores} >= {"fid", "recall"}
    assert faces.bytes > 1_000_000


def test_runs_tell_how_far_they_are(home: Path, learn: Learn) -> None:
    finished = learn("finished", "All of it")
    left = learn("left", left=True)
    entries = {Path(entry.source).name: entry for entry in scan(home) if entry.origin is Origin.RUN}
    assert entries["finished"].standing is Standing.FINISHED
    assert entries["finished"].name == "All of it"
    assert (entries["finished"].step, entries["finished"].steps) == (4, 4)
    assert entries["left"].standing is Standing.UNFINISHED
    assert entries["left"].can_go_on
    assert not entries["left"].can_open
    assert look(str(finished), home) == entries["finished"]
    assert look(str(left / "gone"), home) is None
    content = RunFolder(finished).read_config()
    RunFolder(finished).write_config({**content, "config": {**content["config"], "steps": 9}})
    early = look(str(finished), home)
    assert early is not None
    assert early.standing is Standing.EARLY


def test_what_is_damaged_is_shown_as_such_and_harms_nothing(home: Path, learn: Learn) -> None:
    broken, cut, odd = learn("broken"), learn("cut"), learn("odd")
    (broken / "run.json").write_bytes(b"\xff\xfe{")
    (cut / "model.safetensors").write_bytes(b"\0" * 9)
    (odd / "metrics.jsonl").write_text('{"step": "many", "losses": 3}\n[]\n{"step"')
    (odd / "run.json").write_text(json.dumps({"config": {"steps": -3, "size": "large"}, "name": 7}))
    (home / "runs" / "a file").write_text("no run")
    (home / "runs" / "empty").mkdir()
    (home / "library.json").write_text('{"entries": {"x": 3, "y": {"name": 4}}}')
    entries = {Path(entry.source).name: entry for entry in scan(home) if entry.origin is Origin.RUN}
    assert set(entries) == {"broken", "cut", "odd"}
    assert entries["broken"].standing is Standing.DAMAGED
    assert "damaged" in entries["broken"].trouble
    assert entries["cut"].standing is Standing.DAMAGED
    assert not entries["cut"].can_open
    assert entries["cut"].can_go_on
    assert (entries["odd"].name, entries["odd"].step, entries["odd"].size) == ("odd", 0, 0)
    for name in entries:
        assert card_of(entries[name].source, home).folder


def test_a_model_from_elsewhere_is_listed_once_it_was_opened(home: Path, learn: Learn, tmp_path: Path) -> None:
    run = learn("learned")
    elsewhere, outside = tmp_path / "given.safetensors", tmp_path / "outside"
    elsewhere.write_bytes((run / "model.safetensors").read_bytes())
    run.rename(outside)
    for path in (elsewhere, outside):
        known.opened(str(path), home)
    known.opened(str(outside / "model.safetensors"), home)  # the run's own file is the run
    found = {Path(entry.source).name: entry for entry in scan(home) if entry.origin is not Origin.BUNDLED}
    assert {name: entry.origin for name, entry in found.items()} == {
        "given.safetensors": Origin.FILE, "outside": Origin.RUN,
    }  # fmt: skip
    assert found["given.safetensors"].name == "learned"
    elsewhere.unlink()
    assert [Path(entry.source).name for entry in scan(home) if entry.origin is not Origin.BUNDLED] == ["outside"]


def test_what_was_measured_here_is_told_newest_first(home: Path, learn: Learn) -> None:
    run = learn("learned")
    fingerprint, _ = known_fingerprint(run / "model.safetensors", home=home)
    kept = KeptScores(home)
    for key, value in (("old", 9.0), ("new", 2.0)):
        kept.put(fingerprint, key, {"fid": (ScoreDescribed(name="fid", value=value, stderr=0.1, n=9),)})
    kept.put(fingerprint, "old", {"kid": "it has no classes"})
    entry = look(str(run), home)
    assert entry is not None
    assert (entry.fingerprint, [score.value for score in entry.scores]) == (fingerprint, [9.0])
    kept.put(fingerprint, "new", {"fid": (ScoreDescribed(name="fid", value=3.0, stderr=0.1, n=9),)})
    entry = look(str(run), home)
    assert entry is not None
    assert [score.value for score in entry.scores] == [3.0]
    assert card_of(str(run), home).scores == entry.scores
    kept.put(fingerprint, "glance", {"fid": (ScoreDescribed(name="fid", value=8.0, stderr=0.1, n=4),)})
    entry = look(str(run), home)
    assert entry is not None
    assert [score.value for score in entry.scores] == [3.0], "a quick look at few pictures spoils no card"


def test_a_card_tells_settings_sliders_and_moments(home: Path, learn: Learn) -> None:
    run = learn("learned", steps=16)
    card = card_of(str(run), home)
    assert [fact.text for fact in card.settings if fact.label == "Steps"] == ["16"]
    assert all(fact.is_own for fact in card.settings[:3])
    assert [snapshot.step for snapshot in card.snapshots] == list(range(2, 16, 2))
    assert [slider.label for slider in card.sliders] == ["Place"]
    faces = card_of("faces", home)
    assert {"Learned from", "Measured on", "Made by"} <= {fact.label for fact in faces.facts}
    assert "Smile" in [slider.label for slider in faces.sliders]
    assert card.sliders[0].moves is None, "nobody measured it"


def test_a_card_tells_what_sliders_are_worth(home: Path) -> None:
    sliders = card_of("faces-dcgan", home).sliders
    weak = [one.weakness is not None for one in sliders]
    assert weak == sorted(weak), "the good ones come first"
    assert 0 < sum(weak) < 10
    smile = next(one for one in sliders if one.name == "smile")
    assert smile.weakness is None
    assert smile.moves is not None
    assert smile.moves > 0.8
    told = read_matrix(read_header(bundled_model("faces-dcgan"), kind="model")["card"][CARD])
    assert told is not None
    none = replace(told, rows=tuple((0.0,) * len(row) for row in told.rows))
    fingerprint, _side = known_fingerprint(bundled_model("faces-dcgan"), home=home)
    keep_matrix(home, fingerprint, none)  # what was measured here counts before the file's own card
    assert all(one.weakness is not None for one in card_of("faces-dcgan", home).sliders)


def test_bundled_models_are_called_as_they_call_themselves() -> None:
    """Until their files were read the menu said “Glyphs · XICFG” and “Faces · PIXELS”."""
    told = {name: read_header(bundled_model(name), kind="model")["name"] for name in explorable_names()}
    assert told == NAMES
