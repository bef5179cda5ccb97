"""The factors of rendered faces: what is drawn, what can be held, what may depend on what."""

from __future__ import annotations

import numpy as np
import pytest

from engine.datasets.faces.factors import ATTRIBUTE_NAMES, ATTRIBUTES, IDENTITY_NAMES, sample_factors

CONTRACT = (
    "yaw pitch roll smile mouth_open eyes_open gaze brow gender age skin hair_color hair_length bald beard "
    "glasses face_width nose light warmth"
)


def test_columns_are_the_contract():
    assert " ".join(ATTRIBUTE_NAMES) == CONTRACT
    assert list(sample_factors(0, [0]).columns) == CONTRACT.split()


def test_a_row_depends_on_seed_and_index_only():
    whole = sample_factors(3, range(50))
    some = sample_factors(3, [41, 7])
    for name in ATTRIBUTE_NAMES:
        assert np.array_equal(some.columns[name], whole.columns[name][[41, 7]])
    assert np.array_equal(some.identity, whole.identity[[41, 7]])
    assert not np.array_equal(sample_factors(4, [7]).identity, some.identity[1:])


def test_a_fixed_value_shifts_nothing_else():
    free, held = sample_factors(3, range(20)), sample_factors(3, range(20), fixed={"smile": 1})
    assert (held.columns["smile"] == 1).all()
    for name in set(ATTRIBUTE_NAMES) - {"smile"}:
        assert np.array_equal(free.columns[name], held.columns[name])
    assert np.array_equal(free.identity, held.identity)


@pytest.mark.parametrize(
    ("fixed", "said"), [({"moustache": 1}, "unknown attribute"), ({"yaw": 90}, "between"), ({"beard": 0.5}, "whole")]
)
def test_values_that_make_no_sense_are_refused_in_a_sentence(fixed, said):
    with pytest.raises(ValueError, match=said):
        sample_factors(0, [0], fixed=fixed)


def test_every_attribute_fills_its_range():
    table = sample_factors(0, range(1500))
    for attribute in ATTRIBUTES:
        values = table.columns[attribute.name]
        assert values.dtype == np.float32
        assert attribute.low <= values.min()
        assert values.max() <= attribute.high
        if attribute.kind == "category":
            assert set(np.unique(values)) == set(range(len(attribute.categories)))
        else:
            assert np.ptp(values) > 0.9 * (attribute.high - attribute.low)
    assert table.identity.shape == (1500, len(IDENTITY_NAMES))


def test_shares_of_the_categories():
    table = sample_factors(1, range(3000))
    for name, shares in {"bald": (0.9, 0.1), "beard": (0.55, 0.2, 0.25), "glasses": (0.55, 0.15, 0.15, 0.15)}.items():
        found = np.bincount(table.columns[name].astype(int)) / 3000
        assert np.abs(found - shares).max() < 0.03


def _correlations(table):
    matrix = np.corrcoef([table.columns[n] for n in ATTRIBUTE_NAMES])
    return {(a, b): matrix[i, j] for i, a in enumerate(ATTRIBUTE_NAMES) for j, b in enumerate(ATTRIBUTE_NAMES) if i < j}


def test_attributes_are_independent_unless_asked():
    strongest = max(abs(v) for v in _correlations(sample_factors(2, range(3000))).values())
    assert strongest < 0.08  # 190 pairs, standard error 0.018


def test_the_correlated_variant_entangles_glasses_with_age_and_beard_with_gender():
    table = sample_factors(2, range(1500), correlated=True)
    c = table.columns
    wears = c["glasses"] > 0
    assert wears[c["age"] > 0.6].mean() > wears[c["age"] < 0.3].mean() + 0.2
    assert (c["beard"] > 0)[c["gender"] > 0.5].mean() > (c["beard"] > 0)[c["gender"] < -0.5].mean() + 0.3
