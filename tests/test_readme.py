"""The README's figures: whole, in words, and between their markers."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from bench.figures import ROOT, figure
from bench.pages import readme

MACHINE = {"cores": 2, "cpu": "Some CPU", "torch": "2.13.0"}


def test_what_a_person_notices_stands_first_and_everything_behind() -> None:
    figures = [
        figure("P2", "faces", "p50", [9.0, 8.0, 10.0], "ms", bar=12),
        figure("P6", "vae-64", "overhead", [7.0], "%", bar=5),
    ]
    text = readme.table(figures, MACHINE, 0.5)
    noticed, _, everything = text.partition("<details>")
    assert "| A slider moved to its picture on the canvas, median | 9 ms | ≤ 12 |" in noticed
    assert "overhead" not in noticed
    assert "| P2 | faces | p50 | 9 ms | 8 – 10 | ≤ 12 |" in everything
    assert "| P6 | vae-64 | overhead | 7 % |  | ≤ 5 (missed) |" in everything
    assert "2 cores of Some CPU" in noticed


def test_only_the_figures_are_written_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "README.md").write_text(f"# A\n{readme.START}\nold\n{readme.END}\nB\n", encoding="utf-8")
    monkeypatch.setattr(readme, "ROOT", tmp_path)
    readme.rewrite([figure("P2", "faces", "p50", [9.0], "ms")], MACHINE, 0.0)
    text = (tmp_path / "README.md").read_text(encoding="utf-8")
    assert text.startswith(f"# A\n{readme.START}\nMeasured ")
    assert text.endswith(f"{readme.END}\nB\n")
    assert "old" not in text


def test_walks_to_known_densities_have_a_table_of_their_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    marks = "\n".join(readme.WALKS)
    (tmp_path / "README.md").write_text(f"{readme.START}\nfigures\n{readme.END}\n{marks}\nB\n", encoding="utf-8")
    monkeypatch.setattr(readme, "ROOT", tmp_path)
    figures = [
        figure("F2", "ring", "kl_end", [0.004], "nats", bar=0.05, note="40 steps"),
        figure("P2", "xicfg-steps", "p50", [30.0], "ms"),
        figure("P9", "pool-15", "ratio", [1.5], "×", bar=1.7, better="higher"),
    ]
    readme.rewrite_walks(figures, MACHINE, 0.5, quick=True)
    text = (tmp_path / "README.md").read_text(encoding="utf-8")
    assert text.startswith(f"{readme.START}\nfigures\n{readme.END}\n{readme.WALKS[0]}\nMeasured ")
    assert "roughly, with `--quick`" in text
    assert "| KL at the end (40 steps) | ring | 0.004 nats | ≤ 0.05 |" in text
    assert "| A stage with a pool | pool-15 | 1.5 × | ≥ 1.7 (missed) |" in text
    assert "p50" not in text
    assert text.endswith(f"{readme.WALKS[1]}\nB\n")
    whole = (ROOT / "README.md").read_text(encoding="utf-8")
    assert all(whole.count(mark) == 1 for mark in readme.WALKS)


def test_the_readme_holds_every_figure_that_a_person_notices() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    missing = [words for words in readme.NOTICED.values() if f"| {words} |" not in text]
    assert not missing


def test_one_bench_alone_does_not_replace_the_table() -> None:
    command = [sys.executable, "-m", "bench", "drag", "--readme"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "--readme goes with all" in done.stderr
