"""Nearest points, in pieces so that memory stays bounded.

Shape legend: Q queries, N points, D coordinates, K nearest.
"""

from __future__ import annotations

import torch
from torch import Tensor


def nearest(queries_QD: Tensor, points_ND: Tensor, k: int, *, chunk: int = 16_384) -> tuple[Tensor, Tensor]:
    """Distances (Q, K) and places (Q, K) of the k nearest points, nearest first."""
    k = min(k, len(points_ND))
    distances = queries_QD.new_empty(len(queries_QD), 0)
    places = torch.empty(len(queries_QD), 0, dtype=torch.long, device=queries_QD.device)
    for start in range(0, len(points_ND), chunk):
        piece = points_ND[start : start + chunk].to(queries_QD)
        distances = torch.cat((distances, torch.cdist(queries_QD, piece)), 1)
        here = torch.arange(start, start + len(piece), device=queries_QD.device).expand(len(queries_QD), -1)
        places = torch.cat((places, here), 1)
        found = distances.topk(min(k, distances.shape[1]), dim=1, largest=False, sorted=True)
        distances, places = found.values, places.gather(1, found.indices)
    return distances, places
