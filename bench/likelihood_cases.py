"""Whose likelihoods are measured, on which pictures, how low they should be, and where each run is kept."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from bench.figures import ROOT

STATE = ROOT / "bench" / "results" / "nats"
DIGITS, SHAPES = "bundled:mnist5k-binary", "bundled:shapes"
FASHION, GLYPHS, FACES = "bundled:fashion-mnist", "bundled:glyphs", "bundled:faces"
PLAIN: dict[str, object] = {"conditional": False}
BINARY: dict[str, object] = {**PLAIN, "levels": 2}
EIGHT: dict[str, object] = {**PLAIN, "levels": 8}
HEADS: dict[str, object] = {**PLAIN, "size": 32, "channels": 3}
PICTURES = 1000
"""Held-out pictures that are measured, where there are so many; for the gap as many of those that were learned from."""
BY_CLASS = 300
"""The same of bundled models that sum a class out, which takes ten passes."""


@dataclass(frozen=True, slots=True)
class Case:
    """A family by a preset, with changes, or a bundled model; and the most that a held-out picture should need."""

    family: str
    preset: str
    bar: float | None = None
    changes: dict[str, object] = field(default_factory=dict)
    data: str = DIGITS
    model: str = ""
    """A bundled model that is measured as it is, and what it learned from."""
    published: float | None = None
    """Nats a picture that papers report after all 60 000 digits."""
    words: str = ""
    """What the page calls it."""
    pictures: int = PICTURES

    @property
    def in_nats(self) -> bool:
        """Black and white is told in nats a picture, as papers do; shades in bits per dimension."""
        return self.data in (DIGITS, SHAPES)

    def settings(self, steps: int = 0) -> dict[str, Any]:
        """The preset's, changed."""
        from engine.families.presets import chain

        config = dict(chain(self.family, self.preset)[-1][1].config)
        return {**config, **self.changes, **({"steps": steps} if steps else {})}


CASES = {
    "fvbn": Case("fvbn", "linear", 125.0, PLAIN, published=97.5, words="Weighted sums (FVBN)"),
    "made": Case("fvbn", "made", None, PLAIN, published=86.6, words="MADE"),
    "nade": Case("fvbn", "quick", 112.0, PLAIN, published=88.3, words="NADE"),
    "pixelcnn": Case("pixelcnn", "quick", 97.0, BINARY, published=81.3, words="PixelCNN"),
    "gated": Case("gated-pixelcnn", "mnist", 97.0, PLAIN, words="Gated PixelCNN"),
    "gated-good": Case("gated-pixelcnn", "mnist-good", 92.0, PLAIN, words="Gated PixelCNN, good preset"),
    "plusplus": Case("pixelcnn++", "quick", None, {**BINARY, "components": 1}, words="PixelCNN++, one component"),
    "pixelrnn": Case("pixelrnn", "quick", 98.0, PLAIN, published=80.5, words="PixelRNN, Row LSTM"),
    "pixelvae": Case("pixelvae", "quick", 100.0, published=79.0, words="PixelVAE"),
    **{f"order-{order}": Case("fvbn", "linear", None, {**PLAIN, "ordering": order, "steps": 600},
                              words=f"Weighted sums, {order}, 600 steps")
       for order in ("raster", "columns", "spiral", "random")},
    "shapes": Case("pixelcnn", "shapes", data=SHAPES, words="PixelCNN of plain 7×7 convolutions"),
    "fashion-nade": Case("fvbn", "quick", None, {**PLAIN, "levels": 16}, FASHION, words="NADE"),
    "fashion-pixelcnn": Case("pixelcnn", "quick", None, {**PLAIN, "levels": 256}, FASHION, words="PixelCNN"),
    "fashion-gated": Case("gated-pixelcnn", "quick", None, {**PLAIN, "levels": 256}, FASHION, words="Gated PixelCNN"),
    "fashion-plusplus": Case("pixelcnn++", "quick", None, PLAIN, FASHION, words="PixelCNN++"),
    "glyphs-nade": Case("fvbn", "quick", None, EIGHT, GLYPHS, words="NADE"),
    "glyphs-pixelcnn": Case("pixelcnn", "quick", None, PLAIN, GLYPHS, words="PixelCNN"),
    "glyphs-gated": Case("gated-pixelcnn", "quick", None, PLAIN, GLYPHS, words="Gated PixelCNN"),
    "glyphs-plusplus": Case("pixelcnn++", "quick", None, EIGHT, GLYPHS, words="PixelCNN++"),
    "glyphs-bundled": Case("gated-pixelcnn", "glyphs", data=GLYPHS, model="glyphs-gated",
                           words="Gated PixelCNN, bundled (`glyphs-gated`)", pictures=BY_CLASS),
    "faces-nade": Case("fvbn", "quick", None, {**HEADS, "levels": 8, "steps": 400}, FACES, words="NADE"),
    "faces-pixelcnn": Case("pixelcnn", "quick", None, {**HEADS, "levels": 256, "batch": 16, "steps": 1000}, FACES,
                           words="PixelCNN"),
    "faces-gated": Case("gated-pixelcnn", "quick", None, {**HEADS, "levels": 256, "width": 24, "steps": 600}, FACES,
                        words="Gated PixelCNN"),
    "faces-plusplus": Case("pixelcnn++", "quick", None, {**HEADS, "components": 5}, FACES, words="PixelCNN++"),
    "faces-bundled": Case("pixelcnn++", "faces", data=FACES, model="faces-pixels",
                          words="PixelCNN++, bundled (`faces-pixels`)"),
}  # fmt: skip


def kept(name: str) -> dict[str, Any]:
    """What was measured of a case, with the present settings; empty before that."""
    try:
        found: dict[str, Any] = json.loads((STATE / name / "measured.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if found.get("settings") == CASES[name].settings() else {}
