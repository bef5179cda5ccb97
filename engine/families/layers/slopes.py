"""One step in function space: x + η s(x) ∇D(x) (Johnson & Zhang 2018, eq. 4), and where walks begin.

Shape legend: B batch, C channels, H height, W width, D latent coordinates.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from enum import StrEnum

import torch
from torch import Tensor, nn

from engine.families.layers.blocks import uniform_noise


class Scale(StrEnum):
    """s(x): how long the step of a picture is, by what the discriminator thinks of it."""

    ONE = "one"
    MINIMAX = "minimax"
    LOGD = "logd"


def step_along(x: Tensor, critic: nn.Module, eta: float, scale: Scale = Scale.ONE) -> Tensor:
    """x + η s(x) ∇D(x), of pictures or points (Johnson & Zhang 2018, eq. 4)."""
    score_B, slope = slope_of(x, critic)
    with torch.no_grad():
        moved: Tensor = x + eta * scales(score_B, scale).view(-1, *(1,) * (x.ndim - 1)) * slope
    return moved.detach()


def slope_of(x: Tensor, critic: nn.Module) -> tuple[Tensor, Tensor]:
    """D(x) and ∇D(x) of pictures or points."""
    with torch.enable_grad():
        x = x.detach().requires_grad_()
        score_B = critic(x)
        (slope,) = torch.autograd.grad(score_B.sum(), x)
    return score_B.detach(), slope


def lines(x: Tensor, made: Tensor, noise: torch.Generator) -> Tensor:
    """x^ = ε x + (1 - ε) G(z), ε uniform, one for each picture (Gulrajani et al. 2017, algorithm 1)."""
    share = uniform_noise((len(x), *(1,) * (x.ndim - 1)), noise, x)
    return share * x + (1.0 - share) * made


def slope(f: Callable[[Tensor], Tensor], x: Tensor) -> Tensor:
    """|grad f(x)| of each picture (B,), itself differentiable."""
    x = x.detach().requires_grad_()
    (grad,) = torch.autograd.grad(f(x).sum(), x, create_graph=True)
    return (grad.flatten(1).square().sum(1) + 1e-12).sqrt()


def scales(score_B: Tensor, scale: Scale) -> Tensor:
    """s(x): 1, or what the generator of a GAN gets of ∇D: 1/(1 + e^-D) in the minimax game, 1/(1 + e^D) with log D."""
    match scale:
        case Scale.ONE:
            return torch.ones_like(score_B)
        case Scale.MINIMAX:
            return torch.sigmoid(score_B)
        case Scale.LOGD:
            return torch.sigmoid(-score_B)


def linear_start(latent: int, shape: tuple[int, ...], generator: torch.Generator | None = None) -> Tensor:
    """The weights (D, C, H, W) of a random linear map: clipped, its pictures are noise from which a walk can begin."""
    device = None if generator is None else generator.device
    weight_DCHW: Tensor = torch.randn(latent, *shape, generator=generator, device=device) * latent**-0.5
    return weight_DCHW


def clipped(z_BD: Tensor, weight_DCHW: Tensor) -> Tensor:
    """The linear map, clipped to [-1, 1]."""
    x_BCHW: Tensor = torch.tensordot(z_BD, weight_DCHW, dims=1)
    return x_BCHW.clamp(-1.0, 1.0)


def twin(network: nn.Module) -> nn.Module:
    """A copy that learns nothing."""
    return copy.deepcopy(network).requires_grad_(False)
