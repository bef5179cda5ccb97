"""Results as people read them."""

from __future__ import annotations

from engine.commands.printed.showing import WIDEST, shown
from engine.commands.values import minutes


def test_values_stand_beside_their_names() -> None:
    assert shown({"images": 3, "rate": 0.123456, "ok": True, "none": None, "classes": ("a", "b")}) == [
        "images: 3", "rate: 0.1235", "ok: yes", "none: –", "classes: a, b",
    ]  # fmt: skip


def test_hashes_are_never_cut_and_files_stand_below_each_other() -> None:
    sha = "0" * 64
    files = [f"/a/long/folder/name/picture-{k:05d}.png" for k in range(3)]
    assert shown({"sha256": sha, "files": files}) == [f"sha256: {sha}", "files:", *(f"  {file}" for file in files)]


def test_entries_that_are_alike_become_a_table() -> None:
    result = {
        "metrics": {"fid": {"value": 10.5, "n": 500, "real": None}, "recall": {"value": 0.25, "n": 50, "real": None}}
    }
    assert shown(result) == ["metrics:", "          value    n", "  fid      10.5  500", "  recall   0.25   50"]
    rows = [{"name": "a", "note": "x" * 100}, {"name": "bc", "note": ""}]
    assert shown(rows) == ["name  note", "a     " + "x" * (WIDEST - 1) + "…", "bc    –"]


def test_unlike_entries_are_told_one_by_one() -> None:
    assert shown([{"a": 1}, {"b": [{"c": 2}]}]) == ["a: 1", "b:", "  c: 2"]
    assert shown(None) == ["–"]
    assert shown({}) == []


def test_times_are_said_as_one_says_them() -> None:
    assert (minutes(12.3), minutes(300)) == ("12 s", "5 min")


def test_what_is_described_at_length_goes_by_its_name_in_a_table() -> None:
    """`families` lists presets and settings with all that is known of them."""
    rows = [
        {"name": "vae", "presets": [{"name": "quick", "steps": 5}, {"name": "good", "steps": 9}], "range": {"low": 1}},
        {"name": "dcgan", "presets": [], "range": {}},
    ]
    assert shown(rows) == ["name   presets      range", "vae    quick, good  low 1", "dcgan  –            –"]
