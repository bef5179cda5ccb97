"""Every way in which a model file can be bad, written once: for the reader, the window, the commands and `make faults`.

A case takes the bytes of a good file, or (FILES) a good file and the path to put the bad one at.
"""

from __future__ import annotations

import io
import json
import os
import pickle
import socket
import struct
import tempfile
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from engine.disk.tensor_files import read_tensors, write_tensors
from engine.latents.explorables import Explorables
from engine.latents.fit import Mixture
from engine.protocol.values import DirectionDescribed

SUFFIX = ".safetensors"


def header_of(content: bytes) -> dict[str, Any]:
    """The JSON header of a good file."""
    length = int.from_bytes(content[:8], "little")
    return dict(json.loads(content[8 : 8 + length]))


def with_header(content: bytes, header: bytes) -> bytes:
    """The same data behind another header."""
    length = int.from_bytes(content[:8], "little")
    return struct.pack("<Q", len(header)) + header + content[8 + length :]


def edited(content: bytes, change: Callable[[dict[str, Any]], None]) -> bytes:
    """The same data behind the header as `change` leaves it."""
    header = header_of(content)
    change(header)
    return with_header(content, json.dumps(header).encode())


def _swap(position: int, key: str, value: object) -> Callable[[dict[str, Any]], None]:
    def change(header: dict[str, Any]) -> None:
        header[_names(header)[position]][key] = value

    return change


def _names(header: Mapping[str, Any]) -> list[str]:
    """Tensors in the order in which they lie in the file."""
    names = [name for name in header if name != "__metadata__"]
    return sorted(names, key=lambda name: tuple(header[name]["data_offsets"]))


def _rename(name: str) -> Callable[[dict[str, Any]], None]:
    def change(header: dict[str, Any]) -> None:
        header[name] = header.pop(_names(header)[0])

    return change


def _shift(low: int, high: int) -> Callable[[dict[str, Any]], None]:
    def change(header: dict[str, Any]) -> None:
        entry = header[_names(header)[1]]
        begin, end = entry["data_offsets"]
        entry["data_offsets"] = [begin + low, end + high]

    return change


def _reverse(header: dict[str, Any]) -> None:
    header[_names(header)[1]]["data_offsets"].reverse()


def _many(header: dict[str, Any]) -> None:
    header |= {f"t{i}": {"dtype": "F32", "shape": [0], "data_offsets": [0, 0]} for i in range(100_000)}


def _twice(content: bytes) -> bytes:
    header = header_of(content)
    first, second = _names(header)[:2]
    return with_header(content, json.dumps(header).replace(f'"{second}":', f'"{first}":').encode())


def _flipped(content: bytes) -> bytes:
    return content[:-5] + bytes((content[-5] ^ 1,)) + content[-4:]


class _Payload:
    """Unpickled, it would leave a file behind: nobody must ever do so."""

    TRACE = Path(tempfile.gettempdir()) / "zscape-payload-ran"

    def __reduce__(self) -> tuple[Any, ...]:
        return (Path.touch, (self.TRACE,))


TRACE = _Payload.TRACE
"""Exists only if a bad file was run as a program."""


def _legacy(_content: bytes) -> bytes:
    buffer = io.BytesIO()
    torch.save({"a": torch.ones(2)}, buffer, _use_new_zipfile_serialization=False)
    return buffer.getvalue()


