"""Planar flows: a cloud of points bent step by step, whose density stays known (Rezende & Mohamed 2015).

Shape legend: B batch, D latent coordinates, T steps of the flow.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn
from torch.nn import functional as F

STILL = math.log(math.e - 1.0)
SMALL = 0.01
"""A flow begins by bending hardly anything."""


class PlanarFlow(nn.Module):
    """z_t = z_{t-1} + û tanh(w·z_{t-1} + b), T times; û, w and b of each picture are told by its mean and variance."""

    def __init__(self, coordinates: int, steps: int) -> None:
        super().__init__()
        self.coordinates, self.steps = coordinates, steps
        self.tell = nn.Linear(2 * coordinates, steps * (2 * coordinates + 1))
        nn.init.normal_(self.tell.weight, std=SMALL)
        nn.init.normal_(self.tell.bias, std=SMALL)

    def forward(self, z_BD: Tensor, mean_BD: Tensor, log_var_BD: Tensor) -> tuple[Tensor, Tensor]:
        """(where the points go, Σ_t ln |det ∂z_t/∂z_{t-1}| of each)."""
        told = self.tell(torch.cat((mean_BD, log_var_BD), 1)).unflatten(1, (self.steps, -1))
        log_det_B = z_BD.new_zeros(len(z_BD))
        for told_BX in told.unbind(1):
            u_BD, w_BD, b_B = told_BX[:, : self.coordinates], told_BX[:, self.coordinates : -1], told_BX[:, -1]
            z_BD, change_B = planar_step(z_BD, u_BD, w_BD, b_B)
            log_det_B = log_det_B + change_B
        return z_BD, log_det_B


def planar_step(z_BD: Tensor, u_BD: Tensor, w_BD: Tensor, b_B: Tensor) -> tuple[Tensor, Tensor]:
    """f(z) = z + û tanh(w·z + b) and ln |det ∂f/∂z| = ln |1 + û·w (1 - tanh²)|  (eqs. 10 to 12)."""
    u_BD = invertible(u_BD, w_BD)
    bend_B = torch.tanh((w_BD * z_BD).sum(1) + b_B)
    stretch_B = 1.0 + (u_BD * w_BD).sum(1) * (1.0 - bend_B.square())
    return z_BD + u_BD * bend_B[:, None], torch.log(stretch_B.abs().clamp_min(1e-12))


def invertible(u_BD: Tensor, w_BD: Tensor) -> Tensor:
    """û with û·w = -1 + ln(1 + e^(u·w + c)) ≥ -1: no two points go to the same place (appendix A.1).

    There c is 0, and a step that should do nothing, u = 0, pulls points together by a third; with c = ln(e - 1) it
    does nothing.
    """
    along_B = (u_BD * w_BD).sum(1)
    wanted_B = F.softplus(along_B + STILL) - 1.0
    return u_BD + ((wanted_B - along_B) / w_BD.square().sum(1).clamp_min(1e-12))[:, None] * w_BD
