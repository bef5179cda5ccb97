"""Where torch works: device, threads, lanes. Measured pitfalls are decided here and nowhere else."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from enum import StrEnum

import torch

from engine.disk.files import BadConfig
from engine.machine.facts import physical_cores
from engine.protocol.answers import Ready


class Wish(StrEnum):
    """What a person asked for on the command line or in the settings."""

    AUTO = "auto"
    CPU = "cpu"
    CUDA = "cuda"
    MPS = "mps"


@dataclass(frozen=True, slots=True, kw_only=True)
class Device:
    """A chosen device and what follows from it."""

    torch: torch.device
    label: str
    two_lanes: bool
    """False on Apple GPUs: two Python threads on MPS crash the process (pytorch #197805)."""


def choose(wish: Wish | str = Wish.AUTO) -> Device:
    """The device for `wish`; a wish that cannot be met is one clear sentence."""
    try:
        wish = Wish(wish)
    except ValueError:
        raise BadConfig("bad-device", f"“{wish}” is not a device; choose auto, cpu, cuda or mps.") from None
    cuda, mps = torch.cuda.is_available(), torch.backends.mps.is_available()
    if wish is Wish.CUDA and not cuda:
        raise BadConfig("no-device", "No CUDA GPU is usable here; choose --device auto or cpu.")
    if wish is Wish.MPS and not mps:
        raise BadConfig("no-device", "No Apple GPU is usable here; choose --device auto or cpu.")
    if wish is Wish.CUDA or (wish is Wish.AUTO and cuda):
        return Device(torch=torch.device("cuda"), label=torch.cuda.get_device_name(), two_lanes=True)
    if wish is Wish.MPS or (wish is Wish.AUTO and mps):
        return Device(torch=torch.device("mps"), label="Apple GPU", two_lanes=False)
    return Device(torch=torch.device("cpu"), label="CPU", two_lanes=True)


def choose_near(wish: Wish | str) -> tuple[Device, str]:
    """The device for a wish that was kept; where it cannot be met the best there is, and a sentence that says so."""
    try:
        return choose(wish), ""
    except BadConfig as error:
        device = choose()
        return device, f"{error.sentence.split(';')[0].rstrip('.')}; Zscape works on: {device.label}."


def usable() -> tuple[str, ...]:
    """The wishes that can be met here."""
    cuda, mps = torch.cuda.is_available(), torch.backends.mps.is_available()
    return (Wish.AUTO, Wish.CPU, *[Wish.CUDA] * cuda, *[Wish.MPS] * mps)


def ready(device: Device, threads: int, note: str) -> Ready:
    """What the window is told of where torch works."""
    return Ready(
        device=device.torch.type, device_label=device.label, threads=threads, devices=usable(), note=note
    )  # fmt: skip


def training_threads(*, window_open: bool) -> int:
    """All cores headless; one is left to the window while it is open (two busy threads froze it 8–23 ms)."""
    cores = physical_cores()
    return max(1, cores - 1) if window_open else cores


def lower_priority() -> None:
    """The window goes first. Linux gives each thread a priority of its own; elsewhere the scheduler is left alone."""
    if hasattr(os, "setpriority"):
        with suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), 5)


@contextmanager
def one_thread() -> Iterator[None]:
    """Single pictures are decoded with one thread everywhere, so that canvas, frames and files agree byte by byte."""
    before = torch.get_num_threads()
    if before == 1:
        yield
        return
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)
