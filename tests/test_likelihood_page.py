"""The bench of likelihoods: runs that are kept, gone on with and begun anew; the page of what was measured."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import torch

from bench import likelihood_cases, likelihood_page, nats
from bench.likelihood_cases import CASES, Case
from engine.datasets.store import Split
from engine.training.loop import Job, train
from tests.engine.small import SMALL, bars

MACHINE = {"cpu": "A processor", "cores": 2, "threads": 1, "torch": "2.13.0", "device": "cpu"}


def found(name: str, **changes: Any) -> dict[str, Any]:
    answer = {
        "settings": CASES[name].settings(), "machine": MACHINE, "seconds": 30.0, "n": 1000, "dims": 784,
        "nats": 91.0, "stderr": 0.71, "gap": 2.04, "nats_bits": 0.1675, "stderr_bits": 0.0013, "gap_bits": 0.0038,
        "terms": "exact, of pixels that are black or white, split at mid grey", "entropy": 10.6,
    }  # fmt: skip
    return {**answer, **changes}


def test_rows_tell_what_was_measured_what_was_missed_and_what_papers_report() -> None:
    told = {
        "nade": found("nade", nats=113.0, seconds=300.0),
        "gated-good": found("gated-good"),
        "fashion-nade": found("fashion-nade"),
        "fashion-plusplus": found("fashion-plusplus"),
        "shapes": found("shapes", nats=11.4, dims=400, stderr=0.04),
    }
    page = likelihood_page.page(told)
    assert "| NADE | **113.0 ± 0.7** | +2.0 | exact | 5 min | 88.3 |" in page
    assert "| Gated PixelCNN, good preset | 91.0 ± 0.7 | +2.0 | exact | 30 s | – |" in page
    assert "| NADE | 16 | 0.168 ± 0.001 | +0.004 | 30 s |" in page
    assert "| PixelCNN++ | 256 | 0.168" in page
    assert "what is left to learn is 0.0020 nats a pixel (± 0.0001)" in page
    assert "## Faces" not in page
    assert "A processor, torch 2.13.0" in page


def test_what_was_measured_elsewhere_stays_and_other_settings_do_not_count(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(likelihood_cases, "STATE", tmp_path / "state")
    monkeypatch.setattr(likelihood_page, "PAGE", tmp_path / "page.md")
    monkeypatch.setattr(likelihood_page, "CELLS", tmp_path / "cells.json")
    (tmp_path / "cells.json").write_text(json.dumps({"nade": found("nade")}), encoding="utf-8")
    for name, settings in (("fvbn", CASES["fvbn"].settings()), ("made", {"steps": 1})):
        folder = tmp_path / "state" / name
        folder.mkdir(parents=True)
        (folder / "measured.json").write_text(json.dumps(found(name, settings=settings)), encoding="utf-8")
    page = likelihood_page.write().read_text(encoding="utf-8")
    assert "| NADE |" in page
    assert "| Weighted sums (FVBN) |" in page
    assert "| MADE |" not in page


def test_a_run_goes_on_where_it_was_left_and_is_not_done_twice(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    case = Case("fvbn", "linear", None, {**SMALL["fvbn"], "conditional": False})
    store, folder = bars(), tmp_path / "tiny"
    folder.mkdir()
    (folder / "settings.json").write_text(json.dumps(case.settings()), encoding="utf-8")
    job = Job(run=folder / "run", name="tiny", family="fvbn", values={**case.settings(), "steps": 3}, data="bars")
    for _ in train(job, store, device=torch.device("cpu")):
        pass
    (folder / "run" / "model.safetensors").unlink()  # as if it had been stopped there
    path, _ = nats._learned("tiny", case, store, folder, 0)
    lines = (folder / "run" / "metrics.jsonl").read_text(encoding="utf-8").splitlines()
    assert [json.loads(line)["step"] for line in lines][-1] == case.settings()["steps"]
    before = Path(path).read_bytes()
    monkeypatch.setattr("engine.training.loop.train", None)  # whoever called it now would fail
    assert nats._learned("tiny", case, store, folder, 0)[0] == path
    assert Path(path).read_bytes() == before
    monkeypatch.undo()
    other = Case("fvbn", "linear", None, {**SMALL["fvbn"], "conditional": False, "steps": 2})
    path, _ = nats._learned("tiny", other, store, folder, 0)
    assert Path(path).read_bytes() != before


def test_nats_and_their_gap_are_those_of_the_model(tmp_path: Path) -> None:
    case = Case("fvbn", "linear", None, {**SMALL["fvbn"], "conditional": False})
    store = bars()
    path, _ = nats._learned("tiny", case, store, tmp_path, 0)
    from engine.datasets.batches import batch
    from engine.opened.checkpoints import load_model

    family = load_model(path).family.eval()
    told = {}
    for split in (Split.TEST, Split.TRAIN):
        part = store.subset(split)
        told[split] = nats._nats(family, part, len(part))
        with torch.no_grad():
            direct = -family.log_likelihood(batch(part, torch.arange(len(part))), torch.Generator())
        assert sorted(told[split].tolist()) == pytest.approx(sorted(direct.tolist()), abs=1e-4)
    answer = nats._answer(family, told[Split.TEST], told[Split.TRAIN])
    assert answer["gap"] == pytest.approx(float(told[Split.TEST].mean() - told[Split.TRAIN].mean()))
    assert answer["nats_bits"] == pytest.approx(answer["nats"] / (64 * 0.693147), rel=1e-5)
