"""Settings that cannot be are told in words that a person uses, with the setting's own name."""

from __future__ import annotations

import pytest

from engine.disk.files import BadConfig
from engine.families import family_class


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("width", 10**40, "Width (width) cannot be 1000000000000000000000000000000000000000: it must be at most 256."),
        ("rate", 0.0, "Learning rate (rate) cannot be 0.0: it must be above 0."),
        ("latent", 0, "Latent size (latent) cannot be 0: it must be at least 1."),
        ("size", 18, "Picture size (size) cannot be 18: it must be a multiple of 4."),
        ("batch", 1.5, "Batch (batch) cannot be 1.5: it must be a whole number."),
        ("rate", "fast", "Learning rate (rate) cannot be fast: it must be a number."),
        ("mirror", 3, "Mirror (mirror) cannot be 3: it must be yes or no."),
        ("beta", float("nan"), "Beta (beta) cannot be nan: it must be a number."),
        ("likelihood", "poisson", "Pixels (likelihood) cannot be poisson: choose gaussian, laplace, bernoulli."),
        ("colour", 1, "The settings cannot be used: there is no setting “colour”."),
    ],
)
def test_what_a_setting_cannot_be(name: str, value: object, words: str) -> None:
    with pytest.raises(BadConfig) as told:
        family_class("vae").Config.build({name: value})
    assert told.value.sentence == words
