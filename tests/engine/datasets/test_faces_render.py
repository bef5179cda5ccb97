"""Pictures of faces: reproducible bytes, factors that show and stay where they belong."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import pytest
import torch

from engine.datasets.faces.factors import ATTRIBUTE_NAMES, ATTRIBUTES, IDENTITY_NAMES, FaceTable, sample_factors
from engine.datasets.faces.pairs import twin
from engine.datasets.faces.render import factor_mask, render_faces, render_pieces

PLAIN = {
    "yaw": 0, "pitch": 0, "roll": 0, "smile": 0.1, "mouth_open": 0.2, "eyes_open": 0.8, "gaze": 0, "brow": 0,
    "gender": 0, "age": 0.3, "skin": 0.3, "hair_color": 0.3, "hair_length": 0.4, "bald": 0, "beard": 0,
    "glasses": 0, "face_width": 0, "nose": 0, "light": 0.3, "warmth": 0,
}  # fmt: skip
LOCAL = ("smile", "mouth_open", "eyes_open", "gaze", "brow", "nose", "beard", "glasses")


def _draw(table: FaceTable, size: int = 32, chunk: int = 16) -> np.ndarray:
    return np.concatenate([r.images for r in render_faces(table, size, chunk=chunk)])


@lru_cache
def _heads() -> FaceTable:
    return sample_factors(77, [4], fixed={"glasses": 0, "eyes_open": 0.8, "bald": 0})


@lru_cache
def _ends() -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """One head with the lowest and the highest value of every attribute, drawn together because that is faster."""
    twins = [twin(_heads(), a.name, value) for a in ATTRIBUTES for value in (a.low, a.high)]
    columns = {n: np.concatenate([t.columns[n] for t in twins]) for n in ATTRIBUTE_NAMES}
    images = _draw(FaceTable(columns, np.concatenate([t.identity for t in twins])), 64, chunk=20)
    paired = images.reshape(len(ATTRIBUTES), 2, len(_heads()), 64, 64, 3).astype(int)
    return {a.name: (low, high) for a, (low, high) in zip(ATTRIBUTES, paired, strict=True)}


def test_a_picture_has_the_same_bytes_in_any_company():
    table = sample_factors(11, range(5))
    whole = _draw(table, chunk=5)
    assert np.array_equal(_draw(table, chunk=1), whole)
    assert np.array_equal(_draw(table, chunk=3), whole)
    assert np.array_equal(_draw(sample_factors(11, [3, 2]))[1], whole[2])


def test_a_picture_has_the_same_bytes_with_any_number_of_threads():
    table, before = sample_factors(12, range(3)), torch.get_num_threads()
    try:
        torch.set_num_threads(1)
        alone = _draw(table, 48)
        torch.set_num_threads(3)
        assert np.array_equal(_draw(table, 48), alone)
    finally:
        torch.set_num_threads(before)


def test_chunks_come_one_at_a_time_in_order_and_complete():
    table = sample_factors(1, range(5))
    seen = [(r.images.shape, r.visible.shape) for r in render_faces(table, 32, chunk=2)]
    assert seen == [((2, 32, 32, 3), (2, 20)), ((2, 32, 32, 3), (2, 20)), ((1, 32, 32, 3), (1, 20))]
    assert list(render_faces(sample_factors(1, []), 32)) == []


def test_a_size_that_cannot_be_drawn_is_refused():
    with pytest.raises(ValueError, match="16 to 512"):
        next(render_faces(sample_factors(0, [0]), 4))


def test_two_people_with_equal_attributes_differ():
    images = _draw(sample_factors(5, range(4), fixed=PLAIN)).astype(int)
    for a in range(4):
        for b in range(a):
            assert np.abs(images[a] - images[b]).mean() > 3


@pytest.mark.parametrize("name", ATTRIBUTE_NAMES)
def test_every_attribute_is_plainly_visible_alone(name):
    low, high = _ends()[name]
    changed = np.abs(low - high).max(3) > 24
    assert changed.mean((1, 2)).min() > 0.006, "at least 25 pixels of 4096 on every head"


@pytest.mark.parametrize("name", LOCAL)
def test_a_local_attribute_changes_its_own_pixels_only(name):
    low, high = _ends()[name]
    for k in range(len(_heads())):
        mask = factor_mask(_heads().row(k), name, 64)
        outside = np.abs(low[k] - high[k]).max(2)[~mask]
        assert (outside > 6).sum() <= 8, "a few pixels of a contact shadow"
        assert mask.mean() < 0.65


def test_the_mirror_image_is_the_picture_of_the_mirrored_head():
    latents = np.random.default_rng(0).random((1, len(IDENTITY_NAMES))).astype(np.float32)
    latents[:, IDENTITY_NAMES.index("evening")] = 0
    for name in ("asymmetry", "hair_part"):
        latents[:, IDENTITY_NAMES.index(name)] = 0.5
    latents[:, IDENTITY_NAMES.index("freckles")] = 0
    latents[:, IDENTITY_NAMES.index("hair_style")] = 0.55  # straight hair: waves have no mirror image
    values = PLAIN | {"yaw": 20, "roll": 6, "pitch": 5, "gaze": 0.7, "light": 0.6}
    mirrored = values | {"yaw": -20, "roll": -6, "gaze": -0.7, "light": -0.6}
    a, b = (
        _draw(FaceTable({n: np.float32([v[n]]) for n in ATTRIBUTE_NAMES}, latents), 48)[0].astype(int)
        for v in (values, mirrored)
    )
    different = np.abs(a - b[:, ::-1]).max(2) > 24  # strands of hair are not symmetric
    assert different.mean() < 0.03


def test_the_key_light_brightens_its_side():
    table = sample_factors(8, [0], fixed=PLAIN | {"bald": 1})
    right = _draw(twin(table, "light", 1), 48)[0].astype(float)
    left = _draw(twin(table, "light", -1), 48)[0].astype(float)
    face = slice(16, 34)
    assert right[face, 28:36].mean() > left[face, 28:36].mean() + 20
    assert left[face, 12:20].mean() > right[face, 12:20].mean() + 20


def test_what_is_covered_is_not_visible():
    held = {"glasses": 3, "eyes_open": 0.9, "bald": 1}
    rendered = next(render_faces(sample_factors(0, [0], fixed=held), 32))
    seen = dict(zip(ATTRIBUTE_NAMES, rendered.visible[0], strict=True))
    assert not any(seen[n] for n in ("gaze", "eyes_open", "brow", "hair_color", "hair_length"))
    assert all(seen[n] for n in ("smile", "glasses", "bald"))
    closed = {"glasses": 0, "eyes_open": 0.05, "bald": 0}
    seen = dict(
        zip(ATTRIBUTE_NAMES, next(render_faces(sample_factors(0, [0], fixed=closed), 32)).visible[0], strict=True)
    )
    assert [n for n, s in seen.items() if not s] == ["gaze"]


def test_what_is_not_visible_changes_nothing():
    """Gaze behind sunglasses, hair length of a bald head: the bytes agree, so the mask tells the truth."""
    table = sample_factors(4, range(3), fixed={"glasses": 3, "bald": 1})
    for name, low, high in (("gaze", -1, 1), ("hair_length", 0, 1)):
        assert np.array_equal(_draw(twin(table, name, low)), _draw(twin(table, name, high)))


def test_something_else_may_be_done_between_the_parts_of_a_picture():
    table = sample_factors(3, range(3))
    whole = _draw(table, 32)
    parts = []
    for part in render_pieces(table, 32, chunk=3):
        assert not torch.is_inference_mode_enabled(), "the mode is the thread's: it must not leak out"
        parts.append(part)
    assert sum(part is None for part in parts) > 10
    drawn = [part for part in parts if part is not None]
    assert np.array_equal(np.concatenate([part.images for part in drawn]), whole)
