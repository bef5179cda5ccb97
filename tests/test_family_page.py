"""The page on the families: written from what was measured, with what was measured elsewhere kept."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

from bench.compared import posterior
from bench.pages import family_cells, family_page, guide_figures
from engine.datasets.store import Split
from engine.disk.runs import RunFolder
from engine.evaluation.learned.codes import codes
from engine.machine.work import finished
from engine.opened.model import open_model_file
from engine.training.loop import Job, train
from tests.engine.small import SMALL, bars

MACHINE = {"cpu": "A processor", "cores": 2, "threads": 1, "torch": "2.13.0", "device": "cpu"}


def cell(share: float, diversity: float, **more: float) -> dict[str, Any]:
    metrics = {"diversity_score": {"value": diversity}, "fid": {"value": 3.0}, "class_balance": {"value": 0.5}}
    return {"inception_share": share, "metrics": metrics, "cpu_seconds": 120.0, "machine": MACHINE, **more}


def test_rows_tell_the_middle_the_spread_and_what_was_missed() -> None:
    cells = {f"glyphs/dcgan/{n}": cell(share, 0.9) for n, share in enumerate((0.6, 0.64, 0.7))}
    cells["mnist5k/vae/0"] = cell(0.6, 0.8, copies_ratio=0.7)
    speed = {"dcgan": {"turns": [{"plain": 100.0, "ours": 140.0, "rate_share": 0.55}], "machine": MACHINE}}
    page = family_page.page({"cells": cells, "speed": speed})
    medians = "**0.64** (0.60 to 0.70) | 0.90 (0.90 to 0.90) | 0.50 (0.50 to 0.50) | 3.00 (3.00 to 3.00) | –"
    assert f"| dcgan | 3 | 2.0 | {medians} |" in page
    assert "| vae | 1 | 2.0 | 0.60 | **0.80** | 0.50 | 3.00 | 0.70 |" in page
    assert "| dcgan | 140 | **1.40** | 0.55 |" in page
    assert "Told the class" not in page
    assert "one thread of A processor, torch 2.13.0" in page


def test_what_was_measured_elsewhere_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(family_cells, "STATE", tmp_path / "state")
    for name, path in (("STATE", "state"), ("FOLDER", "docs"), ("PAGE", "page.md"), ("CELLS", "docs/cells.json")):
        monkeypatch.setattr(family_page, name, tmp_path / path)
    monkeypatch.setattr(guide_figures, "GUIDE", tmp_path / "guide")
    (tmp_path / "docs").mkdir()
    told = {"cells": {"glyphs/vae/1": cell(0.6, 0.9)}, "speed": {}}
    (tmp_path / "docs" / "cells.json").write_text(json.dumps(told), encoding="utf-8")
    mine = family_cells.Cell("vae", "glyphs", 0)
    mine.folder.mkdir(parents=True)
    scores = cell(0.7, 0.9) | {"settings": mine.settings()}
    (mine.folder / "cell.json").write_text(json.dumps(scores), encoding="utf-8")
    other = family_cells.Cell("vae", "glyphs", 2)
    other.folder.mkdir(parents=True)
    (other.folder / "cell.json").write_text(json.dumps(scores), encoding="utf-8")
    assert "| vae | 2 | 2.0 | 0.65 (0.60 to 0.70) |" in family_page.write().read_text(encoding="utf-8")
    assert not other.scores()  # of another seed's settings: it is measured anew


def test_every_family_that_is_measured_has_its_preset() -> None:
    for family in family_cells.AIMS:
        assert family_cells.Cell(family, "glyphs", 1).settings()["seed"] == 1


def test_a_page_of_the_guide_shows_a_run_and_the_next_one_in_its_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(guide_figures, "GUIDE", tmp_path)
    page, sheet = tmp_path / "vae.md", tmp_path / "sheet.webp"
    before = "# A family\n\n## What to look at\n\n- Much.\n\n## How it fails\n\n- Always.\n"
    page.write_text(before, encoding="utf-8")
    sheet.write_bytes(b"one")
    guide_figures.write("vae", cell(0.51, 0.9), sheet)
    assert "score 0.51 of what real" in page.read_text(encoding="utf-8").replace("\n", " ")
    sheet.write_bytes(b"two")
    guide_figures.write("vae", cell(0.62, 0.9, copies_ratio=0.7), sheet)
    text = page.read_text(encoding="utf-8")
    assert "0.51" not in text
    assert text.count(guide_figures.HEADING) == 1
    assert "Copies err 0.70" in text.replace("\n", " ")
    assert (tmp_path / "pictures" / "vae.webp").read_bytes() == b"two"
    assert guide_figures.with_section(text, "") == before


def test_codes_are_drawn_beside_the_prior_where_the_prior_is_explored(tmp_path: Path) -> None:
    for family, expected in (("aae", True), ("vae", False)):
        job = Job(run=tmp_path / family, name=family, family=family, values=dict(SMALL[family]), data="bars")
        finished(train(job, bars(200), device=torch.device("cpu")))
        opened = open_model_file(str(RunFolder(tmp_path / family).model), torch.device("cpu"))
        told = posterior.draw(opened, bars(200), tmp_path / f"{family}.webp")
        assert (told is not None) == (tmp_path / f"{family}.webp").exists() == expected
        if told is None:
            continue
        codes_ND, labels_N = finished(codes(opened, bars(200).subset(Split.TEST), posterior.MOST))
        assert told["least_spread"] == pytest.approx(float(codes_ND.std(0).min()), rel=0.4)
        with Image.open(tmp_path / "aae.webp") as sheet:
            colours_HWC = np.asarray(sheet.convert("RGB")).astype(int)
        is_ink_HW = np.ptp(colours_HWC, axis=2) > 60
        assert not is_ink_HW[:, : posterior.SIDE_PX].any(), "points of the prior have no class"
        assert is_ink_HW[:, posterior.SIDE_PX + posterior.GAP_PX :].any()
        assert len(codes_ND) == len(labels_N)
        section = guide_figures.section("aae", cell(0.5, 0.9) | {"posterior": told})
        assert "aae-posterior.webp" in section
        assert f"{told['least_spread']:.2f} to" in section.replace("\n", " ")


def test_pages_of_the_guide_tell_what_was_measured_last() -> None:
    cells = json.loads(family_page.CELLS.read_text(encoding="utf-8"))["cells"]
    told = 0
    for key, each in cells.items():
        data, family, repeat = key.split("/")
        page = guide_figures.GUIDE / f"{family}.md"
        if (data, repeat) == ("glyphs", "0") and page.exists():
            assert guide_figures.section(family, each) in page.read_text(encoding="utf-8")
            assert (guide_figures.GUIDE / guide_figures.PICTURES / f"{family}.webp").is_file()
            told += 1
    assert told
