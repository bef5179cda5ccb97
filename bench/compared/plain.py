"""The plain training loops that tutorials and popular collections share: what the figures are held against.

Same networks, batch and data; a shuffling DataLoader over single pictures, Adam as it comes, upsampling followed by
a convolution, and losses read with `.item()` after each step.
"""

from __future__ import annotations

from collections.abc import Iterator

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torch.utils.data import DataLoader, Dataset

from engine.datasets.store import Store
from engine.families.base import AnyFamily
from engine.families.layers.blocks import UpConv, upsample_then_convolve
from engine.families.phases import Batch, OptimiserKind, Phase, Stage


class Pictures(Dataset[Tensor]):
    """One picture at a time, scaled and normalised when it is asked for."""

    def __init__(self, store: Store) -> None:
        self._pictures = store.pictures

    def __len__(self) -> int:
        return len(self._pictures)

    def __getitem__(self, index: int) -> Tensor:
        return (self._pictures[index].float() / 255.0 - 0.5) / 0.5


class Labelled(Dataset[tuple[Tensor, Tensor]]):
    """The same with its class, -1 where there is none."""

    def __init__(self, store: Store) -> None:
        self._pictures = Pictures(store)
        self._labels = store.labels if store.labels is not None else torch.full((len(self._pictures),), -1)

    def __len__(self) -> int:
        return len(self._pictures)

    def __getitem__(self, index: int) -> tuple[Tensor, Tensor]:
        return self._pictures[index], self._labels[index]


class PlainUpConv(nn.Module):
    """Twice the side by nearest neighbour, then a convolution, as it is usually written."""

    def __init__(self, other: UpConv) -> None:
        super().__init__()
        self.weight, self.bias = other.weight, other.bias

    def forward(self, x_BIHW: Tensor) -> Tensor:
        return upsample_then_convolve(x_BIHW, self.weight, self.bias)


def as_written(family: AnyFamily) -> AnyFamily:
    """The same networks with the usual up-convolutions; fresh networks have the usual order in memory."""
    for module in list(family.modules()):
        for name, child in list(module.named_children()):
            if isinstance(child, UpConv):
                setattr(module, name, PlainUpConv(child))
    return family.train()


def _batches(family: AnyFamily, store: Store) -> Iterator[Tensor]:
    loader = DataLoader(Pictures(store), batch_size=family.config.batch, shuffle=True, drop_last=True)
    while True:
        yield from loader


def _labelled_batches(family: AnyFamily, store: Store) -> Iterator[tuple[Tensor, Tensor]]:
    loader = DataLoader(Labelled(store), batch_size=family.config.batch, shuffle=True, drop_last=True)
    while True:
        yield from loader


def vae_steps(family: AnyFamily, store: Store) -> Iterator[float]:
    """One optimiser step at a time."""
    optimiser = torch.optim.Adam(family.parameters(), lr=family.config.rate)
    (phase,) = family.phases()
    noise = torch.Generator().manual_seed(0)
    for step, x_BCHW in enumerate(_batches(family, store)):
        batch = Batch(x=x_BCHW, generator=noise, step=step, steps=family.config.steps)
        optimiser.zero_grad()
        losses = phase.loss(batch)
        losses["loss"].backward()  # type: ignore[no-untyped-call]
        optimiser.step()
        yield sum(value.item() for value in losses.values())


def gan_steps(family: AnyFamily, store: Store) -> Iterator[float]:
    """Generator, then discriminator on the same drawn pictures; gradients reach weights that nobody moves."""
    generator, discriminator = family.get_submodule("generator"), family.get_submodule("discriminator")
    latent = family.latent
    assert latent is not None
    betas = (0.5, 0.999)
    g_optimiser = torch.optim.Adam(generator.parameters(), lr=2e-4, betas=betas)
    d_optimiser = torch.optim.Adam(discriminator.parameters(), lr=2e-4, betas=betas)
    for x_BCHW in _batches(family, store):
        valid_B, fake_B = torch.ones(len(x_BCHW)), torch.zeros(len(x_BCHW))
        g_optimiser.zero_grad()
        drawn_BCHW = generator(torch.randn(len(x_BCHW), latent.coordinates))
        g_loss = F.binary_cross_entropy_with_logits(discriminator(drawn_BCHW), valid_B)
        g_loss.backward()  # type: ignore[no-untyped-call]
        g_optimiser.step()
        d_optimiser.zero_grad()
        real_loss = F.binary_cross_entropy_with_logits(discriminator(x_BCHW), valid_B)
        fake_loss = F.binary_cross_entropy_with_logits(discriminator(drawn_BCHW.detach()), fake_B)
        d_loss = (real_loss + fake_loss) / 2
        d_loss.backward()  # type: ignore[no-untyped-call]
        d_optimiser.step()
        yield g_loss.item() + d_loss.item()


def family_steps(family: AnyFamily, store: Store) -> Iterator[float]:
    """Any family's own losses in the usual loop: every weight asks for its gradient in every phase."""
    phases = family.phases()
    optimisers = {phase.name: _optimiser(phase) for phase in phases}
    noise = torch.Generator().manual_seed(0)
    pictures = _labelled_batches(family, store)
    family.prepare(store)
    stage = Stage()
    for step in range(1 << 30):
        if family.stage(step) != stage:
            stage = family.stage(step)
            family.enter(stage)
        if stage.began == step:
            optimisers |= {phase.name: _optimiser(phase) for phase in phases if phase.name in stage.fresh}
            with torch.no_grad():
                family.begin(stage, noise)
        shared: dict[str, object] = {}
        told = 0.0
        for phase in phases:
            if stage.phases is not None and phase.name not in stage.phases:
                continue
            for _ in range(phase.repeats):
                x, labels_B = next(pictures) if phase.needs_data else (torch.empty(0), None)
                steps = family.config.steps
                batch = Batch(
                    x=x, labels_B=labels_B, generator=noise, step=step, steps=steps, stage=stage, shared=shared
                )  # fmt: skip
                optimisers[phase.name].zero_grad()
                losses = phase.loss(batch)
                losses["loss"].backward()  # type: ignore[no-untyped-call]
                optimisers[phase.name].step()
                if phase.after_step is not None:
                    with torch.no_grad():
                        phase.after_step(batch)
                told += sum(value.item() for value in losses.values())
        yield told


def _optimiser(phase: Phase) -> torch.optim.Optimizer:
    """The family's, as it comes."""
    parameters = [p for module in phase.modules for p in module.parameters()]
    asked = phase.optimiser
    if asked.kind is OptimiserKind.RMSPROP:
        return torch.optim.RMSprop(parameters, lr=asked.rate, alpha=asked.betas[1])
    return torch.optim.Adam(parameters, lr=asked.rate, betas=asked.betas)
