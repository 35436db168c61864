"""Records that cost nothing to import, for a process that ends soon; see :mod:`indexer.records`.

They trust their callers: what a type checker sees of msgspec's structs and typing's named tuples
(wrong or missing fields, a frozen one that is changed) is no error here.
"""

from __future__ import annotations

from _operator import itemgetter

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, TypeVar

    T = TypeVar("T")


class Struct:
    """A record whose fields are in its dictionary, and their defaults in its class."""

    __struct_fields__: tuple[str, ...] = ()

    def __init_subclass__(cls, **options: bool) -> None:
        cls.__struct_fields__ = tuple(cls.__annotations__)
        cls.__match_args__ = cls.__struct_fields__  # type: ignore[misc, attr-defined]

    def __init__(self, *values: object, **named: object) -> None:
        if values:
            named.update(zip(self.__struct_fields__, values, strict=False))
        self.__dict__ = named

    def __eq__(self, other: object) -> bool:
        if type(self) is not type(other):
            return NotImplemented
        return all(getattr(self, name) == getattr(other, name) for name in self.__struct_fields__)

    def __hash__(self) -> int:
        known: int | None = self.__dict__.get("")
        if known is None:
            known = hash((type(self), *(getattr(self, name) for name in self.__struct_fields__)))
            self.__dict__[""] = known
        return known


class field:
    """A default that is made when it is asked for."""

    def __init__(self, *, default_factory: Callable[[], object]) -> None:
        self._made = default_factory

    def __get__(self, record: object, kind: type) -> object:
        return self._made()


def asdict(record: Struct) -> dict[str, Any]:
    """The fields of a record by name."""
    return {name: getattr(record, name) for name in record.__struct_fields__}


def replace(record: T, **changes: object) -> T:
    """A record with some fields changed."""
    assert isinstance(record, Struct)
    return type(record)(**{**asdict(record), **changes})


class NamedTuple(tuple):  # type: ignore[type-arg]
    """A tuple whose places have names."""

    __slots__ = ()
    _fields: tuple[str, ...] = ()
    _defaults: dict[str, object]

    def __init_subclass__(cls) -> None:
        cls._fields = tuple(cls.__annotations__)
        cls.__match_args__ = cls._fields  # type: ignore[misc, attr-defined]
        cls._defaults = {name: vars(cls)[name] for name in cls._fields if name in vars(cls)}
        for number, name in enumerate(cls._fields):
            setattr(cls, name, property(itemgetter(number)))

    def __new__(cls, *values: object, **named: object) -> NamedTuple:
        if len(values) < len(cls._fields):
            named = {**cls._defaults, **named}
            values += tuple(named[name] for name in cls._fields[len(values) :])
        return tuple.__new__(cls, values)

    def _replace(self, **changes: object) -> NamedTuple:
        return type(self)(*(changes.get(n, v) for n, v in zip(self._fields, self, strict=True)))


class Literal:
    """Some of the values of a type; nobody asks which."""

    def __class_getitem__(cls, values: object) -> type:
        return cls


class Protocol:
    """What others implement without saying so."""
