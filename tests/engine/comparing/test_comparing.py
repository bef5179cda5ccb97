"""Several families for the same time: equal networks, a clock that stands still while scores are measured."""

from __future__ import annotations

import csv
import io
import time
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from PIL import Image as Pillow

from engine.comparing import Compared, Comparing, Plan, cells, charts, compare, plan, planned, results
from engine.comparing.cells import Scored
from engine.comparing.charts import powers, ticks
from engine.comparing.plan import Entry, check_same, lengthened, read_plan, write_plan
from engine.disk.files import BadConfig
from engine.evaluation import own_classifier
from engine.machine.work import finished
from engine.opened.checkpoints import load_model
from engine.protocol.answers import Progressed, Snapshotted
from tests.engine.small import bars

CPU = torch.device("cpu")
ASKED = {"size": 8, "channels": 1, "batch": 8, "latent": 3}


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """A second of the processor passes whenever somebody asks for the time; plans time no steps."""
    told = SimpleNamespace(now=0.0)

    def ask() -> float:
        told.now += 1.0
        return float(told.now)

    monkeypatch.setattr("engine.training.meter.time", SimpleNamespace(perf_counter=time.perf_counter, process_time=ask))
    monkeypatch.setattr(plan, "PILOT_S", 0.0)
    monkeypatch.setattr(plan, "MOMENTS", 3)
    return told


def made(*families: str, seconds: float = 12.0, seeds: int = 1, before: Plan | None = None, **asked: object) -> Plan:
    work = planned(
        families, bars(), "bars", seconds=seconds, seeds=seeds, pictures=8, asked={**ASKED, **asked}, before=before
    )  # fmt: skip
    return finished(work)


def run(what: Plan, folder: Path, heard: list[Comparing] | None = None) -> Compared:
    tell = (heard if heard is not None else []).append
    return finished(compare(what, bars(), folder, home=None, device=CPU, tell=tell))


def test_networks_are_brought_to_the_size_of_the_first() -> None:
    found = made("wgan", "gan0", "xicfg", "vae", width=8)
    values = [entry.values for entry in found.entries]
    assert {each["width"] for each in values} == {8}  # asked for
    assert len({each["net"] for each in values if "net" in each}) <= 1
    found = made("wgan-gp", "gan0", "vae", "began")
    first, game, *others = found.entries
    assert game.values["width"] == first.values["width"]  # the same networks, but for their norms
    assert abs(game.parameters / first.parameters - 1.0) < 0.05
    for entry in others:
        assert abs(entry.parameters / first.parameters - 1.0) < 0.25
        assert entry.values["batch"] == first.values["batch"] == 8
    assert all(entry.values["cooldown"] == 0.0 for entry in found.entries)


def test_pictures_are_brought_to_the_size_that_was_asked_for(tmp_path: Path) -> None:
    """The steps that fit into the time were timed on pictures as they are kept, which other networks cannot read."""
    found = run(made("gan1", "vae", size=16, channels=3), tmp_path)
    assert {entry.values["size"] for entry in found.plan.entries} == {16}
    with Pillow.open(found.scored[0].picture) as picture:
        assert picture.size == (64, 64)


def test_every_cell_learns_for_the_same_time_and_keeps_its_moments(tmp_path: Path) -> None:
    heard: list[Comparing] = []
    found = run(made("gan1", "vae", seeds=2), tmp_path, heard)
    assert [(one.family, one.seed, one.moment) for one in found.scored] == [
        (family, seed, moment) for seed in (0, 1) for family in ("gan1", "vae") for moment in (4.0, 8.0, 12.0)
    ]
    assert all(one.cpu_seconds >= one.moment > one.cpu_seconds - 8.0 for one in found.scored)
    assert [one.scored for one in heard if one.scored is not None] == list(found.scored)
    assert any(isinstance(one.event, Progressed) for one in heard)
    for one in found.scored:
        with Pillow.open(one.picture) as picture:
            assert picture.size == (32, 32)
    encoder = load_model(tmp_path / "cells" / "vae-0" / "moments" / "0012.0.safetensors")
    assert encoder.explorables is not None  # what encodes draws from where its pictures lie


