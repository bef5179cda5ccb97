"""Settings that cannot be are told in words that a person uses, with the setting's own name."""

from __future__ import annotations

import pytest

from engine.disk.files import BadConfig
from engine.families import describe, family_class
from engine.families.autoencoders.vae import VAE
from engine.families.schema import describe_fields
from engine.protocol.values import FamilyDescribed


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("width", 10**40, f"Network width (width) cannot be 1{39 * '0'}: it must be at most 256."),
        ("rate", 0.0, "Learning rate (rate) cannot be 0.0: it must be above 0."),
        ("latent", 0, "Numbers per picture (latent) cannot be 0: it must be at least 1."),
        ("size", 18, "Picture size (size) cannot be 18: it must be a multiple of 4."),
        ("batch", 1.5, "Batch (batch) cannot be 1.5: it must be a whole number."),
        ("rate", "fast", "Learning rate (rate) cannot be fast: it must be a number."),
        ("mirror", 3, "Mirror too (mirror) cannot be 3: it must be yes or no."),
        ("beta", float("nan"), "Tidiness (beta) cannot be nan: it must be a number."),
        (
            "likelihood",
            "poisson",
            "Pixels (likelihood) cannot be poisson: choose gaussian, laplace, bernoulli, logistic.",
        ),
        ("colour", 1, "The settings cannot be used: there is no setting “colour”."),
    ],
)
def test_what_a_setting_cannot_be(name: str, value: object, words: str) -> None:
    with pytest.raises(BadConfig) as told:
        family_class("vae").Config.build({name: value})
    assert told.value.sentence == words


def test_a_bound_that_is_not_allowed_itself_is_described_as_one() -> None:
    rate = next(field for field in describe_fields(family_class("vae").Config) if field.name == "rate")
    assert (rate.low, rate.above, rate.high, rate.below) == (None, 0.0, 1.0, None)


def test_papers_words_stand_beside_plain_ones() -> None:
    fields = {field.name: field for field in describe_fields(VAE.Config)}
    assert fields["beta"].symbol.startswith("β")
    law = fields["likelihood"]
    assert dict(zip(law.choices, law.names, strict=True)) == {
        "gaussian": "soft", "laplace": "tolerant", "bernoulli": "black or white",
        "logistic": "by its 256 levels",
    }  # fmt: skip
    assert fields["batch"].names == ()


@pytest.mark.parametrize("family", describe(), ids=lambda family: family.name)
def test_a_family_speaks_to_people(family: FamilyDescribed) -> None:
    """It says when to choose it, its settings all have a note, and no choice is a word of papers alone."""
    assert family.when.startswith("Choose it ")
    assert family.when.endswith(".")
    for field in family.fields:
        assert field.help, f"{field.name} has no note"
        assert not {"logd", "gaussian", "laplace", "minimax"} & set(field.names), field.name
    for monitor in family.monitors:
        assert monitor.help, f"{monitor.name} has no note"
