"""R4, sampled: random hands in the real window while a model trains. `make faults` brings 10 000 events."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.faults.storm import storm

pytestmark = pytest.mark.timeout(600)


@pytest.mark.threads
def test_random_hands_end_in_what_was_asked_for_last(qapp: object, tmp_path: Path) -> None:
    answer = storm(tmp_path, 160, rounds=2)
    assert answer["troubles"] == []
    assert answer["rounds"] == ["", ""]
    assert (answer["out_of_order"], answer["threads"]) == (0, 0)
    assert answer["steps"] > 0
