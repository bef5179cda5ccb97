"""The page of the comparisons: its tables from folders that are whole or still at work, words by hand left alone."""

from __future__ import annotations

import io
import json
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from bench.comparison import main
from bench.pages import comparison_page
from bench.pages.comparison_cases import CASES, case_of
from engine.comparing import Plan, results
from engine.comparing.plan import Entry, write_plan
from engine.disk.files import BadConfig

MOMENTS = tuple(75.0 * (k + 1) for k in range(8))
BY_HAND = (
    "# Compared\n\nBy hand.\n\n## What is not measured yet\n\n<!-- missing -->\nold\n<!-- /missing -->\n\nThe end.\n"
)


def plan(**changes: object) -> Plan:
    entries = tuple(
        Entry(family=family, values={"steps": 900}, parameters=weights)
        for family, weights in (("xicfg", 171_714), ("gan0", 171_746))
    )
    whole = Plan(
        data="bundled:glyphs", data_sha256="g", seconds=600.0, seeds=3, moments=MOMENTS, pictures=500, entries=entries
    )  # fmt: skip
    return replace(whole, **changes)  # type: ignore[arg-type]


def cell(folder: Path, family: str, seed: int, ends_at: float, diversity: float = 0.95, *, moments: int = 8) -> None:
    """A run as `compare` leaves it, as far as a page looks at it."""
    place = folder / "cells" / f"{family}-{seed}"
    (place / "moments").mkdir(parents=True)
    for number, moment in enumerate(MOMENTS[:moments]):
        score = ends_at * (number + 1) / 8 if number < 7 else ends_at
        told = {
            "moment": moment, "step": 100 * (number + 1) + seed, "seconds": 2 * moment, "cpu_seconds": moment,
            "metrics": {
                "inception_score": {"value": score, "stderr": 0.13, "real": 10.0},
                "diversity_score": {"value": diversity, "stderr": 0.01, "real": 0.99},
            },
        }  # fmt: skip
        stem = f"{moment:06.1f}"
        (place / "moments" / f"{stem}.json").write_text(json.dumps(told), encoding="utf-8")
        (place / "moments" / f"{stem}.safetensors").write_bytes(b"weights")
        Image.new("L", (112, 112), 30 * number).save(place / "moments" / f"{stem}.png")
    if moments == 8:
        (place / "ended.json").write_text('{"reason": "completed"}', encoding="utf-8")
        last = json.dumps({"step": told["step"], "cpu_seconds": moment})
        (place / "metrics.jsonl").write_text(f"{last}\n", encoding="utf-8")


