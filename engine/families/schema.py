"""Settings as data: a frozen msgspec schema per family, from which dialog, command line and validation derive."""

from __future__ import annotations

import re
import types
import typing
from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Any, Self

import msgspec

from engine.disk.files import BadConfig
from engine.protocol.values import Field, Tier


def about(
    label: str,
    help: str = "",  # noqa: A002 - the word the dialog uses
    *,
    low: float | None = None,
    high: float | None = None,
    above: float | None = None,
    step: int | None = None,
    unit: str = "",
    tier: Tier = Tier.SIMPLE,
    symbol: str = "",
    names: Mapping[str, str] | None = None,
    few: int = 0,
) -> msgspec.Meta:
    """Range, words and tier of one setting, for people who never read the paper. `above` is an exclusive lower bound.

    `symbol` is what papers call it, and `names` says what choices are called where their own words are papers' too.
    `few` is for choices of which the first one acts only where it is learned from fewer pictures than that.
    """
    limits = {"ge": low, "gt": above, "le": high, "multiple_of": step}
    given: dict[str, Any] = {name: limit for name, limit in limits.items() if limit is not None}
    return msgspec.Meta(
        title=label,
        description=help,
        extra={"unit": unit, "tier": tier, "symbol": symbol, "names": dict(names or {}), "few": few},
        **given,
    )


RATE = about(
    "Learning rate",
    "How strongly it corrects itself each time; too much, and it falls apart.",
    above=0.0,
    high=1.0,
    tier=Tier.EXPERT,
    symbol="α",
)


