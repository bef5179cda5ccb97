"""What each family's quick preset drew and scored, as a figure on its page of the guide; written from cells."""

from __future__ import annotations

import re
import shutil
import textwrap
from pathlib import Path
from typing import Any

from bench.figures import ROOT
from bench.pages.family_cells import AIMS
from engine.disk.files import atomic_write

GUIDE = ROOT / "resources" / "guide"
PICTURES = "pictures"
HEADING, NEXT = "## From a run of ours", "## How it fails"
_SECTION = re.compile(rf"{re.escape(HEADING)}\n.*?(?=^## )", re.S | re.M)


def write(family: str, cell: dict[str, Any], sheet: Path) -> None:
    """Put a family's sheet of pictures and its figures into its page, in place of earlier ones."""
    page = GUIDE / f"{family}.md"
    if not page.exists() or not sheet.exists():
        return
    (GUIDE / PICTURES).mkdir(exist_ok=True)
    shutil.copyfile(sheet, GUIDE / PICTURES / f"{family}{sheet.suffix}")
    if (plane := sheet.with_name("posterior.webp")).exists():
        shutil.copyfile(plane, GUIDE / PICTURES / f"{family}-posterior.webp")
    atomic_write(page, with_section(page.read_text(encoding="utf-8"), section(family, cell)))


def with_section(text: str, told: str) -> str:
    """A page with its section on our run, before it says how it fails."""
    bare = _SECTION.sub("", text)
    return bare.replace(f"{NEXT}\n", f"{told}{NEXT}\n", 1)


def knows_classes(cell: dict[str, Any]) -> bool:
    """True where the preset tells both sides the class of each picture."""
    settings = cell.get("settings", {})
    return settings.get("classes") not in (None, False, "none") or settings.get("prior") == "labelled"


def section(family: str, cell: dict[str, Any]) -> str:
    """Markdown of a run: the picture, how long it took, what it scored."""
    minutes, share = cell["cpu_seconds"] / 60, cell["inception_share"]
    diversity, rarest = (cell["metrics"][name]["value"] for name in ("diversity_score", "class_balance"))
    wished = ", the class by the seed too" if knows_classes(cell) else ""
    words = (
        f"The first thirty-two seeds of the {AIMS[family].preset} preset, none chosen{wished}, after {minutes:.1f} "
        f"minutes of one processor thread: inception score {share:.2f} of what real pictures score, "
        f"diversity {diversity:.2f}, the rarest class {rarest:.2f} as often as it should."
    )
    if "copies_ratio" in cell:
        words += f" Copies err {cell['copies_ratio']:.2f} times as much as those of as many principal components."
    told = f"{HEADING}\n\n![Pictures of this run]({PICTURES}/{family}.webp)\n\n{_wrapped(words)}\n\n"
    if "posterior" in cell:
        told += f"![The prior and the codes]({PICTURES}/{family}-posterior.webp)\n\n{_wrapped(_spread(cell))}\n\n"
    return told


def _spread(cell: dict[str, Any]) -> str:
    least, most, off = (cell["posterior"][name] for name in ("least_spread", "most_spread", "off"))
    return (
        "Left points of the prior, right the codes of as many held-out pictures, the aggregated posterior, each class "
        "in a colour of its own: the plane of the first two coordinates. Over all coordinates codes spread "
        f"{least:.2f} to {most:.2f} times as far as the prior, and lie at most {off:.2f} of its "
        "standard deviation beside it."
    )


def _wrapped(words: str) -> str:
    return "\n".join(textwrap.wrap(words, 118))
