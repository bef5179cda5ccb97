"""The aggregated posterior beside the prior: codes of held-out pictures, points that are drawn, how they agree."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
import torch

import engine.datasets.catalogue as catalogue
from engine.datasets.store import Split, Store
from engine.disk.files import ZscapeError
from engine.evaluation.learned.codes import DRAWN, agreement, codes_scattered, widest
from engine.families import build
from engine.families.ask import NO_CONDITIONS
from engine.families.autoencoders.aae import ACROSS, ALONG, AWAY
from engine.machine.work import Work, finished
from engine.opened.model import OpenedModel, open_model_file
from engine.protocol.answers import Evaluating, Finished
from engine.protocol.values import Recipe
from engine.training.loop import Job, train
from tests.engine.small import SMALL, bars, shape_of

CPU = torch.device("cpu")


@pytest.fixture(autouse=True)
def pictures(monkeypatch: pytest.MonkeyPatch) -> None:
    def given(source: str, *, home: Path, size: int = 0) -> Work[Store]:
        yield None
        return bars()

    monkeypatch.setattr(catalogue, "open_data", given)


def learned(tmp_path: Path, family: str, **more: object) -> OpenedModel:
    """A model that has learned for a few steps."""
    job = Job(run=tmp_path / "run", name="small", family=family, values={**SMALL[family], **more}, data="bars")
    *_, end = train(job, bars(), device=CPU)
    assert isinstance(end, Finished)
    return open_model_file(end.path, CPU)


def test_codes_are_those_of_held_out_pictures_with_their_classes(tmp_path: Path) -> None:
    opened, events = learned(tmp_path, "aae"), list[object]()
    found = finished(codes_scattered(opened, 500, tmp_path), events.append)
    test = bars().subset(Split.TEST)
    assert test.labels is not None
    with torch.no_grad():
        codes = opened.family.encode(test.pictures.float() / 127.5 - 1.0).numpy()
    assert np.allclose(found.codes, codes, atol=1e-5)
    assert found.labels == tuple(test.labels.tolist())
    assert (found.classes, found.is_prior, found.drawn.shape) == (("left", "right"), True, (DRAWN, 3))
    assert found.is_drawn_from
    assert [event.done for event in events if isinstance(event, Evaluating)] == [10]
    assert np.abs(found.drawn.std(0) - 1.0).max() < 0.1, "the prior is a standard normal one"
    ratios = codes.std(0, ddof=1) / found.drawn.std(0, ddof=1)
    assert (found.least_spread, found.most_spread) == pytest.approx((ratios.min(), ratios.max()), rel=1e-3)
    off = np.abs(codes.mean(0) - found.drawn.mean(0)) / found.drawn.std(0, ddof=1)
    assert found.off == pytest.approx(off.max(), rel=1e-3)


def test_a_prior_of_petals_is_drawn_as_petals(tmp_path: Path) -> None:
    found = finished(codes_scattered(learned(tmp_path, "aae", prior="labelled"), 10, tmp_path))
    across = np.abs(found.drawn[:, 0])  # two classes: one petal to the right, one to the left
    assert float(across.mean()) == pytest.approx(AWAY, abs=4 * ALONG / math.sqrt(DRAWN))
    assert float(found.drawn[:, 1].std()) == pytest.approx(ACROSS, rel=0.1)
    assert 0.4 < float((found.drawn[:, 0] > 0).mean()) < 0.6


def test_where_no_prior_is_followed_it_is_the_law_that_the_window_draws_from(tmp_path: Path) -> None:
    opened = learned(tmp_path, "autoencoder")
    found = finished(codes_scattered(opened, 10, tmp_path))
    assert (found.is_prior, found.is_drawn_from) == (False, True)
    for seed in (0, 7, DRAWN - 1):
        place = opened.place(Recipe(model=opened.fingerprint, seed=seed))
        assert place is not None
        assert np.array_equal(found.drawn[seed], place.numpy())


@pytest.mark.parametrize(("family", "more"), [("vae", {}), ("vae", {"classes": True}), ("pixelvae", {})])
def test_a_code_is_drawn_from_the_posterior_not_its_mean(family: str, more: dict[str, object]) -> None:
    """Else numbers that tell nothing would seem to lie in one point, and the aggregated posterior would be wrong."""
    torch.manual_seed(0)
    data = bars()
    model = build(family, {**SMALL[family], **more}, shape_of(family, data)).eval()
    x = data.pictures[:1].float().expand(20_000, -1, -1, -1) / 127.5 - 1.0
    with torch.no_grad():
        codes = model.draw_code(x, NO_CONDITIONS, torch.Generator().manual_seed(1))
        mean = model.encode(x[:1])
    spread = codes.std(0)
    assert float(spread.min()) > 0.05
    assert torch.allclose(codes.mean(0), mean[0], atol=float(5 * spread.max()) / math.sqrt(len(x)))


def test_the_widest_directions_are_those_of_a_singular_value_decomposition() -> None:
    random = np.random.default_rng(2)
    turn, _ = np.linalg.qr(random.normal(size=(5, 5)))
    points = (random.normal(size=(400, 5)) * [5.0, 3.0, 1.0, 0.5, 0.1]) @ turn
    found = widest(torch.tensor(points, dtype=torch.float32)).numpy()
    _, _, axes = np.linalg.svd(points - points.mean(0), full_matrices=False)
    for mine, theirs in zip(found, axes[:2], strict=True):
        assert abs(float(mine @ theirs)) == pytest.approx(1.0, abs=1e-4)
        assert mine[np.abs(mine).argmax()] > 0
    assert len(widest(torch.randn(9, 2))) == 0


def test_equal_laws_agree_and_a_shift_is_told() -> None:
    noise = torch.Generator().manual_seed(4)
    drawn, codes = torch.randn(4000, 3, generator=noise), torch.randn(4000, 3, generator=noise)
    codes[:, 1] = 0.5 * codes[:, 1]
    codes[:, 2] += 2.0
    assert agreement(codes, drawn) == pytest.approx((0.5, 1.0, 2.0), abs=0.06)


def test_a_vae_has_a_prior_that_it_follows_and_that_one_does_not_draw_from(tmp_path: Path) -> None:
    found = finished(codes_scattered(learned(tmp_path, "vae"), 10, tmp_path))
    assert (found.is_prior, found.is_drawn_from) == (True, False)


def test_what_cannot_be_had_is_said(tmp_path: Path) -> None:
    with pytest.raises(ZscapeError, match="has no encoder"):
        finished(codes_scattered(learned(tmp_path, "gan1"), 10, tmp_path))


def test_it_can_be_left_between_two_parts(tmp_path: Path) -> None:
    work = codes_scattered(learned(tmp_path, "aae"), 10, tmp_path)
    while not isinstance(next(work), Evaluating):
        pass
    work.close()
    assert not torch.is_inference_mode_enabled()
    assert torch.is_grad_enabled()
