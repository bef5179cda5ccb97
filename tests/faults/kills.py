"""R1 and R2: kill -9 while `main.py train` works, look at what is on the disk, resume, compare with a quiet run.

A third of the kills is aimed: at each file a run writes, before the write, half way through it, before the fsync,
before and after the new file takes its name. The others come at any time. Nothing is lost when every file on the
disk is whole and equal to that of the quiet run, no kept checkpoint is gone, and the resumed run ends in the same bits.
"""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bench.figures import Figure
from tests.faults.aims import MID, begun_at, kind_of
from tests.faults.counting import Count, Steps
from tests.faults.nursery import ENVIRONMENT, ROOT, Nursery

POINTS = 300
AIMED_SHARE = 3
OWN_PROCESSES = 6
"""Kills of a `main.py train` that was started as people start it."""
MOMENTS = ("write", MID, "fsync", "replace", "fsync-folder")
FILES = ("checkpoint", "snapshot", "model", "run", "metrics", "sample")
STEPS = 4
PICTURES = 80


@dataclass(slots=True)
class Quiet:
    """A run that nobody disturbed."""

    seconds: float
    end: dict[str, Any]
    checkpoints: dict[int, str]
    models: dict[str, str]
    """Fingerprints of snapshots and result by path within the run; and of the result before it was surveyed, which is
    a snapshot until it was.
    """
    moments: Counter[str] = field(default_factory=Counter)


def count(folder: Path, points: int = POINTS, *, own_processes: int = OWN_PROCESSES, seed: int = 1) -> list[Figure]:
    """Kill, resume and compare `points` times, the families in turn."""
    with Nursery() as nursery:
        bench = Killing(folder, nursery, seed)
        return [tally.figure(note=note) for tally, note in bench.all(points, own_processes)]


