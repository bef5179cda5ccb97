"""Eight hills on a ring, and networks small enough to learn them within a test: do all hills come?

The games are those of pictures; only their networks are exchanged for ones of points.
"""

from __future__ import annotations

from typing import Any

import msgspec
import torch
from torch import Tensor, nn

from engine.datasets.points import point_store
from engine.datasets.store import Split
from engine.datasets.synthetic.toy import TOYS
from engine.families.adversarial.game import Game
from engine.families.base import Family
from engine.families.layers.classes import Critic, Wishes, joined, one_hot
from engine.training.trainer import Trainer

HILLS = 8
CLASSES = tuple(f"hill {number}" for number in range(HILLS))
NEAR = 0.22 * 4.0
"""Four standard deviations of a hill."""
UNITS = 64


def net(inputs: int, outputs: int) -> nn.Sequential:
    return nn.Sequential(
        nn.Linear(inputs, UNITS),
        nn.LeakyReLU(0.2),
        nn.Linear(UNITS, UNITS),
        nn.LeakyReLU(0.2),
        nn.Linear(UNITS, outputs),
    )


def of_points(game: Game[Any], critic: nn.Module | None = None) -> Game[Any]:
    """The same game with networks of points, whose weights depend on nothing else."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(1)
        game.generator = net(game.config.latent, 2)
        game.discriminator = critic or Critic(nn.Sequential(*net(2, 1)[:-1]), UNITS, 0, Wishes.NONE)
    return game


def middles() -> Tensor:
    """Of the hills, (K, 2)."""
    angle_K = torch.arange(HILLS) * (2.0 * torch.pi / HILLS)
    return 2.4 * torch.stack((angle_K.cos(), angle_K.sin()), 1)


def played(game: Family[Any], steps: int) -> Trainer:
    """So many steps of the one loop on the ring; the hills are classes."""
    toy = TOYS["mixture"]
    x_ND = toy.sample(6000, torch.Generator().manual_seed(3))
    hills_N = torch.cdist(x_ND, middles()).argmin(1)
    train = point_store("ring", "Ring", x_ND / 2.0, hills_N, CLASSES).subset(Split.TRAIN)
    game.config = msgspec.structs.replace(game.config, batch=128, steps=steps)
    trainer = Trainer(game, train, torch.device("cpu"))
    for _ in range(steps):
        for _ in trainer.step():
            pass
    return trainer


def found(game: Family[Any]) -> tuple[int, float]:
    """How many hills have at least a fortieth of what is drawn, and the share that is near some hill."""
    noise = torch.Generator().manual_seed(4)
    assert game.latent is not None
    z_BD = torch.stack([game.latent.draw(noise) for _ in range(2000)])
    if game.conditions:  # each class as often
        z_BD = joined(z_BD, one_hot(torch.arange(len(z_BD)) % HILLS, HILLS))
    with torch.no_grad():
        x_B2: Tensor = game.get_submodule("generator")(z_BD) * 2.0
    away_B, which_B = torch.cdist(x_B2, middles()).min(1)
    near_B = away_B < NEAR
    often_K = torch.bincount(which_B[near_B], minlength=HILLS)
    return int((often_K >= len(x_B2) // 40).sum()), float(near_B.float().mean())
