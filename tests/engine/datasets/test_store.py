"""The store: parts of the split are views, resizing is area averaging, splits are fixed."""

from __future__ import annotations

import torch

from engine.datasets.cache import write_store
from engine.datasets.resize import resize_piece
from engine.datasets.store import Split, Store, fixed_split
from engine.machine.work import finished


def test_parts_of_the_split_are_views_that_cover_the_set(store: Store, tmp_path) -> None:
    whole = finished(write_store(store, tmp_path / "s"))
    parts = [whole.subset(split) for split in Split]
    assert sum(len(part) for part in parts) == len(whole)
    for split, part in zip(Split, parts, strict=True):
        assert set(part.split.tolist()) == {split}
        assert part.pictures.untyped_storage().data_ptr() == whole.pictures.untyped_storage().data_ptr()
        assert len(part.captions) == len(part.attributes["smile"]) == len(part)
    assert len({part.sha256 for part in parts} | {whole.sha256}) == 4


def test_everything_known_of_a_picture_moves_with_it(store: Store, tmp_path) -> None:
    whole = finished(write_store(store, tmp_path / "s"))
    for row, caption in enumerate(whole.captions):
        old = store.captions.index(caption)
        assert torch.equal(whole.pictures[row], store.pictures[old])
        assert whole.attributes["smile"][row] == store.attributes["smile"][old]
        assert whole.visible["smile"][row] == store.visible["smile"][old]
        assert whole.labels is not None
        assert store.labels is not None
        assert whole.labels[row] == store.labels[old]


def test_halving_a_picture_averages_its_pixels() -> None:
    x = torch.tensor([[0, 100], [40, 61]], dtype=torch.uint8).repeat(4, 4)[None, None]
    assert resize_piece(x, 4, 1).unique().tolist() == [50]


def test_resizing_keeps_a_flat_picture_flat_in_every_direction() -> None:
    x = torch.full((2, 3, 24, 24), 77, dtype=torch.uint8)
    for size in (8, 16, 17, 24, 31, 48):
        for channels in (1, 3):
            assert resize_piece(x, size, channels).unique().tolist() == [77]


def test_grey_becomes_three_equal_channels_and_colour_its_luma() -> None:
    red = torch.zeros(1, 3, 8, 8, dtype=torch.uint8)
    red[:, 0] = 255
    assert resize_piece(red, 8, 1).unique().tolist() == [76]  # 0.299 · 255
    grey = torch.full((1, 1, 8, 8), 9, dtype=torch.uint8)
    assert resize_piece(grey, 8, 3).shape == (1, 3, 8, 8)


def test_a_resized_store_is_kept_for_the_next_call(store: Store, tmp_path) -> None:
    whole = finished(write_store(store, tmp_path / "s"))
    assert whole.resized(16, 3) is whole
    small = whole.resized(8, 1)
    assert (small.size, small.channels, small.sha256 != whole.sha256) == (8, 1, True)
    assert small.pictures is whole.resized(8, 1).pictures


def test_equal_pictures_share_a_part_and_small_sets_are_all_trained_on() -> None:
    pictures = torch.randint(0, 256, (300, 1, 8, 8), dtype=torch.uint8, generator=torch.Generator().manual_seed(0))
    split = fixed_split(torch.cat([pictures, pictures]))
    assert torch.equal(split[:300], split[300:])
    assert torch.equal(split[:300], fixed_split(pictures))
    counts = torch.bincount(split[:300].long(), minlength=3).tolist()
    assert counts[0] > 200
    assert min(counts[1:]) > 10
    assert fixed_split(pictures[:9]).tolist() == [Split.TRAIN] * 9


def test_a_set_of_identical_pictures_can_be_trained_on() -> None:
    for value in range(30):
        assert (fixed_split(torch.full((50, 1, 8, 8), value, dtype=torch.uint8)) == Split.TRAIN).any()
