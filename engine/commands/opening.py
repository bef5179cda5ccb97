"""What several commands begin with: a model to draw from, data to read, and a Ctrl-C that finishes cleanly."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, TypeVar

from engine.commands.console import Arguments
from engine.commands.report import Report
from engine.commands.values import Progress
from engine.disk.files import ZscapeError, unwritable
from engine.protocol.answers import Evaluating, Event, ExportProgressed, Preparing

if TYPE_CHECKING:
    from engine.datasets.store import Store
    from engine.disk.recipes import Memory
    from engine.machine.work import Work
    from engine.opened.model import OpenedModel
    from engine.protocol.values import Image

T = TypeVar("T")


class StopFlag:
    """Set by the first Ctrl-C; the second one is not waited for."""

    def __init__(self) -> None:
        self.stopped = False
        self.on_stop: Callable[[], None] | None = None

    def __call__(self) -> bool:
        return self.stopped


@contextmanager
def stop_flag(report: Report) -> Iterator[StopFlag]:
    """Ctrl-C and SIGTERM set the flag, so that the work can stop at a good moment."""
    flag = StopFlag()

    def stop(signum: int, frame: FrameType | None) -> None:
        if flag.stopped:
            raise KeyboardInterrupt
        flag.stopped = True
        report.say("Stopping; once more to leave at once.")
        if flag.on_stop is not None:
            flag.on_stop()

    before = {}
    with suppress(ValueError):  # handlers belong to the main thread
        for number in (signal.SIGINT, signal.SIGTERM):
            before[number] = signal.signal(number, stop)
    try:
        yield flag
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def open_model(args: Arguments, source: str) -> OpenedModel:
    """MODEL of the command line on the device that was asked for."""
    from engine.disk.bundled import find_model
    from engine.opened.finding import remember

    use_threads(args)
    path = find_model(source)
    opened = _opened_at(args, path, source)
    remember(path, opened.fingerprint, home=args.home)
    return opened


def _opened_at(args: Arguments, path: Path, source: str) -> OpenedModel:
    from engine.disk.kept import kept_at
    from engine.machine import devices
    from engine.opened.directions import with_kept
    from engine.opened.model import open_model_file

    opened = with_kept(open_model_file(str(path), devices.choose(args.device).torch, kept_at(args.home)), args.home)
    opened.source = source
    return opened


def several(args: Arguments, opened: OpenedModel) -> Callable[[str], OpenedModel]:
    """Opens further models beside the one that is open."""
    from engine.opened.several import Several

    others = Several(lambda path, source: _opened_at(args, path, source))
    return lambda source: opened if source == opened.source else others(source)


def remembered(args: Arguments, path: Path) -> tuple[Memory, Image]:
    """What an exported picture remembers, and its pixels; what its recipes start from is kept at home."""
    from engine.disk.kept import kept_at
    from engine.opened.films import read_picture_memory

    memory, image = read_picture_memory(path)
    kept_at(args.home).take_in(memory.pictures)
    return memory, image


def open_data(args: Arguments, source: str, report: Report, flag: StopFlag, *, size: int) -> Store:
    """DATA of the command line, read at the size its pictures are wanted at: what was shrunk stays blurred."""
    from engine.datasets import catalogue

    return done(catalogue.open_data(source, home=args.home, size=size), report, flag)


def done(
    work: Work[T],
    report: Report,
    flag: Callable[[], bool] = lambda: False,
    tell: Callable[[Event], object] | None = None,
) -> T:
    """All of it now, telling how far it is; Cancelled at its next seam once the flag is set."""
    from engine.machine.work import finished, heeding

    return finished(heeding(flag, work), tell or (lambda event: _tell(event, report)))


def _tell(event: Event, report: Report) -> None:
    match event:
        case Preparing() | Evaluating():
            report.progress(Progress(event.what, event.done, event.of))
        case ExportProgressed():
            report.progress(Progress("Drawing pictures", event.done, event.of))
        case _:
            pass


def use_threads(args: Arguments) -> None:
    """As many processor threads as were asked for, else all cores: no window needs one."""
    import torch

    from engine.machine import devices

    torch.set_num_threads(args.threads or devices.training_threads(window_open=False))


def empty_folder(path: Path) -> Path:
    """A folder for files that a command writes; made if it is missing, never a file."""
    path = path.expanduser()
    if path.exists() and not path.is_dir():
        raise ZscapeError("not-a-folder", f"“{path.name}” is a file; --out needs a folder.", path)
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise unwritable(path, error) from None
    return path
