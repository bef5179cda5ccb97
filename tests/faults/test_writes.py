"""R3, sampled: each call of each kind of write fails once, the reasons in turn. `make faults` tries every reason."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.faults.nursery import Nursery
from tests.faults.writes import REASONS, cut_short, everything, faults, faulty, trained

pytestmark = pytest.mark.timeout(600)


def test_a_write_that_fails_leaves_the_old_file_or_the_new_one(qapp: object, tmp_path: Path) -> None:
    tried = 0
    for kind, written in enumerate(everything(tmp_path)):
        pairs = list(faults(written))
        for call in range(len(pairs) // len(REASONS)):
            number, reason = pairs[call * len(REASONS) + (call + kind) % len(REASONS)]
            assert faulty(written, number, reason) == "", written.name
            tried += 1
        assert cut_short(written) == "", written.name
    assert tried > 50


def test_a_disk_that_fills_up_ends_a_run_that_can_be_resumed(nursery: Nursery, tmp_path: Path) -> None:
    tally = trained(tmp_path, 3, nursery)
    assert (tally.losses, tally.held) == ([], 3)
