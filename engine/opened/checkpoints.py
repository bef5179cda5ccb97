"""Models on disk: a family by name, its config, its weights, and what exploring needs. Data, never code."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import torch
from torch import Tensor
from torch.overrides import TorchFunctionMode

from engine import __version__
from engine.disk.files import BadConfig, LoadError, on_a_line, shown
from engine.disk.tensor_files import content_hash, read_tensors, write_tensors
from engine.families import FAMILIES, JUDGES, family_class
from engine.families.base import AnyFamily, DataShape
from engine.families.phases import Stage
from engine.latents.explorables import Explorables

FORMAT = 1
_WEIGHTS = "weights."
EXPLORE = "explore."


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """A family with weights, ready to be explored; nothing in it is changed after it was made."""

    family: AnyFamily
    fingerprint: str
    """Equal fingerprints draw equal pictures from equal recipes: the hash of weights, config and explorables."""
    name: str
    path: str
    explorables: Explorables | None
    card: Mapping[str, Any]


_DRAWING = frozenset(("normal_", "uniform_", "trunc_normal_", "kaiming_normal_", "kaiming_uniform_", "xavier_uniform_"))


def save_model(
    path: str | os.PathLike[str],
    family: AnyFamily,
    *,
    name: str,
    explorables: Explorables | None = None,
    card: Mapping[str, Any] | None = None,
    half: bool = False,
    stage: Stage | None = None,
) -> str:
    """Write a model atomically (weights rounded to 16 bits with `half`); returns its fingerprint.

    `stage` is what its run was in: a growing network opens in the form that it had then.
    """
    skipped = tuple(f"{part}." for part in family.training_only)
    tensors: dict[str, Tensor] = {}
    for key, value in family.state_dict().items():
        if not key.startswith(skipped):
            keep = value.half() if half and value.dtype is torch.float32 else value
            tensors[_WEIGHTS + key] = keep
    meta: dict[str, Any] = {
        "format": FORMAT,
        "kind": "model",
        "family": family.name,
        "config": family.config.as_dict(),
        "shape": msgspec.to_builtins(family.shape),
        "name": name,
        "card": dict(card or {}),
        "app": __version__,
        "written": time.strftime("%Y-%m-%d", time.gmtime()),
    }
    if stage is not None and stage != Stage():
        meta["stage"] = {"name": stage.name, "began": stage.began, "form": dict(stage.form)}
    if explorables is not None:
        meta["explore"] = explorables.header()
        tensors |= {EXPLORE + key: value for key, value in explorables.tensors().items()}
    write_tensors(path, tensors, meta)
    return _fingerprint(meta, tensors)


def load_model(path: str | os.PathLike[str]) -> Model:
    """The model in a file, or a LoadError that names the file and the reason."""
    file = read_tensors(path, kind="model")
    meta = file.meta
    family = _built(path, meta, {k[len(_WEIGHTS) :]: v for k, v in file.tensors.items() if k.startswith(_WEIGHTS)})
    if "stage" in meta:
        try:
            family.enter(msgspec.convert(meta["stage"], Stage))
        except (msgspec.ValidationError, ValueError, KeyError, TypeError):
            raise LoadError(path, "bad-config", f"“{shown(path)}” is of an unknown stage.") from None
    explorables = None
    if "explore" in meta:
        stored = {k[len(EXPLORE) :]: v for k, v in file.tensors.items() if k.startswith(EXPLORE)}
        try:
            explorables = Explorables.read(meta["explore"], stored)
        except (ValueError, KeyError, TypeError, msgspec.ValidationError):
            raise LoadError(path, "damaged", f"“{shown(path)}” has directions that do not fit its model.") from None
        if family.latent is None or explorables.coordinates != family.latent.coordinates:
            raise LoadError(path, "damaged", f"“{shown(path)}” has directions that do not fit its model.")
    name, card = meta.get("name"), meta.get("card")
    return Model(
        family=family,
        fingerprint=_fingerprint(meta, file.tensors),
        name=on_a_line(name) if isinstance(name, str) and name else Path(path).stem,
        path=os.fspath(path),
        explorables=explorables,
        card=card if isinstance(card, dict) else {},
    )


def copy_of(family: AnyFamily, stage: Stage) -> AnyFamily:
    """What a model file would hold of a family, as a family of its own: a copy that nothing changes any more."""
    with BlankWeights():
        copy: AnyFamily = type(family)(family.config, family.shape)
    copy.drop_training_only()
    skipped = tuple(f"{part}." for part in family.training_only)
    copy.load_state_dict({key: value for key, value in family.state_dict().items() if not key.startswith(skipped)})
    copy.enter(stage)
    return copy.to(next(family.parameters()).device).requires_grad_(False).eval()


def fingerprint_of(path: str | os.PathLike[str]) -> str:
    """The fingerprint of the model in a file, which is not built for it; a LoadError if it holds none."""
    file = read_tensors(path, kind="model")
    return _fingerprint(file.meta, file.tensors)


def _fingerprint(meta: Mapping[str, Any], tensors: Mapping[str, Tensor]) -> str:
    """What draws the same is the same: name, card and date do not count."""
    drawing = {key: meta[key] for key in ("family", "config", "shape", "explore", "stage") if key in meta}
    return content_hash(drawing, tensors)[:16]


class BlankWeights(TorchFunctionMode):
    """Leaves the first weights undrawn, since a file's take their place.

    Not only a saving: to draw on the meta device torch imports its compiler, 2.5 s before the first picture.
    """

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        named = kwargs or {}
        name = getattr(func, "__name__", "")
        if name in _DRAWING:
            return args[0] if args else named["tensor"]
        if name in _OF_SHAPE and torch.get_default_device().type == "meta":
            return _OF_SHAPE[name](*args, **named)
        return func(*args, **named)


def _blank_square(n: int, m: int | None = None, **named: Any) -> Tensor:
    return torch.empty(n, n if m is None else m, **named)


def _blank_noise(*shape: Any, generator: torch.Generator | None = None, device: Any = None, **named: Any) -> Tensor:
    return torch.empty(*shape, **named)


def _blank_product(one: Any, other: Any) -> Tensor:
    both = [each for each in (one, other) if isinstance(each, Tensor)]
    shape = np.broadcast_shapes(*(tuple(each.shape) for each in both))  # torch's own loads a computer algebra
    return torch.empty(shape, dtype=both[0].dtype)


def _blank_repeated(tensor: Tensor, *times: int) -> Tensor:
    shape = (*(1,) * (len(times) - tensor.ndim), *tensor.shape)
    return torch.empty([side * often for side, often in zip(shape, times, strict=True)], dtype=tensor.dtype)


_OF_SHAPE: Mapping[str, Callable[..., Tensor]] = {
    "eye": _blank_square,
    "repeat": _blank_repeated,
    "rand": _blank_noise,
    "randn": _blank_noise,
    "outer": lambda one, other: torch.empty(len(one), len(other), dtype=one.dtype),
    **dict.fromkeys(("mul", "div", "true_divide", "__mul__", "__rmul__", "__truediv__"), _blank_product),
}
"""What constructors compute with, where only the shape counts: there too the meta device asks for the compiler."""


def _built(path: str | os.PathLike[str], meta: Mapping[str, Any], weights: dict[str, Tensor]) -> AnyFamily:
    """Compare shapes on the meta device first: a header that asks for a latent of 10^9 costs no memory."""
    name, config_values = meta.get("family"), meta.get("config")
    if not isinstance(name, str) or not (name in FAMILIES or name in JUDGES):
        raise LoadError(
            path,
            "unknown-family",
            f"“{shown(path)}” is of a family that this Zscape does not know (“{shown(str(name))}”).",
        )
    kind = family_class(name)
    try:
        if not isinstance(config_values, dict):
            raise BadConfig("bad-config", "the settings are missing")
        config = kind.Config.build(config_values)
        shape = msgspec.convert(meta.get("shape", {}), DataShape)
        with torch.device("meta"), BlankWeights():
            expected = kind(config, shape)
        expected.drop_training_only()
    except (BadConfig, msgspec.ValidationError, ValueError, RuntimeError, OverflowError) as error:
        raise LoadError(path, "bad-config", f"“{shown(path)}” has settings that cannot be used ({error}).") from None
    _compare(path, expected.state_dict(), weights)
    with BlankWeights():
        family = kind(config, shape)
    family.drop_training_only()
    blank = family.state_dict()
    family.load_state_dict({key: value.to(blank[key].dtype) for key, value in weights.items()})
    family.requires_grad_(False)
    return family.eval()


def _compare(path: str | os.PathLike[str], expected: Mapping[str, Tensor], weights: Mapping[str, Tensor]) -> None:
    missing, extra = expected.keys() - weights.keys(), weights.keys() - expected.keys()
    if missing or extra:
        which = f"misses “{sorted(missing)[0]}”" if missing else f"has “{sorted(extra)[0]}”, which its family does not"
        raise LoadError(path, "wrong-weights", f"“{shown(path)}” {which}: its weights and settings disagree.")
    for key, want in expected.items():
        have = weights[key]
        if have.shape != want.shape:
            raise LoadError(
                path,
                "wrong-weights",
                f"“{shown(path)}” has “{key}” as {tuple(have.shape)}; its settings need {tuple(want.shape)}.",
            )
        if want.is_floating_point() != have.is_floating_point():
            raise LoadError(
                path, "wrong-weights", f"“{shown(path)}” has “{key}” as {have.dtype}, which is no kind of weight."
            )
        if have.is_floating_point() and not bool(torch.isfinite(have).all()):
            raise LoadError(
                path,
                "not-finite",
                f"“{shown(path)}” holds numbers that are not finite in “{key}”; it was saved broken.",
            )
