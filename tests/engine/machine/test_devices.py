"""Devices: a wish that cannot be met is refused where it was typed, and told where it was kept."""

from __future__ import annotations

import pytest
import torch

from engine.disk.files import BadConfig
from engine.machine import devices


@pytest.fixture
def without_gpu(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: False)


@pytest.mark.usefixtures("without_gpu")
@pytest.mark.parametrize("wish", ["cuda", "mps"])
def test_a_wish_that_cannot_be_met(wish: str) -> None:
    with pytest.raises(BadConfig, match="usable here"):
        devices.choose(wish)
    device, note = devices.choose_near(wish)
    assert device.torch.type == "cpu"
    assert note.endswith("is usable here; Zscape works on: CPU.")
    assert devices.usable() == ("auto", "cpu")
    assert devices.choose_near("cpu") == (devices.choose("cpu"), "")


def test_what_there_is_can_be_wished(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    assert "cuda" in devices.usable()
