"""The Train page's form for every family there is: presets fit, and what does not fit is said in words."""

from __future__ import annotations

import pytest
from pytestqt.qtbot import QtBot

from app.form.form import Form
from app.form.values import check_value, read_value
from engine import families
from engine.protocol.values import FamilyDescribed

EVERY = {family.name: family for family in families.describe()}
NONSENSE = ("", "abc", "nan", "inf", "-1e400", "1e10000")


@pytest.fixture(params=EVERY)
def family(request: pytest.FixtureRequest) -> FamilyDescribed:
    return EVERY[request.param]


def test_defaults_and_presets_can_be_started_as_they_are(qtbot: QtBot, family: FamilyDescribed) -> None:
    form = Form(family.fields)
    qtbot.addWidget(form)
    assert form.problems() == ()
    fields = {field.name: field for field in family.fields}
    for preset in family.presets:
        for name, value in preset.config:
            assert check_value(fields[name], value), (preset.name, name, value)
        form.set_values(dict(preset.config))
        assert form.problems() == (), preset.name


def test_what_cannot_be_is_said_with_the_settings_name(family: FamilyDescribed) -> None:
    for field in family.fields:
        if field.kind not in ("int", "float"):
            continue
        wrong = list(NONSENSE)
        if field.low is not None:
            wrong.append(str(int(field.low) - 1))
        if field.high is not None:
            wrong.append(str(int(field.high) + 1))
        for text in wrong:
            problem = read_value(field, text).problem
            assert problem.startswith(field.label), (field.name, text)
            assert problem.endswith("."), problem
            assert "Error" not in problem