def _zipped(_content: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("archive/data.pkl", pickle.dumps(_Payload()))
        archive.writestr("../../climbing", "out of the archive")
    return buffer.getvalue()


BYTES: dict[str, Callable[[bytes], bytes]] = {
    "empty": lambda c: b"",
    "seven bytes": lambda c: c[:7],
    "cut in the header": lambda c: c[:40],
    "cut in the data": lambda c: c[:-3],
    "bytes too many": lambda c: c + b"\0",
    "one flipped bit": _flipped,
    "random": lambda c: bytes(range(256)) * 8,
    "web page": lambda c: b"<!DOCTYPE html><html><body>404</body></html>",
    "LFS pointer": lambda c: b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n",
    "zip with a pickle": _zipped,
    "pickle with a payload": lambda c: pickle.dumps(_Payload()),
    "legacy torch file": _legacy,
    "deflate bomb": lambda c: b"\x1f\x8b\x08" + b"\0" * 40,
    "header 2^63": lambda c: struct.pack("<Q", 2**63) + c[8:],
    "header 2^64-1": lambda c: struct.pack("<Q", 2**64 - 1) + c[8:],
    "header 99 MB": lambda c: struct.pack("<Q", 99 << 20) + c[8:1024],
    "header not UTF-8": lambda c: with_header(c, b"\xff\xfe{}"),
    "header not JSON": lambda c: with_header(c, b"{nope"),
    "header a list": lambda c: with_header(c, b"[]"),
    "header 100 000 deep": lambda c: with_header(c, b'{"a":' * 100_000 + b"1" + b"}" * 100_000),
    "no metadata": lambda c: edited(c, lambda h: h.pop("__metadata__")),
    "duplicate names": _twice,
    "overlap": lambda c: edited(c, _shift(-8, -8)),
    "hole": lambda c: edited(c, _shift(4, 4)),
    "reversed offsets": lambda c: edited(c, _reverse),
    "shape overflow": lambda c: edited(c, _swap(0, "shape", [2**39, 2**39])),
    "negative shape": lambda c: edited(c, _swap(0, "shape", [-2, -3])),
    "truth as a side": lambda c: edited(c, _swap(0, "shape", [True, 6])),
    "unknown number type": lambda c: edited(c, _swap(0, "dtype", "C64")),
    "number type not a word": lambda c: edited(c, _swap(0, "dtype", {"x": 1})),
    "climbing name": lambda c: edited(c, _rename("../../a")),
    "NUL in a name": lambda c: edited(c, _rename("a\0b")),
    "turned name": lambda c: edited(c, _rename("a\u202eb")),
    "long name": lambda c: edited(c, _rename("a" * 10_000)),
    "100 000 empty tensors": lambda c: edited(c, _many),
}
"""Bad whatever the file is about: any tensors will do."""


def _rewritten(change: Callable[[dict[str, Any], dict[str, Tensor]], None]) -> Callable[[Path, Path], None]:
    """A file that is whole and carries the right checksum, but whose content is wrong."""

    def write(good: Path, bad: Path) -> None:
        file = read_tensors(good, kind="model")
        meta, tensors = dict(file.meta), dict(file.tensors)
        change(meta, tensors)
        write_tensors(bad, tensors, meta)

    return write


def _weight(tensors: Mapping[str, Tensor]) -> str:
    return next(
        name
        for name in sorted(tensors)
        if name.startswith("weights.") and tensors[name].is_floating_point() and tensors[name].numel() > 1
    )


def _change_weight(change: Callable[[Tensor], Tensor]) -> Callable[[dict[str, Any], dict[str, Tensor]], None]:
    def apply(_meta: dict[str, Any], tensors: dict[str, Tensor]) -> None:
        name = _weight(tensors)
        tensors[name] = change(tensors[name].clone())

    return apply


def _spoilt(value: float) -> Callable[[Tensor], Tensor]:
    def spoil(weight: Tensor) -> Tensor:
        weight.view(-1)[0] = value
        return weight

    return spoil


def _huge(_meta: dict[str, Any], tensors: dict[str, Tensor]) -> None:
    """Finite weights whose products are not."""
    for name, tensor in tensors.items():
        if name.startswith("weights.") and tensor.is_floating_point():
            tensors[name] = torch.full_like(tensor, 3e38 if tensor.dtype is torch.float32 else 6e4)


def _setting(name: str, value: object) -> Callable[[dict[str, Any], dict[str, Tensor]], None]:
    def change(meta: dict[str, Any], _tensors: dict[str, Tensor]) -> None:
        meta["config"] = {**meta["config"], name: value}

    return change


def explorable(meta: dict[str, Any], tensors: dict[str, Tensor]) -> None:
    """One axis, one direction, one component: the least that can be explored."""
    d = meta["config"]["latent"]
    for name in [name for name in tensors if name.startswith("explore.")]:
        del tensors[name]
    found = Explorables(
        coordinates=d, mixture=Mixture(torch.ones(1), torch.zeros(1, d), torch.eye(d)[None]), axes_AD=torch.eye(d)[:1],
        sigmas_A=torch.ones(1), shares_A=torch.ones(1), directions_MD=torch.eye(d)[:1],
        directions=(DirectionDescribed(name="place", label="Place", low=-3.0, high=3.0),), axis_labels=("",),
    )  # fmt: skip
    meta["explore"] = found.header()
    tensors |= {f"explore.{name}": tensor for name, tensor in found.tensors().items()}


def _said(**words: object) -> Callable[[dict[str, Any], dict[str, Tensor]], None]:
    """Something else is said of the direction."""

    def change(meta: dict[str, Any], tensors: dict[str, Tensor]) -> None:
        explorable(meta, tensors)
        meta["explore"]["directions"][0].update(words)

    return change


def _doubled(meta: dict[str, Any], tensors: dict[str, Tensor]) -> None:
    explorable(meta, tensors)
    meta["explore"]["directions"] *= 2
    tensors["explore.directions_MD"] = tensors["explore.directions_MD"].repeat(2, 1)


def _negative_share(meta: dict[str, Any], tensors: dict[str, Tensor]) -> None:
    explorable(meta, tensors)
    tensors["explore.weights_K"] = torch.tensor([2.0, -1.0])
    for name in ("explore.means_KD", "explore.factors_KDD"):
        tensors[name] = torch.cat((tensors[name], tensors[name]))


def _no_length(meta: dict[str, Any], tensors: dict[str, Tensor]) -> None:
    explorable(meta, tensors)
    tensors["explore.sigmas_A"].zero_()


CONTENT: dict[str, Callable[[dict[str, Any], dict[str, Tensor]], None]] = {
    "unknown family": lambda meta, _: meta.update(family="diffusion"),
    "family os.system": lambda meta, _: meta.update(family="os.system"),
    "family not a word": lambda meta, _: meta.update(family=["vae"]),
    "future format": lambda meta, _: meta.update(format=99),
    "a checkpoint": lambda meta, _: meta.update(kind="state"),
    "settings missing": lambda meta, _: meta.pop("config"),
    "latent 0": _setting("latent", 0),
    "latent 10^9": _setting("latent", 10**9),
    "size 17": _setting("size", 17),
    "size not a number": _setting("size", "large"),
    "header and weights disagree": _setting("width", 6),
    "missing weight": lambda _, tensors: tensors.pop(_weight(tensors)),
    "extra weight": lambda _, tensors: tensors.update({"weights.stranger": torch.ones(3)}),
    "wrong shape": _change_weight(lambda weight: torch.cat((weight, weight))),
    "int8 weights": _change_weight(lambda weight: weight.to(torch.uint8)),
    "NaN weight": _change_weight(_spoilt(float("nan"))),
    "infinite weight": _change_weight(_spoilt(float("inf"))),
    "finite weights, NaN output": _huge,
    "slider without length": _said(low=1.0, high=1.0),
    "slider turned round": _said(low=3.0, high=-3.0),
    "slider without end": _said(low=-1e300, high=1e300),
    "direction without a name": _said(name=""),
    "direction named twice": _doubled,
    "direction with turned words": _said(label="a\u202eb"),
    "direction with a page of words": _said(label="word " * 1000),
    "negative share": _negative_share,
    "axis without length": _no_length,
}
"""Whole files with the right checksum that are wrong all the same; made from a VAE."""


def _pipe(_good: Path, bad: Path) -> None:
    os.mkfifo(bad)


def _socket(_good: Path, bad: Path) -> None:
    server = socket.socket(socket.AF_UNIX)
    server.bind(str(bad))
    server.close()  # the name stays


def _oversized(good: Path, bad: Path) -> None:
    bad.write_bytes(good.read_bytes())
    os.truncate(bad, 3 << 30)  # a hole: no disk is used


def _locked(good: Path, bad: Path) -> None:
    bad.write_bytes(good.read_bytes())
    bad.chmod(0)


PLACES: dict[str, Callable[[Path, Path], None]] = {
    "missing": lambda good, bad: None,
    "a folder": lambda good, bad: bad.mkdir(),
    "link to nothing": lambda good, bad: bad.symlink_to(bad.with_name("nothing")),
    "larger than is read": _oversized,
}
if os.name != "nt":
    PLACES |= {
        "pipe": _pipe,
        "socket": _socket,
        "device": lambda good, bad: bad.symlink_to("/dev/zero"),
        "link to itself": lambda good, bad: bad.symlink_to(bad),
    }
    if os.geteuid() != 0:  # root may read everything
        PLACES["no permission"] = _locked
"""Bad by what stands there."""


def _from_bytes(make: Callable[[bytes], bytes]) -> Callable[[Path, Path], None]:
    def write(good: Path, bad: Path) -> None:
        bad.write_bytes(make(good.read_bytes()))

    return write


FILES: dict[str, Callable[[Path, Path], None]] = {
    **{name: _from_bytes(make) for name, make in BYTES.items()},
    **{name: _rewritten(change) for name, change in CONTENT.items()},
    **PLACES,
}
"""All of them: each writes a bad file beside nothing else, from a good VAE."""
