"""A classifier for anybody's labelled pictures: trained when somebody first asks for it, once, and kept by the data.

Inception and diversity scores need one that was trained on the data itself; for glyphs it is bundled.
"""

from __future__ import annotations

import hashlib
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import torch

from engine.datasets.batches import evenly
from engine.datasets.store import Split, Store
from engine.disk.files import LoadError, ZscapeError, shown
from engine.evaluation.reading import CLASS_METRICS, FEATURE_METRICS, Readers, classes_of, readers_of, real
from engine.families import build
from engine.families.judges.judge import GlyphJudge
from engine.families.layers.blocks import BASES
from engine.machine.work import Work
from engine.metrics.readings import balanced_accuracy
from engine.opened.checkpoints import load_model, save_model
from engine.protocol.answers import Evaluating
from engine.training.material import batches, data_shape
from engine.training.trainer import Trainer

MOST_SIDE = 32
LEAST_OF_A_CLASS = 10
LEAST_HELD_OUT = 5
MOST_CLASSES = 100
LEAST_ACCURACY = 0.6
"""A classifier that recognises fewer of the held-out pictures says nothing of sampled ones."""
TRIED_ON = 500
BATCH, WIDTH, RATE = 64, 16, 0.002
STEPS = (300, 1000)
EPOCHS = 25
_TRAINED_AS = 1
"""Raised when classifiers are trained differently, so that kept ones are trained anew."""


def readers_for(data: Store, home: Path | None, names: tuple[str, ...] | None = None) -> Work[Readers]:
    """Who reads these pictures, at a model's size: a bundled judge, or a classifier of their own where one of the
    metrics needs it."""
    readers = readers_of(data, data.channels)
    wanted = names is None or bool(CLASS_METRICS & set(names))
    wanted = wanted or (readers.face is None and bool(FEATURE_METRICS & set(names or ())))
    if readers.glyph is not None or home is None or not wanted:
        return readers
    found, why = yield from own_classifier(data, home)
    return replace(readers, glyph=found, why_no_glyph=why)


def own_classifier(data: Store, home: Path) -> Work[tuple[GlyphJudge | None, str]]:
    """The classifier of a labelled set, trained if there is none yet; None with the reason where there can be none."""
    if why := why_none(data):
        return None, why
    path = home / "cache" / "judges" / f"{_key(data)}.safetensors"
    found = _at_hand.get(path.name) or _read(path, data)
    if found is None:
        found = yield from _trained(data)
        with suppress(ZscapeError, OSError):  # kept at hand it lasts at least for now
            path.parent.mkdir(parents=True, exist_ok=True)
            save_model(path, found, name=f"Classifier of {shown(data.label or data.name)}")
    _at_hand[path.name] = found
    right = _accuracy(found, data)
    if not right >= LEAST_ACCURACY:
        return None, f"a classifier trained on these pictures recognises only {100 * right:.0f} % of those held out"
    return found, ""


_at_hand: dict[str, GlyphJudge] = {}


def why_none(data: Store) -> str:
    """Why no classifier can be trained on these pictures; empty when one can."""
    if data.labels is None or len(data.classes) < 2:
        return "the pictures have no classes"
    if len(data.classes) > MOST_CLASSES:
        return f"the pictures have {len(data.classes)} classes, and a classifier tells at most {MOST_CLASSES} apart"
    for split, least, words in ((Split.TRAIN, LEAST_OF_A_CLASS, "to learn from"), (Split.TEST, 1, "held out")):
        labels = data.subset(split).labels
        assert labels is not None
        often_K = torch.bincount(labels[labels >= 0], minlength=len(data.classes))
        fewest = int(often_K.argmin())
        if int(often_K[fewest]) < least:
            count = int(often_K[fewest])
            return f"there are only {count} pictures of “{data.classes[fewest]}” {words}, and {least} are needed"
    held = data.subset(Split.TEST).labels
    if held is None or int((held >= 0).sum()) < LEAST_HELD_OUT:
        return f"fewer than {LEAST_HELD_OUT} pictures are held out to try a classifier on"
    return ""


def _trained(whole: Store) -> Work[GlyphJudge]:
    room = max(min(BASES) << 1, min(MOST_SIDE, whole.size))
    side = max(base << ups for base in BASES for ups in range(1, 8) if base << ups <= room)
    data = yield from whole.resizing(side, whole.channels)
    train = data.subset(Split.TRAIN)
    steps = max(STEPS[0], min(STEPS[1], EPOCHS * len(train) // BATCH))
    values = {
        "size": side, "channels": data.channels, "batch": min(BATCH, len(train)), "width": WIDTH, "depth": 1,
        "steps": steps, "rate": RATE, "cooldown": 0.3, "ema": 0.98, "disturb": 0.2,
    }  # fmt: skip
    family = build(GlyphJudge.name, values, data_shape(GlyphJudge, data))
    trainer = Trainer(family, batches(family, train), torch.device("cpu"))
    words = f"Training a classifier on “{shown(whole.label or whole.name)}”"
    while trainer.counts.steps < steps:
        yield from trainer.step()
        yield Evaluating(what=words, done=trainer.counts.steps, of=steps)
    validation = data.subset(Split.VALIDATION)
    if len(validation):
        trainer.average.calibrate(validation)
    assert isinstance(trainer.average, GlyphJudge)
    return trainer.average


def _read(path: Path, data: Store) -> GlyphJudge | None:
    if not path.is_file():
        return None
    try:
        family = load_model(path).family
    except LoadError:
        return None
    return family if isinstance(family, GlyphJudge) and family.shape.classes == data.classes else None


def _accuracy(judge: GlyphJudge, whole: Store) -> float:
    test = whole.subset(Split.TEST)
    assert test.labels is not None
    n = min(TRIED_ON, len(test))
    labels_N = test.labels[evenly(len(test), n)]
    return balanced_accuracy(classes_of(judge, real(test, n)).argmax(1), labels_N, labels_N >= 0).value


def _key(data: Store) -> str:
    """By what is learned from: equal pictures have one classifier, whatever their folder is called."""
    digest = hashlib.sha256(f"{_TRAINED_AS} {data.sha256}".encode())
    if not data.sha256:
        digest.update(data.pictures.numpy().tobytes())
    return digest.hexdigest()[:32]
