"""The bundled judges: which one a data set names, and which fits pictures that name none."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from engine.datasets.store import Store
from engine.disk.bundled import bundled_model
from engine.disk.files import LoadError
from engine.families.judges.judge import FaceJudge, GlyphJudge, Judge
from engine.opened.checkpoints import load_model

JUDGES = ("judge", "classifier")
"""Those that are tried on pictures whose data set names none."""
READER = "reader"
"""What it learned to see of heads serves for other pictures too."""


def bundled_judge(name: str) -> Judge | None:
    """A judge by its name, if this installation has it."""
    try:
        path = bundled_model(name)
        return _judge(path, path.stat().st_mtime_ns)
    except (LoadError, OSError):
        return None


@lru_cache(maxsize=4)
def _judge(path: Path, _changed_ns: int) -> Judge | None:
    family = load_model(path).family
    return family if isinstance(family, Judge) else None


def judge_of(data: Store) -> Judge | None:
    """Who scores such pictures: the judge that the data set names, else one that reads all it is labelled with."""
    if data.judge:
        return bundled_judge(data.judge)
    found = (bundled_judge(name) for name in JUDGES)
    return next((judge for judge in found if judge is not None and _reads(judge, data)), None)


def reader_of(data: Store) -> Judge | None:
    """Who models may learn from: another than the judge, which no loss ever sees."""
    return bundled_judge(data.reader or READER)


def _reads(judge: Judge, data: Store) -> bool:
    match judge:
        case FaceJudge():
            return set(judge.shape.attributes) <= set(data.attributes)
        case GlyphJudge():
            return data.labels is not None and judge.shape.classes == data.classes
        case _:
            return False
