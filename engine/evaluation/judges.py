"""How far judges can be trusted: what they read on held-out pictures, against the labels."""

from __future__ import annotations

import torch

from engine.datasets.batches import evenly
from engine.datasets.store import Split, Store
from engine.disk.files import BadConfig
from engine.evaluation.reading import Score, classes_of, readings, real
from engine.families.judges.judge import FaceJudge, GlyphJudge, Judge
from engine.machine.work import Work
from engine.metrics.readings import balanced_accuracy, calibration_error, r_squared
from engine.protocol.answers import Evaluating


def judge_scores(judge: Judge, whole: Store, n: int) -> Work[dict[str, Score]]:
    """On the test split, where visible: R² of values, balanced accuracy and calibration error of categories."""
    data = yield from whole.resizing(judge.picture.size, judge.picture.channels)
    test = data.subset(Split.TEST)
    n = min(n, len(test))
    if n < 2:
        raise BadConfig("too-few", f"“{data.name}” has {len(test)} held-out pictures; at least 2 are needed.")
    match judge:
        case FaceJudge():
            return (yield from _attributes(judge, test, n))
        case GlyphJudge():
            return (yield from _classes(judge, test, n))
        case _:
            raise BadConfig("no-metric", f"“{judge.label}” has nothing that could be measured.")


def _attributes(judge: FaceJudge, test: Store, n: int) -> Work[dict[str, Score]]:
    unknown = [name for name in (*judge.values, *judge.categories) if name not in test.attributes]
    if unknown:
        raise BadConfig("no-attributes", f"“{test.name}” has no “{unknown[0]}”, which this judge reads.")
    parts, done, rows = [], 0, evenly(len(test), n)
    for x_BCHW in real(test, n):
        parts.append(readings(judge, x_BCHW))
        done += len(x_BCHW)
        yield Evaluating(what="Judging held-out pictures", done=done, of=n)
    scores: dict[str, Score] = {}
    for name in parts[0]:
        guess, truth = torch.cat([part[name] for part in parts]), test.attributes[name][rows]
        keep = test.visible[name][rows] if name in test.visible else torch.ones(n, dtype=torch.bool)
        keep = keep & torch.isfinite(truth)
        shown = int(keep.sum())
        if guess.ndim == 2:
            scores[f"accuracy.{name}"] = Score(measured=balanced_accuracy(guess.argmax(1), truth, keep), n=shown)
            scores[f"calibration.{name}"] = Score(measured=calibration_error(guess, truth, keep), n=shown)
        else:
            scores[f"r2.{name}"] = Score(measured=r_squared(guess, truth, keep), n=shown)
    return scores


def _classes(judge: GlyphJudge, test: Store, n: int) -> Work[dict[str, Score]]:
    if test.labels is None or test.classes != judge.shape.classes:
        raise BadConfig("no-classes", f"“{test.name}” has other classes than this classifier was trained on.")
    parts = []
    for x_BCHW in real(test, n):
        parts.append(classes_of(judge, iter((x_BCHW,))))
        yield Evaluating(what="Judging held-out pictures", done=sum(map(len, parts)), of=n)
    p_NK, labels_N = torch.cat(parts), test.labels[evenly(len(test), n)]
    keep = labels_N >= 0
    return {
        "accuracy.class": Score(measured=balanced_accuracy(p_NK.argmax(1), labels_N, keep), n=int(keep.sum())),
        "calibration.class": Score(measured=calibration_error(p_NK, labels_N, keep), n=int(keep.sum())),
    }