@pytest.fixture
def page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(comparison_page, "PAGE", tmp_path / "comparison.md")
    monkeypatch.setattr(comparison_page, "FOLDER", tmp_path / "comparison")
    monkeypatch.setattr("bench.comparison.ROOT", tmp_path)
    (tmp_path / "comparison.md").write_text(BY_HAND, encoding="utf-8")
    return tmp_path / "comparison.md"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Three seeds of one family; of the other, one that collapsed, one whole and one at work."""
    made = tmp_path / "made"
    made.mkdir()
    write_plan(made, plan())
    for seed, score in enumerate((7.0, 7.5, 6.5)):
        cell(made, "xicfg", seed, score)
    cell(made, "gan0", 0, 8.0)
    cell(made, "gan0", 1, 6.0, diversity=0.3)
    cell(made, "gan0", 2, 8.0, moments=5)
    return made


def text_of(page: Path) -> str:
    return page.read_text(encoding="utf-8")


def test_a_row_tells_mean_spread_best_and_worst_seed_and_who_collapsed(page: Path, folder: Path) -> None:
    assert main_of(folder) == 0
    text = text_of(page)
    assert (
        "| xICFG | 171 714 | 3 | 800 to 802 | 7.00 ± .50 | .70 | .950 ± .000 | – | – | 1, 2 (7.50, 6.50) | 0 |" in text
    )
    assert (
        "| GAN, minimax (`gan0`) | 171 746 | 2 | 800 to 801 | 7.00 ± 1.41 | .70 | .625 ± .460 | – | – "
        "| 0, 1 (8.00, 6.00) | 1 |" in text
    )
    assert "| Real pictures, held out |  |  |  | 10.00 | 1 | .990 | – | – |  |  |" in text
    plain = " ".join(text.split())
    assert "Each learned 3 times for 600 processor seconds" in plain
    assert "So far 5 of 6 runs are whole." in plain
    assert "uncertain by .13" in plain
    assert "by inception score `xicfg`, hardly told from `gan0`" in plain


def main_of(*folders: Path) -> int:
    with pytest.MonkeyPatch.context() as hand:
        hand.setattr("sys.argv", ["bench.comparison", "page", *map(str, folders)])
        return main()


def test_words_by_hand_stay_and_a_section_is_written_again_in_its_place(page: Path, folder: Path) -> None:
    comparison_page.write([folder])
    first = text_of(page)
    assert first.startswith("# Compared\n\nBy hand.\n\n## Glyphs\n\n<!-- glyphs -->\n")
    assert first.endswith("<!-- /missing -->\n\nThe end.\n")
    page.write_text(first.replace("<!-- /glyphs -->\n", "<!-- /glyphs -->\n\nWhat we find: much.\n"), encoding="utf-8")
    shutil.rmtree(folder / "cells" / "gan0-2")
    cell(folder, "gan0", 2, 8.0)
    comparison_page.write([folder])
    second = text_of(page)
    assert second.count("## Glyphs") == 1
    assert "What we find: much.\n\n## What is not measured yet" in second
    assert "are whole" not in second
    assert "7.33 ± 1.15" in second


def test_what_is_shorter_or_not_whole_is_still_to_be_measured(page: Path, folder: Path) -> None:
    comparison_page.write([folder])
    commands = text_of(page).partition("```")[2].partition("```")[0]
    assert commands.count("zscape compare") == len(CASES)
    shutil.rmtree(folder / "cells" / "gan0-2")
    cell(folder, "gan0", 2, 8.0)
    comparison_page.write([folder])
    commands = text_of(page).partition("```")[2].partition("```")[0]
    assert commands.count("zscape compare") == len(CASES) - 1
    assert "--data bundled:glyphs --seconds 600 --seeds 3" not in commands
    assert "--set net=shortcuts" in commands
    assert all(len(line) <= 120 for line in commands.splitlines())


def test_numbers_plots_and_pictures_lie_beside_the_page_and_are_small(page: Path, folder: Path) -> None:
    comparison_page.write([folder])
    beside = page.parent / "comparison"
    rows = (beside / "glyphs.csv").read_text(encoding="utf-8").splitlines()
    assert rows[0] == ",".join(results.COLUMNS)
    assert len(rows) == 1 + 5 * 8 * 2
    for name, limit in (
        ("glyphs.webp", comparison_page.PLOT_BYTES),
        ("glyphs-pictures.webp", comparison_page.SHEET_BYTES),
    ):
        assert 0 < (beside / name).stat().st_size <= limit
        with Image.open(beside / name) as picture:
            assert picture.width > 200
        assert f"](comparison/{name})" in text_of(page)
    content = io.BytesIO()
    Image.fromarray(np.random.default_rng(0).integers(0, 255, (100, 100, 3), np.uint8)).save(content, "PNG")
    assert len(comparison_page.small(content.getvalue(), 1500)) <= 1500, "noise, too"


def test_folders_without_a_whole_run_and_two_of_one_kind_are_refused(page: Path, folder: Path, tmp_path: Path) -> None:
    with pytest.raises(BadConfig, match="no comparison with a whole run"):
        comparison_page.write([tmp_path / "nowhere"])
    with pytest.raises(BadConfig, match="Two of these"):
        comparison_page.write([folder, folder])
    assert main_of(tmp_path) == 2
    assert text_of(page) == BY_HAND


def test_every_case_is_known_by_what_its_command_asks_for() -> None:
    for name, case in CASES.items():
        assert case_of(plan(data=case.data, asked=case.asked)) == name
        assert case.words_of("DIR")[-2:] == ["--out", "DIR"]


def test_the_page_shows_what_lies_beside_it() -> None:
    text = text_of(comparison_page.PAGE)
    for name in CASES:
        if f"<!-- {name} -->" in text:
            for ending in (".csv", ".webp", "-pictures.webp"):
                assert (comparison_page.FOLDER / f"{name}{ending}").is_file()
                assert f"](comparison/{name}{ending})" in " ".join(text.split())
    assert f"<!-- {comparison_page.MISSING} -->" in text
