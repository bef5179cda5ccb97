"""What can change along a side of a grid in the open model, from where to where, and which pairs are offered ready."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from app.store.recipes import SIGMA_LIMIT
from engine.protocol.fitting import SEED_LIMIT, TRUNCATION_LIMIT
from engine.protocol.grids import Side, Varied, quantiles, side_name, spread
from engine.protocol.values import Capability, Condition, ConditionKind, ModelDescribed, Recipe

MOST = 24
"""Values along a side in the window; the command line takes more."""
COORDINATES_LISTED = 512
_Z_MOST = 100.0
_SOME = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """What a person wants along a side. Of a class, `count` of its choices; of seeds, the first and how many."""

    what: Varied = Varied.NOTHING
    name: str = ""
    low: float = 0.0
    high: float = 0.0
    count: int = 1
    is_shared: bool = False
    """Values share a normal evenly, instead of lying at even distances."""
    is_class: bool = False
    """The first of a class's choices, one after the other."""
    sources: tuple[str, ...] = ()
    """What opens the models that were chosen."""

    def side(self, frames: tuple[Recipe, ...] = ()) -> Side:
        """The values; `frames` are a path's, once they are known."""
        match self.what:
            case Varied.NOTHING:
                return Side()
            case Varied.PATH:
                return Side(what=Varied.PATH, frames=frames)
            case Varied.MODEL:
                return Side(what=Varied.MODEL, name=self.name, values=self.sources)
            case Varied.SEED:
                values: tuple[float, ...] = tuple(int(self.low) + k for k in range(self.count))
            case _ if self.is_class:
                values = tuple(float(k) for k in range(self.count))
            case _ if self.is_shared:
                share = quantiles(self.count)
                values = share[::-1] if self.low > self.high else share
            case _:
                values = spread(self.low, self.high, self.count)
        return Side(what=self.what, name=self.name, values=values)


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """One thing that can change: as it is offered first, and within which limits."""

    choice: Choice
    label: str
    low: float = 0.0
    high: float = 0.0
    most: int = MOST
    has_end: bool = True
    """False where the last value follows from the first and the count, or both do."""
    has_start: bool = True
    rest: float = 0.0
    """Where a setting stands that nobody moved."""
    offered: tuple[tuple[str, str], ...] = ()
    """Models by source, with their names: some of them are chosen."""

    @property
    def key(self) -> tuple[Varied, str]:
        return self.choice.what, self.choice.name


def options(
    model: ModelDescribed, recipe: Recipe, *, has_path: bool, own: Mapping[tuple[str, str], str] | None = None
) -> tuple[Option, ...]:
    """Everything that can change, what is named first; `own` are a person's names of sliders, by kind and key."""
    found, own = _options(model, recipe, has_path=has_path), own or {}
    return tuple(replace(one, label=own.get((one.choice.what.value, one.choice.name), one.label)) for one in found)


def _options(model: ModelDescribed, recipe: Recipe, *, has_path: bool) -> tuple[Option, ...]:
    found = [
        Option(choice=Choice(), label="Nothing", has_start=False, has_end=False, most=1),
        Option(
            choice=Choice(what=Varied.SEED, low=float(recipe.seed), high=0.0, count=_SOME), label="Seed",
            high=float(SEED_LIMIT), has_end=False,
        ),
    ]  # fmt: skip
    found += [_class_option(one) for one in model.conditions if one.kind is ConditionKind.CLASS and one.choices]
    found += [
        _option(Varied.CONDITION, one.name, one.low, one.high, model)
        for one in model.conditions
        if one.kind is ConditionKind.NUMBER
    ]
    found += [
        replace(_option(Varied.SETTING, one.name, one.low, one.high, model), rest=one.default) for one in model.sampling
    ]
    if Capability.DECODE not in model.capabilities or not model.latent:
        return tuple(found)
    for direction in model.directions:
        low, high = max(-2.0, direction.low), min(2.0, direction.high)
        choice = Choice(what=Varied.DIRECTION, name=direction.name, low=low, high=high, count=_SOME)
        found.append(Option(choice=choice, label=_label(choice, model), low=-SIGMA_LIMIT, high=SIGMA_LIMIT))
    for axis in model.axes:
        choice = Choice(what=Varied.AXIS, name=str(axis.index), low=-2.0, high=2.0, count=_SOME)
        found.append(Option(choice=choice, label=_label(choice, model), low=-SIGMA_LIMIT, high=SIGMA_LIMIT))
    choice = Choice(what=Varied.DIVERSITY, low=0.0, high=1.2, count=_SOME)
    found.append(Option(choice=choice, label="Diversity", high=TRUNCATION_LIMIT))
    if has_path:
        choice = Choice(what=Varied.PATH, count=8)
        found.append(Option(choice=choice, label="Steps of the path", has_start=False, has_end=False))
    for index in range(min(model.latent, COORDINATES_LISTED)):
        choice = Choice(what=Varied.COORDINATE, name=str(index), low=-2.0, high=2.0, count=_SOME)
        found.append(Option(choice=choice, label=f"z {index}", low=-_Z_MOST, high=_Z_MOST))
    return tuple(found)


def ready_pairs(model: ModelDescribed, offered: tuple[Option, ...]) -> tuple[tuple[str, Choice, Choice], ...]:
    """Grids that are asked for most: their name, rows and columns. The first one is shown first."""
    by_key = {option.key: option.choice for option in offered}
    pairs = []
    smile, turn = by_key.get((Varied.DIRECTION, "smile")), by_key.get((Varied.DIRECTION, "yaw"))
    if smile is not None and turn is not None:
        pairs.append(("Smile × turn", smile, turn))
    if model.latent == 2:
        pairs.append(("Manifold", manifold(1, -1.0), manifold(0, 1.0)))
    named = [option.choice for option in offered if option.choice.what in (Varied.DIRECTION, Varied.AXIS)]
    if len(named) > 1 and not pairs:
        words = " × ".join(_label(choice, model) for choice in named[:2])
        pairs.append((words, named[0], named[1]))
    seeds = by_key[Varied.SEED, ""]
    classes = [option.choice for option in offered if option.choice.is_class]
    if classes:
        slow = Capability.PROGRESSIVE in model.capabilities
        pairs.append(("Each class", replace(seeds, count=2 if slow else 4), classes[0]))
    pairs.append(("Seeds", seeds, replace(seeds, count=6)))
    return tuple(pairs)


def manifold(index: int, way: float, count: int = 15) -> Choice:
    """One coordinate of a two-dimensional latent, at values that share its normal evenly."""
    return Choice(
        what=Varied.COORDINATE, name=str(index), low=-way, high=way, count=count, is_shared=True
    )  # fmt: skip


def _class_option(condition: Condition) -> Option:
    count = min(len(condition.choices), MOST)
    choice = Choice(
        what=Varied.CONDITION, name=condition.name, low=0.0, high=float(count - 1), count=count, is_class=True
    )
    return Option(choice=choice, label=condition.label or condition.name, most=count, has_start=False, has_end=False)


def _option(what: Varied, name: str, low: float, high: float, model: ModelDescribed) -> Option:
    choice = Choice(what=what, name=name, low=low, high=high, count=_SOME)
    return Option(choice=choice, label=_label(choice, model), low=low, high=high)


def _label(choice: Choice, model: ModelDescribed) -> str:
    words = side_name(Side(what=choice.what, name=choice.name), model)
    if choice.what is Varied.AXIS:
        told = next((axis.label for axis in model.axes if str(axis.index) == choice.name), "")
        return f"{words}  {told}".strip()
    return words
