"""Records behave as the frozen dataclasses that they stand for, before and after their methods are written."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import FrozenInstanceError, asdict, dataclass, field, fields, is_dataclass, replace

import pytest

from engine.protocol.record import record


@dataclass(frozen=True, slots=True, kw_only=True)
class Plain:
    """What a record is compared with."""

    name: str
    sizes: tuple[int, ...] = ()
    notes: list[str] = field(default_factory=list, compare=False)
    secret: int = field(default=0, repr=False)


@record
class Kept:
    """The same fields as a record; at the top of a module, so that it can be pickled."""

    name: str
    sizes: tuple[int, ...] = ()
    notes: list[str] = field(default_factory=list, compare=False)
    secret: int = field(default=0, repr=False)


def fresh() -> type:
    """A record of which nothing was used yet."""

    @record
    class Fresh:
        """One field of each kind."""

        name: str
        size: int = 3
        ticket: int = field(default=0, compare=False)

    return Fresh


def test_it_shows_itself_as_the_dataclass_does() -> None:
    assert repr(Kept(name="a", secret=7)) == repr(Plain(name="a", secret=7)).replace("Plain", "Kept")


def test_what_does_not_count_makes_no_difference() -> None:
    kind = fresh()
    assert kind(name="a", ticket=1) == kind(name="a", ticket=2)
    assert hash(kind(name="a", ticket=1)) == hash(kind(name="a", ticket=2))
    assert kind(name="a") != kind(name="b")
    assert kind(name="a") != fresh()(name="a"), "another class"
    assert len({kind(name="a", ticket=1), kind(name="a", ticket=2), kind(name="b")}) == 2


@pytest.mark.parametrize(
    "change",
    [lambda one: setattr(one, "name", "b"), lambda one: delattr(one, "name"), lambda one: setattr(one, "other", 1)],
    ids=["set", "delete", "add"],
)
def test_nothing_can_be_changed(change: Callable[[object], None]) -> None:
    one = fresh()(name="a")
    with pytest.raises(FrozenInstanceError, match="Fresh is frozen"):
        change(one)
    assert one.name == "a"


def test_a_field_is_named_and_known() -> None:
    kind = fresh()
    with pytest.raises(TypeError, match="missing 1 required keyword-only argument: 'name'"):
        kind()
    with pytest.raises(TypeError, match="unexpected keyword argument 'width'"):
        kind(name="a", width=1)
    with pytest.raises(TypeError, match="positional"):
        kind("a")


def test_the_library_sees_a_dataclass() -> None:
    kind = fresh()
    assert is_dataclass(kind)
    assert [one.name for one in fields(kind)] == ["name", "size", "ticket"]
    assert asdict(replace(kind(name="a"), size=4)) == {"name": "a", "size": 4, "ticket": 0}
    assert not hasattr(kind(name="a"), "__dict__"), "it has slots"


def test_each_has_its_own_default() -> None:
    one, other = Kept(name="a"), Kept(name="b")
    one.notes.append("mine")
    assert other.notes == []


def test_it_can_be_copied_and_sent() -> None:
    one = Kept(name="a", sizes=(1, 2), notes=["n"], secret=4)
    # what is unpickled was pickled on the same line: a file never is
    for other in (pickle.loads(pickle.dumps(one)), copy.deepcopy(one), copy.copy(one)):
        assert other == one
        assert (other.notes, other.secret) == (["n"], 4)


def test_a_kind_of_a_record_has_both_their_fields() -> None:
    base = fresh()

    @record
    class More(base):  # type: ignore[misc, valid-type]
        """One field more."""

        depth: int = 1

    assert repr(base(name="a")).endswith("Fresh(name='a', size=3, ticket=0)")
    assert More(name="a", depth=2) != More(name="a", depth=1)
    assert isinstance(More(name="a"), base)


def test_what_a_class_says_itself_stays() -> None:
    @record
    class Loud:
        """Checks and shows itself."""

        size: int

        def __post_init__(self) -> None:
            if self.size < 0:
                raise ValueError("a size is not negative")

        def __repr__(self) -> str:
            return f"LOUD {self.size}"

    assert repr(Loud(size=2)) == "LOUD 2"
    assert Loud(size=2) == Loud(size=2)
    with pytest.raises(ValueError, match="not negative"):
        Loud(size=-1)


def test_two_threads_may_use_the_first_at_once() -> None:
    for _ in range(50):
        kind = fresh()
        with ThreadPoolExecutor(8) as pool:
            made = list(pool.map(lambda number, kind=kind: kind(name=str(number % 2)), range(16)))  # type: ignore[misc]
        assert len(set(made)) == 2


def test_methods_are_written_when_one_is_used_and_not_before() -> None:
    kind = fresh()
    before = kind.__init__
    kind(name="a")
    assert kind.__init__ is not before
    assert kind.__init__.__code__.co_varnames[:4] == ("self", "name", "size", "ticket")
