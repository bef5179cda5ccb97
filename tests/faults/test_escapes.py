"""R12, sampled, through the whole program: what nobody catches becomes a notice, and the window goes on."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.faults.escapes import escaped
from tests.faults.strangers import small_model

pytestmark = pytest.mark.timeout(600)


@pytest.mark.threads
def test_exceptions_that_nobody_catches_are_told_and_survived(qapp: object, tmp_path: Path) -> None:
    small_model(tmp_path / "good.safetensors")
    wrong = escaped(tmp_path, times=2)
    assert wrong == {kind: ["", ""] for kind in ("slot", "virtual", "engine", "thread", "unraisable")}
