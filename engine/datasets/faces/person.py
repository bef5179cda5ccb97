"""From factors to shape: the numbers a batch of heads is built of.

The formulas run in plain floats, one face at a time, so that a face never depends on its neighbours; the
results are then stacked into columns (``people``). Lengths are in head units: the skull is about 0.8 wide on
each side of the nose.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch
from torch import Tensor

from engine.datasets.faces.people import (
    Brows,
    Eyes,
    Glasses,
    Hair,
    Head,
    Mouth,
    Nose,
    Numbers,
    People,
    column,
    stack,
)


def lerp(a: float, b: float, t: float) -> float:
    """The value a share t of the way from a to b."""
    return a + (b - a) * t


def clip01(t: float) -> float:
    """t, held between 0 and 1."""
    return min(max(t, 0.0), 1.0)


def _head(a: Numbers, i: Numbers, man: float) -> Numbers:
    age, drop = a["age"], a["mouth_open"]
    return {
        "width": 1.0 + 0.17 * a["face_width"],
        "skull_x": lerp(0.77, 0.82, i["skull_width"]),
        "skull_y": lerp(0.78, 0.83, i["skull_height"]),
        "jaw_x": lerp(0.56, 0.675, man) + 0.03 * (i["jaw_width"] - 0.5),
        "jaw_y": lerp(0.70, 0.74, man) + 0.035 * drop,
        "corner": 0.05 + 0.16 * man,
        "chin": lerp(0.13, 0.22, man) + 0.04 * (i["chin_size"] - 0.5),
        "chin_y": lerp(-0.83, -0.84, man) - 0.09 * drop,
        "cheek": lerp(0.25, 0.21, man) * lerp(1.08, 0.84, age)
        + 0.05 * (i["cheek_size"] - 0.5)
        + 0.03 * max(a["smile"], 0.0),
        "cheek_y": -0.22 + 0.05 * a["smile"] - 0.05 * age,
        "jowl": 0.05 + 0.15 * clip01(age * 1.5 - 0.45),
        "ear": lerp(0.88, 1.15, i["ear_size"]) * (1 + 0.1 * age),
        "neck": lerp(0.29, 0.43, man) * lerp(0.95, 1.05, i["neck_width"]),
        "bend": 0.10 * (i["asymmetry"] - 0.5),
        "age": age,
    }


def _nose(a: Numbers, i: Numbers, man: float) -> Numbers:
    size = (1.03 + 0.40 * a["nose"]) * lerp(0.96, 1.06, man)
    return {
        "size": size,
        "low": -0.20 + lerp(-0.05, 0.03, i["nose_length"]) - 0.03 * a["nose"],
        "reach": 0.70 + 0.20 * size,
        "wing": size * lerp(0.85, 1.2, i["nose_width"]),
        "tip": 0.6 * lerp(-0.04, 0.05, i["nose_tip"]),
    }


def _eyes(a: Numbers, i: Numbers, man: float) -> Numbers:
    upper, lower = lerp(-0.36, 1.0, a["eyes_open"]), lerp(-0.38, -0.72, a["eyes_open"])
    radius = lerp(0.222, 0.244, i["eye_size"]) * lerp(1.05, 0.95, man) * lerp(1.13, 0.93, a["age"])
    return {
        "x": lerp(0.30, 0.345, i["eye_spacing"]),
        "y": lerp(0.02, 0.07, i["eye_height"]),
        "z": 0.575,
        "radius": radius,
        "upper_cos": math.cos(upper),
        "upper_sin": math.sin(upper),
        "lower_cos": math.cos(lower),
        "lower_sin": math.sin(lower),
        "gaze": radius * math.sin(0.62 * a["gaze"]),
        "lash": lerp(0.056, 0.010, man),
    }


def _brows(a: Numbers, i: Numbers, man: float) -> Numbers:
    up = a["brow"]
    inner = 0.06 * up + 0.012 - 0.02 * max(-up, 0.0)
    outer = -0.02 * up - 0.018 - 0.02 * a["age"]
    return {
        "y": 0.375 + 0.105 * up + inner,
        "slope": outer - inner,
        "arch": lerp(0.045, 0.012, man) + 0.03 * max(up, 0.0),
        "thickness": lerp(0.033, 0.064, man) * lerp(0.9, 1.1, i["brow_thickness"]),
        "skew": 0.03 * (i["asymmetry"] - 0.5),
    }


def _mouth(a: Numbers, i: Numbers, man: float) -> Numbers:
    smile, drop = a["smile"], a["mouth_open"]
    grin, frown, parted = max(smile, 0.0), max(-smile, 0.0), max(smile - 0.15, 0.0)
    full = lerp(1.3, 0.78, man) * lerp(0.9, 1.1, i["lip_fullness"]) * lerp(1.08, 0.76, a["age"])
    below = 0.006 + 0.115 * parted + 0.275 * drop
    return {
        "y": lerp(-0.545, -0.515, i["mouth_height"]) - 0.07 * grin + 0.035 * frown,
        "half_width": 0.29 + 0.145 * grin - 0.02 * frown - 0.045 * drop * (1 - grin),
        "corner": 0.20 * grin - 0.15 * frown,
        "above": 0.004 + 0.03 * parted + 0.055 * drop,
        "below": below,
        "upper_lip": 0.062 * full * (1 - 0.25 * grin),
        "lower_lip": 0.080 * full * (1 - 0.2 * grin),
        "teeth": (0.085 + 0.02 * smile) * clip01(0.45 + 0.9 * smile),
        "tongue": clip01(7 * (below - 0.09)),
    }


_TOPS = {  # style: centre, radii, hairline (swept, fringe, temples)
    0: ((0.5, 0.90, 0.22), (0.50, 0.20, 0.50), (-0.22, 0.0, 0.0)),  # parted, swept over the forehead
    1: ((0.2, 0.92, 0.34), (0.46, 0.26, 0.36), (0.0, 0.0, -0.12)),  # quiff
    2: ((0.0, 0.72, 0.00), (0.70, 0.36, 0.70), (0.0, 0.0, -0.25)),  # curly
    3: ((0.0, 0.60, 0.00), (0.60, 0.30, 0.60), (0.0, 0.14, 0.0)),  # straight fringe
    4: ((0.0, 1.10, -0.26), (0.25, 0.25, 0.25), (0.0, 0.0, -0.22)),  # knot on top
    5: ((0.0, 0.80, 0.10), (0.55, 0.30, 0.55), (0.0, 0.0, -0.25)),  # tousled
}
_WAVES = {2: (0.040, 15.0), 5: (0.050, 10.0)}


def _hair(a: Numbers, i: Numbers) -> Numbers:
    length, style = a["hair_length"], min(int(i["hair_style"] * 6), 5)
    wave, frequency = _WAVES.get(style, (0.0, 10.0))
    grown, body = clip01((length - 0.12) / 0.88), clip01(length / 0.3)
    volume = body * lerp(0.7, 1.2, i["hair_volume"])
    part = 0.5 * (i["hair_part"] - 0.5)
    centre, radii, (swept, fringe, temples) = _TOPS[style]
    flare = 1.0 + 0.06 * grown
    return {
        "skull_x": lerp(0.77, 0.82, i["skull_width"]),
        "skull_y": lerp(0.78, 0.83, i["skull_height"]),
        "thick": lerp(0.028, 0.115, clip01(length / 0.4)) + 0.03 * i["hair_volume"] * body,
        "line": lerp(0.10, 0.15, i["skull_height"]) + 0.05 * a["age"] * clip01(a["gender"]) - 0.02 * (style == 0),
        "part": part,
        "swept": swept,
        "fringe": fringe * min(volume, 1.0),
        "temples": temples,
        "top_x": centre[0] * 2 * part,
        "top_y": centre[1] - 0.35 * clip01(1 - volume),
        "top_z": centre[2],
        "top_rx": radii[0] * (volume if style == 4 else 1.0) + 0.02,
        "top_ry": radii[1] * volume + 0.02,
        "top_rz": radii[2] * (volume if style == 4 else 1.0) + 0.02,
        "curtain": lerp(0.12, -1.45, grown),
        "curtain_away": 10.0 * (length < 0.135),
        "curtain_width": (lerp(0.80, 1.06, math.sqrt(grown)) + 0.05 * i["hair_volume"] * grown) * flare,
        "wave": wave * clip01(0.25 + length / 0.4),
        "wave_frequency": frequency,
    }


_RIMS = {1: (0.0, 0.0, 0.275, 0.030), 2: (0.215, 0.145, 0.06, 0.038), 3: (0.12, 0.07, 0.175, 0.036)}


def _glasses(a: Numbers, i: Numbers) -> Numbers:
    box_x, box_y, rounding, wire = _RIMS[int(a["glasses"])]
    return {
        "x": lerp(0.30, 0.345, i["eye_spacing"]) + 0.015,
        "y": lerp(0.02, 0.07, i["eye_height"]) - 0.02,
        "box_x": box_x,
        "box_y": box_y,
        "rounding": rounding,
        "wire": wire,
    }


def _rows(holds: Sequence[bool]) -> Tensor:
    return torch.tensor([k for k, yes in enumerate(holds) if yes], dtype=torch.int64)


def _all_hair(a: Sequence[Numbers], i: Sequence[Numbers]) -> Hair | None:
    rows = _rows([r["bald"] < 0.5 for r in a])
    if not rows.numel():
        return None
    return Hair(rows=rows, **stack([_hair(a[k], i[k]) for k in rows.tolist()]))


def _all_glasses(a: Sequence[Numbers], i: Sequence[Numbers]) -> Glasses | None:
    rows = _rows([r["glasses"] > 0 for r in a])
    if not rows.numel():
        return None
    sun = _rows([r["glasses"] == 3 for r in a])
    among = _rows([a[k]["glasses"] == 3 for k in rows.tolist()])
    columns = stack([_glasses(a[k], i[k]) for k in rows.tolist()])
    return Glasses(rows=rows, sun_rows=sun, sun_of_glasses=among, **columns)


def build_people(a: Sequence[Numbers], i: Sequence[Numbers]) -> People:
    """The shapes of B heads from their attributes and identity latents."""
    men = [clip01((r["gender"] + 1) / 2) for r in a]
    each = list(zip(a, i, men, strict=True))
    return People(
        count=len(a),
        head=Head(**stack([_head(*e) for e in each])),
        nose=Nose(**stack([_nose(*e) for e in each])),
        eyes=Eyes(**stack([_eyes(*e) for e in each])),
        brows=Brows(**stack([_brows(*e) for e in each])),
        mouth=Mouth(**stack([_mouth(*e) for e in each])),
        hair=_all_hair(a, i),
        glasses=_all_glasses(a, i),
        full_beard=column([float(r["beard"] == 2) for r in a]),
        stubble=column([float(r["beard"] == 1) for r in a]),
        beard_rows=_rows([r["beard"] == 2 for r in a]),
    )
