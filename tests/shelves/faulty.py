"""Buckets that do what stores of objects do on a bad day."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from sayso.facts.errors import Broken
from sayso.vault import Bucket


class MemoryBucket:
    """The best of all stores: everything at once."""

    def __init__(self) -> None:
        self.objects: dict[str, bytes] = {}

    def put(self, name: str, raw: bytes) -> None:
        self.objects[name] = raw

    def get(self, name: str, start: int, length: int) -> bytes | None:
        found = self.objects.get(name)
        return None if found is None else found[start : start + length]

    def sizes(self) -> Iterator[tuple[str, int]]:
        yield from [(name, len(raw)) for name, raw in self.objects.items()]

    def delete(self, name: str) -> None:
        self.objects.pop(name, None)

    def where(self) -> str:
        return "s3://memory/town"


class _Around:
    def __init__(self, inner: Bucket) -> None:
        self.inner = inner

    def put(self, name: str, raw: bytes) -> None:
        self.inner.put(name, raw)

    def get(self, name: str, start: int, length: int) -> bytes | None:
        return self.inner.get(name, start, length)

    def sizes(self) -> Iterator[tuple[str, int]]:
        return self.inner.sizes()

    def delete(self, name: str) -> None:
        self.inner.delete(name)

    def where(self) -> str:
        return self.inner.where()


class LateListing(_Around):
    """Lists what was there some changes ago: new objects are missing from it, removed ones still stand in it."""

    def __init__(self, inner: Bucket, behind: int = 3) -> None:
        super().__init__(inner)
        self.seen: list[list[tuple[str, int]]] = [[]] * behind

    def sizes(self) -> Iterator[tuple[str, int]]:
        self.seen.append(list(self.inner.sizes()))
        yield from self.seen.pop(0)


class NoListing(_Around):
    """Never lists anything at all."""

    def sizes(self) -> Iterator[tuple[str, int]]:
        yield from ()


class FailsButStores(_Around):
    """Stores what it is given and says that it did not, while it is *failing*."""

    failing = False

    def put(self, name: str, raw: bytes) -> None:
        self.inner.put(name, raw)
        if self.failing:
            raise Broken("cannot store `s3://memory/town`: it does not answer, nothing was acknowledged")


class Alters(_Around):
    """Stores another last byte than it is given, while it is *altering*."""

    altering = False

    def put(self, name: str, raw: bytes) -> None:
        self.inner.put(name, raw[:-1] + bytes([raw[-1] ^ 1]) if self.altering else raw)


class GivesLess(_Around):
    """Gives at most 40 bytes of any range."""

    def get(self, name: str, start: int, length: int) -> bytes | None:
        return self.inner.get(name, start, min(length, 40))


class Twice(_Around):
    """Does everything that changes twice, as a client does that did not hear the first answer."""

    def put(self, name: str, raw: bytes) -> None:
        self.inner.put(name, raw)
        self.inner.put(name, raw)

    def delete(self, name: str) -> None:
        self.inner.delete(name)
        self.inner.delete(name)


class Late(_Around):
    """Carries out what was asked only when `arrive` is called, saying at once that it failed: a request lost in the network."""

    def __init__(self, inner: Bucket) -> None:
        super().__init__(inner)
        self.under_way: list[Callable[[], None]] = []
        self.slow = False

    def put(self, name: str, raw: bytes) -> None:
        self._do(lambda: self.inner.put(name, raw))

    def delete(self, name: str) -> None:
        self._do(lambda: self.inner.delete(name))

    def _do(self, act: Callable[[], None]) -> None:
        if not self.slow:
            act()
            return
        self.under_way.append(act)
        raise Broken("cannot reach `s3://memory/town`: it does not answer, nothing was acknowledged")

    def arrive(self) -> None:
        for act in self.under_way:
            act()
        self.under_way.clear()
