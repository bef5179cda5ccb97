"""The table of a store: what is known of each picture, as named columns in one safetensors blob."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.numpy import load, save

from engine.datasets.store import AttributeKind, Split, Store
from engine.disk.files import LoadError, shown


@dataclass(frozen=True, slots=True)
class Columns:
    """A checked table."""

    split: torch.Tensor
    labels: torch.Tensor | None
    captions: tuple[str, ...]
    attributes: dict[str, torch.Tensor]
    visible: dict[str, torch.Tensor]


def pack(store: Store) -> bytes:
    """The table of a store. Captions are one run of UTF-8 lines."""
    columns: dict[str, NDArray[np.generic]] = {"split": store.split.numpy()}
    if store.labels is not None:
        columns["labels"] = store.labels.numpy()
    if store.captions:
        lines = "\n".join(" ".join(caption.split()) for caption in store.captions)
        columns["captions"] = np.frombuffer(lines.encode("utf-8", "replace"), dtype=np.uint8)
    for name, values in store.attributes.items():
        columns[f"attribute.{name}"] = values.numpy()
    for name, values in store.visible.items():
        columns[f"visible.{name}"] = values.numpy()
    return bytes(save({name: np.ascontiguousarray(values) for name, values in columns.items()}))


def unpack(
    content: bytes, *, path: Path, count: int, kinds: dict[str, AttributeKind], classes: tuple[str, ...]
) -> Columns:
    """A table read back; every value is checked, because a folder may come from a stranger."""

    def wrong(what: str) -> LoadError:
        return LoadError(path, "damaged", f"“{shown(path)}” {what}; import or render the data set again.")

    try:
        arrays = load(content)
    except (SafetensorError, ValueError, TypeError, KeyError, MemoryError):
        raise wrong("is not the table of a data set") from None

    def column(name: str, dtype: type[np.generic]) -> NDArray[Any]:
        values = arrays.get(name)
        if values is None or values.dtype != dtype or values.shape != (count,):
            raise wrong(f"has no proper column “{shown(name)}”")
        return values

    split = column("split", np.uint8)
    if split.max() > Split.TEST or (np.diff(split.astype(np.int8)) < 0).any():
        raise wrong("has a split that is not in order")
    labels = column("labels", np.int64) if "labels" in arrays else None
    if labels is not None and (labels.min() < -1 or labels.max() >= len(classes)):
        raise wrong("has labels without a class")
    attributes = {name: column(f"attribute.{name}", np.float32) for name in kinds}
    for name, values in attributes.items():
        kind = kinds[name]
        sound = np.isfinite(values).all()
        if kind.is_category:
            sound = sound and (values >= 0).all() and (values < len(kind.names)).all()
        if not sound:
            raise wrong(f"has values of “{shown(name)}” outside their range")
    visible = {name: column(f"visible.{name}", np.bool_) for name in kinds if f"visible.{name}" in arrays}
    captions: tuple[str, ...] = ()
    if "captions" in arrays:
        captions = tuple(arrays["captions"].astype(np.uint8).tobytes().decode("utf-8", "replace").split("\n"))
        if len(captions) != count:
            raise wrong(f"has {len(captions)} captions for {count} pictures")
    return Columns(
        split=torch.from_numpy(split),
        labels=None if labels is None else torch.from_numpy(labels),
        captions=captions,
        attributes={name: torch.from_numpy(values) for name, values in attributes.items()},
        visible={name: torch.from_numpy(values) for name, values in visible.items()},
    )
