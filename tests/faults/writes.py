"""R3: the disk fails at the k-th call of a write, for every k, every file the program writes and every usual reason.

After each fault the file is the old one or the new one, nothing half made lies beside it, one sentence names the file
and the reason, and the next write succeeds. A real limit on the size of files cuts writes in the middle as well.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import json
import os
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.figures import Figure
from engine.disk import files
from engine.disk.files import WriteError, ZscapeError
from engine.machine.work import finished
from tests.faults.aims import MID
from tests.faults.counting import Count
from tests.faults.nursery import Nursery

REASONS = {
    errno.ENOSPC: "the disk is full",
    errno.EIO: "the disk reports an error",
    errno.EACCES: "you may not write",
    errno.EROFS: "read-only",
}
RUN_FAULTS = 12
"""Runs whose disk fills up while they train."""


@dataclass(frozen=True, slots=True)
class Written:
    """Something the program writes: where, and how each of two versions of it gets there."""

    name: str
    path: Path
    write: Callable[[int], object]
    """Writes version 0 or 1; says its trouble by an exception, or by a sentence it returns."""
    grows: bool = False
    """A list that lines are added to: the new one begins with the old one."""


def count(folder: Path, times: int = 1, *, run_faults: int = RUN_FAULTS) -> list[Figure]:
    """Every fault at every call for every kind of file, `times` over."""
    tallies = []
    for written in everything(folder):
        tally = Count("R3", written.name)
        for _ in range(times):
            for number, reason in faults(written):
                tally.check(faulty(written, number, reason))
            tally.check(cut_short(written))
        tallies.append(tally.figure(note="old or new, no litter, file and reason named"))
    with Nursery() as nursery:
        runs = trained(folder / "train", run_faults, nursery)
    return [*tallies, runs.figure(note="exit 2, one line, resumed to the same bits")]


def everything(folder: Path) -> Iterator[Written]:
    """One of each."""
    import torch

    from app.store.kept.settings import THEME, Settings
    from app.store.kept.stored import StoredDocument
    from engine.datasets.cache import write_store
    from engine.disk.runs import RunFolder
    from engine.disk.tensor_files import write_tensors
    from engine.families import build
    from engine.families.base import DataShape
    from engine.opened.animation import Movie, export_movie
    from engine.opened.checkpoints import save_model
    from engine.opened.export import export_grid, export_picture
    from engine.opened.model import open_model_file
    from engine.protocol.values import Recipe
    from tests.engine.small import SMALL, bars

    def at(name: str) -> Path:
        place = folder / name
        place.mkdir(parents=True)
        return place

    family = build("vae", SMALL["vae"], DataShape())
    fingerprint = save_model(folder / "small.safetensors", family, name="small")
    session = open_model_file(str(folder / "small.safetensors"), torch.device("cpu"))
    recipes = [[Recipe(model=fingerprint, seed=seed) for seed in (version, version + 2)] for version in (0, 1)]

    run = RunFolder(at("run"))
    meta = {"format": 1, "kind": "state", "step": 1}
    yield Written(
        "checkpoint",
        run.checkpoint,
        lambda v: write_tensors(run.checkpoint, {"a": torch.full((5000,), float(v))}, meta),
    )
    yield Written("model", run.model, lambda v: save_model(run.model, family, name=f"model {v}"))
    yield Written("run", run.config, lambda v: run.write_config({"config": {"steps": v}}))
    yield Written("metrics", run.metrics, lambda v: run.append_metrics({"step": v}), grows=True)
    settings = Settings(at("settings"))
    troubles: list[str] = []
    settings.write_failed.connect(troubles.append)

    def choose(version: int) -> str:
        troubles.clear()
        other = ("dark", "light")[version]
        settings._document.values.clear()
        settings.put(THEME, other)
        return "".join(troubles)

    yield Written("settings", folder / "settings" / "settings.json", choose)
    document = StoredDocument(at("session") / "session.json", 1)
    yield Written("session", document.path, lambda v: document.save({"source": "faces" * (1 + 4000 * v)}))
    picture, grid, movie = at("export") / "one.png", folder / "export" / "grid.png", folder / "export" / "walk.gif"
    yield Written("picture", picture, lambda v: finished(export_picture(session, recipes[v][0], picture, scale=8)))
    yield Written("grid", grid, lambda v: finished(export_grid(session, recipes[v], 2, grid)))
    yield Written("animation", movie, lambda v: finished(export_movie(session, recipes[v], movie, Movie.GIF)))
    store = at("data") / "store"
    yield Written("data set", store, lambda v: finished(write_store(bars(80 + 20 * v), store)))


def faults(written: Written) -> Iterator[tuple[int, int]]:
    """(number of the call, reason) for every call that a quiet write makes."""
    calls = [0]

    def notice(moment: str, path: str) -> None:
        calls[0] += 1

    written.write(0)
    with hooked(notice):
        written.write(1)
    if not calls[0]:
        raise SystemExit(f"faults: writing the {written.name} does not pass the hook.")
    for number in range(1, calls[0] + 1):
        for reason in REASONS:
            yield number, reason


def faulty(written: Written, number: int, reason: int) -> str:
    """One fault; what is wrong after it."""
    calls = [0]

    def fail(moment: str, path: str) -> None:
        calls[0] += 1
        if calls[0] == number:
            raise OSError(reason, os.strerror(reason))

    return _tried(written, lambda: hooked(fail), REASONS[reason], f"{os.strerror(reason)} at call {number}")


def cut_short(written: Written) -> str:
    """The system itself refuses the second half of the content."""
    written.write(1)
    size = max(path.stat().st_size for path in ([written.path] if written.path.is_file() else _inside(written.path)))
    return _tried(written, lambda: limited(size // 2), "File too large", "cut in the middle")


def _tried(
    written: Written, harm: Callable[[], contextlib.AbstractContextManager[None]], words: str, where: str
) -> str:
    written.write(1)
    new = _content(written.path)
    written.write(0)
    old = _content(written.path)
    with harm():
        sentence = _sentence(lambda: written.write(1))
    now = _content(written.path)
    names = [written.path.name, *(path.name for path in _inside(written.path))]
    litter = [path.name for path in written.path.parent.rglob("*") if path.name.startswith(".")]
    wrong = ""
    if now not in (old, new) and not (written.grows and now.startswith(old)):
        wrong = "neither the old nor the new content"
    elif litter:
        wrong = f"left behind {litter}"
    elif words not in sentence or not any(name in sentence for name in names) or "\n" in sentence:
        wrong = f"told as: {sentence or 'nothing'}"
    elif _sentence(lambda: written.write(1)):
        wrong = "the next write fails"
    return f"{where}: {wrong}" if wrong else ""


def _sentence(write: Callable[[], object]) -> str:
    """What a person is told of a write; nothing when it went well."""
    try:
        told = write()
    except WriteError as error:
        return error.sentence
    except ZscapeError as error:
        return f"(not as a write) {error.sentence}"
    except OSError as error:
        return f"(unexplained) {error}"
    return told if isinstance(told, str) and "“" in told else ""


def _inside(path: Path) -> list[Path]:
    return sorted(each for each in path.rglob("*") if each.is_file()) if path.is_dir() else []


def _content(path: Path) -> str:
    """Equal for equal content: a hash for what is replaced, the text of what grows."""
    if path.suffix == ".jsonl":
        return path.read_text()
    digest = hashlib.sha256()
    for each in [path] if path.is_file() else _inside(path):
        digest.update(f"{each.name}\0".encode() + each.read_bytes())
    return digest.hexdigest()


@contextlib.contextmanager
def hooked(hook: Callable[[str, str], None]) -> Iterator[None]:
    """Every named moment of every write passes through `hook`."""
    before, files.write_moment = files.write_moment, hook
    try:
        yield
    finally:
        files.write_moment = before


@contextlib.contextmanager
def limited(size_bytes: int) -> Iterator[None]:
    """No file may grow past this; the system ends the write there (Unix)."""
    if sys.platform == "win32":
        yield
        return
    import resource

    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size_bytes, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


# ---------------------------------------------------------------- whole runs


def trained(folder: Path, runs: int, nursery: Nursery) -> Count:
    """`main.py train` on a disk that fills up: exit code 2, one line, and with space again the same end."""
    from tests.faults.kills import Killing, last_line

    tally = Count("R3", "train")
    bench = Killing(folder, nursery, seed=2)
    aims = [(f, aim) for f, aim in bench.aims(4 * runs) if aim["moment"] not in ("fsync-folder", MID)][:runs]
    for number, (family, aim) in enumerate(aims):
        out, run = folder / f"full-{number}", folder / f"full-{number}-run" / "run"
        run.parent.mkdir()
        words = bench.words(family, run)
        code = nursery.run("tests.faults.aims", [words, str(out), {**aim, "errno": errno.ENOSPC}], out)
        said = out.with_name(f"{out.name}.err").read_text()
        again = folder / f"full-{number}-again"
        code_again = nursery.run("tests.faults.aims", [[*words, "--resume"], str(again), None], again)
        end: dict[str, Any] = last_line(again) if code_again == 0 else {}
        wrong = ""
        if aim["file"] == "sample":  # a picture of how it goes is not worth ending a run for
            wrong = "" if code == 0 and not said else f"ended with {code} and said {said.strip()!r}"
        elif code != 2 or said.count("\n") != 1 or REASONS[errno.ENOSPC] not in said:
            wrong = f"ended with {code} and said {said.strip()!r}"
        elif end.get("sha256_state") != bench.quiet[family].end["sha256_state"]:
            wrong = f"another state after resuming (ended with {code_again})"
        tally.check(f"{family}, {json.dumps(aim)}: {wrong}" if wrong else "")
    return tally
