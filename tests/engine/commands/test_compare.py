"""compare: scores against time as JSON, CSV and pictures; what cannot be compared is said in one sentence."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest

from engine.commands.compare import _Screen
from engine.comparing import Comparing, plan
from engine.disk.runs import RunFolder
from engine.machine.work import Work
from engine.protocol.answers import Progressed
from tests.engine.commands.conftest import Command


def test_two_families_are_compared_on_glyphs(tmp_path: Path, zscape: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plan, "MOMENTS", 1)
    monkeypatch.setattr(plan, "PILOT_S", 0.0)
    words = ("--data", "glyphs", "--seconds", 1, "--seeds", 1, "--n", 40, "--set", "width=4", "--out", tmp_path / "c")
    answer = zscape("compare", "gan1", "vae", *words)
    assert answer.code == 0, answer.err
    result = answer.result
    assert [each["family"] for each in result["families"]] == ["gan1", "vae"]
    assert result["real"]["inception_score"] > 5.0
    assert 1.0 <= result["families"][0]["final"]["inception_score"]["mean"] < result["real"]["inception_score"]
    assert [line["family"] for line in answer.lines[:-1] if line.get("event") == "scored"] == ["gan1", "vae"]
    assert all(Path(path).stat().st_size > 0 for path in result["files"].values())
    again = zscape("compare", "gan1", "vae", *words)
    assert again.result["families"] == result["families"]
    other = zscape("compare", "gan1", "--data", "glyphs", "--seconds", 2, "--out", tmp_path / "c")
    assert (other.code, other.error["code"]) == (2, "other-comparison")


def many_steps(*_what: object) -> Work[int]:
    """More than there is time for: one step of a cold, busy machine may foretell so few that the first ends the run."""
    yield None
    return 100_000


def test_stopped_it_says_that_it_goes_on_and_does(
    tmp_path: Path, zscape: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(plan, "MOMENTS", 1)
    monkeypatch.setattr(plan, "_steps", many_steps)
    words = ("compare", "gan1", "--data", "glyphs", "--seconds", 4, "--seeds", 1, "--n", 20, "--set", "width=4")
    cell = RunFolder(tmp_path / "c" / "cells" / "gan1-0")
    with monkeypatch.context() as hand:
        tell = _Screen.tell

        def stop(screen: _Screen, now: Comparing) -> None:
            tell(screen, now)
            if isinstance(now.event, Progressed):
                signal.raise_signal(signal.SIGINT)
                hand.undo()

        hand.setattr(_Screen, "tell", stop)
        answer = zscape(*words, "--out", tmp_path / "c")
    assert "the same command goes on where it was" in answer.error["message"]
    begun = cell.read_metrics()
    assert cell.checkpoint.exists()
    assert begun[-1]["step"] > 0
    answer = zscape(*words, "--out", tmp_path / "c")
    assert answer.code == 0, answer.err
    assert cell.read_metrics()[: len(begun)] == begun, "it began where it was"
    assert answer.result["families"][0]["steps"]["0"] > begun[-1]["step"]


def test_connected_networks_are_those_of_all_that_have_them(
    tmp_path: Path, zscape: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(plan, "MOMENTS", 1)
    monkeypatch.setattr(plan, "PILOT_S", 0.0)
    words = ("--seconds", 1, "--seeds", 1, "--n", 20, "--set", "net=connected", "--out", tmp_path / "c")
    answer = zscape("compare", "xicfg", "gan1", "--data", "glyphs", *words)
    assert answer.code == 0, answer.err
    walks, game = answer.result["families"]
    assert {each["settings"]["net"] for each in (walks, game)} == {"connected"}
    assert abs(game["parameters"] / walks["parameters"] - 1.0) < 0.25
    assert walks["final"]["inception_score"]["mean"] >= 1.0


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("judge", "--data", "glyphs"), "no family that draws"),
        (("vae", "vae", "--data", "glyphs"), "one time"),
        (("vae", "--data", "glyphs", "--set", "nonsense=1"), "nonsense"),
        (("vae", "--data", "nowhere"), "nowhere"),
        (("vae", "--data", "glyphs", "--seconds", "0"), "between 1 and"),
    ],
)
def test_what_cannot_be_compared_is_said(words: tuple[str, ...], says: str, tmp_path: Path, zscape: Command) -> None:
    answer = zscape("compare", *words, "--out", tmp_path / "c")
    assert answer.code == 2
    assert says in answer.error["message"]
