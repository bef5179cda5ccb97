"""What training does with memory that a step gives back."""

from __future__ import annotations

import subprocess
import sys

import pytest

COUNTED = """
import resource, torch
from engine.machine.memory import kept_between_steps

def faults(times):
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    for _ in range(times):
        torch.ones(10_000_000)
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before

def resident():
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1])

outside, empty = faults(10), resident()
with kept_between_steps():
    faults(30)  # until the pieces fit
    inside = faults(10)
    held = resident()
print(outside, inside, held - empty, resident() - empty)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="only glibc can be told to keep memory")
def test_steps_find_their_memory_again_and_the_end_of_a_run_gives_it_back() -> None:
    """In a process of its own, whose memory nobody else moves; counted in pages."""
    told = subprocess.run([sys.executable, "-c", COUNTED], check=True, capture_output=True, text=True).stdout
    outside, inside, held, left = map(int, told.split())
    assert inside < outside / 10
    assert held > 5_000 > left
