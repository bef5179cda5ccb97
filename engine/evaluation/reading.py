"""Pictures on their way into a judge: which judge fits which pictures, and what it sees in them.

Shape legend: B batch, C channels, H height, W width, N pictures, F features, K classes,
O octaves.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional as F

from engine.datasets.batches import batch, evenly
from engine.datasets.store import Split, Store
from engine.families.judges.judge import FaceJudge, GlyphJudge, Judge
from engine.machine.work import Work
from engine.metrics.look import edges, powers
from engine.metrics.measured import Measured
from engine.metrics.readings import balanced_accuracy
from engine.opened.asking import own_conditions
from engine.opened.judging import bundled_judge, judge_of
from engine.opened.model import OpenedModel
from engine.protocol.answers import Evaluating

CLASS_METRICS = frozenset(
    ("inception_score", "diversity_score", "class_kl", "class_kl_backward", "class_balance", "class_obeyed")
)
"""What needs a classifier of the data."""
FEATURE_METRICS = frozenset(("fid", "kid", "precision", "recall", "valid", "memorised", "fid_reconstruction"))
"""What needs somebody's features: those of a judge of faces, else of a classifier."""
CHUNK = 50
TRIED_ON = 200
LEAST_ACCURACY = 0.9
"""A classifier that recognises fewer of the real pictures says nothing about made ones."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """A metric of a model, over `n` pictures, beside what real pictures score (None where that means nothing)."""

    measured: Measured
    n: int
    real: float | None = None


@dataclass(frozen=True, slots=True)
class Readers:
    """Who can read a set of pictures; for who cannot, the reason in words."""

    face: FaceJudge | None
    glyph: GlyphJudge | None
    why_no_face: str = ""
    why_no_glyph: str = ""

    @property
    def any(self) -> Judge | None:
        """Whose features compare pictures."""
        return self.face or self.glyph


def readers_of(data: Store, channels: int) -> Readers:
    """The bundled judges that know these pictures, seen in so many channels."""
    face, why_face = _face_reader(data, channels)
    glyph, why_glyph = _glyph_reader(data)
    return Readers(face, glyph, why_face, why_glyph)


def _face_reader(data: Store, channels: int) -> tuple[FaceJudge | None, str]:
    judge = judge_of(data)
    if not data.attributes:
        return None, "the pictures have none of the attributes that the bundled judge of faces reads"
    if not isinstance(judge, FaceJudge):
        return None, "no bundled judge reads their attributes"
    if channels != judge.picture.channels:
        return None, "the bundled judge of faces reads colour, and the model draws in grey"
    return judge, ""


def _glyph_reader(data: Store) -> tuple[GlyphJudge | None, str]:
    if len(data.classes) < 2 or data.labels is None:
        return None, "the pictures have no classes"
    judge = bundled_judge(data.judge or "classifier")
    if not isinstance(judge, GlyphJudge):
        return None, "no classifier is bundled"
    if judge.shape.classes != data.classes:
        return None, f"the bundled classifier tells apart {_few(judge.shape.classes)}, not {_few(data.classes)}"
    test = data.subset(Split.TEST)
    n = min(TRIED_ON, len(test))
    if n == 0 or test.labels is None:
        return None, "no pictures are held out to try the bundled classifier on"
    labels_N = test.labels[evenly(len(test), n)]
    right = balanced_accuracy(classes_of(judge, real(test, n)).argmax(1), labels_N, labels_N >= 0).value
    if not right >= LEAST_ACCURACY:
        return None, f"the bundled classifier recognises only {100 * right:.0f} % of these pictures"
    return judge, ""


def _few(names: tuple[str, ...]) -> str:
    return f"{names[0]} … {names[-1]}"


# ---------------------------------------------------------------- pictures


def real(data: Store, n: int) -> Iterator[Tensor]:
    """The pictures at `evenly(len(data), n)`, in this order."""
    for rows in torch.split(evenly(len(data), n), CHUNK):
        yield batch(data, rows)


def reconstructed(opened: OpenedModel, test: Store, n: int) -> Work[Tensor]:
    """What the model makes of its own encodings."""
    found, done, family = [], 0, opened.family
    for rows in torch.split(evenly(len(test), n), CHUNK):
        with torch.no_grad():
            own = own_conditions(family, test, rows, opened.device)
            z_BD = family.encode(batch(test, rows).to(opened.device), own)
            found.append(family.decode(z_BD, own).cpu().clamp(-1, 1))
        done += len(rows)
        yield Evaluating(what="Reconstructing pictures", done=done, of=n)
    return torch.cat(found)


def fitted(judge: Judge, x_BCHW: Tensor) -> Tensor:
    """Pictures at the judge's size, in its channels."""
    if x_BCHW.shape[1] > judge.picture.channels:
        x_BCHW = (x_BCHW * torch.tensor([0.299, 0.587, 0.114]).view(1, 3, 1, 1)).sum(1, keepdim=True)
    if x_BCHW.shape[1] < judge.picture.channels:
        x_BCHW = x_BCHW.expand(-1, judge.picture.channels, -1, -1)
    if x_BCHW.shape[-1] == judge.picture.size:
        return x_BCHW
    return F.interpolate(x_BCHW, size=judge.picture.size, mode="bilinear", antialias=True)


