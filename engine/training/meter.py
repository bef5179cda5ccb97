"""How fast a run goes and how long it will take."""

from __future__ import annotations

import time
from collections.abc import Iterator

from engine.protocol.answers import Progressed
from engine.training.trainer import Trainer

REPORT_EVERY_S = 0.1


class Meter:
    """Speed and time left, reported at most ten times a second; pauses do not count."""

    def __init__(self, trainer: Trainer) -> None:
        self._last = time.perf_counter()
        self._images, self._began_at = trainer.images, trainer.steps_done
        self._rate, self._spent = 0.0, 0.0

    def rest(self) -> None:
        """Pictures seen and time passed are counted from here."""
        self._last = time.perf_counter()

    def due(self, now: float) -> bool:
        return now - self._last >= REPORT_EVERY_S

    def report(
        self,
        run: str,
        trainer: Trainer,
        losses: tuple[tuple[str, float], ...],
        sentence: str,
        now: float,
        cpu_seconds: float = 0.0,
    ) -> Progressed:
        config = trainer.family.config
        passed = max(1e-6, now - self._last)
        fresh = (trainer.images - self._images) / passed
        self._rate = fresh if not self._rate else 0.8 * self._rate + 0.2 * fresh
        self._last, self._images, self._spent = now, trainer.images, self._spent + passed
        # Steps tell how long the rest takes, all of them together: those of some stages look at no pictures.
        pace = self._spent / max(1, trainer.steps_done - self._began_at)
        return Progressed(
            run=run,
            step=trainer.steps_done,
            steps=config.steps,
            images=trainer.images,
            images_per_s=self._rate,
            losses=losses,
            eta_s=pace * (config.steps - trainer.steps_done),
            health=sentence,
            cpu_seconds=cpu_seconds,
        )


class Stopwatch:
    """What learning itself takes, in seconds and in processor seconds: pictures drawn, files written and scores
    measured between its steps do not count.
    """

    def __init__(self, seconds: float = 0.0, cpu_seconds: float = 0.0) -> None:
        self.seconds, self.cpu_seconds = seconds, cpu_seconds

    def timing(self, steps: Iterator[None]) -> Iterator[None]:
        """The same steps, timed from each seam to the next."""
        while True:
            wall, cpu = time.perf_counter(), time.process_time()
            try:
                next(steps)
            except StopIteration:
                return
            finally:
                self.seconds += time.perf_counter() - wall
                self.cpu_seconds += time.process_time() - cpu
            yield
