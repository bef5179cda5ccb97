"""One throw-away optimiser step: the first optimiser imports 800 modules and froze the window for up to a second."""

from __future__ import annotations

import torch
from torch import nn


def warm_up(device: torch.device) -> None:
    """Pay before the first click on Train what torch otherwise pays on it."""
    net = nn.Sequential(
        nn.Conv2d(3, 8, 3, stride=2), nn.BatchNorm2d(8), nn.ReLU(), nn.ConvTranspose2d(8, 3, 4, stride=2)
    ).to(device)
    optimiser = torch.optim.Adam(net.parameters(), fused=True)
    loss = net(torch.zeros(2, 3, 16, 16, device=device)).square().mean()
    loss.backward()
    optimiser.step()
