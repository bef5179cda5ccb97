"""R1 and R2, sampled: kill -9 while training, then resume to the same bits. `make faults` kills 300 times."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.faults.aims import MID
from tests.faults.counting import Count
from tests.faults.kills import Killing
from tests.faults.nursery import Nursery

pytestmark = pytest.mark.timeout(600)


@pytest.mark.threads
def test_a_killed_run_loses_nothing_and_resumes_to_the_same_bits(nursery: Nursery, tmp_path: Path) -> None:
    killing = Killing(tmp_path, nursery, seed=3)
    tallies = {tally.case: tally for tally, _ in killing.all(9, own_processes=0)}
    assert {name: tally.losses for name, tally in tallies.items()} == {"aimed": [], "random": [], "state": []}
    assert (tallies["aimed"].held, tallies["random"].held, tallies["state"].held) == (3, 6, 9)
    kept, ends = Count("R1", "the last file, half written"), Count("R2", "state")
    killing.point("vae", {"file": "model", "moment": MID, "nth": 1}, kept, ends)
    assert (kept.losses, kept.held, ends.losses, ends.held) == ([], 1, [], 1)
