"""R6 at the command line: every bad model file is exit code 2 and one line. The window's half is in tests/e2e."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.faults.models import headless
from tests.faults.nursery import Nursery
from tests.faults.strangers import strangers

pytestmark = pytest.mark.timeout(600)


def test_bad_models_are_one_line_at_the_command_line(nursery: Nursery, tmp_path: Path) -> None:
    canary = tmp_path / "canary"
    (tmp_path / "strangers").mkdir()
    cases = list(strangers(tmp_path / "strangers", canary))
    tally = headless(tmp_path, cases, canary, nursery)[0]
    assert tally.losses == []
    assert tally.held == len(cases) > 90
