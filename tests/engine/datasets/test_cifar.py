"""CIFAR-10: both forms are read; a pickle is never run."""

from __future__ import annotations

import io
import os
import pickle
from pathlib import Path

import numpy as np
import pytest
import torch

from engine.datasets.formats.cifar import load_cifar, read_batch
from engine.datasets.store import Split
from engine.disk.files import LoadError
from engine.machine.work import finished

ROWS = np.random.default_rng(0).integers(0, 256, (20, 3072), dtype=np.uint8)
LABELS = [k % 10 for k in range(20)]


def _python2_batch() -> bytes:
    """A batch as Python 2 wrote it: byte strings without a type, protocol 2."""
    out = io.BytesIO()

    def word(text: bytes) -> bytes:
        return b"U" + bytes([len(text)]) + text

    out.write(b"\x80\x02}q\x01(" + word(b"batch_label") + word(b"training batch 1 of 5"))
    out.write(word(b"labels") + b"]q\x02(" + b"".join(b"K" + bytes([label]) for label in LABELS) + b"e")
    out.write(word(b"data") + b"cnumpy.core.multiarray\n_reconstruct\nq\x03cnumpy\nndarray\nq\x04K\0\x85" + word(b"b"))
    out.write(b"\x87Rq\x05(K\x01M" + (20).to_bytes(2, "little") + b"M" + (3072).to_bytes(2, "little") + b"\x86")
    out.write(
        b"cnumpy\ndtype\n"
        + word(b"u1")
        + b"K\0K\x01\x87R(K\x03"
        + word(b"|")
        + b"NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\0tb"
    )
    raw = ROWS.tobytes()
    out.write(b"\x89T" + len(raw).to_bytes(4, "little") + raw + b"tb")
    out.write(word(b"filenames") + b"](" + word(b"a.png") + b"eu.")
    return out.getvalue()


def _write(folder: Path, form: str) -> None:
    for k in (1, 2):
        table = np.concatenate([np.array(LABELS, dtype=np.uint8)[:, None], ROWS], axis=1)
        if form == "binary":
            (folder / f"data_batch_{k}.bin").write_bytes(table.tobytes())
            (folder / "test_batch.bin").write_bytes(table.tobytes())
            continue
        batch = {b"batch_label": b"x", b"labels": LABELS, b"data": ROWS, b"filenames": [b"a"] * 20}
        content = _python2_batch() if form == "python 2" else pickle.dumps(batch, protocol=int(form))
        (folder / f"data_batch_{k}").write_bytes(content)
        (folder / "test_batch").write_bytes(content)


@pytest.mark.parametrize("form", ["binary", "python 2", "2", "3", "4"])
def test_every_form_of_the_batches_reads_the_same(tmp_path: Path, form: str) -> None:
    _write(tmp_path, form)
    store = finished(load_cifar(tmp_path)).store
    assert torch.equal(store.pictures, torch.from_numpy(np.concatenate([ROWS] * 3)).view(60, 3, 32, 32))
    assert store.labels is not None
    assert store.labels.tolist() == LABELS * 3
    assert store.split[40:].tolist() == [Split.TEST] * 20
    assert store.classes[3] == "cat"


class _Payload:
    """What a malicious pickle does when it is run."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return os.mkdir, (str(self.path),)


def _hostile(tmp_path: Path) -> dict[str, bytes]:
    trap = tmp_path / "trap"
    doubling = b"\x80\x02}K\x01\x85q\0" + b"h\0h\0\x86q\0" * 200
    return {
        "payload": pickle.dumps(_Payload(trap), protocol=2),
        "payload in a batch": pickle.dumps({b"data": ROWS, b"labels": _Payload(trap)}, protocol=2),
        "eval": b"\x80\x02cbuiltins\neval\nU\x021+\x85R.",
        "objects": pickle.dumps({b"data": np.array([_Payload(trap)], dtype=object), b"labels": [0]}, protocol=2),
        "wrong shape": pickle.dumps({b"data": ROWS[:, :100], b"labels": LABELS}, protocol=2),
        "floats": pickle.dumps({b"data": ROWS.astype(float), b"labels": LABELS}, protocol=2),
        "labels short": pickle.dumps({b"data": ROWS, b"labels": LABELS[:3]}, protocol=2),
        "labels beyond": pickle.dumps({b"data": ROWS, b"labels": [99] * 20}, protocol=2),
        "no data": pickle.dumps({b"labels": LABELS}, protocol=2),
        "a list": pickle.dumps([1, 2], protocol=2),
        "cut": pickle.dumps({b"data": ROWS, b"labels": LABELS}, protocol=2)[:-400],
        "huge memo": b"\x80\x02}r\xff\xff\xff\x7f.",
        "huge claim": b"\x80\x04\x8e" + b"\xff" * 8 + b"abc",
        "empty stack": b"\x80\x02R.",
        "a key of tuples that double": doubling + b"K\x01s.",
        "a name of tuples that double": doubling + b"h\0\x93.",
        "an array shaped by tuples that double": doubling + b"\x8c\1au.",
        "text": b"\x80 this is no pickle",
    }


KINDS = sorted(_hostile(Path("x")))


@pytest.mark.parametrize("kind", KINDS)
def test_a_hostile_or_broken_pickle_is_one_sentence_and_runs_nothing(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "data_batch_1"
    path.write_bytes(_hostile(tmp_path)[kind])
    with pytest.raises(LoadError) as caught:
        read_batch(path)
    assert "data_batch_1" in caught.value.sentence
    assert not (tmp_path / "trap").exists()


@pytest.mark.parametrize("content", [b"", b"\x05" * 3072, b"\x0b" + b"\0" * 3072])
def test_a_binary_file_that_does_not_fit_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "data_batch_1.bin"
    path.write_bytes(content)
    with pytest.raises(LoadError, match=r"data_batch_1\.bin"):
        read_batch(path)
