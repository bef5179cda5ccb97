"""Array files: every arrangement and range of numbers is understood, nothing in them is believed or run."""

from __future__ import annotations

import contextlib
import io
import zipfile
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from numpy.lib import format as npy

from engine.datasets.formats import npz
from engine.datasets.formats.npz import load_npz
from engine.disk.files import LoadError
from engine.machine.work import finished

PIXELS = np.random.default_rng(0).integers(0, 256, (12, 10, 10, 3), dtype=np.uint8)


def _saved(path: Path, **arrays: np.ndarray) -> Path:
    np.savez_compressed(path, **arrays)
    return path


@pytest.mark.parametrize(
    "arranged",
    [PIXELS, PIXELS.transpose(0, 3, 1, 2), np.asfortranarray(PIXELS), np.concatenate([PIXELS, PIXELS[..., :1]], -1)],
    ids=["rows of pixels", "planes", "fortran", "with alpha"],
)
def test_every_arrangement_reads_the_same(tmp_path: Path, arranged: np.ndarray) -> None:
    store = finished(load_npz(_saved(tmp_path / "x.npz", images=arranged))).store
    assert torch.equal(store.pictures, torch.from_numpy(PIXELS.transpose(0, 3, 1, 2).copy()))


@pytest.mark.parametrize(
    "numbers",
    [
        PIXELS[..., 0].astype(np.float64),
        PIXELS[..., 0].astype(np.float32) / 255,
        PIXELS[..., 0].astype(np.float64) / 127.5 - 1,
        PIXELS[..., 0].astype(np.uint16) * 257,
        PIXELS[..., 0].astype(">i4"),
    ],
    ids=["0..255", "0..1", "-1..1", "16 bits", "big-endian"],
)
def test_every_range_of_numbers_reads_the_same(tmp_path: Path, numbers: np.ndarray) -> None:
    store = finished(load_npz(_saved(tmp_path / "x.npz", x=numbers))).store
    assert store.pictures.shape == (12, 1, 10, 10)
    assert torch.equal(store.pictures[:, 0], torch.from_numpy(PIXELS[..., 0].copy()))


def test_labels_make_classes_and_a_bare_array_is_read_too(tmp_path: Path) -> None:
    store = finished(load_npz(_saved(tmp_path / "x.npz", images=PIXELS, labels=np.arange(12) % 3))).store
    assert store.labels is not None
    assert store.labels.tolist() == [k % 3 for k in range(12)]
    assert store.classes == ("0", "1", "2")
    np.save(tmp_path / "y.npy", PIXELS)
    assert len(finished(load_npz(tmp_path / "y.npy")).store) == 12


def test_reading_in_pieces_changes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = _saved(tmp_path / "x.npz", images=PIXELS.astype(np.float32))
    whole = finished(load_npz(path)).store.pictures
    monkeypatch.setattr(npz, "_PIECE", 5000)
    assert torch.equal(finished(load_npz(path)).store.pictures, whole)


def _npy(header: dict[str, object], content: bytes = b"") -> bytes:
    out = io.BytesIO()
    npy.write_array_header_1_0(out, header)
    return out.getvalue() + content


def _zip(name: str, content: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, content)
    return out.getvalue()


def _bad() -> dict[str, bytes]:
    plain = io.BytesIO()
    np.save(plain, PIXELS)
    objects = io.BytesIO()
    np.save(objects, np.array([{"a": 1}], dtype=object), allow_pickle=True)
    huge = {"descr": "|u1", "fortran_order": False, "shape": (10**15, 10, 10)}
    negative = {"descr": "|u1", "fortran_order": False, "shape": (-5, 10, 10)}
    records = {"descr": [("a", "<f4"), ("b", "<f4")], "fortran_order": False, "shape": (4,)}
    nan = np.full((4, 8, 8), np.nan)
    saved = io.BytesIO()
    np.save(saved, nan)
    return {
        "objects": _zip("images.npy", objects.getvalue()),
        "declares 10^15": _zip("images.npy", _npy(huge, b"\0" * 100)),
        "bare that declares 10^15": _npy(huge, b"\0" * 100),
        "negative": _npy(negative, b"\0" * 500),
        "records": _npy(records, b"\0" * 32),
        "bomb": _zip("images.npy", _npy({**huge, "shape": (1 << 18, 16, 16)}, b"\0" * (1 << 26))),
        "cut": _zip("images.npy", plain.getvalue())[:-40],
        "cut array": _zip("images.npy", plain.getvalue()[:-10]),
        "not a number": _zip("images.npy", saved.getvalue()),
        "empty archive": _zip("readme.txt", b"hello"),
        "no member": b"PK\x05\x06" + b"\0" * 18,
        "flat rows": _npy({"descr": "|u1", "fortran_order": False, "shape": (5, 64)}, b"\0" * 320),
        "one number": _npy({"descr": "|u1", "fortran_order": False, "shape": ()}, b"\0"),
        "header that is a program": b"\x93NUMPY\x01\0"
        + (60).to_bytes(2, "little")
        + b"__import__('os').mkdir('trap')".ljust(60),
        "deep header": b"\x93NUMPY\x01\0" + (9000).to_bytes(2, "little") + b"(" * 9000,
        "noise": b"\x93NUMPY" + np.random.default_rng(0).bytes(300),
    }


@pytest.mark.parametrize("kind", _bad())
def test_a_bad_file_is_one_sentence_that_names_it(tmp_path: Path, kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "some.npz"
    path.write_bytes(_bad()[kind])
    with pytest.raises(LoadError) as caught:
        finished(load_npz(path))
    assert "some.npz" in caught.value.sentence
    assert [p.name for p in tmp_path.iterdir()] == ["some.npz"]


@pytest.mark.parametrize("labels", [np.arange(11), np.full(12, 0.5), np.full(12, np.nan), np.full(12, -1)])
def test_labels_that_do_not_fit_are_refused(tmp_path: Path, labels: np.ndarray) -> None:
    with pytest.raises(LoadError, match="label"):
        finished(load_npz(_saved(tmp_path / "x.npz", images=PIXELS, labels=labels)))


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
@pytest.mark.filterwarnings("ignore")
def test_any_damage_reads_or_is_a_load_error(tmp_path: Path, data: st.DataObject) -> None:
    out = io.BytesIO()
    if data.draw(st.booleans()):
        np.save(out, PIXELS)
    else:
        np.savez_compressed(out, images=PIXELS, labels=np.arange(12))
    raw = bytearray(out.getvalue())
    for _ in range(data.draw(st.integers(1, 6))):
        place = data.draw(st.one_of(st.integers(0, 130), st.integers(len(raw) - 200, len(raw) - 1)))
        raw[place] = data.draw(st.integers(0, 255))
    path = tmp_path / "x.npz"
    path.write_bytes(raw)
    with contextlib.suppress(LoadError):
        finished(load_npz(path))