def test_who_learns_quicker_than_was_foreseen_learns_until_the_time_is_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So many steps as fitted were the end of a run, however quick the machine was by then."""
    whole = run(made("gan1", seconds=120.0), tmp_path / "whole").scored[-1]
    told = iter(range(10_000_000))
    a_step = whole.cpu_seconds / whole.step
    clock = SimpleNamespace(process_time=lambda: 1.3 * a_step * next(told))
    monkeypatch.setattr(plan, "time", clock)
    what = made("gan1", seconds=120.0)
    assert what.entries[0].values["steps"] < 1.5 * whole.step
    last = run(what, tmp_path / "foreseen").scored[-1]
    assert (last.step, last.cpu_seconds) == (whole.step, whole.cpu_seconds)


def test_a_classifier_is_trained_once_for_pictures_that_no_bundled_one_knows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(own_classifier, "STEPS", (150, 150))
    monkeypatch.setattr(own_classifier, "LEAST_ACCURACY", 0.5)
    what, home = made("gan1", "vae"), tmp_path / "home"
    found = finished(compare(what, bars(), tmp_path / "c", home=home, device=CPU, tell=lambda now: None))
    assert len(list((home / "cache" / "judges").glob("*.safetensors"))) == 1
    assert all(1.0 <= (one.value("inception_score") or 0.0) <= 2.0 for one in found.scored)
    assert all(one.value("fid") is not None for one in found.scored)
    assert all(float(one.metrics["inception_score"]["real"] or 0.0) > 1.2 for one in found.scored), "of two classes"


def test_what_was_done_is_not_done_again_and_more_may_be_added(tmp_path: Path) -> None:
    first = run(made("gan1"), tmp_path)
    heard: list[Comparing] = []
    more = run(made("gan1", "dcgan", seeds=2), tmp_path, heard)
    assert more.scored[:3] == first.scored
    assert [one.event for one in heard if (one.family, one.seed) == ("gan1", 0) and one.event] == []
    assert {(one.family, one.seed) for one in more.scored} == {("gan1", 0), ("gan1", 1), ("dcgan", 0), ("dcgan", 1)}


def test_a_comparison_that_is_given_more_time_learns_on_and_keeps_what_it_scored(tmp_path: Path) -> None:
    short = made("gan1", "wgan")
    first = run(short, tmp_path)
    before = lengthened(short, 24.0)
    longer = made("gan1", seconds=24.0, before=before)
    check_same(before, longer, tmp_path)
    assert longer.moments == (4.0, 8.0, 12.0, 16.0, 24.0)
    assert before.entries[1].values["steps"] == 2 * short.entries[1].values["steps"]  # not asked for now
    kept = tmp_path / "cells" / "gan1-0" / "moments" / "0012.0.safetensors"
    was = kept.read_bytes()
    heard: list[Comparing] = []
    found = run(longer, tmp_path, heard)
    assert found.scored[:3] == first.scored[:3]
    assert kept.read_bytes() == was
    assert [one.moment for one in found.scored] == list(longer.moments)
    at, last = found.scored[2], found.scored[-1]
    assert last.cpu_seconds >= 24.0
    assert last.step > 1.5 * at.step
    learned = [one.learned_s for one in heard if isinstance(one.event, Progressed)]
    assert min(learned) >= 12.0, "no second of the shorter one was learned anew"
    steps = (tmp_path / "cells" / "gan1-0" / "metrics.jsonl").read_text(encoding="utf-8").splitlines()
    assert run(longer, tmp_path).scored == found.scored
    assert (tmp_path / "cells" / "gan1-0" / "metrics.jsonl").read_text(encoding="utf-8").splitlines() == steps
    assert lengthened(longer, 6.0) == longer
    with pytest.raises(BadConfig, match="other seconds"):
        check_same(longer, made("gan1", seconds=6.0, before=lengthened(longer, 6.0)), tmp_path)


def test_a_walk_that_is_over_learns_no_longer_when_there_is_more_time(tmp_path: Path) -> None:
    what = made("icfg", seconds=90.0, gradient_steps=3, updates=2, pool=32, steps=6)
    run(what, tmp_path)
    heard: list[Comparing] = []
    found = run(lengthened(what, 180.0), tmp_path, heard)
    assert [(one.moment, one.step) for one in found.scored] == [(30.0, 6), (60.0, 6), (90.0, 6), (120.0, 6), (180.0, 6)]
    assert not [one for one in heard if isinstance(one.event, Progressed)]


def test_what_is_left_to_learn_leaves_out_what_earlier_calls_did(tmp_path: Path) -> None:
    run(made("gan1"), tmp_path)
    heard: list[Comparing] = []
    run(made("gan1", seeds=3), tmp_path, heard)
    assert [one.left_s for one in heard if one.seed == 0] == [24.0] * 4, "whole, it only tells its scores"
    learning = [one for one in heard if isinstance(one.event, Progressed)]
    assert {one.seed for one in learning} == {1, 2}
    for one in learning:
        later_s = 12.0 if one.seed == 1 else 0.0
        assert one.left_s == max(0.0, 12.0 - one.learned_s) + later_s
    assert [one.is_new for one in heard if one.scored] == [False] * 3 + [True] * 6


def leave_in_the_middle(what: Plan, folder: Path) -> None:
    """Begin a comparison, and leave it after the first cell's first snapshot."""
    work = compare(what, bars(), folder, home=None, device=CPU, tell=lambda now: None)
    for event in work:
        if isinstance(event, Snapshotted):
            break
    work.close()


