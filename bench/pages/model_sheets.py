"""Sheets of what the bundled faces make: samples, copies, walks, sliders, and samples hidden among renders.

Nothing is chosen: samples are those of the first seeds, heads are the first that no model learned from.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from engine.datasets.catalogue import open_data
from engine.datasets.store import Split
from engine.disk.bundled import bundled_model
from engine.disk.files import atomic_write
from engine.disk.home import default_home, resources
from engine.machine.work import finished
from engine.opened.model import OpenedModel, open_model_file
from engine.opened.walking import frames_of
from engine.protocol.values import Recipe
from engine.protocol.walks import Keyframe, Walk, Way

Pixels = NDArray[np.uint8]
SAMPLES, SAMPLE_COLUMNS, ABREAST = 64, 8, 8
COPIES, PAIRS_A_ROW = 64, 8
WALKS, FRAMES = 10, 12
STEPS = (-2.0, -1.33, -0.67, 0.0, 0.67, 1.33, 2.0)
"""Sigmas at which a slider is shown."""
HIDDEN, HIDDEN_COLUMNS, HIDDEN_SEED = 32, 8, 20
"""As many samples as renders; from seeds that the first sheet does not show."""
FIRST_HIDDEN = 1000
GAP, BAND_PX, TEXT_PX = 4, 96, 11
PAPER, INK = 255, (60, 60, 60)
QUALITY = 84
KEY = "hidden-key.json"

Writer = Callable[[Path, Pixels, int], None]


@dataclass(frozen=True, slots=True)
class Sheets:
    """What is drawn from: a model of faces and heads that it never saw."""

    opened: OpenedModel
    heads: list[Pixels]

    @classmethod
    def of(cls, name: str) -> Sheets:
        import torch

        opened = open_model_file(str(bundled_model(name)), torch.device("cpu"))
        held = finished(open_data("bundled:faces", home=default_home())).subset(Split.TEST)
        return cls(opened, list(held.pictures.permute(0, 2, 3, 1).numpy()))

    def drawn(self, seed: int, **directions: float) -> Pixels:
        moved = tuple((name, value) for name, value in directions.items() if value)
        return self.opened.picture(Recipe(model=self.opened.fingerprint, seed=seed, directions=moved))

    def samples(self) -> Pixels:
        return sheet([self.drawn(seed) for seed in range(SAMPLES)], SAMPLE_COLUMNS)

    def copies(self) -> Pixels:
        """Each head with its copy to the right of it."""
        return sheet([beside([head, self._copy(head)], 0) for head in self.heads[:COPIES]], PAIRS_A_ROW)

    def guide(self) -> Pixels:
        """The first heads, their copies below them, and below these the first samples."""
        heads = self.heads[:ABREAST]
        rows = [heads, [self._copy(head) for head in heads], [self.drawn(seed) for seed in range(ABREAST)]]
        return sheet([picture for row in rows for picture in row], ABREAST)

    def _copy(self, head: Pixels) -> Pixels:
        point, *_ = self.opened.encode(head)
        return self.opened.picture(Recipe(model=self.opened.fingerprint, point=point))

    def walks(self) -> Pixels:
        """From each seed to the next at an even pace, a walk in a row."""
        rows = []
        for number in range(WALKS):
            ends = [Recipe(model=self.opened.fingerprint, seed=2 * number + end) for end in (0, 1)]
            walk = Walk(keyframes=tuple(Keyframe(recipe=end, seconds=1.0) for end in ends), way=Way.EVEN)
            frames = finished(frames_of(self.opened, walk, FRAMES))
            rows.append(beside([self.opened.picture(frame) for frame in frames], 0))
        return sheet(rows, 1)

    def sliders(self) -> Pixels:
        """Each slider from end to end of its usual range, on one head, with its name before it."""
        rows, seed = [], int(self.opened.model.card.get("first_seed", 0))
        for direction in self.opened.describe().directions:
            strip = beside([self.drawn(seed, **{direction.name: step}) for step in STEPS], 0)
            rows.append(beside([label(direction.label, strip.shape[0]), strip], 0))
        return sheet(rows, 2)

    def hidden(self) -> tuple[Pixels, list[str]]:
        """As many samples as renders in one order that nobody sees, and what each is, in reading order."""
        seeds = range(FIRST_HIDDEN, FIRST_HIDDEN + HIDDEN)
        all_of = [(f"sample, seed {seed}", self.drawn(seed)) for seed in seeds]
        renders = enumerate(self.heads[COPIES : COPIES + HIDDEN], COPIES)
        all_of += [(f"render, number {number} held out", head) for number, head in renders]
        random.Random(HIDDEN_SEED).shuffle(all_of)
        return sheet([picture for _, picture in all_of], HIDDEN_COLUMNS), [what for what, _ in all_of]


def write(folder: Path, name: str, writer: Writer, guide: Path | None = None) -> None:
    """All five sheets of a model, the key of the last, and the figure of its family's page in the guide."""
    sheets = Sheets.of(name)
    for what, pixels in drawn(sheets):
        writer(folder / f"model-{what}.webp", pixels, QUALITY)
    if guide is not None:
        writer(guide / f"{sheets.opened.family.name}.webp", sheets.guide(), QUALITY)
    pixels, key = sheets.hidden()
    writer(folder / "model-hidden.webp", pixels, QUALITY)
    told = {"model": sheets.opened.fingerprint, "columns": HIDDEN_COLUMNS, "key": key}
    atomic_write(folder / KEY, json.dumps(told, indent=1) + "\n")


