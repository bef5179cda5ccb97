"""Glyphs: a pure function of (seed, number), all different, and told apart by a simple classifier."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from engine.datasets.store import Split
from engine.datasets.synthetic.glyph_strokes import STROKES
from engine.datasets.synthetic.glyphs import SIZE, glyphs_store, render_glyphs
from engine.disk.files import Cancelled
from engine.machine.work import finished, heeding


def test_a_glyph_depends_on_its_seed_and_number_only() -> None:
    many = render_glyphs(3, np.arange(40))
    assert np.array_equal(render_glyphs(3, np.array([37, 4]))[0], many[37])
    assert np.array_equal(render_glyphs(3, np.array([37, 4]))[1], many[4])
    assert not np.array_equal(render_glyphs(4, np.array([37]))[0], many[37])


def test_every_way_of_writing_lies_inside_the_picture_and_leaves_ink() -> None:
    pictures = render_glyphs(1, np.arange(1000)).astype(int)
    border = np.concatenate([pictures[:, [0, -1]].reshape(1000, -1), pictures[:, :, [0, -1]].reshape(1000, -1)], axis=1)
    assert border.max() <= 60
    ink = pictures.reshape(1000, -1).mean(1)
    assert ink.min() > 5
    assert ink.max() < 110
    assert pictures.max() == 255
    assert len({picture.tobytes() for picture in pictures}) == 1000


def test_every_digit_has_several_ways() -> None:
    assert sorted(STROKES) == list(range(10))
    assert all(len(ways) >= 3 for ways in STROKES.values())


def test_digits_of_one_class_resemble_each_other_more_than_others() -> None:
    """Nearest centroid on pixels, the plainest of classifiers, is far better than chance."""
    train, test = render_glyphs(1, np.arange(1000)), render_glyphs(2, np.arange(300))
    x, y = train.reshape(-1, SIZE * SIZE).astype(float), test.reshape(-1, SIZE * SIZE).astype(float)
    centroids = np.stack([x[k::10].mean(0) for k in range(10)])
    nearest = ((y[:, None] - centroids) ** 2).sum(-1).argmin(1)
    assert (nearest == np.arange(300) % 10).mean() > 0.6


def test_the_bundled_set_is_balanced_in_every_part(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        "engine.datasets.synthetic.glyphs.render_glyphs", lambda seed, k: np.zeros((len(k), 28, 28), np.uint8)
    )
    told: list[int] = []
    store = finished(glyphs_store(), lambda event: told.append(event.done))
    assert len(store) >= 10_000
    assert told[-1] == len(store)
    for split in Split:
        labels = store.subset(split).labels
        assert labels is not None
        assert len(set(torch.bincount(labels).tolist())) == 1
    with pytest.raises(Cancelled):
        finished(heeding(lambda: True, glyphs_store()))
