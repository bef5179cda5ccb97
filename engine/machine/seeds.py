"""Randomness as a pure function of numbers: no generator state is ever saved, and nothing shares one."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import overload

import torch


def mix(*numbers: int) -> int:
    """A 63-bit seed from any whole numbers; neighbours give unrelated seeds."""
    digest = hashlib.blake2b(",".join(map(str, numbers)).encode(), digest_size=8)
    return int.from_bytes(digest.digest(), "little") >> 1


def generator(*numbers: int, device: torch.device | str = "cpu") -> torch.Generator:
    """A fresh generator seeded with `mix(*numbers)`."""
    return torch.Generator(device).manual_seed(mix(*numbers))


class Generators(Sequence[torch.Generator]):
    """One generator for each picture of a batch, made when it is first asked for.

    Most families draw a picture from its place alone, and making a generator takes a tenth of a millisecond of a drag.
    """

    def __init__(self, seeds: Sequence[int], purpose: int) -> None:
        self._seeds, self._purpose = seeds, purpose
        self._made: dict[int, torch.Generator] = {}

    def __len__(self) -> int:
        return len(self._seeds)

    @overload
    def __getitem__(self, index: int) -> torch.Generator: ...
    @overload
    def __getitem__(self, index: slice) -> list[torch.Generator]: ...
    def __getitem__(self, index: int | slice) -> torch.Generator | list[torch.Generator]:
        if isinstance(index, slice):
            return [self[place] for place in range(*index.indices(len(self)))]
        place = range(len(self))[index]
        if place not in self._made:
            self._made[place] = generator(self._seeds[place], self._purpose)
        return self._made[place]