class Config(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Settings that every family has; each family adds its own in a subclass."""

    batch: Annotated[
        int,
        about(
            "Batch",
            "How many pictures it looks at before it corrects itself: more is steadier, and slower.",
            low=2,
            high=4096,
            symbol="m",
        ),
    ] = 64
    steps: Annotated[int, about("Steps", "How long to train: so often it corrects itself.", low=1, high=10_000_000)] = (
        2000
    )
    rate: Annotated[
        float,
        RATE,
    ] = 2e-4
    cooldown: Annotated[
        float,
        about(
            "Slow finish",
            "Share of the run, at its end, in which it corrects itself less and less: fine detail comes to rest.",
            symbol="learning-rate decay",
            low=0.0,
            high=1.0,
            tier=Tier.EXPERT,
        ),
    ] = 0.0
    ema: Annotated[
        float,
        about(
            "Calm",
            "How many of the last steps are blended into what is shown and kept: near 1 is calm, and follows late.",
            symbol="decay of the moving average of weights",
            low=0.0,
            high=0.99999,
            tier=Tier.EXPERT,
        ),
    ] = 0.99
    seed: Annotated[
        int, about("Seed", "The same number gives the same run again.", low=0, high=2**32 - 1, tier=Tier.EXPERT)
    ] = 0

    @classmethod
    def build(cls, values: Mapping[str, Any]) -> Self:
        """The only way to a config: unknown names, wrong types and ranges become one sentence."""
        try:
            config = msgspec.convert(dict(values), cls, strict=True)
        except msgspec.ValidationError as error:
            name = _named(error)
            raise BadConfig("bad-config", _sentence(cls, values, error), field=name) from None
        for name in cls.__struct_fields__:
            value = getattr(config, name)
            if isinstance(value, float) and value != value:
                raise BadConfig("bad-config", f"{_labels(cls).get(name, name)} ({name}) is not a number.", field=name)
        config.check()
        return config

    def check(self) -> None:
        """Settings that do not go together; families extend this."""

    def as_dict(self) -> dict[str, Any]:
        """Plain values for files."""
        return dict(msgspec.to_builtins(self))


class PictureConfig(Config, frozen=True):
    """Settings of families that learn from pictures."""

    size: Annotated[
        int,
        about(
            "Picture size", "Pixels on a side of the pictures it learns and makes.", low=8, high=256, step=4, unit="px"
        ),
    ] = 32
    channels: Annotated[int, about("Colours", "3 for colour, 1 for grey.", low=1, high=3, tier=Tier.EXPERT)] = 3

    def check(self) -> None:
        super().check()
        if self.channels == 2:
            raise BadConfig("bad-config", "Colours (channels) must be 1 or 3.", field="channels")


def picture_size(config: Config, otherwise: int) -> int:
    """The side of the pictures that a config asks for; points have none."""
    return config.size if isinstance(config, PictureConfig) else otherwise


def parse_settings(cls: type[Config], pairs: Mapping[str, str]) -> dict[str, Any]:
    """`--set key=value` texts as values of the right type; the range is checked by `Config.build`."""
    known = {field.name: field for field in describe_fields(cls)}
    values: dict[str, Any] = {}
    for name, text in pairs.items():
        if name not in known:
            near = ", ".join(sorted(known))
            raise BadConfig("unknown-setting", f"There is no setting “{name}”; known settings: {near}.")
        values[name] = _parsed(known[name], text)
    return values


def _parsed(field: Field, text: str) -> Any:
    try:
        match field.kind:
            case "int":
                return int(text)
            case "float":
                return float(text)
            case "bool":
                return {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False}[text.lower()]
            case _:
                return text
    except (ValueError, KeyError, OverflowError):
        raise BadConfig("bad-config", f"{field.label} ({field.name}) cannot be “{text[:40]}”.") from None


def describe_fields(cls: type[Config]) -> tuple[Field, ...]:
    """A config as plain Field values, for the window and the `families` command."""
    hints = typing.get_type_hints(cls, include_extras=True)
    defaults = {info.name: info.default for info in msgspec.structs.fields(cls)}
    first = PictureConfig.__annotations__  # what the pictures are is asked before how they are learned
    names = sorted(cls.__struct_fields__, key=lambda name: name not in first)
    return tuple(_field(name, hints[name], defaults[name]) for name in names)


def _field(name: str, hint: Any, default: Any) -> Field:
    kind_type: Any = hint
    metas: tuple[msgspec.Meta, ...] = ()
    if typing.get_origin(hint) is Annotated:
        kind_type, *rest = typing.get_args(hint)
        metas = tuple(meta for meta in rest if isinstance(meta, msgspec.Meta))
    meta = metas[0] if metas else msgspec.Meta()
    extra = meta.extra or {}
    kind, choices = _kind(kind_type)
    return Field(
        name=name,
        kind=kind,
        default=default.value if isinstance(default, StrEnum) else default,
        low=meta.ge,
        above=meta.gt,
        high=meta.le,
        below=meta.lt,
        step=meta.multiple_of,
        choices=choices,
        names=tuple(extra.get("names", {}).get(choice, choice) for choice in choices),
        unit=extra.get("unit", ""),
        label=meta.title or name.replace("_", " ").capitalize(),
        help=meta.description or "",
        symbol=extra.get("symbol", ""),
        tier=extra.get("tier", Tier.SIMPLE),
        few=extra.get("few", 0),
        is_common=name in Config.__struct_fields__,
    )


def _kind(kind_type: Any) -> tuple[str, tuple[str, ...]]:
    if kind_type is bool:
        return "bool", ()
    if kind_type is int:
        return "int", ()
    if kind_type is float:
        return "float", ()
    if isinstance(kind_type, type) and issubclass(kind_type, StrEnum):
        return "choice", tuple(member.value for member in kind_type)
    if typing.get_origin(kind_type) in (typing.Literal, types.UnionType):
        return "choice", tuple(str(choice) for choice in typing.get_args(kind_type))
    return "text", ()


def _labels(cls: type[Config]) -> dict[str, str]:
    return {field.name: field.label for field in describe_fields(cls)}


def _named(error: Exception) -> str:
    """The setting that msgspec complains of."""
    text = str(error)
    return text.rsplit("`$.", 1)[1].rstrip("`") if "`$." in text else ""


def _sentence(cls: type[Config], values: Mapping[str, Any], error: Exception) -> str:
    """msgspec's words, with the setting's label and its value in front."""
    text, name = str(error), _named(error)
    reason = _plainly(text.split(" - at")[0].replace("`", ""))
    if not name:
        return f"The settings cannot be used: {reason}."
    field = next((field for field in describe_fields(cls) if field.name == name), None)
    if field is not None and field.choices:
        reason = f"choose {', '.join(field.choices)}"
    if values.get(name) != values.get(name):
        reason = "it must be a number"
    label = name if field is None else field.label
    return f"{label} ({name}) cannot be {str(values.get(name))[:40]}: {reason}."


def _plainly(reason: str) -> str:
    """What msgspec expected, as one says it: “Expected int <= 256” is “it must be at most 256”."""
    if limit := re.fullmatch(r"Expected (?:int|float) (<=|>=|<|>) (\S+)", reason):
        words = {"<=": "at most", ">=": "at least", "<": "below", ">": "above"}
        return f"it must be {words[limit[1]]} {limit[2].removesuffix('.0')}"
    if part := re.fullmatch(r"Expected int that's a multiple of (\d+)", reason):
        return f"it must be a multiple of {part[1]}"
    if kind := re.fullmatch(r"Expected (int|float|bool|str), got \S+", reason):
        kinds = {"int": "a whole number", "float": "a number", "bool": "yes or no", "str": "a word"}
        return f"it must be {kinds[kind[1]]}"
    if unknown := re.fullmatch(r"Object contains unknown field (\S+)", reason):
        return f"there is no setting “{unknown[1][:40]}”"
    return f"{reason[0].lower()}{reason[1:]}"
