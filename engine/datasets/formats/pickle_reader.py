"""Reads a pickle as data. A pickle is a program: it is not run here.

Its instructions are read one by one, the dozen that data needs are followed on a small stack, what it would call
stays a name, and everything else is a ValueError. A file of three kilobytes cannot make it allocate or loop.
"""

from __future__ import annotations

import pickletools
from typing import Any

_MOST_STEPS = 1_000_000


class Array:
    """Where an array will stand once its state is known."""

    state: tuple[Any, ...] = ()


class Dtype:
    """A type of numbers, by its name."""

    def __init__(self, name: object) -> None:
        self.name = name


class _Global(str):
    """The name of something a pickle wants to call. It stays a name."""


_RECONSTRUCT = frozenset({"numpy.core.multiarray _reconstruct", "numpy._core.multiarray _reconstruct"})
_MARK = object()


class Reader:
    """Follows the instructions that dictionaries of arrays, numbers and words consist of."""

    def read(self, content: bytes) -> dict[Any, Any]:
        """The dictionary that a pickle describes."""
        self.stack: list[Any] = []
        self.memo: dict[int, Any] = {}
        for steps, (code, argument, _) in enumerate(pickletools.genops(content)):
            if steps > _MOST_STEPS:
                raise ValueError("too long")
            if code.name == "STOP":
                result = self.stack.pop()
                if not isinstance(result, dict):
                    raise ValueError("not a dictionary")
                return result
            self._step(code.name, argument)
        raise ValueError("no end")

    def _step(self, name: str, argument: Any) -> None:
        stack = self.stack
        match name:
            case "PROTO" | "FRAME":
                pass
            case ("BININT" | "BININT1" | "BININT2" | "INT" | "LONG1" | "BINSTRING" | "SHORT_BINSTRING" | "BINBYTES"
                  | "SHORT_BINBYTES" | "BINUNICODE" | "SHORT_BINUNICODE" | "BINBYTES8"):  # fmt: skip
                stack.append(argument)
            case "NONE" | "NEWTRUE" | "NEWFALSE":
                stack.append({"NONE": None, "NEWTRUE": True, "NEWFALSE": False}[name])
            case "EMPTY_DICT":
                stack.append({})
            case "EMPTY_LIST":
                stack.append([])
            case "EMPTY_TUPLE":
                stack.append(())
            case "MARK":
                stack.append(_MARK)
            case "TUPLE1" | "TUPLE2" | "TUPLE3":
                count = int(name[-1])
                stack[-count:] = [tuple(stack[-count:])]
            case "TUPLE":
                stack.append(tuple(self._to_mark()))
            case "APPENDS":
                items = self._to_mark()
                stack[-1].extend(items)
            case "APPEND":
                item = stack.pop()
                stack[-1].append(item)
            case "SETITEMS":
                self._set_items(self._to_mark())
            case "SETITEM":
                value, key = stack.pop(), stack.pop()
                self._set_items([key, value])
            case "BINPUT" | "LONG_BINPUT":
                self.memo[argument] = stack[-1]
            case "MEMOIZE":
                self.memo[len(self.memo)] = stack[-1]
            case "BINGET" | "LONG_BINGET":
                stack.append(self.memo[argument])
            case "GLOBAL":
                stack.append(_Global(argument))
            case "STACK_GLOBAL":
                attribute, module = stack.pop(), stack.pop()
                if type(attribute) is not str or type(module) is not str:
                    raise ValueError("names something with something that is no word")
                stack.append(_Global(f"{module} {attribute}"))
            case "REDUCE":
                arguments, function = stack.pop(), stack.pop()
                stack.append(self._called(function, arguments))
            case "BUILD":
                state = stack.pop()
                if isinstance(stack[-1], Array):
                    stack[-1].state = state
                elif not isinstance(stack[-1], Dtype):
                    raise ValueError("builds something else")
            case _:
                raise ValueError(f"an instruction that data does not need: {name}")

    def _to_mark(self) -> list[Any]:
        place = len(self.stack) - 1 - next(k for k, item in enumerate(reversed(self.stack)) if item is _MARK)
        items = self.stack[place + 1 :]
        del self.stack[place:]
        return items

    def _set_items(self, items: list[Any]) -> None:
        """Keys are words: hashing tuples of tuples that share parts would take for ever."""
        if not all(type(key) in (str, bytes, int) for key in items[::2]):
            raise ValueError("a key that is no word")
        self.stack[-1].update(zip(items[::2], items[1::2], strict=True))

    def _called(self, function: object, arguments: Any) -> object:
        """What three known calls would give, without calling anything."""
        if not isinstance(function, _Global):
            raise ValueError("calls something that is no name")
        if function in _RECONSTRUCT:
            return Array()
        if function == "numpy dtype":
            return Dtype(arguments[0])
        if function == "_codecs encode" and isinstance(arguments[0], str):
            return arguments[0].encode("latin-1")
        raise ValueError(f"calls {function}")
