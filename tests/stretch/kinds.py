"""The miniature families, what each learns from, and what can be asked of it. Known to the program only in here."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from engine.datasets.points import point_store
from engine.datasets.store import Split, Store
from engine.datasets.synthetic.toy import TOYS
from engine.families import FAMILIES, JUDGES
from engine.families.base import AnyFamily
from engine.opened.pictures import to_image
from engine.protocol.values import Capability, ConditionKind, Recipe
from engine.training.material import Data
from tests.engine.small import bars
from tests.stretch.captions import Captions
from tests.stretch.density import Density
from tests.stretch.flow import Flow
from tests.stretch.growing import Growing
from tests.stretch.labeller import Labeller
from tests.stretch.translation import Translation


def told() -> Store:
    """Bars with a sentence about each."""
    store = bars()
    captions = (f"a bar on the {store.classes[int(label)]}" for label in store.labels)
    return replace(store, captions=tuple(captions))


def unpaired() -> Store:
    """Upright bars, and lying ones that are to be turned into them: another number of pictures, no partners."""
    store = bars()
    rows = torch.arange(0, len(store), 2)
    lying = store.pictures[rows].transpose(2, 3).contiguous()
    return replace(store, sources=lying, source_split=store.split[rows])


def large() -> Store:
    return bars(40, 64).resized(64, 3)


def points() -> Data:
    toy = TOYS["ring"]
    return point_store(toy.name, toy.label, toy.sample(400, torch.Generator().manual_seed(3)))


SIZE = {"size": 8, "channels": 1, "batch": 8, "rate": 2e-3}


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """A miniature family with settings for seconds."""

    family: type[AnyFamily]
    data: Callable[[], Data] = bars
    values: dict[str, Any] = field(default_factory=lambda: {**SIZE, "steps": 12})

    @property
    def is_judge(self) -> bool:
        return not self.family.capabilities


KINDS: dict[str, Kind] = {
    kind.family.name.removeprefix("stretch-"): kind
    for kind in (
        Kind(family=Translation, data=unpaired),
        Kind(family=Captions, data=told, values={**SIZE, "steps": 150, "rate": 1e-2}),
        Kind(family=Growing, data=lambda: bars(80, 16), values={**SIZE, "size": 16, "steps": 18}),
        Kind(family=Flow, data=large, values={"size": 64, "channels": 3, "batch": 4, "steps": 6, "rate": 2e-3}),
        Kind(family=Density, data=points, values={"batch": 64, "steps": 200, "rate": 1e-2}),
        Kind(family=Labeller),
    )
}
EVERY = tuple(KINDS)
DRAWING = tuple(name for name, kind in KINDS.items() if not kind.is_judge and name != "density")
"""Those that make pictures."""


@contextmanager
def registered() -> Iterator[None]:
    """The program knows the miniature families meanwhile."""
    families = {kind.family.name: kind.family for kind in KINDS.values() if not kind.is_judge}
    judges = {kind.family.name: kind.family for kind in KINDS.values() if kind.is_judge}
    FAMILIES.update(families)
    JUDGES.update(judges)
    try:
        yield
    finally:
        for name in families:
            del FAMILIES[name]
        for name in judges:
            del JUDGES[name]


def kept(name: str) -> NDArray[np.uint8]:
    """A picture by its name instead of its hash: upright bars, or lying ones; a part of it is opaque."""
    what, number = name.split("-")
    store = unpaired()
    x = (store.sources if what == "source" else store.pictures)[int(number)]
    image = to_image(x.float() / 127.5 - 1.0)
    alpha = np.zeros(image.shape[:2], np.uint8)
    alpha[:, : 2 + int(number) % 3] = 255
    return np.dstack([image, alpha])


def recipes(family: AnyFamily, model: str, count: int) -> tuple[Recipe, ...]:
    """As many different things as a family can be asked."""
    return tuple(_recipe(family, model, k) for k in range(count))


def _recipe(family: AnyFamily, model: str, k: int) -> Recipe:
    wishes: list[tuple[str, float | str]] = []
    for condition in family.conditions:
        match condition.kind:
            case ConditionKind.CLASS:
                wishes.append((condition.name, float(k % len(condition.choices))))
            case ConditionKind.NUMBER:
                wishes.append((condition.name, condition.low + k % 4 / 3 * (condition.high - condition.low)))
            case ConditionKind.TEXT:
                wishes.append((condition.name, "a bar on the " + ("left", "right")[k % 2]))
    return Recipe(
        model=model,
        seed=k + 3,
        conditions=tuple(sorted(wishes)),
        settings=tuple((each.name, each.low + k % 5 / 4 * (each.high - each.low)) for each in family.settings),
        source=f"source-{k}" if Capability.TRANSLATE in family.capabilities else "",
    )


def training_part(name: str) -> Data:
    return KINDS[name].data().subset(Split.TRAIN)