def test_what_a_cell_learned_before_it_was_left_counts(tmp_path: Path) -> None:
    what = made("gan1", seconds=60.0)
    leave_in_the_middle(what, tmp_path)
    heard: list[Comparing] = []
    run(what, tmp_path, heard)
    first = next(one for one in heard if isinstance(one.event, Progressed))
    assert first.learned_s > 20.0
    assert first.left_s == 60.0 - first.learned_s


def test_a_sheet_has_a_row_for_each_family_that_is_there(tmp_path: Path) -> None:
    """The rows of those that were still to learn were white, and names too small to be read where it was shown."""
    Pillow.fromarray(np.full((32, 32, 3), 90, np.uint8)).save(tmp_path / "block.png")
    both = told(tmp_path / "block.png")
    one = replace(both, scored=tuple(each for each in both.scored if each.family == "vae"))
    heights, inked = [], []
    for what in (both, one):
        with Pillow.open(io.BytesIO(results.sheet(what, 1))) as sheet:
            heights.append(sheet.height)
    assert heights[0] - heights[1] == 32 * round(200 / 32) + charts.GAP
    for columns in (2, 12):
        block = np.full((200, 200, 3), 90, np.uint8)
        sheet = charts.sheet([[block] * columns], ["vae"], ["75 s"] * columns)
        inked.append(int((sheet[:, :64] < 128).any((1, 2)).sum()))
    assert inked[1] > 2 * inked[0]


def test_what_was_found_so_far_is_handed_on_after_each_cell(tmp_path: Path) -> None:
    told: list[Compared] = []
    what = made("gan1", seeds=2)
    finished(
        compare(
            what, bars(), tmp_path, home=None, device=CPU, tell=lambda now: None, found_so_far=told.append,
        )
    )  # fmt: skip
    assert [len(each.scored) for each in told] == [3, 6]
    files = results.write(told[0], tmp_path)
    assert len(list(csv.DictReader(io.StringIO(files["csv"].read_text(encoding="utf-8"))))) == 3 * len(
        told[0].scored[0].metrics
    )
    finished(compare(what, bars(), tmp_path, home=None, device=CPU, tell=lambda now: None, found_so_far=told.append))
    assert len(told) == 2, "nothing was done anew"


def test_a_comparison_that_is_left_goes_on_in_the_middle_of_a_cell(tmp_path: Path) -> None:
    what = made("gan1", seconds=60.0)
    leave_in_the_middle(what, tmp_path)
    cell = tmp_path / "cells" / "gan1-0"
    assert (cell / "checkpoint.safetensors").exists()
    assert not (cell / "ended.json").exists()
    kept = (cell / "moments" / "0020.0.safetensors").read_bytes()
    found = run(what, tmp_path)
    assert [one.moment for one in found.scored] == [20.0, 40.0, 60.0]
    assert (cell / "moments" / "0020.0.safetensors").read_bytes() == kept


