"""The inbox: commands in order, the newest render of each view, the canvas first."""

from __future__ import annotations

import threading

from engine.protocol.requests import CancelRender, ListFamilies, OpenModel, Render, Shutdown
from engine.protocol.values import CANVAS, Recipe, View
from engine.serving.mailbox import Mailbox
from tests.patience import PATIENCE_S

FIRST, SECOND = View("gallery", index=0), View("gallery", index=1)


def render(view: View, ticket: int) -> Render:
    return Render(view=view, ticket=ticket, recipe=Recipe(model="m", seed=ticket))


def test_commands_keep_their_order() -> None:
    mailbox = Mailbox()
    for command in (OpenModel(source="a"), ListFamilies(), Shutdown()):
        mailbox.put(command)
    assert [mailbox.next_command(0) for _ in range(4)] == [OpenModel(source="a"), ListFamilies(), Shutdown(), None]


def test_only_the_newest_render_of_a_view_waits() -> None:
    mailbox = Mailbox()
    for ticket in range(1000):
        mailbox.put(render(CANVAS, ticket))
    found = mailbox.next_render(0)
    assert found is not None
    assert found.ticket == 999
    assert mailbox.next_render(0) is None


def test_the_canvas_comes_first_and_others_take_turns() -> None:
    mailbox = Mailbox()
    for view, ticket in ((FIRST, 1), (SECOND, 2), (CANVAS, 3), (FIRST, 4)):
        mailbox.put(render(view, ticket))
    served = [mailbox.next_render(0) for _ in range(3)]
    assert [(r.view, r.ticket) for r in served if r] == [(CANVAS, 3), (FIRST, 4), (SECOND, 2)]


def test_a_newer_request_or_a_cancellation_supersedes() -> None:
    mailbox = Mailbox()
    mailbox.put(render(CANVAS, 1))
    first = mailbox.next_render(0)
    assert first is not None
    assert not mailbox.superseded(first)
    mailbox.put(render(FIRST, 2))
    assert not mailbox.superseded(first)
    mailbox.put(CancelRender(view=CANVAS))
    assert mailbox.superseded(first)
    mailbox.put(render(CANVAS, 3))
    second = mailbox.next_render(0)
    assert second is not None
    assert not mailbox.superseded(second)
    mailbox.put(render(CANVAS, 4))
    assert mailbox.superseded(second)


def test_closing_wakes_who_waits() -> None:
    mailbox = Mailbox()
    found: list[object] = ["nothing yet"]
    thread = threading.Thread(target=lambda: found.append(mailbox.next_render()))
    thread.start()
    mailbox.close()
    thread.join(PATIENCE_S)
    assert not thread.is_alive()
    assert found[-1] is None


def test_waiting_commands_can_be_asked_for() -> None:
    mailbox = Mailbox()
    assert mailbox.idle
    assert not mailbox.waiting(Shutdown)
    mailbox.put(Shutdown())
    assert mailbox.waiting(Shutdown)
    assert not mailbox.waiting(OpenModel)