class Killing:
    """Quiet runs of every family, and as many killed ones as are asked for."""

    def __init__(self, folder: Path, nursery: Nursery, seed: int) -> None:
        from tests.engine.small import SMALL

        self._folder, self._nursery, self._random = folder, nursery, random.Random(seed)
        self._families = {name: {**values, "steps": STEPS} for name, values in SMALL.items()}
        self._number = 0
        write_glyphs(folder / "glyphs", PICTURES)
        self.quiet = {family: self._undisturbed(family) for family in self._families}

    def all(self, points: int, own_processes: int) -> Iterator[tuple[Count, str]]:
        steps = Steps("kills", points + own_processes)
        aimed = list(self.aims(points // AIMED_SHARE))
        ends = Count("R2", "state")
        for case, plans in (
            ("aimed", aimed),
            ("random", [(family, None) for family in self._turns(points - len(aimed))]),
            ("main.py", [(family, None) for family in self._turns(own_processes)]),
        ):
            kept = Count("R1", case)
            for family, aim in plans:
                self.point(family, aim, kept, ends, own_process=case == "main.py")
                steps.step()
            if plans:
                yield kept, "runs kept after kill -9"
        yield ends, "resumed equals uninterrupted, bit for bit"

    def aims(self, wanted: int) -> Iterator[tuple[str, dict[str, Any]]]:
        """Every file at every moment for every family, then again at other occurrences."""
        for number in range(wanted):
            family = list(self._families)[number % len(self._families)]
            moments = self.quiet[family].moments
            pairs = [
                (file, moment) for file in FILES for moment in (MOMENTS if moments[f"{file} replace"] else ("append",))
            ]
            file, moment = pairs[number // len(self._families) % len(pairs)]
            times = moments[f"{file} {begun_at(moment)}"]
            by_clock = file in ("metrics", "sample")  # only the first is sure to come again
            nth = 1 if by_clock else self._random.randint(1, times)
            yield family, {"file": file, "moment": moment, "nth": nth}

    def _turns(self, times: int) -> list[str]:
        names = list(self._families)
        return [names[number % len(names)] for number in range(times)]

    # ------------------------------------------------------------ runs

    def words(self, family: str, run: Path) -> list[str]:
        """The command line of a family's run."""
        words = ["train", family, "--data", str(self._folder / "glyphs"), "--out", str(run), "--json", "--quiet"]
        words += ["--home", str(self._folder / "home"), "--threads", "1"]
        for name, value in self._families[family].items():
            words += ["--set", f"{name}={value}"]
        return words

    def _undisturbed(self, family: str) -> Quiet:
        run, notes = self._folder / "quiet" / family / "run", self._folder / f"quiet-{family}"
        run.parent.mkdir(parents=True)
        began = time.monotonic()
        code = self._nursery.run("tests.faults.aims", [self.words(family, run), str(notes), None], notes)
        seconds = time.monotonic() - began
        if code != 0:
            raise SystemExit(f"faults: {family} does not train: {notes.with_name(notes.name + '.err').read_text()}")
        return Quiet(
            seconds=seconds,
            end=last_line(notes),
            checkpoints={int(k): v for k, v in json.loads(notes.with_name(notes.name + ".hashes").read_text()).items()},
            models={
                **{str(path.relative_to(run)): fingerprint(path) for path in models_of(run)},
                f"snapshots/{STEPS:07d}.safetensors": unsurveyed(run / "model.safetensors"),
            },
            moments=Counter(notes.read_text().splitlines()),
        )

    def point(
        self, family: str, aim: dict[str, Any] | None, kept: Count, ends: Count, *, own_process: bool = False
    ) -> None:
        """One kill and what becomes of it."""
        self._number += 1
        here = self._folder / f"point-{self._number}"
        here.mkdir()
        run, notes = here / "run", here / "notes"
        where = f"{family}, {aim if aim is not None else 'any time'}"
        if own_process:
            self._kill_own(family, run)
        elif not self._kill(family, run, notes, aim) and aim is not None:
            kept.check(f"{where}: the run did not come to this moment")
            return
        trouble = self._on_disk(family, run, notes)
        again = here / "again"
        words = [*self.words(family, run), "--resume"]
        code = self._nursery.run("tests.faults.aims", [words, str(again), None], again)
        if code != 0:
            errors = again.with_name("again.err").read_text().strip()
            trouble = trouble or f"resuming ended with {code}: {errors[-300:]}"
        litter = [path.name for path in run.rglob(".*")]
        trouble = trouble or (f"left behind: {litter}" if litter else "") or self._on_disk(family, run, again)
        kept.check(f"{where}: {trouble}" if trouble else "")
        end, quiet = last_line(again) if code == 0 else {}, self.quiet[family].end
        same = all(end.get(key) == quiet[key] for key in ("sha256_state", "fingerprint", "steps"))
        ends.check("" if same else f"{where}: another state after resuming")

    def _kill(self, family: str, run: Path, notes: Path, aim: dict[str, Any] | None) -> bool:
        """False if the run was over first."""
        rest_s = self._random.uniform(0.0, self.quiet[family].seconds) if aim is None else None
        arguments = [self.words(family, run), str(notes), aim]
        return self._nursery.run("tests.faults.aims", arguments, notes, kill_after_s=rest_s) == -signal.SIGKILL

    def _kill_own(self, family: str, run: Path) -> None:
        """A process of its own, killed some time after it said that it had begun."""
        words = [sys.executable, "main.py", *self.words(family, run)]
        with subprocess.Popen(
            words, cwd=ROOT, env={**os.environ, **ENVIRONMENT}, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        ) as process:
            assert process.stdout is not None
            process.stdout.readline()
            time.sleep(self._random.uniform(0.0, self.quiet[family].seconds))
            process.kill()

    # ------------------------------------------------------------ looking

    def _on_disk(self, family: str, run: Path, notes: Path) -> str:
        """What is wrong with the files of a run; nothing when each is whole and that of the quiet run."""
        from engine.disk.files import LoadError
        from engine.disk.runs import RunFolder
        from engine.disk.tensor_files import read_tensors

        quiet, folder, step = self.quiet[family], RunFolder(run), -1
        try:
            if folder.config.exists():
                folder.read_config()
            if folder.checkpoint.exists():
                file = read_tensors(folder.checkpoint, kind="state")
                step = file.meta["step"]
                if quiet.checkpoints.get(step) != file.sha256:
                    return f"the checkpoint of step {step} is another"
            for path in models_of(run):
                if fingerprint(path) != quiet.models.get(str(path.relative_to(run))):
                    return f"{kind_of(path)} is another"
        except LoadError as error:
            return f"half a file was seen: {error.sentence}"
        told = notes.read_text().splitlines() if notes.exists() else []
        written = told.count("checkpoint fsync-folder")
        return f"step {written} was kept, and {step} is there" if step < min(written, STEPS) and written else ""


def write_glyphs(folder: Path, pictures: int) -> None:
    """A folder of drawn digits, as a person might bring one."""
    import numpy as np
    from PIL import Image as Pillow

    from engine.datasets.synthetic.glyphs import render_glyphs

    folder.mkdir(parents=True)
    for number, picture in enumerate(render_glyphs(1, np.arange(pictures))):
        Pillow.fromarray(picture).save(folder / f"{number:03d}.png")


def models_of(run: Path) -> list[Path]:
    """Snapshots and the result, as far as they are there."""
    return sorted((run / "snapshots").glob("*.safetensors")) + [p for p in [run / "model.safetensors"] if p.exists()]


def fingerprint(path: Path) -> str:
    """The fingerprint of a model file, or a LoadError."""
    from engine.opened.checkpoints import load_model

    return load_model(path).fingerprint


def unsurveyed(path: Path) -> str:
    """The fingerprint of a model without what exploring needs."""
    from engine.disk.tensor_files import read_tensors
    from engine.families.phases import Stage
    from engine.opened.checkpoints import load_model, save_model

    told = read_tensors(path, kind="model").meta.get("stage")
    stage = None if told is None else Stage(name=told["name"], began=told["began"], form=told["form"])
    return save_model(path.with_name("unsurveyed"), load_model(path).family, name="unsurveyed", stage=stage)


def last_line(out: Path) -> dict[str, Any]:
    """The last thing a child said."""
    answer: dict[str, Any] = json.loads(out.with_name(f"{out.name}.out").read_text().splitlines()[-1])
    return answer
