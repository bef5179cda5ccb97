"""What held-out pictures cost a model, in bits per dimension: measured once for each model, and kept.

Beside it stands any single picture: one that costs far more, or far less, is not from the training distribution.
"""

from __future__ import annotations

import json
import math
from contextlib import suppress
from pathlib import Path

import torch

import engine.datasets.catalogue as catalogue
from engine.datasets.store import Split
from engine.disk.files import BadConfig, WriteError, ZscapeError, atomic_write, read_bounded
from engine.disk.runs import data_of
from engine.evaluation.reading import real
from engine.machine.seeds import generator
from engine.machine.work import Work
from engine.opened.model import OpenedModel
from engine.protocol.answers import Evaluating
from engine.protocol.pixels import HeldOutMeasured
from engine.protocol.values import Capability

VERSION = 1
_BYTES = 1 << 22
_DIGITS = 5
_PART = 8
"""Pictures between two seams; of families that look at each pixel for each class, one."""


def held_out(opened: OpenedModel, n: int, *, home: Path) -> Work[HeldOutMeasured]:
    """Sorted bits per dimension of `n` pictures that it never learned from."""
    if Capability.LIKELIHOOD not in opened.family.capabilities:
        raise ZscapeError("no-likelihood", f"“{opened.model.name}” does not say how likely a picture is.")
    path = home / "held-out" / f"{opened.fingerprint[:32]}.json"
    if (kept := _read(path, opened.fingerprint, n)) is not None:
        return kept
    source = data_of(Path(opened.model.path)) or str(opened.model.card.get("data", ""))
    if not source:
        raise BadConfig("no-data", f"“{opened.model.name}” does not say which pictures it learned from.")
    whole = yield from catalogue.open_data(source, home=home, size=opened.family.picture.size)
    data = yield from whole.resizing(opened.family.picture.size, opened.family.picture.channels)
    test = data.subset(Split.TEST)
    if len(test) < 2:
        raise BadConfig("too-few", f"“{data.label}” has {len(test)} held-out pictures; at least 2 are needed.")
    asked, n = n, min(n, len(test))
    found: list[float] = []
    part = 1 if Capability.PIXELWISE in opened.family.capabilities else _PART
    for number, x_BCHW in enumerate(real(test, n)):
        for part_BCHW in torch.split(x_BCHW, part):
            with torch.no_grad():
                nats_B = -opened.family.log_likelihood(part_BCHW.to(opened.device), generator(number, 9)).cpu()
            found += (nats_B.double() / (x_BCHW[0].numel() * math.log(2.0))).tolist()
            yield Evaluating(what="Measuring held-out pictures", done=len(found), of=n)
    measured = HeldOutMeasured(
        model=opened.fingerprint, data=data.label, bits_per_dim=tuple(round(each, _DIGITS) for each in sorted(found))
    )
    if not opened.moment:  # a run that learns is another model in a moment
        with suppress(WriteError):  # it is measured again next time
            _write(path, measured, asked)
    return measured


def _read(path: Path, fingerprint: str, n: int) -> HeldOutMeasured | None:
    """What was measured before; None where nothing was, or of fewer pictures, or the file is damaged."""
    try:
        value = json.loads(read_bounded(path, limit_bytes=_BYTES)) if path.is_file() else None
        if value is None or value["version"] != VERSION or value["model"] != fingerprint or value["asked"] < n:
            return None
        bits = tuple(float(each) for each in value["bits_per_dim"])
        return HeldOutMeasured(model=fingerprint, data=str(value["data"]), bits_per_dim=bits) if bits else None
    except (ZscapeError, ValueError, KeyError, TypeError):
        return None


def _write(path: Path, measured: HeldOutMeasured, asked: int) -> None:
    value = {
        "version": VERSION,
        "model": measured.model,
        "data": measured.data,
        "asked": asked,
        "bits_per_dim": measured.bits_per_dim,
    }
    atomic_write(path, json.dumps(value) + "\n")
