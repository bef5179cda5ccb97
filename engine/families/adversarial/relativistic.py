"""The game of two networks in which only differences count, and the penalty that lets it come to rest.

A discriminator that tells each real picture from one made beside it cannot be pleased by a generator that makes one
kind of picture well (Jolicoeur-Martineau 2019; Huang et al. 2024, section 2).
Shape legend: B batch, C channels, H height, W width.
"""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor
from torch.nn import functional as F

THINNED = 8
"""The penalty looks at one in so many pictures. Asked of all of them every so many steps it costs the same, but then
Adam takes each such step for the direction to go, and the generator follows a discriminator that was just thrown off.
"""


def discriminator_loss(real_B: Tensor, made_B: Tensor) -> Tensor:
    """E softplus(D(G(z)) - D(x)), of pairs (Huang et al. 2024, eq. 2 with f(t) = -log(1 + exp(-t)))."""
    return F.softplus(made_B - real_B).mean()


def generator_loss(real_B: Tensor, made_B: Tensor) -> Tensor:
    """E softplus(D(x) - D(G(z))), of pairs: the same game, mirrored."""
    return F.softplus(real_B - made_B).mean()


def squared_slope(logit: Callable[[Tensor], Tensor], x_BCHW: Tensor) -> Tensor:
    """|grad D(x)|² of each picture (B,): R1 where they are real, R2 where they are made (Huang et al. 2024, eq. 3, 4).

    Its mean over as many of both is half of R1 + R2.
    """
    x_BCHW = x_BCHW.detach().requires_grad_()
    (slope_BCHW,) = torch.autograd.grad(logit(x_BCHW).sum(), x_BCHW, create_graph=True)
    return slope_BCHW.square().sum((1, 2, 3))
