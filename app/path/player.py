"""Time passing over a path: playing, scrubbing, faster and slower."""

from __future__ import annotations

from PySide6.QtCore import QElapsedTimer, QObject, QTimer, Signal

TICK_MS = 16
SPEEDS = (0.25, 0.5, 1.0, 2.0, 4.0)


class Player(QObject):
    """Knows a moment and how long there is; the clock on the wall says how far, so that nothing runs late."""

    moved = Signal(float)
    playing_changed = Signal(bool)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.seconds = 0.0
        self.speed = 1.0
        self._whole = 0.0
        self._closed = False
        self._clock = QElapsedTimer()
        self._timer = QTimer(self, interval=TICK_MS)
        self._timer.timeout.connect(self._on_timer_timeout)

    @property
    def is_playing(self) -> bool:
        """True while time passes."""
        return self._timer.isActive()

    def set_length(self, seconds: float, *, closed: bool) -> None:
        """How long there is to play, and whether it begins again by itself."""
        self._whole, self._closed = seconds, closed
        if seconds <= 0:
            self.pause()
        self.go_to(self.seconds)

    def go_to(self, seconds: float) -> None:
        """Another moment, within the path."""
        seconds = min(max(seconds, 0.0), self._whole)
        if seconds != self.seconds:
            self.seconds = seconds
            self.moved.emit(seconds)

    def play(self) -> None:
        """Let time pass; from the beginning, if it was at the end."""
        if self._whole <= 0 or self.is_playing:
            return
        if self.seconds >= self._whole:
            self.go_to(0.0)
        self._clock.start()
        self._timer.start()
        self.playing_changed.emit(True)

    def pause(self) -> None:
        """Stop here."""
        if self.is_playing:
            self._timer.stop()
            self.playing_changed.emit(False)

    def toggle(self) -> None:
        """Play or pause."""
        if self.is_playing:
            self.pause()
        else:
            self.play()

    def advance(self, seconds: float) -> None:
        """So much time of the path has passed."""
        now = self.seconds + seconds
        if now < self._whole:
            self.go_to(now)
        elif self._closed:
            self.go_to(now % self._whole)
        else:
            self.go_to(self._whole)
            self.pause()

    def _on_timer_timeout(self) -> None:
        self.advance(self._clock.restart() / 1000.0 * self.speed)
