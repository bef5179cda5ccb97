"""compare: scores against time as JSON, CSV and pictures; what cannot be compared is said in one sentence."""

from __future__ import annotations

import io
import signal
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest

from engine.commands.compare import _Screen
from engine.commands.report import Report
from engine.comparing import Comparing, plan
from engine.comparing.cells import Scored
from engine.disk.runs import RunFolder
from engine.machine.work import Work
from engine.protocol.answers import Preparing, Progressed
from tests.engine.commands.conftest import Command


def many_steps(*_what: object) -> Work[int]:
    """More than there is time for: one step of a cold, busy machine may foretell so few that the first ends the run."""
    yield None
    return 100_000


def test_two_families_are_compared_on_glyphs(tmp_path: Path, zscape: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plan, "MOMENTS", 1)
    monkeypatch.setattr(plan, "_steps", many_steps)
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
    more = zscape("compare", "gan1", *words[:2], "--seconds", 3, *words[4:])
    assert more.code == 0, more.err
    assert [line["cpu_seconds"] >= 3.0 for line in more.lines if line.get("event") == "scored"] == [False, True]
    (longer,) = more.result["families"]
    assert longer["steps"]["0"] > result["families"][0]["steps"]["0"]
    other = zscape("compare", "gan1", "vae", *words)
    assert (other.code, other.error["code"]) == (2, "other-comparison"), "one that learned for longer is not cut short"


WHOLE = plan.Plan(
    data="bars", data_sha256="b", seconds=600.0, seeds=3, moments=(75.0,), pictures=8, entries=()
)  # fmt: skip
SCORED = Scored(
    family="wgan-gp", seed=0, moment=75.0, step=700, seconds=160.0, cpu_seconds=75.1, picture=Path("none.png"),
    metrics={"inception_score": {"value": 6.3493}, "fid": {"value": 2.9107}, "class_kl": {"value": None}},
)  # fmt: skip


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


def said(steps: list[tuple[float, Comparing]], monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What a screen says of each, a line for each moment of the clock."""
    clock = SimpleNamespace(now=0.0)
    for module in ("engine.commands.compare", "engine.commands.report"):
        monkeypatch.setattr(f"{module}.time", SimpleNamespace(monotonic=lambda: clock.now))
    heard = io.StringIO()
    screen = _Screen(Report(json_lines=False, quiet=False, err=heard), WHOLE)
    for now_s, now in steps:
        clock.now = now_s
        screen.tell(now)
    return heard.getvalue().splitlines()


def learning(learned_s: float) -> Progressed:
    return Progressed(
        run="r", step=7, steps=90, images=448, images_per_s=1.0, losses=(("judge_loss", 0.5),), eta_s=1.0,
        cpu_seconds=learned_s,
    )  # fmt: skip


def test_runs_of_an_earlier_call_took_none_of_this_ones_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """Resumed with six of fifteen runs done it promised an end in 12 minutes, and 85 were left."""
    now = Comparing(family="xicfg", seed=1, cell=6, cells=15, left_s=9 * 600.0)
    found = Comparing(family="wgan-gp", seed=0, cell=5, cells=15, left_s=9 * 600.0, scored=SCORED)
    steps = [(0.1, found), (0.1, now)]
    for seconds in (300.0, 600.0):  # every second of learning takes one
        step = replace(now, event=learning(seconds), learned_s=seconds, left_s=9 * 600.0 - seconds)
        steps.append((seconds, step))
    lines = said(steps, monkeypatch)
    assert lines == [
        "6 of 15 runs were done before.",
        "xicfg, seed 1: seconds learned 300 of 600 · run 7 of 15 · about 85 min left for all · judge loss 0.5",
        "xicfg, seed 1: seconds learned 600 of 600 · run 7 of 15 · about 80 min left for all · judge loss 0.5",
    ]


def test_a_run_that_goes_on_counts_what_it_had_learned_and_not_as_done_now(monkeypatch: pytest.MonkeyPatch) -> None:
    now = Comparing(family="vae", seed=0, cell=0, cells=2, learned_s=400.0, left_s=800.0)
    busy = replace(now, event=learning(500.0), learned_s=500.0, left_s=700.0)
    assert said(
        [(0.0, replace(now, event=Preparing(what="Reading pictures", done=3, of=9))), (220.0, busy)], monkeypatch
    ) == [
        "vae, seed 0: reading pictures 3 of 9 · run 1 of 2 · about 13 min left for all",
        "vae, seed 0: seconds learned 500 of 600 · run 1 of 2 · about 23 min left for all · judge loss 0.5",
    ]


def test_scores_are_said_once_when_they_are_new(monkeypatch: pytest.MonkeyPatch) -> None:
    now = Comparing(family="wgan-gp", seed=0, cell=0, cells=1, scored=SCORED)
    assert said([(0.0, now), (9.0, replace(now, is_new=True))], monkeypatch) == [
        "wgan-gp, seed 0, after 75 s: Inception 6.35, FID 2.91"
    ]


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
