"""Shapes of which all are listed: each once, all inside, and an entropy that is the logarithm of their number."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch

from engine.datasets.store import Split
from engine.datasets.synthetic import shapes
from engine.machine.work import finished


def test_all_that_there_can_be_are_different_and_that_many() -> None:
    every = shapes.every_shape(np.arange(shapes.kinds()))
    assert len({picture.tobytes() for picture in every}) == len(every) == shapes.kinds()
    assert shapes.entropy_nats() == pytest.approx(math.log(len(every)))
    assert set(np.unique(every)) == {0, 255}
    ink = (every > 0).sum((1, 2))
    assert ink.min() >= 9
    assert (every[0] > 0).sum() == 9
    assert every[0, :3, :3].all()


def test_every_shape_lies_whole_in_the_picture() -> None:
    """At the ends of its places a stamp touches the edges and is not cut."""
    for stamp in list(shapes.stamps())[:: len(list(shapes.stamps())) // 7]:
        assert shapes.places(stamp) == (21 - stamp.shape[0]) * (21 - stamp.shape[1])
    last = shapes.every_shape(np.array([shapes.kinds() - 1]))[0]
    leg = max(shapes.LEGS)
    assert (last > 0).sum() == leg * (leg + 1) // 2
    assert last[-leg:, -leg:].sum() == last.sum()


def test_the_bundled_ones_are_different_and_always_the_same() -> None:
    store = finished(shapes.shapes_store())
    assert (len(store), store.size, store.channels) == (12_000, 20, 1)
    assert len({picture.numpy().tobytes() for picture in store.pictures}) == 12_000
    assert torch.equal(store.pictures, finished(shapes.shapes_store()).pictures)
    assert [len(store.subset(part)) for part in Split] == [10_000, 1000, 1000]
    assert store.provenance["kinds"] == "27137"
