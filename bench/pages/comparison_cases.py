"""What is compared on docs/comparison.md: which pictures, how long, how often; and where its runs are kept."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bench.figures import ROOT
from engine.comparing.plan import Plan

STATE = ROOT / "bench" / "results" / "comparison"
FAMILIES = ("xicfg", "gan0", "gan1", "wgan", "wgan-gp")


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One comparison of the page."""

    title: str
    words: str
    data: str
    seconds: int = 600
    seeds: int = 1
    asked: dict[str, Any] = field(default_factory=dict)

    def words_of(self, out: str, *, seconds: int = 0, seeds: int = 0) -> list[str]:
        """The command that compares them, which goes on where it was stopped."""
        told = [word for name, value in self.asked.items() for word in ("--set", f"{name}={value}")]
        long = ["--seconds", str(seconds or self.seconds), "--seeds", str(seeds or self.seeds)]
        return ["compare", *FAMILIES, "--data", self.data, *told, *long, "--out", out]


CASES = {
    "glyphs": Case(
        title="Glyphs", words="Digits as if written by hand, 28 pixels.", data="bundled:glyphs", seeds=3
    ),
    "mnist5k": Case(
        title="MNIST 5000", words="Scanned digits, 28 pixels: 4 200 to learn from.", data="bundled:mnist5k", seeds=3
    ),
    "fashion-mnist": Case(
        title="Fashion-MNIST", words="Photographs of garments, 28 pixels.", data="bundled:fashion-mnist"
    ),
    "faces-glasses": Case(
        title="Heads with and without glasses",
        words="Rendered heads in colour, 32 pixels, in two classes: they stand for the paper's two kinds of room.",
        data="bundled:faces-glasses",
        asked={"size": 32, "channels": 3},
    ),
    "glyphs-shortcuts": Case(
        title="Connected networks, on glyphs",
        words="The same digits by connected networks; those that draw have the shortcuts of the paper's figure.",
        data="bundled:glyphs",
        asked={"net": "shortcuts"},
    ),
}  # fmt: skip


def case_of(plan: Plan) -> str:
    """The name of a comparison by its pictures and, where all have another kind, by its networks."""
    data = Path(plan.data.removeprefix("bundled:")).name
    return "-".join([data, *([str(plan.asked["net"])] if "net" in plan.asked else [])])
