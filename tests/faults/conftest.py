"""One nursery for all samples: importing torch costs seconds."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from tests.faults.nursery import Nursery


@pytest.fixture(scope="session")
def nursery() -> Iterator[Nursery]:
    """Forks a child for each job."""
    if not hasattr(os, "fork"):
        pytest.skip("processes are forked on Unix only")
    with Nursery() as nursery:
        yield nursery
