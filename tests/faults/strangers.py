"""What people may try to open as a model: all of `tests.bad_models`, and what only whole programs can be tried with.

Odd names, folders, archives that would run code or write elsewhere; and files that look odd and are in order.
"""

from __future__ import annotations

import io
import os
import pickle
import warnings
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from engine.disk.tensor_files import read_tensors, write_tensors
from engine.families import build
from engine.families.base import DataShape
from engine.opened.checkpoints import save_model
from tests.bad_models import FILES, SUFFIX
from tests.engine.small import SMALL

Change = Callable[[dict[str, Any], dict[str, torch.Tensor]], object]


def _first(change: Callable[[torch.Tensor], torch.Tensor]) -> Change:
    """Something done to the first tensor with two or more sides."""

    def apply(meta: dict[str, Any], tensors: dict[str, torch.Tensor]) -> None:
        name = next(name for name, value in tensors.items() if value.ndim > 1)
        tensors[name] = change(tensors[name])

    return apply


CONTENT: dict[str, Change] = {
    "turned sides": _first(lambda weight: weight.transpose(0, 1).contiguous()),
    "truth as weights": _first(lambda weight: weight > 0),
    "whole numbers as weights": _first(lambda weight: weight.int()),
    "hardly any weights": lambda meta, tensors: [tensors.pop(name) for name in list(tensors)[1:]],
    "unknown setting": lambda meta, tensors: meta["config"].update(wings=2),
    "width 10^9": lambda meta, tensors: meta["config"].update(width=10**9),
    "settings a list": lambda meta, tensors: meta.update(config=[1, 2]),
    "nonsense about its data": lambda meta, tensors: meta.update(shape={"classes": 7}),
    "no family": lambda meta, tensors: meta.pop("family"),
    "format a word": lambda meta, tensors: meta.update(format="1"),
    "of an unknown kind": lambda meta, tensors: meta.update(kind="cake"),
    "nonsense directions": lambda meta, tensors: meta.update(explore={"directions": 3}),
    "directions missing": lambda meta, tensors: meta.update(explore={}),
}
LEGAL: dict[str, Change] = {
    "a good one": lambda meta, tensors: None,
    "an odd title": lambda meta, tensors: meta.update(name="<b>%s\n\u202e"),
    "a title of numbers": lambda meta, tensors: meta.update(name=7, card=[1]),
}
ODD_NAMES = ("new\nline", "%s %n {0}", "<b>bold<!--", "\U0001f600", "ü" * 110, "\u202egnp", "a'b\"c", " ", "-rf")


@dataclass(frozen=True, slots=True)
class Stranger:
    """Something to open; `is_legal` when that should succeed."""

    name: str
    path: Path
    is_legal: bool = False


def strangers(folder: Path, canary: Path) -> Iterator[Stranger]:
    """All of them, each in a folder of its own; `canary` appears if one of them is run."""
    good = small_model(folder / "good.safetensors")
    for number, (name, make) in enumerate(FILES.items()):
        path = folder / str(number) / f"stranger{SUFFIX}"
        path.parent.mkdir()
        make(good, path)
        yield Stranger(name, path)
    more = folder / "more"
    more.mkdir()
    for name, change in {**CONTENT, **LEGAL}.items():
        file = read_tensors(good, kind="model")
        change(file.meta, file.tensors)
        write_tensors(more / f"{name}.safetensors", file.tensors, file.meta)
        yield Stranger(name, more / f"{name}.safetensors", is_legal=name in LEGAL)
    for name, content in (*archives(canary), *((name, b"nothing") for name in ODD_NAMES)):
        (more / name).write_bytes(content)
        yield Stranger(name, more / name)
    yield from _places(more)


def small_model(path: Path) -> Path:
    """A small model as `train` writes it, untrained."""
    save_model(path, build("vae", SMALL["vae"], DataShape()), name="small")
    return path


def _places(folder: Path) -> Iterator[Stranger]:
    """Folders that are no runs or broken ones, and paths that lead nowhere."""
    for name, files in {
        "folder": {},
        "run without a model": {"run.json": "{}"},
        "run with a bad model": {"run.json": "{}", "model.safetensors": "x" * 100},
    }.items():
        (folder / name).mkdir()
        for file, content in files.items():
            (folder / name / file).write_text(content)
        yield Stranger(name, folder / name)
    yield Stranger("below a file", folder / "a good one.safetensors" / "model.safetensors")
    if os.name != "nt":
        yield Stranger("not UTF-8", Path(os.fsdecode(os.fsencode(folder) + b"/\xff\xfe")))


# ---------------------------------------------------------------- archives


class Payload:
    """Unpickling this makes a file: proof that code was run."""

    def __init__(self, canary: Path) -> None:
        self.canary = canary

    def __reduce__(self) -> tuple[Any, ...]:
        return open, (str(self.canary), "w")


def archives(canary: Path) -> Iterator[tuple[str, bytes]]:
    """(file name, content) of pickles and archives, whatever they are called."""
    state = {"weight": torch.ones(2, 2)}
    yield "pickle.pkl", pickle.dumps(Payload(canary))
    yield "text-pickle.safetensors", pickle.dumps(Payload(canary), protocol=0)
    yield "old-pickle.safetensors", pickle.dumps(Payload(canary), protocol=2)
    yield "zip.pt", _torch({"state": state, "extra": Payload(canary)})
    yield "legacy.pt", _torch({"state": state, "extra": Payload(canary)}, legacy=True)
    yield "weights.pth", _torch(state)
    yield "stride-0.pt", _torch(torch.as_strided(torch.ones(1), (1 << 40,), (0,)))
    yield "bomb.zscape", _zip(("model.safetensors", bytes(32 << 20)))
    yield "climbing.zscape", _zip(("../../model.safetensors", b"x"))
    yield "absolute.zscape", _zip((str(canary), b"x"))
    yield "linked.zscape", _zip(_entry("model.safetensors", b"/etc/hostname", mode=0o120777))
    yield "double.zscape", _zip(("model.json", b"{}"), ("model.json", b"[]"))
    yield "locked.zscape", _zip(_entry("model.json", b"secret", flags=1))
    yield "picture.safetensors", b"\x89PNG\r\n\x1a\n" + bytes(100)
    yield "script.safetensors", b"#!/bin/sh\ntouch /tmp/x\n"


def _torch(value: object, *, legacy: bool = False) -> bytes:
    content = io.BytesIO()
    torch.save(value, content, _use_new_zipfile_serialization=not legacy)
    return content.getvalue()


def _zip(*entries: tuple[zipfile.ZipInfo | str, bytes]) -> bytes:
    content = io.BytesIO()
    with warnings.catch_warnings(), zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        warnings.simplefilter("ignore")  # doubles are the point
        for name, inside in entries:
            archive.writestr(name, inside)
    return content.getvalue()


def _entry(name: str, content: bytes, *, mode: int = 0o100644, flags: int = 0) -> tuple[zipfile.ZipInfo, bytes]:
    entry = zipfile.ZipInfo(name)
    entry.external_attr, entry.flag_bits = mode << 16, flags
    return entry, content
