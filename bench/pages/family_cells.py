"""Which families are measured by their quick presets, what they should come to, and where each cell is kept."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.figures import ROOT

STATE = ROOT / "bench" / "results" / "families"
REPEATS = {"glyphs": 3, "mnist5k": 1, "fashion-mnist": 1}
"""How often each set is learned; those that are not installed are left out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Aim:
    """What a family's quick preset should come to: shares of what real pictures score."""

    preset: str = "quick"
    share: float | None = None
    """Of the inception score of real pictures."""
    diversity: float | None = 0.85
    speed: float | None = 1.5
    """Over the plain loop; None where nothing is convolutional."""


AIMS = {
    "began": Aim(share=0.55),
    "gan0": Aim(diversity=None, speed=None),
    "gan1": Aim(share=0.65, speed=None),
    "dcgan": Aim(share=0.65),
    "lsgan": Aim(share=0.65),
    "wgan": Aim(share=0.55),
    "wgan-gp": Aim(share=0.65),
    "autoencoder": Aim(),
    "vae": Aim(preset="glyphs", share=0.55),
    "aae": Aim(preset="classes", share=0.55),
    "xicfg": Aim(share=0.65, diversity=0.9),
}


@dataclass(frozen=True, slots=True)
class Cell:
    """A family on a set of pictures, with one seed."""

    family: str
    data: str
    repeat: int

    @property
    def case(self) -> str:
        return self.family if self.data == "glyphs" else f"{self.family}-{self.data}"

    @property
    def folder(self) -> Path:
        return STATE / self.data / f"{self.family}-{self.repeat}"

    def settings(self, steps: int = 0) -> dict[str, Any]:
        """The preset's, with a seed of its own."""
        from engine.families.presets import all_presets

        name = AIMS[self.family].preset
        preset = next(preset for preset in all_presets()[self.family] if preset.name == name)
        return {**dict(preset.config), "seed": self.repeat, **({"steps": steps} if steps else {})}

    def scores(self) -> dict[str, Any]:
        """What was measured with the present settings; empty before that."""
        try:
            found: dict[str, Any] = json.loads((self.folder / "cell.json").read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        return found if found.get("settings") == self.settings() else {}
