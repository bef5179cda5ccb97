"""Curves and sheets as pictures, drawn with Pillow: a headless machine has no window to draw them in.

Drawn twice as large as they are kept, so that lines and letters are smooth.
"""

from __future__ import annotations

import io
import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from engine.disk.home import resources

COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#000000", "#8c6d1f", "#7f7f7f")
"""Okabe and Ito's, which colour-blind people tell apart, and two more."""
INK, FAINT, GRID, PAPER = "#1c1d20", "#5b5f66", "#e4e4e0", "#ffffff"
SCALE = 2
WIDTH, HEIGHT = 560, 360
LEFT, RIGHT, TOP, BOTTOM = 54, 18, 46, 46
LEGEND = 44
GAP, CELL_PX = 8, 200
READ_PX = 900
"""A sheet is looked at about so wide; names on a wider one are written larger."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A mean and what it is the mean of."""

    name: str
    mean: tuple[tuple[float, float], ...]
    each: tuple[tuple[tuple[float, float], ...], ...] = ()
    dots: bool = True
    """Whether the points of the mean are marked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """One plot: curves over one axis, and perhaps a level to be reached."""

    title: str
    note: str
    across: str
    lines: tuple[Line, ...]
    level: float | None = None
    level_name: str = ""
    by_powers: bool = False
    """Whether each power of ten has the same height: for what falls from hundreds to nearly nothing."""
    is_close: bool = False
    """Whether the plot ends where its curves do, and begins below them instead of at zero where they are all high."""


def as_png(charts: Sequence[Chart]) -> bytes:
    """Charts two by two, under one legend."""
    columns = min(2, len(charts))
    rows = -(-len(charts) // columns)
    picture = Image.new("RGB", (columns * WIDTH * SCALE, (LEGEND + rows * HEIGHT) * SCALE), PAPER)
    _legend(picture, charts[0])
    for place, chart in enumerate(charts):
        left, top = WIDTH * (place % columns), LEGEND + HEIGHT * (place // columns)
        _Plot(picture, chart, left, top).draw()
    small = picture.resize((picture.width // SCALE, picture.height // SCALE), Image.Resampling.LANCZOS)
    content = io.BytesIO()
    small.save(content, "PNG", optimize=True)
    return content.getvalue()


def _legend(picture: Image.Image, chart: Chart) -> None:
    draw, x = ImageDraw.Draw(picture), LEFT * SCALE
    middle = 24 * SCALE
    for number, line in enumerate(chart.lines):
        draw.line([(x, middle), (x + 22 * SCALE, middle)], fill=colour(number), width=3 * SCALE)
        x += 28 * SCALE
        draw.text((x, middle), line.name, fill=INK, font=_font(13), anchor="lm")
        x += int(draw.textlength(line.name, font=_font(13))) + 20 * SCALE
    if chart.level is not None:
        _dashes(draw, x, x + 22 * SCALE, middle)
        draw.text((x + 28 * SCALE, middle), chart.level_name, fill=INK, font=_font(13), anchor="lm")


class _Plot:
    """One chart at its place in a picture."""

    def __init__(self, picture: Image.Image, chart: Chart, left: int, top: int) -> None:
        self._picture, self._chart = picture, chart
        self._box = tuple(
            SCALE * side for side in (left + LEFT, top + TOP, left + WIDTH - RIGHT, top + HEIGHT - BOTTOM)
        )
        points = [point for line in chart.lines for some in (line.mean, *line.each) for point in some]
        heights = [y for _, y in points] + ([chart.level] if chart.level is not None else [])
        across = [x for x, _ in points] or [1.0]
        self._x_ticks = ticks(min([0.0, *across]), max(across))
        self._ends = self._x_ticks[0], max(across) if chart.is_close else self._x_ticks[-1]
        is_high = chart.is_close and min(heights, default=0.0) > max(heights, default=0.0) / 2
        self._y_ticks = ticks(min(heights) if is_high else min([0.0, *heights]), max(heights, default=1.0))
        self._by_powers = chart.by_powers and min(heights, default=0.0) > 0.0
        if self._by_powers:
            self._y_ticks = powers(min(heights), max(heights))

    def draw(self) -> None:
        draw = ImageDraw.Draw(self._picture)
        left, top, right, bottom = self._box
        chart = self._chart
        draw.text((left, top - 26 * SCALE), chart.title, fill=INK, font=_font(15, bold=True), anchor="ls")
        draw.text((left, top - 8 * SCALE), chart.note, fill=FAINT, font=_font(12), anchor="ls")
        for value in self._y_ticks:
            y = self._y(value)
            draw.line([(left, y), (right, y)], fill=GRID, width=SCALE)
            draw.text((left - 8 * SCALE, y), f"{value:g}", fill=FAINT, font=_font(12), anchor="rm")
        for value in [value for value in self._x_ticks if value <= self._ends[1]]:
            draw.text((self._x(value), bottom + 8 * SCALE), f"{value:g}", fill=FAINT, font=_font(12), anchor="ma")
        draw.text((right, bottom + 26 * SCALE), chart.across, fill=FAINT, font=_font(12), anchor="ra")
        self._bands()
        draw = ImageDraw.Draw(self._picture)
        if chart.level is not None:
            _dashes(draw, left, right, self._y(chart.level))
        for number, line in enumerate(chart.lines):
            for some in line.each if len(line.each) > 1 else ():
                draw.line([self._at(point) for point in some], fill=_pale(colour(number)), width=SCALE)
            along = [self._at(point) for point in line.mean]
            if len(along) > 1:
                draw.line(along, fill=colour(number), width=3 * SCALE, joint="curve")
            for x, y in along if line.dots else ():
                r = 3 * SCALE
                draw.ellipse((x - r, y - r, x + r, y + r), fill=colour(number))

    def _bands(self) -> None:
        """From the least to the most seed, faintly."""
        layer = Image.new("RGBA", self._picture.size, (0, 0, 0, 0))
        draw = ImageDraw.Draw(layer)
        for number, line in enumerate(self._chart.lines):
            if len({len(some) for some in line.each}) != 1 or len(line.each) < 2 or len(line.mean) < 2:
                continue
            across = [x for x, _ in line.mean]
            columns = list(zip(*(tuple(y for _, y in some) for some in line.each), strict=True))
            if len(columns) != len(across):
                continue
            upper = [self._at((x, max(ys))) for x, ys in zip(across, columns, strict=True)]
            lower = [self._at((x, min(ys))) for x, ys in zip(across, columns, strict=True)]
            draw.polygon([*upper, *reversed(lower)], fill=(*_rgb(colour(number)), 36))
        self._picture.paste(Image.alpha_composite(self._picture.convert("RGBA"), layer).convert("RGB"))

    def _at(self, point: tuple[float, float]) -> tuple[float, float]:
        return self._x(point[0]), self._y(point[1])

    def _x(self, value: float) -> float:
        left, _, right, _ = self._box
        return left + (right - left) * (value - self._ends[0]) / (self._ends[1] - self._ends[0])

    def _y(self, value: float) -> float:
        _, top, _, bottom = self._box
        low, high = self._y_ticks[0], self._y_ticks[-1]
        if self._by_powers:
            value, low, high = (math.log10(each) for each in (value, low, high))
        return bottom - (bottom - top) * (value - low) / (high - low)


def _dashes(draw: ImageDraw.ImageDraw, left: float, right: float, y: float) -> None:
    x = left
    while x < right:
        draw.line([(x, y), (min(right, x + 6 * SCALE), y)], fill=FAINT, width=2 * SCALE)
        x += 10 * SCALE


def ticks(low: float, high: float, most: int = 6) -> list[float]:
    """Round numbers, the first at or below `low`, the last at or above `high`."""
    span = high - low if high > low else 1.0
    power = 10.0 ** math.floor(math.log10(span / most))
    step = next(power * factor for factor in (1, 2, 5, 10) if span / (power * factor) <= most)
    first, last = math.floor(low / step + 1e-9), math.ceil((low + span) / step - 1e-9)
    return [round(k * step, 10) for k in range(first, last + 1)]


def powers(low: float, high: float) -> list[float]:
    """Powers of ten, the first at or below `low`, the last above it and at or above `high`."""
    first, last = math.floor(math.log10(low) + 1e-9), math.ceil(math.log10(high) - 1e-9)
    return [10.0**k for k in range(first, max(last, first + 1) + 1)]


def sheet(
    blocks: Sequence[Sequence[NDArray[np.uint8] | None]], rows: Sequence[str], columns: Sequence[str]
) -> NDArray[np.uint8]:
    """Pictures in a table with names; what is missing is left empty. Small pictures are enlarged pixel by pixel."""
    sides = [block.shape[0] for line in blocks for block in line if block is not None] or [CELL_PX]
    times = max(1, round(CELL_PX / min(sides)))
    cell = max(sides) * times
    font = _font(max(13, 13 * len(columns) * (cell + GAP) // READ_PX), scale=1)
    names = max(64, *(int(font.getlength(name)) + 2 * GAP for name in rows))
    head = 32 * font.size // 13
    width, height = names + len(columns) * (cell + GAP), head + len(rows) * (cell + GAP)
    picture = Image.new("RGB", (width, height), PAPER)
    draw = ImageDraw.Draw(picture)
    for number, name in enumerate(columns):
        draw.text((names + number * (cell + GAP), head // 2), name, fill=FAINT, font=font, anchor="lm")
    for row, (name, line) in enumerate(zip(rows, blocks, strict=True)):
        top = head + row * (cell + GAP)
        draw.text((GAP, top + cell // 2), name, fill=INK, font=font, anchor="lm")
        for number, block in enumerate(line):
            if block is not None:
                large = Image.fromarray(np.repeat(np.repeat(block, times, 0), times, 1))
                picture.paste(large, (names + number * (cell + GAP), top))
    return np.asarray(picture)


def colour(number: int) -> str:
    return COLOURS[number % len(COLOURS)]


def _rgb(text: str) -> tuple[int, int, int]:
    return int(text[1:3], 16), int(text[3:5], 16), int(text[5:7], 16)


def _pale(text: str) -> tuple[int, int, int]:
    r, g, b = (round(255 - 0.4 * (255 - part)) for part in _rgb(text))
    return r, g, b


@lru_cache(maxsize=16)
def _font(size: int, *, bold: bool = False, scale: int = SCALE) -> Any:
    name = "Inter-SemiBold.otf" if bold else "Inter-Regular.otf"
    try:
        return ImageFont.truetype(str(resources() / "fonts" / "inter" / name), size * scale)
    except OSError:  # a Pillow without FreeType
        return ImageFont.load_default()
