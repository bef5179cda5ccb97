"""What pictures a family is asked for: one frozen value, every field of it per picture.

Shape legend: B batch, C channels, H height, W width, D latent coordinates, T words of a sentence.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

import torch
from torch import Tensor

from engine.disk.files import BadConfig
from engine.machine.seeds import Generators
from engine.protocol.values import Condition, ConditionKind, Setting

Conditions = Mapping[str, Tensor]
"""By name: classes int64 (B,), -1 where none is asked for; numbers float32 (B,), NaN where none; sentences int64
(B, T), all 0 where none.
"""
NO_CONDITIONS: Conditions = MappingProxyType({})
SAMPLING = 1
"""Tells the randomness of sampling from that of drawing a point with the same seed."""
PADDING, UNKNOWN, FIRST_WORD = 0, 1, 2
"""Tokens of a sentence: its end, a word that is not known, and the first known word."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """What `sample` is asked for. Picture k depends on entry k of every field and on nothing else."""

    seeds: tuple[int, ...]
    points_BD: Tensor | None = None
    conditions: Conditions = field(default_factory=dict)
    settings: Mapping[str, Tensor] = field(default_factory=dict)
    """Every setting that the family declares, float32 (B,)."""
    source_BCHW: Tensor | None = None
    """Pictures in [-1, 1] that are to be translated."""
    known_BCHW: Tensor | None = None
    """Pictures of which some pixels are given."""
    mask_BHW: Tensor | None = None
    """True where a pixel of `known_BCHW` is given."""

    def __len__(self) -> int:
        return len(self.seeds)

    def generators(self) -> Sequence[torch.Generator]:
        """Fresh randomness, one generator a picture, made when it is first used."""
        return Generators(self.seeds, SAMPLING)


@dataclass(frozen=True, slots=True)
class Followed:
    """Pictures after some steps of their way, and what the network that leads them further thinks of them."""

    x_BCHW: Tensor
    score_B: Tensor
    """D(x)."""
    slope_B: Tensor
    """|∇D(x)|."""


def condition_tensors(
    declared: Sequence[Condition], wishes: Sequence[Mapping[str, float | str]], device: torch.device
) -> Conditions:
    """What each picture is asked for, as tensors; every declared condition is there, and what is unknown is refused."""
    for wish in wishes:
        for name in wish.keys() - {condition.name for condition in declared}:
            raise BadConfig("unknown-condition", f"“{name[:60]}” cannot be asked of this model.")
    return {
        condition.name: torch.stack([_value(condition, wish.get(condition.name)) for wish in wishes]).to(device)
        for condition in declared
    }


def setting_tensors(
    declared: Sequence[Setting], asked: Sequence[Mapping[str, float]], device: torch.device
) -> Mapping[str, Tensor]:
    """The settings of each picture, in their bounds; the default where nothing is told."""
    for settings in asked:
        for name in settings.keys() - {setting.name for setting in declared}:
            raise BadConfig("unknown-setting", f"This model has no setting “{name[:60]}”.")
    return {
        setting.name: torch.tensor(
            [min(setting.high, max(setting.low, each.get(setting.name, setting.default))) for each in asked],
            dtype=torch.float32,
            device=device,
        )
        for setting in declared
    }


def _value(condition: Condition, wish: float | str | None) -> Tensor:
    match condition.kind:
        case ConditionKind.CLASS:
            return torch.tensor(-1 if wish is None else _class(condition, wish))
        case ConditionKind.NUMBER:
            return torch.tensor(float("nan") if wish is None else _number(condition, wish))
        case ConditionKind.TEXT:
            return tokens_of(str(wish or ""), condition.words, condition.length)


def _class(condition: Condition, wish: float | str) -> int:
    number = int(_number(condition, wish))
    if not 0 <= number < len(condition.choices):
        raise BadConfig(
            "bad-condition", f"{condition.label} must be from 0 to {len(condition.choices) - 1}, not {number}."
        )
    return number


def _number(condition: Condition, wish: float | str) -> float:
    if isinstance(wish, str):
        raise BadConfig("bad-condition", f"{condition.label} must be a number, not “{wish[:40]}”.")
    return wish


def words_of(sentence: str) -> list[str]:
    """The words of a sentence, in small letters."""
    return re.findall(r"[^\W_]+", sentence.lower())


def tokens_of(sentence: str, words: Sequence[str], length: int) -> Tensor:
    """The places (T,) of a sentence's words among those that are known."""
    places = {word: FIRST_WORD + place for place, word in enumerate(words)}
    found = [places.get(word, UNKNOWN) for word in words_of(sentence)][:length]
    return torch.tensor(found + [PADDING] * (length - len(found)), dtype=torch.int64)
