"""What held-out pictures cost: measured once, kept by fingerprint, left off at any moment."""

from __future__ import annotations

import json
import math
from pathlib import Path

import pytest
import torch

import engine.datasets.catalogue as catalogue
from engine.datasets.store import Split, Store
from engine.disk.files import ZscapeError
from engine.evaluation.held_out import held_out
from engine.machine.work import Work, finished
from engine.opened.model import OpenedModel
from engine.protocol.answers import Evaluating
from tests.engine.opened.test_pixelwise import opened
from tests.engine.small import bars


@pytest.fixture
def model(monkeypatch: pytest.MonkeyPatch) -> OpenedModel:
    def given(source: str, *, home: Path, size: int = 0) -> Work[Store]:
        yield None
        return bars()

    monkeypatch.setattr(catalogue, "open_data", given)
    return opened(classes=("left", "right"), data="bars")


def test_it_is_the_models_own_likelihood_and_measured_once(
    model: OpenedModel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    events: list[object] = []
    found = finished(held_out(model, 500, home=tmp_path), events.append)
    x = bars().subset(Split.TEST).pictures.float() / 127.5 - 1.0
    with torch.no_grad():
        nats = -model.family.log_likelihood(x, torch.Generator())
    assert found.bits_per_dim == pytest.approx(sorted((nats / (64 * math.log(2.0))).tolist()), abs=1e-4)
    assert found.data == "Bars"
    assert [event.done for event in events if isinstance(event, Evaluating)][-1] == 10
    monkeypatch.setattr(catalogue, "open_data", lambda *words, **more: pytest.fail("opened again"))
    assert finished(held_out(model, 500, home=tmp_path)) == found


def test_a_damaged_file_and_another_model_are_measured_anew(model: OpenedModel, tmp_path: Path) -> None:
    found = finished(held_out(model, 6, home=tmp_path))
    (path,) = (tmp_path / "held-out").iterdir()
    path.write_text("{", encoding="utf-8")
    assert finished(held_out(model, 6, home=tmp_path)) == found
    value = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps({**value, "model": "other", "bits_per_dim": [1.0]}), encoding="utf-8")
    assert finished(held_out(model, 6, home=tmp_path)) == found


def test_left_off_it_keeps_nothing(model: OpenedModel, tmp_path: Path) -> None:
    work = held_out(model, 10, home=tmp_path)
    while not isinstance(next(work), Evaluating):
        pass
    work.close()
    assert not (tmp_path / "held-out").exists()


def test_without_data_it_says_so(tmp_path: Path) -> None:
    with pytest.raises(ZscapeError, match="does not say which pictures"):
        finished(held_out(opened(), 5, home=tmp_path))


def test_the_share_below_counts_pictures(model: OpenedModel, tmp_path: Path) -> None:
    found = finished(held_out(model, 6, home=tmp_path))
    assert found.share_below(0.0) == 0.0
    assert found.share_below(1e9) == 1.0
