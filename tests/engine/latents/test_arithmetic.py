"""Averages, differences and corrections of points, against closed forms."""

from __future__ import annotations

import torch

from engine.latents.arithmetic import (
    balanced_exemplars,
    combined,
    corrections,
    held_still,
    nearest_exemplars,
    readouts,
)


def normal(*shape: int, seed: int = 0) -> torch.Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


def test_exemplars_are_the_nearest_that_show_what_is_wished() -> None:
    values = {"a": torch.tensor([0.0, 1.0, 2.0, 3.0]), "b": torch.tensor([0.0, 5.0, 0.0, 0.0])}
    shown = {"a": torch.tensor([True, True, False, True])}
    found = nearest_exemplars({"a": 2.0, "b": 0.0}, values, {"a": 1.0, "b": 1.0}, shown, 2)
    assert found.tolist() == [3, 0]
    assert nearest_exemplars({"a": 2.0}, values, {"a": 1.0}, shown, 9).tolist() == [1, 3, 0]


def test_exemplars_have_nothing_in_common_but_what_is_wished() -> None:
    """The nearest ones are all old; nearly as near are as many young ones, so that half of each are taken."""
    age = torch.tensor([1.0] * 8 + [-1.0] * 8)
    smile = torch.cat((torch.full((8,), 0.98), torch.full((8,), 0.9)))
    values, spreads = {"smile": smile, "age": age}, {"smile": 1.0, "age": 1.0}
    found = balanced_exemplars({"smile": 1.0}, values, spreads, {}, 8)
    assert nearest_exemplars({"smile": 1.0}, values, spreads, {}, 8).tolist() == list(range(8))
    assert float(age[found].mean()) == 0.0
    assert len(set(found.tolist())) == 8
    far = {"smile": torch.where(age > 0, smile, smile - 3.0), "age": age}
    assert balanced_exemplars({"smile": 1.0}, far, spreads, {}, 8).tolist() == list(range(8)), "the wish comes first"


def test_a_correction_moves_one_guess_and_no_other() -> None:
    root, guesses = normal(6, 6, seed=4), normal(4, 6, seed=1)
    found = corrections(guesses, root @ root.T, damping=0.0)
    torch.testing.assert_close(guesses @ found, torch.eye(4), atol=1e-3, rtol=0)


def test_sums_begin_at_the_first_term() -> None:
    one, two, three = normal(3), normal(3, seed=1), normal(3, seed=2)
    torch.testing.assert_close(combined([one, three], [two], 2.0), one + 2.0 * (three - two))


def test_readouts_are_the_gradient_of_a_linear_attribute() -> None:
    points, gradient = normal(4000, 5), normal(5, seed=1)
    value = points @ gradient + 3.0
    known = normal(4000, seed=2) > 0.0
    hidden = torch.where(known, value, 1e6)
    found = readouts(points, torch.stack((value, hidden), 1), torch.stack((torch.ones_like(known), known), 1))
    torch.testing.assert_close(found[0] * value.std(), gradient, atol=0.01, rtol=0.01)
    torch.testing.assert_close(found[1] * value[known].std(), gradient, atol=0.01, rtol=0.01)


def test_a_held_step_moves_its_own_attribute_and_no_other() -> None:
    root = normal(6, 6, seed=4)
    own, others, step = normal(6), normal(3, 6, seed=1), normal(6, seed=2)
    held = held_still(step, own, others, root @ root.T, most=100.0)
    torch.testing.assert_close(own @ held, own @ step, atol=1e-3, rtol=1e-3)
    torch.testing.assert_close(others @ held, torch.zeros(3), atol=1e-3, rtol=0)


def test_a_step_that_moves_nothing_else_is_left_alone() -> None:
    step = torch.tensor([1.0, 0.0, 0.0, 2.0])
    held = held_still(step, torch.eye(4)[0], torch.eye(4)[1:3], torch.eye(4))
    torch.testing.assert_close(held, step)


def test_what_cannot_be_told_apart_does_not_explode() -> None:
    own = torch.tensor([1.0, 0.0])
    held = held_still(torch.tensor([1.0, 0.0]), own, torch.tensor([[1.0, 1e-3]]), torch.eye(2), most=3.0)
    assert float(held.norm()) <= 4.01