def drawn(sheets: Sheets) -> Iterator[tuple[str, Pixels]]:
    yield "samples", sheets.samples()
    yield "copies", sheets.copies()
    yield "walks", sheets.walks()
    yield "sliders", sheets.sliders()


def beside(pictures: Sequence[Pixels], gap: int) -> Pixels:
    """Pictures of one height in a row."""
    height = pictures[0].shape[0]
    paper = np.full((height, gap, 3), PAPER, np.uint8)
    parts = [part for picture in pictures for part in (paper, picture)][1:]
    return np.concatenate(parts, axis=1)


def sheet(pictures: Sequence[Pixels], columns: int, gap: int = GAP) -> Pixels:
    """Pictures of one size in reading order, on white; places that are left stay white."""
    blank = np.full_like(pictures[0], PAPER)
    rows = []
    for first in range(0, len(pictures), columns):
        row = list(pictures[first : first + columns])
        rows.append(beside(row + [blank] * (columns - len(row)), gap).transpose(1, 0, 2))
    return beside(rows, gap).transpose(1, 0, 2)


def label(text: str, height: int) -> Pixels:
    """A name on white, before a strip."""
    paper = Image.new("RGB", (BAND_PX, height), (PAPER,) * 3)
    font = ImageFont.truetype(str(font_file()), TEXT_PX)
    ImageDraw.Draw(paper).text((6, height / 2), text, fill=INK, font=font, anchor="lm")
    return np.asarray(paper)


def font_file() -> Path:
    """The font that the window is set in."""
    return resources() / "fonts" / "inter" / "Inter-Regular.otf"


def section() -> str:
    """What docs/faces.md says of them."""
    return _SECTION


_SECTION = """\
## What the bundled model makes of them

`faces`, the model that Zscape opens with, learned from such heads. Nothing below is chosen: the first seeds, and the
first heads that it never saw. Written by `python -m bench.sheets --only models`.

### Sixty-four samples

![Sixty-four samples of the bundled model](faces/model-samples.webp)

At their own size most pass for heads of the same renderer: clear eyes, teeth, hair with an edge, colours as they should
be. What gives samples away, the plainest first: **glasses that are half there**, their frames dissolved into dots or
one lens darker than the other; **eyes that do not belong together**, one larger than the other or looking elsewhere;
**grey patches beside the temples**, where it has not decided between hair and none; specks of single pixels along
chins, beards and frames; now and then a head whose face has run together. At twice the size, as in the window, the
specks are seen before the rest.

### Sixty-four copies

Each head that it never saw, and to the right of it what it makes of it:

![Sixty-four heads, each beside its copy](faces/model-copies.webp)

Turn, light, colours, hair length, beard, kind of glasses and mouth are found. Lost are curls, which become waves or a
smooth cap, where exactly somebody looks, thin brows, folds of age, and the frame's colour on thin glasses.

### Ten walks

Twelve even steps from one seed to the next, a walk in each row:

![Ten walks](faces/model-walks.webp)

Steps are of one size and heads stay heads. Whatever is there or not is there by halves between: glasses fade in as a
grid of dots, beards as a grey veil, and where two poses meet, eyes may run together for a step.

### The sliders

Each from -2 to 2 on the head that the window opens with, everything else as it is:

![A strip for each slider](faces/model-sliders.webp)

Turn, hair colour, hair length, skin, light, eyes, open mouth and beard do what they say. Glasses come only in the last
third, and thin. *Bald* at its end is short hair; tilt, age, brows, nose and width do little that a stranger would name
without the word beside them. At their ends heads get patches; chin down, the mouth and an eye run together.

### Thirty-two of them are rendered

Samples and renders in one order that was drawn by lot; which is which stands in [a file](faces/hidden-key.json).

![Thirty-two samples among thirty-two renders](faces/model-hidden.webp)

One reader, fresh from the sheets above and with this one at twice its size, told 53 of the 64 right, where tossing a
coin gives 32: five samples were taken for renders and six renders for samples. Glasses and specks decided most of
them. How many a stranger tells at a glance was not tried. So: not yet a match."""
