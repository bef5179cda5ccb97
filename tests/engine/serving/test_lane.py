"""The render lane draws pixel by pixel: each look is sent once, and between any two pixels it can be left."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import torch
from torch import Tensor

from engine.families.ask import Ask
from engine.opened.model import OpenedModel, open_model_file
from engine.protocol.answers import Event, Finished, Rendered
from engine.protocol.requests import CancelRender, Render
from engine.protocol.values import CANVAS, Recipe
from engine.serving.lane import RenderLane
from engine.serving.mailbox import Mailbox
from engine.training.loop import Job, train
from tests.engine.small import SMALL, bars


@pytest.fixture
def opened(tmp_path: Path) -> OpenedModel:
    job = Job(run=tmp_path / "run", name="pixels", family="gated-pixelcnn", values=SMALL["gated-pixelcnn"], data="bars")
    *_, end = train(job, bars(), device=torch.device("cpu"))
    assert isinstance(end, Finished)
    return open_model_file(end.path, torch.device("cpu"))


def asked(opened: OpenedModel, ticket: int) -> Render:
    return Render(view=CANVAS, ticket=ticket, recipe=Recipe(model=opened.fingerprint, seed=ticket), progressive=True)


def test_each_look_is_sent_once_and_says_how_much_is_drawn(opened: OpenedModel) -> None:
    sent: list[Rendered] = []
    lane = RenderLane(
        Mailbox(), lambda: opened, lambda event: sent.append(event) if isinstance(event, Rendered) else None
    )
    lane.serve(asked(opened, 1))
    assert [look.drawn for look in sent[:-1]] == [1, 8, 16, 24, 32, 40, 48, 56, 64]
    assert sent[-1].final
    assert (sent[-1].image == opened.picture(sent[-1].recipe)).all()


@pytest.mark.parametrize("after", [1, 3, 13, 30])
def test_nobody_wants_it_any_more_and_not_one_pixel_more_is_drawn(opened: OpenedModel, after: int) -> None:
    """Also in the middle between two looks; the one that follows is drawn as ever."""
    mailbox, sent, drawn = Mailbox(), [], 0
    sample = opened.family.sample

    def counted(ask: Ask) -> Iterator[Tensor]:
        nonlocal drawn
        for look in sample(ask):
            drawn += 1
            if drawn == after:
                mailbox.put(CancelRender(view=CANVAS))
            yield look

    def emit(event: Event) -> None:
        sent.append(event)

    opened.family.sample = counted  # type: ignore[method-assign]
    mailbox.put(asked(opened, 1))
    lane = RenderLane(mailbox, lambda: opened, emit)
    assert lane.serve_one()
    assert drawn == after
    assert not any(isinstance(event, Rendered) and event.final for event in sent)
    mailbox.put(asked(opened, 2))
    assert lane.serve_one()
    assert isinstance(sent[-1], Rendered)
    assert sent[-1].final
