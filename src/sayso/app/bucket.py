"""One bucket of an S3-compatible store, spoken to through `obstore`: the only place that sends sealed blocks over a network."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Any, TypeVar

from sayso.facts.errors import Broken, Unfit

if TYPE_CHECKING:
    from obstore.store import ObjectStore

Given = TypeVar("Given")
_NO_BUCKET = "there is no such bucket; make it first, and check the address"


class S3Bucket:
    """The objects under one prefix of one bucket. Trusted with availability only; what lies there is sealed before it is sent."""

    def __init__(self, store: ObjectStore, address: str) -> None:
        self._store, self._address = store, address

    @classmethod
    def open(cls, address: str, *, endpoint: str, config: Mapping[str, str]) -> S3Bucket:
        """Return the bucket and prefix of *address* (``s3://bucket/prefix``); *config* holds region and credentials."""
        try:
            from obstore.store import S3Store  # noqa: PLC0415  # an extra: needed by nobody who keeps segments in a folder
        except ImportError:
            raise Unfit("segments as objects need the extra `objects`; install it with pip install 'sayso[objects]'") from None
        bucket, _, prefix = address.removeprefix("s3://").partition("/")
        # Both names of the endpoint are given, since one taken from the environment would silently win over the other.
        asked: Any = {**config, "endpoint": endpoint, "aws_endpoint_url_s3": endpoint, "virtual_hosted_style_request": "false"}
        plain = endpoint.startswith("http://")
        try:
            store = S3Store(
                bucket,
                prefix=prefix or None,
                config=asked,
                client_options={"allow_http": plain, "connect_timeout": "5s", "timeout": "60s"},
                retry_config={"max_retries": 4, "retry_timeout": timedelta(seconds=30)},
            )
        except Exception:  # noqa: BLE001  # what the library says of a setting may quote it, and it may be a secret
            raise Unfit(f"the object store `{address}` takes none of these settings; check AWS_* and the endpoint") from None
        return cls(store, address)

    def where(self) -> str:
        """Return the address."""
        return self._address

    def put(self, name: str, raw: bytes) -> None:
        """Store *raw*: one request, so that the object is there whole or not at all."""
        import obstore  # noqa: PLC0415  # the extra

        self._ask("store", lambda: obstore.put(self._store, name, raw, use_multipart=False))

    def get(self, name: str, start: int, length: int) -> bytes | None:
        """Return up to *length* bytes from *start*, `None` where there is no such object."""
        import obstore  # noqa: PLC0415  # the extra

        def part() -> bytes:
            try:
                return obstore.get_range(self._store, name, start=start, length=length).to_bytes()
            except FileNotFoundError:
                raise
            except Exception:
                # A store refuses a range that begins past the end as it refuses anything else; only the size tells which it was.
                if obstore.head(self._store, name)["size"] > start:
                    raise
                return b""

        try:
            return self._ask("read", part)
        except FileNotFoundError:
            return None

    def sizes(self) -> Iterator[tuple[str, int]]:
        """Yield name and bytes of every object that is listed."""
        import obstore  # noqa: PLC0415  # the extra

        pages = obstore.list(self._store)
        while (page := self._ask("list", lambda: next(pages, None))) is not None:
            yield from ((one["path"], one["size"]) for one in page)

    def delete(self, name: str) -> None:
        """Remove *name*; it may be gone already."""
        import obstore  # noqa: PLC0415  # the extra

        try:
            self._ask("remove from", lambda: obstore.delete(self._store, name))
        except FileNotFoundError:
            return

    def _ask(self, what: str, act: Callable[[], Given]) -> Given:
        """Return what *act* returns; any failure but a missing object is one line that quotes nothing the store said."""
        from obstore import exceptions  # noqa: PLC0415  # the extra

        try:
            return act()
        except FileNotFoundError:
            if what == "read":
                raise
            why = _NO_BUCKET
        except (exceptions.PermissionDeniedError, exceptions.UnauthenticatedError):
            why = "it refuses these credentials; check AWS_ACCESS_KEY_ID, AWS_PROFILE and the rights on the bucket"
        except Exception as error:  # noqa: BLE001  # the text of the library holds addresses and headers
            why = _why(str(error))
        raise Broken(f"cannot {what} `{self._address}`: {why}, nothing was acknowledged") from None


def _why(said: str) -> str:
    """Return in a few words what the library's *said* means; it is not repeated, since it holds addresses and headers."""
    if "error sending request" in said or "timed out" in said:
        return "it does not answer; check the endpoint and the network"
    return _NO_BUCKET if "NoSuchBucket" in said or "404 Not Found" in said else "it answers with an error; look at its logs"
