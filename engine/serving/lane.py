"""The render lane: serves the mailbox's renders with the opened that is published at that moment."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from engine.disk.problems import problem_of
from engine.opened.model import OpenedModel, Sampled
from engine.protocol.answers import Event, Failed, Rendered
from engine.protocol.requests import Render
from engine.protocol.values import CANVAS
from engine.serving.mailbox import Mailbox


class RenderLane:
    """Pulls renders; runs on a thread of its own, or between training's seams on the engine thread."""

    def __init__(
        self, mailbox: Mailbox, opened: Callable[[], OpenedModel | None], emit: Callable[[Event], None]
    ) -> None:
        self._mailbox = mailbox
        self._opened = opened
        self._emit = emit
        self.has_drawn = threading.Event()
        """A picture was drawn to the end."""

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
        opened = self._opened()
        if opened is None or render.recipe.model != opened.fingerprint:
            return
        try:
            began = time.perf_counter()
            shown: Sampled | None = None
            for sampled in opened.sampling(render.recipe):
                is_new, shown = sampled is not shown, sampled
                if sampled.final or (render.progressive and is_new):
                    self._emit(
                        Rendered(
                            view=render.view,
                            ticket=render.ticket,
                            model=opened.fingerprint,
                            image=sampled.image,
                            point=sampled.point,
                            final=sampled.final,
                            progress=sampled.progress,
                            render_ms=1000 * (time.perf_counter() - began),
                            recipe=render.recipe,
                            moment=opened.moment,
                            drawn=sampled.drawn,
                        )
                    )
                if sampled.final:
                    self.has_drawn.set()
                    return
                if self._mailbox.superseded(render):
                    return
                if render.view.panel != CANVAS.panel and self._mailbox.canvas_waits():
                    self.serve_one()
        except Exception as error:
            self._emit(Failed(command=render, problem=problem_of(error), ticket=render.ticket))
