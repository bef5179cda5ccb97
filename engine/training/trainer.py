"""One step of training and all the state behind it: weights, their moving average, optimisers, the step count.

Noise and the order of pictures are pure functions of (seed, step), so this state is everything a resume needs.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from engine.datasets.batches import BatchSource, Rows
from engine.disk.files import BadConfig
from engine.families.base import AnyFamily
from engine.families.phases import Batch, Optimiser, OptimiserKind, Phase, Stage
from engine.families.schema import Config
from engine.machine.seeds import generator, mix

_MAKERS: dict[OptimiserKind, Callable[[list[nn.Parameter], Optimiser], torch.optim.Optimizer]] = {
    OptimiserKind.ADAM: lambda p, o: torch.optim.Adam(p, lr=o.rate, betas=o.betas, fused=True),
    OptimiserKind.ADAMW: lambda p, o: torch.optim.AdamW(
        p, lr=o.rate, betas=o.betas, weight_decay=o.weight_decay, fused=True
    ),
    OptimiserKind.RMSPROP: lambda p, o: torch.optim.RMSprop(p, lr=o.rate, alpha=o.betas[1], foreach=True),
    OptimiserKind.SGD: lambda p, o: torch.optim.SGD(p, lr=o.rate, momentum=o.betas[0], foreach=True),
}
_BEGINNING = 101
"""Tells the randomness of a stage's beginning from that of its steps."""


@dataclass(slots=True)
class Mover:
    """A phase with its parameters and their optimiser."""

    phase: Phase
    parameters: list[nn.Parameter]
    optimiser: torch.optim.Optimizer


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """How far a run is: steps, the batches that were drawn for them, and the pictures in these."""

    steps: int = 0
    draws: int = 0
    images: int = 0


