"""Colours, in linear light, chosen from factors."""

from __future__ import annotations

import colorsys
from collections.abc import Sequence
from dataclasses import dataclass

from torch import Tensor

from engine.datasets.faces.people import Columns, Numbers, Triple, column, columns3
from engine.datasets.faces.person import clip01, lerp


def linear(r: float, g: float, b: float) -> Triple:
    """A display colour (0..1, gamma 2.2) in linear light."""
    return (r**2.2, g**2.2, b**2.2)


def _ramp(stops: Sequence[Triple], t: float) -> Triple:
    """Piecewise linear ramp through display colours, returned in linear light."""
    s = clip01(t) * (len(stops) - 1)
    k = min(int(s), len(stops) - 2)
    return linear(*mix(stops[k], stops[k + 1], s - k))


def mix(a: Triple, b: Triple, t: float) -> Triple:
    """The colour a share t of the way from a to b."""
    return (lerp(a[0], b[0], t), lerp(a[1], b[1], t), lerp(a[2], b[2], t))


def scale(a: Triple, s: float) -> Triple:
    """A colour made brighter or darker."""
    return (a[0] * s, a[1] * s, a[2] * s)


SKIN = (
    (0.97, 0.81, 0.72), (0.94, 0.735, 0.60), (0.85, 0.62, 0.46), (0.72, 0.48, 0.33), (0.54, 0.34, 0.23),
    (0.38, 0.235, 0.165),
)  # fmt: skip
HAIR = (
    (0.075, 0.07, 0.085), (0.26, 0.155, 0.10), (0.46, 0.235, 0.11), (0.75, 0.29, 0.09), (0.86, 0.55, 0.20),
    (0.96, 0.80, 0.46), (0.94, 0.92, 0.90),
)  # fmt: skip
EYES = ((0.30, 0.17, 0.09), (0.42, 0.27, 0.12), (0.33, 0.45, 0.22), (0.22, 0.48, 0.66), (0.42, 0.52, 0.58))
LIPS = ((0.80, 0.42, 0.40), (0.83, 0.33, 0.34), (0.76, 0.25, 0.32), (0.86, 0.38, 0.30))
FRAMES = ((0.07, 0.07, 0.09), (0.30, 0.15, 0.08), (0.55, 0.10, 0.14), (0.10, 0.20, 0.45))


@dataclass(frozen=True, slots=True, kw_only=True)
class Colours:
    """The colours of B pictures, as (B, 1) columns of red, green and blue."""

    skin: Columns
    blush: Columns
    lip: Columns
    hair: Columns
    beard: Columns
    brow: Columns
    iris: Columns
    frame: Columns
    shirt: Columns
    sky_top: Columns
    sky_bottom: Columns
    key: Columns
    fill: Columns
    ground: Columns
    rim: Columns
    freckles: Tensor


def _light(a: Numbers, evening: float) -> tuple[Triple, Triple, Triple, Triple]:
    warm = a["warmth"]
    hot, cold = (1.16, 0.93, 0.62), (0.80, 0.95, 1.26)
    key = mix((1.0, 0.97, 0.93), hot if warm > 0 else cold, abs(warm))
    soft = mix((1.0, 1.0, 1.0), key, 0.6)
    night = clip01(evening)
    key = mix(scale(key, 1.22), (1.15, 0.56, 0.20), night)
    fill = mix(scale(soft, 0.43), (0.10, 0.13, 0.30), night)
    ground = mix(scale((soft[0], soft[1] * 0.93, soft[2] * 0.88), 0.23), (0.05, 0.05, 0.12), night)
    rim = mix(scale(soft, 0.55), (0.16, 0.24, 0.60), night)
    return key, fill, ground, rim


def _colours(a: Numbers, i: Numbers) -> dict[str, Triple]:
    man = clip01((a["gender"] + 1) / 2)
    skin, hair = _ramp(SKIN, a["skin"]), _ramp(HAIR, a["hair_color"])
    red = _ramp(LIPS, i["lip_color"])
    natural = mix(skin, red, 0.38)
    lip = mix(mix(red, scale(skin, 0.8), 0.35 * a["skin"]), natural, clip01(man * 1.1))
    evening = clip01(i["evening"])
    key, fill, ground, rim = _light(a, evening)
    bright = lerp(0.62, 0.86, i["background_value"])
    hue = i["background_hue"]
    top = linear(*colorsys.hsv_to_rgb(hue, 0.30, bright))
    bottom = linear(*colorsys.hsv_to_rgb((hue + 0.04) % 1, 0.38, bright * 0.80))
    return {
        "skin": skin,
        "blush": mix(skin, linear(0.90, 0.36, 0.33), lerp(0.42, 0.20, man) * (1 - 0.45 * a["skin"])),
        "lip": lip,
        "hair": hair,
        "beard": scale(hair, 0.58),
        "brow": mix(scale(hair, 0.45), scale(skin, 0.12), 0.35),
        "iris": _ramp(EYES, i["eye_color"]),
        "frame": linear(*FRAMES[min(int(i["frame_color"] * len(FRAMES)), len(FRAMES) - 1)]),
        "shirt": linear(*colorsys.hsv_to_rgb(i["shirt_hue"], 0.55, lerp(0.35, 0.85, i["shirt_value"]))),
        "sky_top": mix(top, (0.012, 0.016, 0.06), 0.92 * evening),
        "sky_bottom": mix(bottom, (0.10, 0.045, 0.06), 0.88 * evening),
        "key": key,
        "fill": fill,
        "ground": ground,
        "rim": rim,
    }


def build_colours(a: Sequence[Numbers], i: Sequence[Numbers]) -> Colours:
    """All colours of B faces from their attributes and identity latents."""
    rows = [_colours(b, j) for b, j in zip(a, i, strict=True)]
    freckles = [clip01((j["freckles"] - 0.72) / 0.28) * (1 - b["skin"]) for b, j in zip(a, i, strict=True)]
    return Colours(freckles=column(freckles), **{name: columns3([r[name] for r in rows]) for name in rows[0]})
