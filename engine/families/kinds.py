"""Families by name, each imported when it is first wanted: whoever opens one model waits for one family."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, MutableMapping
from importlib import import_module
from typing import cast

from engine.families.base import AnyFamily


class Kinds(MutableMapping[str, type[AnyFamily]]):
    """Name to class. What is told as `module:Class` becomes the class when it is asked for."""

    def __init__(self, places: Mapping[str, str]) -> None:
        self._kinds: dict[str, type[AnyFamily] | str] = dict(places)

    def __getitem__(self, name: str) -> type[AnyFamily]:
        kind = self._kinds[name]
        if isinstance(kind, str):
            module, _, called = kind.partition(":")
            kind = self._kinds[name] = cast("type[AnyFamily]", getattr(import_module(module), called))
        return kind

    def __setitem__(self, name: str, kind: type[AnyFamily]) -> None:
        self._kinds[name] = kind

    def __delitem__(self, name: str) -> None:
        del self._kinds[name]

    def __contains__(self, name: object) -> bool:
        return name in self._kinds

    def __iter__(self) -> Iterator[str]:
        return iter(self._kinds)

    def __len__(self) -> int:
        return len(self._kinds)