def test_a_walk_that_is_over_before_the_time_stays_as_it_is(tmp_path: Path) -> None:
    found = run(made("icfg", seconds=90.0, gradient_steps=3, updates=2, pool=32, steps=6), tmp_path)
    assert [one.step for one in found.scored] == [6, 6, 6]


def test_a_plan_is_read_back_and_refuses_other_conditions(tmp_path: Path) -> None:
    what = made("gan1", "wgan")
    write_plan(tmp_path, what)
    assert read_plan(tmp_path) == what
    with pytest.raises(BadConfig, match="other seconds"):
        check_same(what, replace(what, seconds=5.0), tmp_path)
    with pytest.raises(BadConfig, match="no family that draws"):
        made("judge")
    with pytest.raises(BadConfig, match="one time"):
        made("vae", "vae")


# ---------------------------------------------------------------- what was found


def scored(family: str, seed: int, moment: float, score: float, diversity: float, path: Path) -> Scored:
    metrics = {
        "inception_score": {"value": score, "real": 9.0},
        "diversity_score": {"value": diversity, "real": 0.99},
    }
    return Scored(
        family=family, seed=seed, moment=moment, step=int(moment), seconds=2 * moment, cpu_seconds=moment,
        metrics=metrics, picture=path,
    )  # fmt: skip


def told(path: Path) -> Compared:
    entries = tuple(Entry(family=name, values={"steps": 9}, parameters=100) for name in ("gan1", "vae"))
    what = Plan(
        data="bars", data_sha256="b", seconds=2.0, seeds=3, moments=(1.0, 2.0), pictures=8, entries=entries
    )  # fmt: skip
    course = {
        ("gan1", 0): ((3.0, 0.8), (6.0, 0.9)),
        ("gan1", 1): ((8.0, 0.9), (3.0, 0.8)),  # falls
        ("gan1", 2): ((5.0, 0.7), (7.0, 0.3)),  # one class
        ("vae", 0): ((1.0, 0.6), (1.0, 0.7)),
        ("vae", 1): ((4.0, 0.9), (5.0, 0.9)),
        ("vae", 2): ((4.0, 0.9), (6.0, 0.9)),
    }
    found = [
        scored(family, seed, moment, *values, path)
        for (family, seed), both in course.items()
        for moment, values in zip((1.0, 2.0), both, strict=True)
    ]
    return Compared(plan=what, scored=tuple(found), diverged=frozenset({("vae", 0)}))


def test_means_spreads_best_and_worst_seeds_and_collapses(tmp_path: Path) -> None:
    found = results.summary(told(tmp_path / "none.png"))
    game, encoder = found["families"]
    assert game["final"]["inception_score"] == {"mean": 5.3333, "spread": 2.0817, "least": 3.0, "most": 7.0, "n": 3}
    assert (game["best_seed"], game["worst_seed"]) == (2, 1)
    assert game["collapsed"] == {"1": "inception score from 8.0 to 3.0", "2": "diversity 0.30"}
    assert encoder["collapsed"] == {"0": "diverged"}
    assert (game["collapses"], encoder["collapses"]) == (2, 1)
    assert [at["inception_score"]["mean"] for at in encoder["over_time"]] == [3.0, 4.0]
    assert found["real"] == {"inception_score": 9.0, "diversity_score": 0.99}
    lines = results.table(found)
    assert lines[-1]["family"] == "real pictures"
    assert lines[0]["inception_score"] == "5.33 ± 2.08"


def test_of_two_classes_nobody_scores_above_two_and_yet_has_begun(tmp_path: Path) -> None:
    entries = (Entry(family="gan1", values={"steps": 9}, parameters=100),)
    what = Plan(data="bars", data_sha256="b", seconds=2.0, seeds=2, moments=(1.0, 2.0), pictures=8, entries=entries)
    found = []
    for seed, inceptions in ((0, (1.3, 1.7)), (1, (1.0, 1.05))):
        for moment, inception in zip((1.0, 2.0), inceptions, strict=True):
            at = scored("gan1", seed, moment, inception, 0.9, tmp_path / "none.png")
            real = {**at.metrics["inception_score"], "real": 1.95}
            found.append(replace(at, metrics={**at.metrics, "inception_score": real}))
    (game,) = results.summary(Compared(plan=what, scored=tuple(found)))["families"]
    assert game["not_begun"] == [1]
    assert game["collapsed"] == {}


