"""What a rendered face is made of: the twenty recorded attributes and the unrecorded identity.

Attributes are what people move and judges read. Identity is everything else that makes two people with
equal attributes differ: proportions, asymmetry, eye colour, hair style, shirt, background. A row depends on
(seed, index) alone, so any picture can be drawn again without its neighbours.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Kind = Literal["continuous", "category"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Attribute:
    """One recorded property of a face: its range, its words, its help."""

    name: str
    label: str
    kind: Kind = "continuous"
    low: float = -1.0
    high: float = 1.0
    categories: tuple[str, ...] = ()
    help: str = ""
    low_word: str = ""
    high_word: str = ""


def _category(name: str, label: str, categories: tuple[str, ...], text: str) -> Attribute:
    return Attribute(
        name=name, label=label, kind="category", low=0.0, high=float(len(categories) - 1),
        categories=categories, low_word=categories[0], high_word=categories[-1], help=text,
    )  # fmt: skip


def _range(name: str, label: str, low: float, high: float, words: tuple[str, str], text: str) -> Attribute:
    return Attribute(name=name, label=label, low=low, high=high, low_word=words[0], high_word=words[1], help=text)


ATTRIBUTES: tuple[Attribute, ...] = (
    _range("yaw", "Turn", -35, 35, ("left", "right"), "Degrees the head turns; positive to the viewer's right."),
    _range("pitch", "Nod", -20, 20, ("down", "up"), "Degrees the head nods; positive looks up."),
    _range("roll", "Tilt", -12, 12, ("left", "right"), "Degrees the head leans; positive to the viewer's right."),
    _range("smile", "Smile", -1, 1, ("frowning", "smiling"), "From a clear frown to a wide smile with teeth."),
    _range("mouth_open", "Mouth open", 0, 1, ("closed", "open"), "How far the jaw has dropped."),
    _range("eyes_open", "Eyes open", 0, 1, ("closed", "wide"), "From closed lids to wide eyes."),
    _range("gaze", "Gaze", -1, 1, ("left", "right"), "Where the eyes look; positive to the viewer's right."),
    _range("brow", "Brows", -1, 1, ("lowered", "raised"), "From lowered, angry brows to raised ones."),
    _range("gender", "Gender", -1, 1, ("woman", "man"), "Jaw, lips, lashes, brows and neck; in between is common."),
    _range("age", "Age", 0, 1, ("young", "old"), "Folds, bags under the eyes, sagging, grey temples."),
    _range("skin", "Skin", 0, 1, ("light", "dark"), "Skin tone."),
    _range("hair_color", "Hair colour", 0, 1, ("black", "white"), "Black, brown, red, blond, white, in this order."),
    _range("hair_length", "Hair length", 0, 1, ("cropped", "long"), "From cropped to below the shoulders."),
    _category("bald", "Bald", ("hair", "bald"), "No hair on the head."),
    _category("beard", "Beard", ("none", "stubble", "full"), "None, stubble or a full beard."),
    _category("glasses", "Glasses", ("none", "round", "square", "sun"), "None, round, square or sunglasses."),
    _range("face_width", "Face width", -1, 1, ("narrow", "wide"), "How wide the head is."),
    _range("nose", "Nose", -1, 1, ("small", "large"), "Size of the nose."),
    _range("light", "Light", -1, 1, ("left", "right"), "The side the key light comes from."),
    _range("warmth", "Warmth", -1, 1, ("cool", "warm"), "Colour of the light."),
)  # fmt: skip
ATTRIBUTE_NAMES: tuple[str, ...] = tuple(a.name for a in ATTRIBUTES)

IDENTITY_NAMES: tuple[str, ...] = (
    "skull_width", "skull_height", "jaw_width", "chin_size", "cheek_size", "eye_spacing", "eye_size",
    "eye_height", "eye_color", "nose_length", "nose_width", "nose_tip", "ear_size", "lip_fullness", "lip_color",
    "mouth_height", "brow_thickness", "asymmetry", "hair_style", "hair_volume", "hair_part", "shirt_hue",
    "shirt_value", "background_hue", "background_value", "frame_color", "freckles", "neck_width", "evening",
)  # fmt: skip
"""Identity latents are uniform in [0, 1], except ``evening``, which is 0 until ``pairs.evening`` sets it."""


@dataclass(frozen=True, slots=True)
class FaceTable:
    """The factors of N faces: one float32 column per attribute, and the identity latents."""

    columns: dict[str, Floats]
    identity: Floats

    def __len__(self) -> int:
        return int(self.identity.shape[0])

    def row(self, k: int) -> FaceTable:
        """Face k as a table of one."""
        return self.rows([k])

    def rows(self, which: Sequence[int]) -> FaceTable:
        """The chosen faces as a table."""
        chosen = np.asarray(which, dtype=np.int64)
        return FaceTable({n: c[chosen] for n, c in self.columns.items()}, self.identity[chosen])

    def scalars(self, k: int) -> dict[str, float]:
        """Attributes of face k by name."""
        return {name: float(column[k]) for name, column in self.columns.items()}

    def latents(self, k: int) -> dict[str, float]:
        """Identity latents of face k by name."""
        return dict(zip(IDENTITY_NAMES, map(float, self.identity[k]), strict=True))


_Draw = Callable[[np.random.Generator], float]


def _beta(low: float, high: float, a: float, b: float) -> _Draw:
    return lambda g: low + (high - low) * float(g.beta(a, b))


def _choice(*weights: float) -> _Draw:
    edges = np.cumsum(weights)
    return lambda g: float(np.searchsorted(edges, g.random() * edges[-1], side="right"))


def _gender(g: np.random.Generator) -> float:
    """A mixture: two broad humps and everything between them."""
    pick = g.random()
    if pick < 0.2:
        return float(g.uniform(-0.6, 0.6))
    return float(np.clip((1 if pick < 0.6 else -1) * g.normal(0.8, 0.18), -1, 1))


_DRAWS: dict[str, _Draw] = {
    "yaw": _beta(-35, 35, 1.5, 1.5),
    "pitch": _beta(-20, 20, 1.7, 1.7),
    "roll": _beta(-12, 12, 2.0, 2.0),
    "smile": _beta(-1, 1, 1.3, 0.95),
    "mouth_open": _beta(0, 1, 0.8, 1.5),
    "eyes_open": _beta(0, 1, 2.0, 1.0),
    "gaze": _beta(-1, 1, 1.2, 1.2),
    "brow": _beta(-1, 1, 1.4, 1.3),
    "gender": _gender,
    "age": _beta(0, 1, 1.1, 1.3),
    "skin": _beta(0, 1, 1.0, 1.15),
    "hair_color": _beta(0, 1, 0.95, 1.05),
    "hair_length": _beta(0, 1, 0.95, 1.0),
    "bald": _choice(0.9, 0.1),
    "beard": _choice(0.55, 0.2, 0.25),
    "glasses": _choice(0.55, 0.15, 0.15, 0.15),
    "face_width": _beta(-1, 1, 1.6, 1.6),
    "nose": _beta(-1, 1, 1.6, 1.6),
    "light": _beta(-1, 1, 1.0, 1.0),
    "warmth": _beta(-1, 1, 1.2, 1.2),
}


def _correlate(row: dict[str, float], g: np.random.Generator) -> None:
    """The entangled variant: glasses come with age, beards and baldness with men, grey with age."""
    manly, age = (row["gender"] + 1) / 2, row["age"]
    row["glasses"] = _choice(1.15 - age, 0.5 * age, 0.5 * age, 0.12)(g)
    row["beard"] = _choice(1.02 - 0.75 * manly, 0.3 * manly, 0.45 * manly)(g)
    row["bald"] = float(g.random() < 0.3 * manly * age)
    row["hair_length"] = float(np.clip(row["hair_length"] * (1.0 - 0.65 * manly) + 0.15, 0, 1))
    row["hair_color"] = float(np.clip(row["hair_color"] * (1 - age**2) + age**2, 0, 1))


def sample_factors(
    seed: int, indices: Sequence[int], *, correlated: bool = False, fixed: Mapping[str, float] | None = None
) -> FaceTable:
    """Draw the faces numbered ``indices``; ``fixed`` overrides attributes after the draw.

    Row k depends on (seed, indices[k]) only: attributes and identity come from one generator per face, and a
    fixed value never shifts the draws of the others.
    """
    held = dict(fixed or {})
    check_values(held)
    columns = {name: np.zeros(len(indices), np.float32) for name in ATTRIBUTE_NAMES}
    identity = np.zeros((len(indices), len(IDENTITY_NAMES)), np.float32)
    for k, index in enumerate(indices):
        g = np.random.default_rng([int(seed) & 0xFFFFFFFF, int(index)])
        identity[k, :-1] = g.random(len(IDENTITY_NAMES) - 1, dtype=np.float32)
        row = {name: draw(g) for name, draw in _DRAWS.items()}
        if correlated:
            _correlate(row, g)
        row.update(held)
        for name, value in row.items():
            columns[name][k] = value
    return FaceTable(columns, identity)


def check_values(values: Mapping[str, float]) -> None:
    """Refuse unknown attributes and values out of range in one sentence."""
    known = {a.name: a for a in ATTRIBUTES}
    for name, value in values.items():
        attribute = known.get(name)
        if attribute is None:
            raise ValueError(f"unknown attribute {name!r}; known are {', '.join(known)}")
        if not attribute.low <= value <= attribute.high:
            raise ValueError(f"{name} must lie between {attribute.low:g} and {attribute.high:g}, not {value:g}")
        if attribute.kind == "category" and value != int(value):
            raise ValueError(f"{name} is a category: 0 to {attribute.high:g} in whole numbers, not {value:g}")
