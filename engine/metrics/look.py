"""How much fine detail pictures have, without any judge: an eye sees at once what a reader of attributes forgives.

Sharpness alone is pleased by noise and by grids; the spectrum beside it is not.
Shape legend: B, N, M pictures, C channels, H height, W width, O octaves.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor
from torch.nn import functional as F

from engine.metrics.measured import Measured, bootstrap

_LAPLACIAN = ((0.0, 1.0, 0.0), (1.0, -4.0, 1.0), (0.0, 1.0, 0.0))


def edges(x_BCHW: Tensor) -> Tensor:
    """Root mean square (B,) of the Laplacian of each picture's mean colour, in [-1, 1], edges left out."""
    kernel = torch.tensor(_LAPLACIAN, dtype=x_BCHW.dtype).view(1, 1, 3, 3)
    return F.conv2d(x_BCHW.mean(1, keepdim=True), kernel).square().mean((1, 2, 3)).sqrt()


def sharpness(edges_N: Tensor) -> Measured:
    """The median picture's; its error over resamplings."""
    n = len(edges_N)
    return Measured(value=float(edges_N.median()), stderr=bootstrap(lambda rows: float(edges_N[rows].median()), n), n=n)


def octaves(size: int) -> tuple[str, ...]:
    """The bands of `powers` by their shortest wave: 2px holds waves of 2 to 4 pixels, the last one all longer ones."""
    return tuple(f"{2 << place}px" for place in range(max(1, size.bit_length() - 2)))


def powers(x_BCHW: Tensor) -> Tensor:
    """Power (B, O) of each picture's mean colour by octave of the wave's length; all together are its variance.

    Seen through a Hann window, so that the jump from one edge to the other does not count as detail.
    """
    grey_BHW = x_BCHW.double().mean(1)
    height, width = grey_BHW.shape[1:]
    window_HW = torch.outer(*(torch.hann_window(side, dtype=torch.float64) for side in (height, width)))
    centred_BHW = grey_BHW - (grey_BHW * window_HW).sum((1, 2), keepdim=True) / window_HW.sum()
    power_BHW = torch.fft.fft2(centred_BHW * window_HW).abs().square() / (window_HW.square().sum() * height * width)
    waves_HW = torch.hypot(torch.fft.fftfreq(height)[:, None], torch.fft.fftfreq(width)[None, :])
    bands = len(octaves(min(height, width)))
    band_HW = torch.floor(torch.log2(0.5 / waves_HW.clamp_min(1e-9)) + 1e-6).clamp(0, bands - 1).long()
    found_BO: Tensor = power_BHW.new_zeros(len(x_BCHW), bands)
    found_BO.index_add_(1, band_HW.flatten(), power_BHW.flatten(1))
    return found_BO


def spectrum(real_NO: Tensor, made_MO: Tensor) -> tuple[Measured, ...]:
    """Mean power of made pictures over that of real ones, for each octave; 1 is as much detail of that size."""
    n = len(made_MO)
    found = []
    for real_N, made_M in zip(real_NO.T, made_MO.T, strict=True):
        share = float(made_M.mean() / real_N.mean()) if float(real_N.mean()) > 0.0 else float("nan")
        spread = math.hypot(_relative_error(made_M), _relative_error(real_N))
        found.append(Measured(value=share, stderr=abs(share) * spread, n=n))
    return tuple(found)


def _relative_error(each_N: Tensor) -> float:
    """Standard error of a mean, as a share of it (first order)."""
    mean = float(each_N.mean())
    return float(each_N.std()) / len(each_N) ** 0.5 / mean if len(each_N) > 1 and mean > 0.0 else float("nan")
