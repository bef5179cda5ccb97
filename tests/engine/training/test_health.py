"""What the curves say, in a sentence."""

from __future__ import annotations

import math

import pytest

from engine import families
from engine.families.adversarial.dcgan import DCGAN
from engine.families.autoencoders.vae import VAE
from engine.protocol.values import Better, Monitor
from engine.training.health import Health

LOSS = (Monitor(name="loss", label="Loss", better=Better.LOWER),)


def told(monitors: tuple[Monitor, ...], values: list[dict[str, float]]) -> str:
    health = Health(monitors)
    return [health.sentence(tuple(value.items()), step) for step, value in enumerate(values)][-1]


def test_a_falling_loss_is_learning_and_a_rising_one_is_trouble() -> None:
    assert told(LOSS, [{"loss": 2 - n / 50} for n in range(50)]).startswith("Learning")
    assert "worse" in told(LOSS, [{"loss": 1 + n / 50} for n in range(50)])


def test_a_family_that_declares_nothing_is_told_by_its_loss() -> None:
    assert "loss fell" in told((), [{"loss": 2 - n / 50} for n in range(50)])


def test_a_rising_bound_is_learning() -> None:
    """It was called trouble once: a bound is better when it is higher."""
    assert "the likelihood rose" in told(VAE.monitors, [{"elbo": -500 + 10 * n} for n in range(40)])


def test_a_quantity_that_crosses_zero_is_told_by_its_values() -> None:
    """It was told that the likelihood rose 48471 %."""
    rising = [{"elbo": -60 + 10.0 * n} for n in range(50)]
    assert told(VAE.monitors, rising) == "Learning: the likelihood rose from 60 to 310 lately."
    assert told(VAE.monitors, rising[:20]) == "Learning: the likelihood rose from −15 to 85 lately."
    assert "worse" in told(VAE.monitors, rising[::-1])
    assert told(VAE.monitors, [{"elbo": 10_000.0 + 1e5 * (n > 24)} for n in range(50)]).endswith(
        "from 10000 to 110000 lately."
    ), "more than a doubling is no percentage either"


def test_noise_around_zero_is_neither_learning_nor_trouble() -> None:
    noise = [{"elbo": 0.02 * math.sin(7.3 * n)} for n in range(60)]
    assert told(VAE.monitors, noise).startswith("Nearly still")


def test_a_few_restless_numbers_are_no_trouble() -> None:
    """Somebody who went on with a run was told at once to try a smaller learning rate."""
    restless = [{"elbo": 500.0 + 90.0 * math.sin(2.6 * n) - 35.0 * (n >= 12)} for n in range(24)]
    assert "worse" not in told(VAE.monitors, restless)
    assert "worse" in told(
        VAE.monitors, [{"elbo": value["elbo"] - 300.0 * (n >= 12)} for n, value in enumerate(restless)]
    )


def test_a_flat_curve_says_that_more_steps_change_little() -> None:
    assert told(LOSS, [{"loss": 1.0}] * 50).startswith("Nearly still")


def test_the_first_reports_promise_nothing() -> None:
    assert told(LOSS, [{"loss": 1.0}] * 5) == "Warming up."


def test_a_discriminator_that_wins_or_guesses_is_named() -> None:
    assert "nearly every" in told(DCGAN.monitors, [{"told": 0.99}])
    assert "guessing" in told(DCGAN.monitors, [{"told": 0.5}])
    assert "75 % sure" in told(DCGAN.monitors, [{"told": 0.75}])


def test_no_sentence_shows_where_a_number_goes() -> None:
    """“Codes do not follow the prior yet: {percent} % are told from its points.”"""
    bounded = [monitor for kind in families.FAMILIES.values() for monitor in kind.monitors if monitor.between]
    assert len(bounded) > 4, "or nothing is checked"
    for monitor in bounded:
        for value in (-0.1, 0.6, 0.95, 1.1):
            assert "{" not in told((monitor,), [{monitor.name: value}]), monitor


@pytest.mark.parametrize("name", sorted(families.FAMILIES))
def test_what_a_family_calls_its_number_fits_into_the_sentence(name: str) -> None:
    """“The how far it is fell” is none."""
    told = [monitor.label for monitor in families.family_class(name).monitors if monitor.better is not Better.NEITHER]
    assert not [label for label in told if label.split()[0].casefold() in ("how", "what", "whether", "is", "the")]
