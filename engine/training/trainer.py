"""One step of training and all the state behind it: weights, their moving average, optimisers, the step count.

Noise and the order of pictures are pure functions of (seed, step), so this state is everything a resume needs.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from engine.datasets.batches import batch, batch_indices
from engine.datasets.store import Store
from engine.disk.files import BadConfig
from engine.families.base import Batch, Family, Optimiser, OptimiserKind, Phase
from engine.machine.seeds import generator, mix

_MAKERS: dict[OptimiserKind, Callable[[list[nn.Parameter], Optimiser], torch.optim.Optimizer]] = {
    OptimiserKind.ADAM: lambda p, o: torch.optim.Adam(p, lr=o.rate, betas=o.betas, fused=True),
    OptimiserKind.ADAMW: lambda p, o: torch.optim.AdamW(
        p, lr=o.rate, betas=o.betas, weight_decay=o.weight_decay, fused=True
    ),
    OptimiserKind.RMSPROP: lambda p, o: torch.optim.RMSprop(p, lr=o.rate, alpha=o.betas[1], foreach=True),
    OptimiserKind.SGD: lambda p, o: torch.optim.SGD(p, lr=o.rate, momentum=o.betas[0], foreach=True),
}


@dataclass(slots=True)
class Mover:
    """A phase with its parameters and their optimiser."""

    phase: Phase
    parameters: list[nn.Parameter]
    optimiser: torch.optim.Optimizer


class Trainer:
    """Owns what changes while a run goes on. `step` is a generator that yields at seams which change no number."""

    def __init__(self, family: Family, store: Store, device: torch.device) -> None:
        check_batch(family, store)
        self.family = family.to(device).train()
        self._layout = torch.channels_last if family.channels_last else torch.contiguous_format
        self.family.to(memory_format=self._layout)  # type: ignore[call-overload]
        self.store = store
        self.device = device
        self.steps_done = 0
        self.average = copy.deepcopy(family).eval().requires_grad_(False)
        self.movers = [self._mover(phase) for phase in family.phases()]
        self.draws_per_step = max(mover.phase.repeats for mover in self.movers)
        self.losses: dict[str, Tensor] = {}
        self._pictures = self._placed(store.pictures)
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

    def _placed(self, pictures: Tensor) -> Tensor:
        """The store on the GPU when it fits in half of what is free there."""
        if self.device.type == "cuda" and pictures.nbytes < torch.cuda.mem_get_info(self.device)[0] // 2:
            return pictures.to(self.device)
        return pictures

    @property
    def images(self) -> int:
        """Pictures looked at so far."""
        return self.steps_done * self.family.config.batch * self.draws_per_step

    def step(self) -> Iterator[None]:
        """Every phase once (its repeats included); yields between forward, backward and optimiser step."""
        losses: dict[str, Tensor] = {}
        for number, mover in enumerate(self.movers):
            self._only(mover)
            for repeat in range(mover.phase.repeats):
                found = mover.phase.loss(self._batch(number, repeat))
                yield
                found["loss"].backward()  # type: ignore[no-untyped-call]
                yield
                self._clip(mover)
                for group in mover.optimiser.param_groups:
                    group["lr"] = mover.phase.optimiser.rate * self._warmth()
                mover.optimiser.step()
                mover.optimiser.zero_grad(set_to_none=True)
            if len(self.movers) > 1:
                found[f"{mover.phase.name}_loss"] = found.pop("loss")
            losses |= {name: value.detach() for name, value in found.items()}
        self.losses = losses
        self.steps_done += 1
        self._move_average()
        yield

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
        config = self.family.config
        if config.cooldown <= 0.0:
            return 1.0
        left = 1.0 - self.steps_done / config.steps
        return max(0.0, min(1.0, left / config.cooldown))

    def _only(self, mover: Mover) -> None:
        """Freeze what this phase does not move: a generator's step needs no gradients of discriminator weights."""
        if len(self.movers) == 1:
            return
        mine = {id(parameter) for parameter in mover.parameters}
        for parameter in self.family.parameters():
            parameter.requires_grad_(id(parameter) in mine)

    def _batch(self, phase: int, repeat: int) -> Batch:
        config = self.family.config
        indices = batch_indices(
            len(self.store), config.batch, seed=config.seed, step=self.steps_done * self.draws_per_step + repeat
        )
        labels = self.store.labels
        noise = generator(config.seed, self.steps_done, phase, repeat, device=self.device)
        return Batch(
            x_BCHW=batch(self._pictures, indices, layout=self._layout).to(self.device, non_blocking=True),
            labels_B=None if labels is None else labels[indices].to(self.device),
            attributes={name: values[indices].to(self.device) for name, values in self.store.attributes.items()},
            visible={name: values[indices].to(self.device) for name, values in self.store.visible.items()},
            generator=noise,
            step=self.steps_done,
            steps=config.steps,
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
        """Everything a resume needs, as named tensors."""
        found = {f"weights.{k}": v for k, v in self.family.state_dict().items()}
        found |= {f"average.{k}": v for k, v in self.average.state_dict().items()}
        for number, mover in enumerate(self.movers):
            for index, state in mover.optimiser.state_dict()["state"].items():
                for key, value in state.items():
                    found[f"optimiser.{number}.{index}.{key}"] = torch.as_tensor(value)
        return {name: value.detach().clone() for name, value in found.items()}

    def restore(self, state: Mapping[str, Tensor], step: int) -> None:
        """The inverse of `state`; a KeyError or RuntimeError says that it belongs to another config."""
        self.family.load_state_dict(_under(state, "weights."))
        self.average.load_state_dict(_under(state, "average."))
        for number, mover in enumerate(self.movers):
            content = mover.optimiser.state_dict()
            fresh: dict[int, dict[str, Tensor]] = {}
            for key, value in _under(state, f"optimiser.{number}.").items():
                index, name = key.split(".", 1)
                fresh.setdefault(int(index), {})[name] = value
            content["state"] = fresh
            mover.optimiser.load_state_dict(content)
            self._lay_out(mover)
        self.steps_done = step

    def _lay_out(self, mover: Mover) -> None:
        """Moments must lie in memory as their weights do: fused optimisers walk both side by side."""
        for parameter in mover.parameters:
            state = mover.optimiser.state[parameter]
            for key, value in state.items():
                if value.shape == parameter.shape:
                    state[key] = torch.empty_like(parameter).copy_(value)


_FEWEST = 2
"""Pictures that a step needs: batch norm cannot learn from one."""


def check_batch(family: Family, store: Store) -> None:
    """A batch larger than the data cannot be filled; say both numbers."""
    if len(store) < _FEWEST:
        there = "no training picture" if not len(store) else "one training picture"
        raise BadConfig("too-few", f"“{store.name}” has {there}; add pictures: nothing is learned from fewer than two.")
    if family.config.batch > len(store):
        raise BadConfig(
            "batch-too-large",
            f"Batch ({family.config.batch}) is larger than the {len(store)} training pictures of “{store.name}”; "
            f"choose at most {len(store)} or add pictures.",
        )


def sample_seed(run_seed: int, cell: int) -> int:
    """The seed of one cell of a run's fixed grid."""
    return mix(run_seed, cell, 77) >> 32


def _values(module: nn.Module) -> list[Tensor]:
    return [*module.parameters(), *module.buffers()]


def _under(state: Mapping[str, Tensor], prefix: str) -> dict[str, Tensor]:
    return {key[len(prefix) :]: value for key, value in state.items() if key.startswith(prefix)}
