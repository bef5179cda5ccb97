"""R11, sampled: leaving while a run goes on. How long it takes is told by `make faults`, which leaves 50 times."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.faults.nursery import Nursery
from tests.faults.quits import quits
from tests.patience import PATIENCE_S

pytestmark = pytest.mark.timeout(600)


@pytest.mark.threads
def test_leaving_while_training_keeps_the_last_step(nursery: Nursery, tmp_path: Path) -> None:
    tally, _ = quits(tmp_path, 2, nursery, deadline_s=PATIENCE_S)
    assert (tally.losses, tally.held) == ([], 2)
