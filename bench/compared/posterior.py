"""The aggregated posterior against the prior: where the codes of held-out pictures lie beside points that are drawn.

Shape legend: N points, D coordinates.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import torch

if TYPE_CHECKING:
    from engine.datasets.store import Store
    from engine.opened.model import OpenedModel

SIDE_PX, GAP_PX, DOT_PX = 216, 16, 1.4
MOST = 2000
GREY = "#8c8c8c"


def draw(opened: OpenedModel, whole: Store, path: Path) -> dict[str, float] | None:
    """Both, in the plane of their first two coordinates, codes in the colours of their classes; and how they spread.

    None where points are explored where codes were found, not where the prior has them: there is nothing to compare.
    """
    from PIL import Image, ImageDraw

    from engine.comparing.charts import COLOURS
    from engine.datasets.store import Split
    from engine.evaluation.learned.codes import agreement, codes
    from engine.families.latent import Explored
    from engine.machine.work import finished
    from engine.protocol.values import Capability

    latent = opened.family.latent
    if latent is None or latent.explored is not Explored.PRIOR or Capability.ENCODE not in opened.family.capabilities:
        return None
    test = whole.subset(Split.TEST)
    codes_ND, labels_N = finished(codes(opened, test, MOST))
    noise = torch.Generator().manual_seed(0)
    prior_ND = torch.stack([latent.draw(noise) for _ in range(len(codes_ND))])
    colours = (*COLOURS, "#66a61e")
    hues = [GREY if label < 0 else colours[label % len(colours)] for label in labels_N.tolist()]
    reach = 1.15 * float(prior_ND[:, :2].abs().max())
    sheet = Image.new("RGB", (2 * SIDE_PX + GAP_PX, SIDE_PX), "white")
    pen = ImageDraw.Draw(sheet)
    for left, points_ND, inks in ((0, prior_ND, [GREY] * len(prior_ND)), (SIDE_PX + GAP_PX, codes_ND, hues)):
        pen.rectangle((left, 0, left + SIDE_PX - 1, SIDE_PX - 1), outline="#dcdcd8")
        for (x, y), ink in zip(points_ND[:, :2].clamp(-reach, reach).tolist(), inks, strict=True):
            at = (left + SIDE_PX * (0.5 + 0.48 * x / reach), SIDE_PX * (0.5 - 0.48 * y / reach))
            pen.ellipse((at[0] - DOT_PX, at[1] - DOT_PX, at[0] + DOT_PX, at[1] + DOT_PX), fill=ink)
    sheet.save(path, "WEBP", quality=90)
    least, most, off = agreement(codes_ND, prior_ND)
    return {"least_spread": least, "most_spread": most, "off": off}