class Trainer:
    """Owns what changes while a run goes on. `step` is a generator that yields at seams which change no number."""

    def __init__(self, family: AnyFamily, source: BatchSource, device: torch.device) -> None:
        check_batch(family, source)
        self._layout = torch.channels_last if family.channels_last else torch.contiguous_format
        self.family = family.to(device).train()
        self.family.to(memory_format=self._layout)  # type: ignore[call-overload]
        self.family.carried = {name: value.to(device) for name, value in family.carried.items()}
        self.source = source.placed(device)
        self.device = device
        self.counts = Counts()
        self.average = copy.deepcopy(family).eval().requires_grad_(False)
        self.average.carried.clear()
        self.movers = [self._mover(phase) for phase in family.phases()]
        self.losses: dict[str, Tensor] = {}
        self.stage = Stage()
        self._enter()
        self._float_pairs = [
            (mine, live)
            for (mine, live) in zip(_values(self.average), _values(self.family), strict=True)
            if mine.is_floating_point()
        ]
        self._other_pairs = [
            (mine, live)
            for (mine, live) in zip(_values(self.average), _values(self.family), strict=True)
            if not mine.is_floating_point()
        ]

    def _mover(self, phase: Phase) -> Mover:
        parameters = [p for module in phase.modules for p in module.parameters()]
        return Mover(phase, parameters, _MAKERS[phase.optimiser.kind](parameters, phase.optimiser))

    @property
    def steps_done(self) -> int:
        return self.counts.steps

    @property
    def images(self) -> int:
        """Pictures looked at so far."""
        return self.counts.images

    @property
    def images_planned(self) -> int:
        """Pictures of the whole run, if the rest goes as its present stage."""
        config: Config = self.family.config
        left = config.steps - self.steps_done
        draws = max((mover.phase.repeats for mover in self._active if mover.phase.needs_data), default=0)
        return self.images + left * config.batch * draws

    @property
    def _active(self) -> list[Mover]:
        names = self.stage.phases
        return [mover for mover in self.movers if names is None or mover.phase.name in names]

    def step(self) -> Iterator[None]:
        """Every phase of the stage once (its repeats included); yields between forward, backward and optimiser."""
        self._enter()
        if self.stage.began == self.steps_done:
            self._begin()
        losses: dict[str, Tensor] = {}
        rows: dict[int, Rows] = {}
        shared: dict[str, object] = {}
        for number, mover in enumerate(self.movers):
            if mover not in self._active:
                continue
            self._only(mover)
            for repeat in range(mover.phase.repeats):
                if mover.phase.needs_data and repeat not in rows:
                    rows[repeat] = self._rows(repeat)
                seen = rows[repeat] if mover.phase.needs_data else Rows(x=torch.empty(0, device=self.device))
                batch = self._batch(seen, number, repeat, shared)
                found = mover.phase.loss(batch)
                yield
                found["loss"].backward()  # type: ignore[no-untyped-call]
                yield
                self._clip(mover)
                for group in mover.optimiser.param_groups:
                    group["lr"] = mover.phase.optimiser.rate * self._warmth() * self._pace(mover.phase)
                mover.optimiser.step()
                mover.optimiser.zero_grad(set_to_none=True)
                if mover.phase.after_step is not None:
                    with torch.no_grad():
                        mover.phase.after_step(batch)
            if len(self.movers) > 1:
                found.setdefault(f"{mover.phase.name}_loss", found.pop("loss"))
            losses |= {name: value.detach() for name, value in found.items()}
        self.losses = losses
        self.counts = Counts(
            steps=self.counts.steps + 1,
            draws=self.counts.draws + len(rows),
            images=self.counts.images + sum(len(each.x) for each in rows.values()),
        )
        self._move_average()
        yield

    # ------------------------------------------------------------ stages

    def _enter(self) -> None:
        """Both networks take the form of the present stage."""
        stage = self.family.stage(self.steps_done)
        if stage != self.stage:
            self.stage = stage
            self.family.enter(stage)
            self.average.enter(stage)

    def over(self) -> str:
        """Why the family takes no further step, in a sentence; empty where it does."""
        return self.family.stage(self.steps_done).over

    def _begin(self) -> None:
        """The first step of a stage: new optimisers where it asks for them, and what the family does once."""
        for place, mover in enumerate(self.movers):
            if mover.phase.name in self.stage.fresh:
                self.movers[place] = self._mover(mover.phase)
        noise = generator(self.family.config.seed, self.steps_done, _BEGINNING, device=self.device)
        with torch.no_grad():
            self.family.begin(self.stage, noise)

    # ------------------------------------------------------------ parts of a step

    def _clip(self, mover: Mover) -> None:
        """Gradients no longer than the phase allows. Asking first saves a pass over them; on a GPU it would wait."""
        limit = mover.phase.optimiser.clip_norm
        if limit <= 0:
            return
        length = nn.utils.get_total_norm([p.grad for p in mover.parameters if p.grad is not None], foreach=True)
        if length.device.type != "cpu" or not length <= limit:
            nn.utils.clip_grads_with_norm_(mover.parameters, limit, length, foreach=True)

    def _warmth(self) -> float:
        """Factor of the learning rate: 1, and over the last `cooldown` of the run a straight line down to 0."""
        config: Config = self.family.config
        if config.cooldown <= 0.0:
            return 1.0
        left = 1.0 - self.steps_done / config.steps
        return max(0.0, min(1.0, left / config.cooldown))

    def _pace(self, phase: Phase) -> float:
        return 1.0 if phase.pace is None else phase.pace()

    def _only(self, mover: Mover) -> None:
        """Freeze what this phase neither moves nor hands on: its step needs no gradients of anything else."""
        if len(self.movers) == 1:
            return
        mine = {id(p) for p in mover.parameters}
        mine |= {id(p) for module in mover.phase.hands_on for p in module.parameters()}
        for parameter in self.family.parameters():
            parameter.requires_grad_(id(parameter) in mine)

    def _rows(self, repeat: int) -> Rows:
        config = self.family.config
        rows = self.source.rows(
            count=config.batch, seed=config.seed, step=self.counts.draws + repeat, layout=self._layout
        )
        return rows.to(self.device)

    def _batch(self, rows: Rows, phase: int, repeat: int, shared: dict[str, object]) -> Batch:
        return Batch(
            x=rows.x,
            source=rows.source,
            labels_B=rows.labels_B,
            captions_BT=rows.captions_BT,
            attributes=rows.attributes,
            visible=rows.visible,
            generator=generator(self.family.config.seed, self.steps_done, phase, repeat, device=self.device),
            step=self.steps_done,
            steps=self.family.config.steps,
            stage=self.stage,
            shared=shared,
        )

    @torch.no_grad()
    def _move_average(self) -> None:
        """The moving average follows fast at first, so that early previews show something."""
        decay = min(self.family.config.ema, (1 + self.steps_done) / (10 + self.steps_done))
        torch._foreach_lerp_(
            [mine for mine, _ in self._float_pairs], [live.detach() for _, live in self._float_pairs], 1.0 - decay
        )
        for mine, live in self._other_pairs:
            mine.copy_(live)

    def finite(self) -> bool:
        """Whether the last losses are numbers; asked a few times a second, since it waits for the device."""
        return all(bool(torch.isfinite(value).all()) for value in self.losses.values())

    def sound(self) -> bool:
        """Whether losses and weights are numbers: the last step of all may have spoilt what its loss could not see."""
        return self.finite() and all(
            bool(torch.isfinite(value).all()) for value in _values(self.family) if value.is_floating_point()
        )

    # ------------------------------------------------------------ state

    def state(self) -> dict[str, Tensor]:
        """Everything a resume needs beside the counts, as named tensors."""
        found = {f"weights.{k}": v for k, v in self.family.state_dict().items()}
        found |= {f"average.{k}": v for k, v in self.average.state_dict().items()}
        found |= {f"carried.{k}": v for k, v in self.family.carried.items()}
        for number, mover in enumerate(self.movers):
            for index, state in mover.optimiser.state_dict()["state"].items():
                for key, value in state.items():
                    found[f"optimiser.{number}.{index}.{key}"] = torch.as_tensor(value)
        return {name: value.detach().clone() for name, value in found.items()}

    def restore(self, state: Mapping[str, Tensor], counts: Counts) -> None:
        """The inverse of `state`; a KeyError or RuntimeError says that it belongs to another config."""
        self.family.load_state_dict(_under(state, "weights."))
        self.average.load_state_dict(_under(state, "average."))
        carried = _under(state, "carried.")
        if self.family.carried.keys() - carried.keys():  # there may be more: some is made on the way
            raise KeyError("carried")
        self.family.carried = {name: value.to(self.device) for name, value in carried.items()}
        for number, mover in enumerate(self.movers):
            content = mover.optimiser.state_dict()
            fresh: dict[int, dict[str, Tensor]] = {}
            for key, value in _under(state, f"optimiser.{number}.").items():
                index, name = key.split(".", 1)
                fresh.setdefault(int(index), {})[name] = value
            content["state"] = fresh
            mover.optimiser.load_state_dict(content)
            self._lay_out(mover)
        self.counts = counts
        self._enter()

    def counted(self, steps: int) -> Counts:
        """The counts of a run whose checkpoint tells its steps only, as all did while there was one stage."""
        draws = steps * max(mover.phase.repeats for mover in self.movers)
        return Counts(steps=steps, draws=draws, images=draws * self.family.config.batch)

    def _lay_out(self, mover: Mover) -> None:
        """Moments must lie in memory as their weights do: fused optimisers walk both side by side."""
        for parameter in mover.parameters:
            state = mover.optimiser.state[parameter]
            for key, value in state.items():
                if value.shape == parameter.shape:
                    state[key] = torch.empty_like(parameter).copy_(value)


_FEWEST = 2
"""Pictures that a step needs: batch norm cannot learn from one."""


def check_batch(family: AnyFamily, source: BatchSource) -> None:
    """A batch larger than the data cannot be filled; say both numbers."""
    if len(source) < _FEWEST:
        there = "no training picture" if not len(source) else "one training picture"
        raise BadConfig(
            "too-few", f"“{source.name}” has {there}; add pictures: nothing is learned from fewer than two."
        )
    if family.config.batch > len(source):
        raise BadConfig(
            "batch-too-large",
            f"Batch ({family.config.batch}) is larger than the {len(source)} training pictures of “{source.name}”; "
            f"choose at most {len(source)} or add pictures.",
        )


def sample_seed(run_seed: int, cell: int) -> int:
    """The seed of one cell of a run's fixed grid."""
    return mix(run_seed, cell, 77) >> 32


def _values(module: nn.Module) -> list[Tensor]:
    return [*module.parameters(), *module.buffers()]


def _under(state: Mapping[str, Tensor], prefix: str) -> dict[str, Tensor]:
    return {key[len(prefix) :]: value for key, value in state.items() if key.startswith(prefix)}