# ---------------------------------------------------------------- what a judge sees


def readings(judge: Judge, x_NCHW: Tensor) -> dict[str, Tensor]:
    """Every attribute of all pictures."""
    with torch.no_grad():
        parts = [judge.read(fitted(judge, piece)) for piece in torch.split(x_NCHW, CHUNK)]
    return {name: torch.cat([part[name] for part in parts]) for name in parts[0]}


def classes_of(judge: GlyphJudge, pictures: Iterator[Tensor]) -> Tensor:
    """p(class | picture), (N, K)."""
    with torch.no_grad():
        return torch.cat([judge.classify(fitted(judge, x_BCHW)) for x_BCHW in pictures])


@dataclass(frozen=True, slots=True)
class Seen:
    """Pictures as a reader sees them: features, and probabilities of classes from a classifier; and how fine they are.

    Where nobody can read them, there are no features.
    """

    features_NF: Tensor
    classes_NK: Tensor | None
    edges_N: Tensor
    powers_NO: Tensor


def seen(readers: Readers, pictures: Iterator[Tensor | None], n: int, words: str) -> Work[Seen]:
    """Read pictures once, a piece at a time: they are never all in memory."""
    judge = readers.any
    features, classes, fine, coarse, done = [], [], [], [], 0
    for x_BCHW in pictures:
        if x_BCHW is None:
            yield None
            continue
        with torch.no_grad():
            fine.append(edges(x_BCHW))
            coarse.append(powers(x_BCHW))
            features.append(
                x_BCHW.new_zeros(len(x_BCHW), 0) if judge is None else judge.features(fitted(judge, x_BCHW))
            )
            if readers.glyph is not None:
                classes.append(readers.glyph.classify(fitted(readers.glyph, x_BCHW)))
        done += len(x_BCHW)
        yield Evaluating(what=words, done=min(done, n), of=n)
    return Seen(torch.cat(features), torch.cat(classes) if classes else None, torch.cat(fine), torch.cat(coarse))


_SEEN_BYTES = 64 << 20
_seen: OrderedDict[tuple[object, ...], tuple[Readers, Seen]] = OrderedDict()
"""With who saw them: while they are kept, no other can take their place in memory, and so be taken for them."""


def seen_once(readers: Readers, data: Store, n: int, words: str) -> Work[Seen]:
    """Real pictures as they are seen: read once for all models that are measured on them, one after the other."""
    key = (data.sha256, n, data.size, data.channels, *map(id, (readers.face, readers.glyph)))
    kept = _seen.get(key) if data.sha256 else None
    found = kept[1] if kept is not None else (yield from seen(readers, real(data, n), n, words))
    if data.sha256:
        _seen[key] = readers, found
        _seen.move_to_end(key)
    while len(_seen) > 1 and sum(each.features_NF.nbytes for _, each in _seen.values()) > _SEEN_BYTES:
        _seen.popitem(last=False)
    return found
