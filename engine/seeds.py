"""Randomness as a pure function of numbers: no generator state is ever saved, and nothing shares one."""

from __future__ import annotations

import hashlib

import torch


def mix(*numbers: int) -> int:
    """A 63-bit seed from any whole numbers; neighbours give unrelated seeds."""
    digest = hashlib.blake2b(",".join(map(str, numbers)).encode(), digest_size=8)
    return int.from_bytes(digest.digest(), "little") >> 1


def generator(*numbers: int, device: torch.device | str = "cpu") -> torch.Generator:
    """A fresh generator seeded with `mix(*numbers)`."""
    return torch.Generator(device).manual_seed(mix(*numbers))
