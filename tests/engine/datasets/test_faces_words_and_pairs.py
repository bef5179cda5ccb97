"""Captions tell the truth and vary; pairs differ in what they say and in nothing else."""

from __future__ import annotations

import numpy as np
import pytest

from engine.datasets.faces.captions import caption, hair_word
from engine.datasets.faces.factors import ATTRIBUTE_NAMES, sample_factors
from engine.datasets.faces.masks import visibility
from engine.datasets.faces.pairs import evening, grey, low_resolution, sketch, twin
from engine.datasets.faces.render import render_faces


def _captions(n: int, **fixed: float) -> list[str]:
    table = sample_factors(6, range(n), fixed=fixed)
    seen = visibility(table)
    return [caption(table.scalars(k), dict(zip(ATTRIBUTE_NAMES, seen[k], strict=True)), k) for k in range(n)]


def test_a_caption_is_always_the_same_and_seldom_the_same_as_another():
    assert _captions(200) == _captions(200)
    assert len(set(_captions(200))) > 170
    row = (sample_factors(6, [0]).scalars(0), dict.fromkeys(ATTRIBUTE_NAMES, True))
    assert len({caption(*row, k) for k in range(20)}) > 3


def test_captions_say_what_is_worn():
    assert all("sunglasses" in c for c in _captions(30, glasses=3, beard=0))
    assert not any("glasses" in c for c in _captions(60, glasses=0))
    assert not any("beard" in c or "stubble" in c for c in _captions(60, beard=0))
    assert all("bald" in c for c in _captions(30, bald=1, glasses=0, beard=0))


def test_captions_say_nothing_of_what_cannot_be_seen():
    hidden = _captions(60, glasses=3, gaze=1, yaw=0, eyes_open=0.0)
    assert not any("looking" in c or "eyes" in c or "brows" in c for c in hidden)
    assert not any("blond" in c for c in _captions(60, bald=1, hair_color=0.85))


def test_captions_are_sentences_of_one_line():
    for c in _captions(100):
        assert c[:2] in ("a ", "an")
        assert not any(bad in c for bad in ("  ", "\n", " ,"))
        assert c[-1].isalpha()


@pytest.mark.parametrize(("color", "word"), [(0, "black"), (0.3, "brown"), (0.5, "red"), (0.85, "blond"), (1, "white")])
def test_hair_words_follow_the_ramp(color, word):
    assert hair_word(color) == word


def test_a_twin_differs_in_one_attribute():
    table = sample_factors(2, range(3))
    other = twin(table, "glasses", 2)
    assert (other.columns["glasses"] == 2).all()
    assert all(np.array_equal(table.columns[n], other.columns[n]) for n in ATTRIBUTE_NAMES if n != "glasses")
    assert np.array_equal(table.identity, other.identity)
    with pytest.raises(ValueError, match="between"):
        twin(table, "smile", 3)


def test_evening_is_darker_and_the_same_elsewhere():
    table = sample_factors(2, range(3))
    day, night = (next(render_faces(t, 32)).images for t in (table, evening(table)))
    assert (night.mean((1, 2, 3)) < 0.8 * day.mean((1, 2, 3))).all()
    assert all(np.array_equal(table.columns[n], evening(table).columns[n]) for n in ATTRIBUTE_NAMES)


def _ramp() -> np.ndarray:
    line = np.linspace(0, 255, 16).astype(np.uint8)
    return np.stack([np.tile(line, (16, 1)), np.tile(line[:, None], (1, 16)), np.full((16, 16), 90, np.uint8)], 2)[None]


def test_grey_is_the_luma_in_three_equal_channels():
    picture = _ramp()
    expected = (picture @ np.array([0.299, 0.587, 0.114])).round()
    result = grey(picture)
    assert (np.abs(result[..., 0] - expected) <= 1).all()
    assert (result == result[..., :1]).all()


def test_low_resolution_averages_blocks_and_keeps_the_size():
    picture = _ramp()
    result = low_resolution(picture, 4)
    assert result.shape == picture.shape
    assert abs(int(result[0, 0, 0, 0]) - picture[0, :4, :4, 0].mean()) <= 0.5
    assert (result[0, :4, :4] == result[0, 0, 0]).all()
    with pytest.raises(ValueError, match="divided"):
        low_resolution(picture, 5)


def test_a_sketch_draws_edges_and_leaves_the_rest_white():
    picture = np.full((1, 32, 32, 3), 60, np.uint8)
    picture[:, :, 16:] = 200
    lines = sketch(picture)
    assert (np.delete(lines, range(12, 20), axis=2) == 255).all()
    assert (lines[0, 4:28, 15:17] < 120).all()
