"""train FAMILY --data DATA --out RUN: the training loop of the window, without one."""

from __future__ import annotations

import argparse
import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.commands.chain import Course, Part
from engine.commands.console import Arguments
from engine.commands.opening import done, stop_flag, use_threads
from engine.commands.report import Report
from engine.commands.values import Progress
from engine.disk.files import BadConfig, shown
from engine.protocol.answers import Preparing, Progressed, Snapshotted, TrainingStarted
from engine.protocol.values import Stop

if TYPE_CHECKING:
    from engine.commands.opening import StopFlag
    from engine.protocol.answers import Event, Finished
    from engine.training.loop import Control, Job


HELP = """\
The run's folder:
  model.safetensors      the result; also while there is none, RUN is a MODEL of all commands (its newest snapshot)
  samples/0000500.png    the same sixteen seeds at that step: the first, the last and about twenty between them
  snapshots/             what was learned at eight moments on the way
  metrics.jsonl          losses, one line a report       run.json   what was asked for
  checkpoint.safetensors all that --resume needs
  parts/                 with --chain: a run for each earlier part, which --resume goes on with or leaves when done"""


def add_parser(subparsers: Any) -> None:
    parser = subparsers.add_parser(
        "train",
        help="train a model",
        description="Train a model. Ctrl-C finishes the step, keeps what was learned, and --resume goes on from there.",
        epilog=HELP,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("family", metavar="FAMILY", help="a kind of model: see zscape families")
    parser.add_argument("--data", metavar="DATA", help="a folder, a file, or bundled:NAME (that of the preset)")
    parser.add_argument("--out", type=Path, required=True, metavar="RUN", help="the run's folder")
    parser.add_argument("--preset", metavar="NAME", help="a config with a name (see zscape families), or a .toml file")
    parser.add_argument("--set", action="append", default=[], metavar="K=V", help="one setting; may be repeated")
    parser.add_argument("--steps", type=int, metavar="N", help="same as --set steps=N")
    parser.add_argument("--resume", action="store_true", help="go on where this run stopped, as it was begun")
    parser.add_argument("--from", dest="start", default="", metavar="MODEL", help="begin with these weights")
    parser.add_argument("--chain", action="store_true", help="train first what the preset begins with, part by part")
    parser.add_argument("--name", default="", metavar="TEXT", help="what the model is called (the folder's name)")
    parser.add_argument("--half", action="store_true", help="keep the finished model in 16 bits")


class TrainArguments(Arguments):
    family: str
    data: str | None
    out: Path
    preset: str | None
    set: list[str]
    steps: int | None
    resume: bool
    half: bool
    start: str
    chain: bool
    name: str


def run(args: TrainArguments, report: Report) -> dict[str, Any]:
    from engine.training.loop import Control

    use_threads(args)
    course = Course(_parts(args))
    control = Control()
    with stop_flag(report) as flag:
        for number in range(1, len(course.parts) + 1):
            part = course.enter(number)
            done = number < len(course.parts) and part.is_done()
            if course.is_chain:
                _announce(report, part, number, len(course.parts), is_done=done)
            if done:
                continue
            finished = _trained(args, report, flag, control, part.job, course)
            if finished.reason is not Stop.COMPLETED:
                if course.is_chain:
                    report.say(
                        f"That was part {number} of {len(course.parts)}; with --resume the same command goes on."
                    )
                break
    return {
        **course.told(),
        "event": "finished",
        "reason": finished.reason,
        "steps": finished.step,
        "images": finished.images,
        "model": finished.path,
        "fingerprint": finished.fingerprint,
        "sha256_state": finished.sha256_state,
        "sentence": finished.sentence,
    }


def _announce(report: Report, part: Part, number: int, of: int, *, is_done: bool) -> None:
    job = part.job
    report.line({"event": "part", "number": number, "of": of, "family": job.family, "preset": job.preset})
    ready = ", done before" if is_done else f", {part.steps} steps"
    report.say(f"Part {number} of {of}: {job.family} {job.preset}{ready}")


def _parts(args: TrainArguments) -> list[Part]:
    """The run that was asked for, last; before it, with --chain, those that its preset comes after."""
    from engine.evaluation.cards import portable
    from engine.families.presets import chain
    from engine.training.loop import Job

    values, data = settings(args)
    out = args.out.expanduser()
    command = portable(shlex.join(["zscape", *sys.argv[1:]]))
    before: list[Part] = []
    known = chain(args.family, args.preset) if args.chain and args.preset else []
    if args.chain:
        if not args.preset or args.start:
            raise BadConfig("usage", "--chain follows a --preset back to its beginning; it takes no --from.")
        for number, (family, preset) in enumerate(known[:-1], start=1):
            job = Job(
                run=out / "parts" / f"{number}-{family}-{preset.name}",
                name=preset.label,
                family=family,
                values=dict(preset.config),
                data=args.data or preset.data,
                preset=preset.name,
                resume=args.resume,
                start=str(before[-1].job.run) if before else "",
                command=command,
            )
            before.append(Part.of(job, preset))
    last = Job(
        run=out,
        name=args.name or out.name or args.family,
        family=args.family,
        values=values,
        data=data,
        preset=Path(args.preset or "").stem,
        resume=args.resume,
        start=str(before[-1].job.run) if before else args.start,
        half=args.half,
        command=command,
    )
    return [*before, Part.of(last, known[-1][1] if known else None)]


def _trained(
    args: TrainArguments, report: Report, flag: StopFlag, control: Control, job: Job, course: Course
) -> Finished:
    from engine.datasets import catalogue
    from engine.datasets.formats.paths import DEFAULT_SIZE
    from engine.families import family_class
    from engine.families.schema import picture_size
    from engine.machine import devices
    from engine.training.loop import train

    size = picture_size(family_class(job.family).Config.build(job.values), DEFAULT_SIZE)
    data = done(catalogue.open_any(job.data, home=args.home, size=size), report, flag)
    control.stop = flag.stopped
    flag.on_stop = lambda: setattr(control, "stop", True)
    training = train(job, data, device=devices.choose(args.device).torch, control=control)
    finished = done(training, report, tell=lambda event: _tell(event, report, course))
    report.say(finished.sentence)
    if finished.trouble is not None:
        report.say(finished.trouble.sentence)
    return finished


def settings(args: TrainArguments) -> tuple[dict[str, Any], str]:
    """(values that differ from the family's defaults, data): preset first, then what was asked for by name.

    A run that goes on has both in its folder.
    """
    from engine.families import family_class
    from engine.families.presets import all_presets, read_preset
    from engine.families.schema import parse_settings

    kind = family_class(args.family)
    values: dict[str, Any] = {}
    data = args.data or ""
    if args.resume and not args.preset:
        values, own_data = _kept(args)
        data = data or own_data
    if args.preset and args.preset.endswith(".toml"):
        family, own = read_preset(Path(args.preset).expanduser())
        if family not in ("", args.family):
            raise BadConfig("other-family", f"“{shown(args.preset)}” is for “{family}”, not for {kind.label}.")
        values |= dict(own.config)
        data = data or own.data
    elif args.preset:
        presets = {preset.name: preset for preset in all_presets().get(args.family, ())}
        if args.preset not in presets:
            known = ", ".join(presets) or "none"
            raise BadConfig(
                "unknown-preset", f"{kind.label} has no preset “{args.preset[:40]}”; its presets are: {known}."
            )
        values |= dict(presets[args.preset].config)
        data = data or presets[args.preset].data
    if not data:
        raise BadConfig("no-data", "Say what to learn from: --data with a folder, a file or bundled:NAME.")
    values |= parse_settings(kind.Config, pairs(args.set))
    if args.steps is not None:
        values["steps"] = args.steps
    if "seed" in vars(args):
        values["seed"] = args.seed
    kind.Config.build(values)
    return values, data


def _kept(args: TrainArguments) -> tuple[dict[str, Any], str]:
    """Settings and data of the run that goes on; nothing where there is none yet."""
    from engine.disk.runs import RunFolder

    folder = RunFolder(args.out.expanduser())
    content = folder.read_config() if folder.exists() else {}
    if content.get("family") != args.family:  # which the loop refuses, with its reason
        return {}, ""
    return dict(content["config"]), str(content.get("data", ""))


def pairs(words: list[str]) -> dict[str, str]:
    pairs: dict[str, str] = {}
    for word in words:
        name, equals, value = word.partition("=")
        if not equals or not name:
            raise BadConfig("usage", f"--set takes name=value, not “{word[:60]}”.")
        pairs[name.strip()] = value.strip()
    return pairs


def _tell(event: Event, report: Report, course: Course) -> None:
    match event:
        case Preparing():
            report.progress(Progress(event.what, event.done, event.of))
        case TrainingStarted():
            report.line({"event": "started", "run": event.run, "images_planned": event.images_planned})
        case Progressed():
            report.progress(
                Progress(
                    course.words,
                    event.step,
                    event.steps,
                    left=course.left(event),
                    facts=(f"{event.images_per_s:.0f} images/s",),
                    numbers=event.losses,
                    note=event.health,
                )
            )
            report.line(
                {
                    "event": "progressed",
                    "step": event.step,
                    "images": event.images,
                    "images_per_s": event.images_per_s,
                    "losses": dict(event.losses),
                    "eta_s": round(event.eta_s, 1),
                    **({"eta_all_s": round(course.left_s(event), 1), **course.told()} if course.is_chain else {}),
                }
            )
        case Snapshotted():
            report.line({"event": "snapshotted", "step": event.step, "path": event.path})
        case _:
            pass
