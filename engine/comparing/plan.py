"""What is compared: the settings of each family, so that only the family differs.

Each begins with the preset that it has for this data, else its quick one. Size, colours, batch, points and kind of
network are those of the first family; its width is then chosen so that as many weights learn as in the first. Learning
rates stay each family's own, and none slows down toward the end: every moment stands for itself.
"""

from __future__ import annotations

import math
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import msgspec
import torch

from engine.datasets.store import Split, Store
from engine.disk.files import BadConfig, LoadError, atomic_write, read_bounded, shown
from engine.families import FAMILIES, build, family_class
from engine.families.base import AnyFamily
from engine.families.presets import all_presets
from engine.families.schema import Config
from engine.machine.work import Work
from engine.protocol.answers import Preparing
from engine.training.material import batches, data_shape, fitting
from engine.training.trainer import Trainer

SHARED = ("size", "channels", "batch", "latent", "net")
"""Settings that all take from the first."""
WIDTHS = range(4, 129)
MOMENTS = 8
PILOT_S = 1.5
"""Processor seconds of learning that tell how many steps fit into the time."""
SPARE = 1.5
"""So many times these are planned: a machine that is quicker later still learns until the time is over."""
LONGEST = 10_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One family of a comparison."""

    family: str
    values: dict[str, Any]
    parameters: int
    """Weights that learn, of all its networks together."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """All that decides what is measured."""

    data: str
    data_sha256: str
    seconds: float
    """Processor seconds of learning for each family and seed."""
    seeds: int
    moments: tuple[float, ...]
    pictures: int
    entries: tuple[Entry, ...]
    first_seed: int = 0
    asked: dict[str, Any] = field(default_factory=dict)
    """Settings that were asked for, for all families that have them."""

    @property
    def cells(self) -> list[tuple[Entry, int]]:
        """Every family once, then every family again: what is there early can be compared early."""
        seeds = range(self.first_seed, self.first_seed + self.seeds)
        return [(entry, seed) for seed in seeds for entry in self.entries]


def planned(
    families: Sequence[str],
    data: Store,
    name: str,
    *,
    seconds: float,
    seeds: int,
    pictures: int,
    asked: Mapping[str, Any],
    first_seed: int = 0,
    before: Plan | None = None,
) -> Work[Plan]:
    """Settings for each family. `before` is what the folder holds already, whose steps and moments are kept."""
    for family in families:
        if family not in FAMILIES:
            known = ", ".join(sorted(FAMILIES))
            raise BadConfig("unknown-family", f"“{family[:40]}” is no family that draws; there are: {known}.")
    if len(set(families)) < len(families):
        raise BadConfig("usage", "Each family is compared once; name every family one time.")
    moments = before.moments if before and before.seconds == seconds else _moments(seconds)
    entries: list[Entry] = []
    for place, family in enumerate(families):
        yield Preparing(what="Bringing networks to one size", done=place, of=len(families))
        first = entries[0] if entries else None
        values = _settings(family, name, asked, first)
        values = _equal_width(family, data, values, asked, first)
        made = build(family, values, data_shape(family_class(family), data))
        kept = before and next((each for each in before.entries if each.family == family), None)
        steps = int(kept.values["steps"]) if kept else (yield from _steps(made, data, seconds))
        entry = Entry(family=family, values={**values, "steps": steps}, parameters=learning_weights(made))
        if kept and kept != entry:
            raise BadConfig("other-comparison", f"The folder holds {family} with other settings; choose another --out.")
        entries.append(entry)
    return Plan(
        data=name, data_sha256=data.sha256, seconds=seconds, seeds=seeds, moments=moments, pictures=pictures,
        entries=tuple(entries), first_seed=first_seed, asked=dict(asked),
    )  # fmt: skip


def _settings(family: str, data: str, asked: Mapping[str, Any], first: Entry | None) -> dict[str, Any]:
    presets = all_presets().get(family, ())
    quick = next((each for each in presets if each.name == "quick"), None)
    plain = data.removeprefix("bundled:")
    fitting = [each for each in (*((quick,) if quick else ()), *presets) if each.data.removeprefix("bundled:") == plain]
    preset = fitting[0] if fitting else quick
    values = dict(preset.config) if preset else {}
    kind = family_class(family).Config
    if first is not None:
        theirs = family_class(first.family).Config.build(first.values).as_dict()
        for key in [key for key in SHARED if key in theirs and key in kind.__struct_fields__]:
            values = _if_possible(kind, values, {key: theirs[key]})
    values |= {key: value for key, value in asked.items() if key in kind.__struct_fields__}
    return {**values, "cooldown": 0.0}


def _if_possible(kind: type[Config], values: dict[str, Any], more: dict[str, Any]) -> dict[str, Any]:
    """A kind of network that the first has and another has not stays its own."""
    try:
        kind.build({**values, **more})
    except BadConfig:
        return values
    return {**values, **more}


def learning_weights(family: AnyFamily) -> int:
    """Weights that some phase moves."""
    moved = {id(p): p.numel() for phase in family.phases() for module in phase.modules for p in module.parameters()}
    return sum(moved.values())


def _equal_width(
    family: str, data: Store, values: dict[str, Any], asked: Mapping[str, Any], first: Entry | None
) -> dict[str, Any]:
    """The width with which about as many weights learn as in the first family."""
    kind = family_class(family)
    if first is None or "width" in asked or "width" not in kind.Config.__struct_fields__:
        return values
    shape = data_shape(kind, data)

    def off(width: int) -> int:
        return learning_weights(build(family, {**values, "width": width}, shape)) - first.parameters

    low, high = WIDTHS.start, WIDTHS.stop - 1
    while low < high:  # the first width that is not too small
        middle = (low + high) // 2
        low, high = (low, middle) if off(middle) >= 0 else (middle + 1, high)
    near = [width for width in (low - 1, low) if width in WIDTHS]
    return {**values, "width": min(near, key=lambda width: abs(off(width)))}


def _steps(family: AnyFamily, data: Store, seconds: float) -> Work[int]:
    """About as many steps as fit, for what depends on how far a run is (a warm-up); the time alone ends it.

    Stages that take turns differ in how long a step takes: whole turns of them are timed.
    """
    config = family.config
    fitted = yield from fitting(type(family), config, data)
    train = fitted.subset(Split.TRAIN)
    family.prepare(train)
    trainer = Trainer(family, batches(family, train), torch.device("cpu"))
    turn, spent, count = _turn(family), 0.0, 0
    while spent < PILOT_S or not count or count % turn:
        began = time.process_time()
        for _ in trainer.step():
            pass
        spent, count = spent + time.process_time() - began, count + 1
        yield None
        if trainer.steps_done >= config.steps:
            break
    steps = max(1, min(LONGEST, round(SPARE * count * seconds / max(spent, 1e-3))))
    return _as_many_as_can_be(type(config), config.as_dict(), steps)


def _as_many_as_can_be(kind: type[Config], values: Mapping[str, Any], steps: int) -> int:
    """A walk is over sooner: its steps stay."""
    try:
        kind.build({**values, "steps": steps})
    except BadConfig:
        return int(values["steps"])
    return steps


def _moments(seconds: float) -> tuple[float, ...]:
    return tuple(round(seconds * (k + 1) / MOMENTS, 1) for k in range(MOMENTS))


def lengthened(plan: Plan, seconds: float) -> Plan:
    """The same comparison with more time, if that is more: its moments stay, and later ones follow."""
    if seconds <= plan.seconds:
        return plan
    entries = []
    for entry in plan.entries:
        steps = min(LONGEST, math.ceil(entry.values["steps"] * seconds / plan.seconds))
        steps = _as_many_as_can_be(family_class(entry.family).Config, entry.values, steps)
        entries.append(replace(entry, values={**entry.values, "steps": steps}))
    later = [moment for moment in _moments(seconds) if moment > plan.seconds]
    return replace(plan, seconds=seconds, moments=(*plan.moments, *later), entries=tuple(entries))


def _turn(family: AnyFamily) -> int:
    """Steps after which the same stages come again."""
    starts = sorted({family.stage(step).began for step in range(4000)})
    return starts[3] - starts[1] if len(starts) > 3 else 1


# ---------------------------------------------------------------- on disk


def plan_file(folder: Path) -> Path:
    """Where a comparison keeps what it is."""
    return folder / "plan.json"


def read_plan(folder: Path) -> Plan | None:
    """The comparison that a folder holds, if there is one."""
    path = plan_file(folder)
    if not path.exists():
        return None
    try:
        return msgspec.json.decode(read_bounded(path, limit_bytes=1 << 20), type=Plan)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        raise LoadError(path, "damaged", f"The plan of the comparison in “{shown(folder)}” is damaged.") from None


def check_same(before: Plan, now: Plan, folder: Path) -> None:
    """More families, seeds and time (`lengthened`) may be added to a comparison; what all share stays."""
    for what in ("data", "data_sha256", "seconds", "moments", "pictures", "first_seed"):
        if getattr(before, what) != getattr(now, what):
            was = getattr(before, what)
            raise BadConfig(
                "other-comparison",
                f"“{shown(folder)}” holds a comparison with other {what.split('_')[0]} ({str(was)[:40]}); "
                "ask for the same, or choose another --out.",
            )


def write_plan(folder: Path, plan: Plan) -> None:
    """Kept before the first cell begins."""
    atomic_write(plan_file(folder), msgspec.json.format(msgspec.json.encode(plan), indent=1))
