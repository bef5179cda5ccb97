"""The render lane: serves the mailbox's renders with the session that is published at that moment."""

from __future__ import annotations

import time
from collections.abc import Callable

from engine.disk.problems import problem_of
from engine.opened.model import OpenedModel
from engine.protocol.answers import Event, Failed, Rendered
from engine.protocol.requests import Render
from engine.protocol.values import CANVAS
from engine.serving.mailbox import Mailbox


class RenderLane:
    """Pulls renders; runs on a thread of its own, or between training's seams on the engine thread."""

    def __init__(
        self, mailbox: Mailbox, session: Callable[[], OpenedModel | None], emit: Callable[[Event], None]
    ) -> None:
        self._mailbox = mailbox
        self._session = session
        self._emit = emit

    def run(self) -> None:
        """Serve until the mailbox is closed."""
        while not self._mailbox.closed:
            render = self._mailbox.next_render()
            if render is not None:
                self.serve(render)

    def serve_one(self) -> bool:
        """Serve one waiting render, if there is one."""
        render = self._mailbox.next_render(0)
        if render is None:
            return False
        self.serve(render)
        return True

    def serve(self, render: Render) -> None:
        """Draw one render. Slow thumbnails give way to the canvas; what nobody wants any more is dropped."""
        session = self._session()
        if session is None or render.recipe.model != session.fingerprint:
            return
        try:
            began = time.perf_counter()
            for drawn in session.draw(render.recipe):
                if drawn.final or render.progressive:
                    self._emit(
                        Rendered(
                            view=render.view,
                            ticket=render.ticket,
                            model=session.fingerprint,
                            image=drawn.image,
                            point=drawn.point,
                            final=drawn.final,
                            progress=drawn.progress,
                            render_ms=1000 * (time.perf_counter() - began),
                            recipe=render.recipe,
                            moment=session.moment,
                        )
                    )
                if drawn.final:
                    return
                if self._mailbox.superseded(render):
                    return
                if render.view.panel != CANVAS.panel and self._mailbox.canvas_waits():
                    self.serve_one()
        except Exception as error:
            self._emit(Failed(command=render, problem=problem_of(error), ticket=render.ticket))
