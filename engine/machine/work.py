"""Long work has one shape: a generator that yields events, or None at a seam, and returns its result.

Whoever runs it decides what happens between two steps: the engine takes one step of everything that is under way, the
headless commands do it all at once. Work is cancelled by closing it, which raises GeneratorExit at the seam where it
stands: files half written are removed on the way out. What writes a file has its last seam right before the file is
put in place, so that a cancel that was heard by then leaves none.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Generator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from typing import TypeAlias, TypeVar

from engine.disk.files import Cancelled
from engine.protocol.answers import Event

T = TypeVar("T")

Work: TypeAlias = Generator[Event | None, None, T]

_PATIENCE_S = 0.002


def finished(work: Work[T], on_event: Callable[[Event], object] = lambda event: None) -> T:
    """Do all of it now. What `on_event` raises ends it; None marks no event and is passed over."""
    try:
        while True:
            event = next(work)
            if event is not None:
                on_event(event)
    except StopIteration as end:
        result: T = end.value
        return result
    finally:
        work.close()


def heeding(unwanted: Callable[[], bool], work: Work[T]) -> Work[T]:
    """Work that ends with Cancelled as soon as nobody wants it any more."""
    try:
        while not unwanted():
            try:
                event = next(work)
            except StopIteration as end:
                result: T = end.value
                return result
            yield event
        raise Cancelled
    finally:
        work.close()


def patient(busy: Callable[[], bool], work: Work[T]) -> Work[T]:
    """Work that takes no step while others are busy."""
    try:
        while True:
            while busy():
                time.sleep(_PATIENCE_S)
                yield None
            try:
                event = next(work)
            except StopIteration as end:
                result: T = end.value
                return result
            yield event
    finally:
        work.close()


def at_once(work: Work[T]) -> T | None:
    """The result of work that takes no time; None, and nothing done, where it would take some."""
    try:
        next(work)
    except StopIteration as end:
        result: T = end.value
        return result
    work.close()
    return None


def result_of(future: Future[T]) -> Work[T]:
    """What a helper thread finds; yields None while it is at it."""
    while not wait((future,), timeout=_PATIENCE_S).done:
        yield None
    return future.result()


def beside(task: Callable[[Callable[[], bool]], T]) -> Work[T]:
    """Something of numpy or Pillow alone, done by a helper thread; yields None while it goes on.

    `task` is told how to ask whether it is still wanted, and should ask often: who closes this work waits for it.
    """
    unwanted = threading.Event()
    pool = ThreadPoolExecutor(1, thread_name_prefix="beside")
    try:
        return (yield from result_of(pool.submit(task, unwanted.is_set)))
    finally:
        unwanted.set()
        pool.shutdown(wait=True)
