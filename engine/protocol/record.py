"""Records: frozen, slotted, keyword-only dataclasses that write their methods when one of them is first used.

A dataclass composes and compiles six methods while its module is being imported, .35 ms a class. The window knows some
hundred and fifty messages and uses a dozen before its first picture, so here a class is known as a dataclass at once
(`fields`, `replace`, `asdict` see nothing else) and gets the methods of its frozen twin when one of them is called.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import Field, FrozenInstanceError, dataclass, field, fields
from typing import Any, NoReturn, TypeVar, dataclass_transform

T = TypeVar("T")
WRITTEN_LATER = ("__init__", "__repr__", "__eq__", "__hash__")


@dataclass_transform(frozen_default=True, kw_only_default=True, field_specifiers=(field,))
def record(cls: type[T]) -> type[T]:
    """What `@record` makes of a class, at a tenth of its price."""
    own = [name for name in WRITTEN_LATER if name in vars(cls)]
    made = dataclass(init=False, repr=False, eq=False, slots=True, kw_only=True)(cls)
    for name in WRITTEN_LATER:
        if name not in own:
            setattr(made, name, _later(made, name))
    for name, method in SHARED.items():
        setattr(made, name, method)
    return made


def _later(cls: type, name: str) -> Callable[..., Any]:
    """A method that writes all of them, itself too, and then does what was asked."""

    def method(self: Any, *args: Any, **kwargs: Any) -> Any:
        _write(cls)
        return getattr(cls, name)(self, *args, **kwargs)

    method.is_written_later = True  # type: ignore[attr-defined]
    return method


def _write(cls: Any) -> None:
    """Give `cls` the methods of a frozen dataclass of the same fields. Two threads may do it at once: alike."""
    body: dict[str, Any] = {one.name: _again(one) for one in fields(cls)}
    body["__annotations__"] = {one.name: one.type for one in fields(cls)}
    body["__doc__"] = cls.__doc__
    if after := getattr(cls, "__post_init__", None):
        body["__post_init__"] = after
    twin: Any = dataclass(frozen=True, kw_only=True)(type(cls.__name__, (), body))
    for name in WRITTEN_LATER:
        if hasattr(vars(cls)[name], "is_written_later"):
            setattr(cls, name, vars(twin)[name])


def _again(one: Field[Any]) -> Any:
    """The same field as a class's body declares it."""
    told = {name: getattr(one, name) for name in ("default", "default_factory", "init", "repr", "hash", "compare")}
    return field(**told)


def _refuse(self: object, name: str, _value: object = None) -> NoReturn:
    raise FrozenInstanceError(f"{type(self).__name__} is frozen: {name} stays as it is")


def _state(self: Any) -> tuple[Any, ...]:
    return tuple(getattr(self, one.name) for one in fields(self))


def _restore(self: Any, state: tuple[Any, ...]) -> None:
    for one, value in zip(fields(self), state, strict=True):
        object.__setattr__(self, one.name, value)


SHARED: dict[str, Callable[..., Any]] = {
    "__setattr__": _refuse,
    "__delattr__": _refuse,
    "__getstate__": _state,
    "__setstate__": _restore,
}
