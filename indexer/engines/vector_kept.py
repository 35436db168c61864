"""What was made last is kept to be asked for again, within a number of bytes."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Generic, Protocol, TypeVar


class Sized(Protocol):
    """What takes some bytes."""

    @property
    def room(self) -> int:
        """How many."""
        ...


Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value", bound=Sized)


class Kept(Generic[Key, Value]):
    """What was made last, within a number of bytes; for any number of threads."""

    def __init__(self, most: int) -> None:
        self.most = most
        self._room = 0
        self._values: OrderedDict[Key, Value] = OrderedDict()
        self._changing = threading.Lock()

    def get(self, key: Key, make: Callable[[Key], Value]) -> Value:
        """The value of a key, made where it is not there."""
        found = self.find(key)
        if found is None:
            # Two threads may make the same, which is no harm.
            found = make(key)
            self.put(key, found)
        return found

    def find(self, key: Key) -> Value | None:
        """The value of a key, if it is there."""
        with self._changing:
            found = self._values.get(key)
            if found is not None:
                self._values.move_to_end(key)
            return found

    def put(self, key: Key, value: Value) -> None:
        """Keeps a value instead of what the key had."""
        with self._changing:
            former = self._values.pop(key, None)
            self._values[key] = value
            self._room += value.room - (0 if former is None else former.room)
            while self._room > self.most and len(self._values) > 1:
                self._room -= self._values.popitem(last=False)[1].room
