"""What the window asks about single pixels, each as work that yields its answer."""

from __future__ import annotations

from pathlib import Path

from engine.evaluation.held_out import held_out
from engine.machine.work import Work
from engine.opened.model import OpenedModel
from engine.opened.pixelwise import bits_of, told_of
from engine.protocol.requests import MeasureBits, MeasureHeldOut, TellPixel

PixelQuestion = MeasureBits | TellPixel | MeasureHeldOut


def telling(opened: OpenedModel, request: PixelQuestion, home: Path) -> Work[None]:
    match request:
        case MeasureBits():
            yield (yield from bits_of(opened, request.pixels, request.conditions))
        case TellPixel():
            yield (yield from told_of(opened, request.pixels, request.row, request.column, request.conditions))
        case MeasureHeldOut():
            yield (yield from held_out(opened, request.n, home=home))