def test_a_run_that_never_rose_has_not_begun_and_is_no_collapse(tmp_path: Path) -> None:
    """Two seconds are enough for noise, which is of one class."""
    entries = tuple(Entry(family=name, values={"steps": 9}, parameters=100) for name in ("gan1", "vae"))
    what = Plan(data="bars", data_sha256="b", seconds=2.0, seeds=2, moments=(1.0, 2.0), pictures=8, entries=entries)
    path = tmp_path / "none.png"
    course = {
        ("gan1", 0): ((1.0, 0.1), (1.3, 0.2)),  # noise from its first moment to its last
        ("gan1", 1): ((2.4, 0.3), (1.1, 0.1)),  # a few classes, and then one
        ("vae", 0): ((1.1, 0.1), (5.0, 0.9)),
        ("vae", 1): ((1.0, 0.1), (1.0, 0.1)),  # its loss was no number
    }
    found = tuple(
        scored(family, seed, moment, *values, path)
        for (family, seed), both in course.items()
        for moment, values in zip((1.0, 2.0), both, strict=True)
    )
    told = results.summary(Compared(plan=what, scored=found, diverged=frozenset({("vae", 1)})))
    game, encoder = told["families"]
    assert (game["not_begun"], game["collapsed"]) == ([0], {"1": "diversity 0.10"})
    assert (encoder["not_begun"], encoder["collapsed"]) == ([], {"1": "diverged"})
    lines = results.table(told)
    assert [line["not begun"] for line in lines] == [1, "", ""]


def test_files_hold_a_row_for_every_number_and_pictures_in_their_places(tmp_path: Path) -> None:
    block = np.full((32, 32, 3), 90, np.uint8)
    Pillow.fromarray(block).save(tmp_path / "block.png")
    files = results.write(told(tmp_path / "block.png"), tmp_path)
    rows = list(csv.DictReader(io.StringIO(files["csv"].read_text(encoding="utf-8"))))
    assert list(rows[0]) == ["family", "seed", "step", "seconds", "cpu_seconds", "metric", "value"]
    assert len(rows) == 2 * 3 * 2 * 2
    assert {key: rows[2][key] for key in ("family", "seed", "metric", "value", "seconds", "cpu_seconds")} == {
        "family": "gan1", "seed": "0", "metric": "inception_score", "value": "6.0", "seconds": "4.0",
        "cpu_seconds": "2.0",
    }  # fmt: skip
    for clock in ("cpu_seconds", "seconds"):
        with Pillow.open(files[f"plot_{clock}"]) as picture:
            colours = {colour for _, colour in picture.convert("RGB").getcolors(1 << 20) or ()}
        assert {(0, 114, 178), (213, 94, 0)} <= colours
    with Pillow.open(files["sheet_1"]) as sheet:
        grey = (np.asarray(sheet.convert("RGB")) == 90).all(2)
    side = 32 * round(200 / 32)
    assert grey.sum() == 4 * side**2  # two families at two moments


@pytest.mark.parametrize(("low", "high"), [(0.0, 9.9), (0.0, 0.93), (-0.4, 2.2), (0.0, 0.0), (0.0, 480.0)])
def test_ticks_are_round_and_hold_all_there_is(low: float, high: float) -> None:
    found = ticks(low, high)
    assert found[0] <= low
    assert found[-1] >= high
    assert 2 <= len(found) <= 8


def test_powers_of_ten_hold_all_there_is() -> None:
    assert powers(0.09, 480.0) == pytest.approx([0.01, 0.1, 1.0, 10.0, 100.0, 1000.0])
    assert powers(1.0, 1.0) == pytest.approx([1.0, 10.0])


def test_metrics_are_those_that_the_data_allows() -> None:
    assert set(results.TITLES) == set(cells.METRICS)
