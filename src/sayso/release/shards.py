"""The data files of a release: Parquet for training, JSON lines for reading, both in the order of the blinded ids."""

from __future__ import annotations

import importlib
from collections import Counter
from collections.abc import Callable, Collection, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct

from sayso.facts.errors import Unfit
from sayso.release.plan import LineageLine
from sayso.release.rows import Message, Row
from sayso.release.spill import Spill

SHARD_BYTES = 256 << 20
GROUP_ROWS = 512
GROUP_BYTES = 16 << 20
COLUMNS = ("id", "messages", "language", "surface", "tier", "labels")
_ENCODER = msgspec.json.Encoder()
# JSON allows these inside a string, but readers that cut text into lines cut here too.
_LINE_ENDS = ((b"\xe2\x80\xa8", b"\\u2028"), (b"\xe2\x80\xa9", b"\\u2029"), (b"\xc2\x85", b"\\u0085"))


class Shared(Struct, frozen=True, kw_only=True):
    """What of a row is written into the folder that is shared: no conversation id, no turn numbers."""

    id: str
    messages: tuple[Message, ...]
    language: str
    surface: str
    tier: str
    labels: tuple[str, ...]


def arrow() -> Any:
    """Return pyarrow with its Parquet part, or say how to get it."""
    try:
        importlib.import_module("pyarrow.parquet")
        return importlib.import_module("pyarrow")
    except ImportError:
        raise Unfit("Parquet needs pyarrow, which is not installed; run `pip install sayso[release]`") from None


def plan_shards(spill: Spill, shard_bytes: int) -> list[list[str]]:
    """Return the ids of each shard, in order: a new one begins where *shard_bytes* of JSON would be passed."""
    shards: list[list[str]] = [[]]
    size = 0
    for one in spill.ids():
        if shards[-1] and size + spill.size(one) > shard_bytes:
            shards.append([])
            size = 0
        shards[-1].append(one)
        size += spill.size(one)
    return shards


def write_shards(
    folder: Path, lineage: Path, spill: Spill, shard_bytes: int, took: Callable[[Row], None] = lambda _: None
) -> tuple[int, Counter[str]]:
    """Write all data files below *folder* and the lineage to the file *lineage*, telling *took* of each row.

    Return the number of messages, and of rows by language.
    """
    (folder / "data").mkdir()
    (folder / "jsonl").mkdir()
    shards = plan_shards(spill, shard_bytes)
    said, languages = 0, Counter[str]()
    with (folder / "ids.txt").open("w", encoding="ascii", newline="\n") as ids, lineage.open("wb") as inside:
        for number, shard in enumerate(shards):
            name = f"train-{number:05d}-of-{len(shards):05d}"
            with ExitStack() as stack:
                parquet = stack.enter_context(_Parquet(folder / "data" / f"{name}.parquet"))
                lines = stack.enter_context((folder / "jsonl" / f"{name}.jsonl").open("wb"))
                for one in shard:
                    row = spill.row(one)
                    parquet.add(row, spill.size(one))
                    lines.write(_line(_shared(row)))
                    behind = LineageLine(id=row.id, conversation=row.conversation, turns=row.turns, account=row.account)
                    inside.write(_line(behind))
                    ids.write(f"{row.id}\n")
                    said += len(row.messages)
                    languages[row.language] += 1
                    took(row)
    return said, languages


def schema() -> Any:
    """Return the Arrow schema: `messages` is what chat trainers such as TRL read."""
    pa = arrow()
    message = pa.struct([pa.field("role", pa.string()), pa.field("content", pa.string())])
    kinds = {"messages": pa.list_(message), "labels": pa.list_(pa.string())}
    return pa.schema([pa.field(name, kinds.get(name, pa.string())) for name in COLUMNS])


class _Parquet:
    """One Parquet file, written a row group at a time; settings are fixed, so that the same rows give the same bytes."""

    def __init__(self, path: Path) -> None:
        self._pa = arrow()
        self._schema = schema()
        self._writer = self._pa.parquet.ParquetWriter(
            path,
            self._schema,
            compression="zstd",
            compression_level=9,
            version="2.6",
            data_page_version="1.0",
            use_dictionary=["language", "surface", "tier"],
            write_statistics=False,
            store_schema=False,
        )
        self._rows: list[dict[str, Any]] = []
        self._bytes = 0

    def __enter__(self) -> _Parquet:
        return self

    def __exit__(self, *_: object) -> None:
        if self._rows:
            self._flush()
        self._writer.close()

    def add(self, row: Row, size: int) -> None:
        self._rows.append(msgspec.to_builtins(_shared(row)))
        self._bytes += size
        if len(self._rows) >= GROUP_ROWS or self._bytes >= GROUP_BYTES:
            self._flush()

    def group(self, rows: list[dict[str, Any]]) -> None:
        """Write *rows* as one row group."""
        self._writer.write_table(self._pa.Table.from_pylist(rows, schema=self._schema), row_group_size=len(rows))

    def _flush(self) -> None:
        self.group(self._rows)
        self._rows, self._bytes = [], 0


def groups(path: Path) -> list[int]:
    """Return the number of rows in each row group of the Parquet file at *path*."""
    about = arrow().parquet.read_metadata(path)
    return [about.row_group(n).num_rows for n in range(about.num_row_groups)]


def group(path: Path, number: int) -> list[dict[str, Any]]:
    """Return the rows of one row group of the Parquet file at *path*."""
    rows: list[dict[str, Any]] = packed_group(path, number).to_pylist()
    return rows


def packed_group(path: Path, number: int) -> Any:
    """Return one row group of the Parquet file at *path* as an Arrow table, which takes a tenth of the memory of its rows."""
    with arrow().parquet.ParquetFile(path) as file:
        return file.read_row_group(number)


def unpacked(table: Any, place: int) -> dict[str, Any]:
    """Return the row at *place* of an Arrow table."""
    row: dict[str, Any] = table.slice(place, 1).to_pylist()[0]
    return row


def ids_in(path: Path) -> list[str]:
    """Return the ids in the Parquet file at *path*, without reading the rest of it."""
    ids: list[str] = arrow().parquet.read_table(path, columns=["id"])["id"].to_pylist()
    return ids


def hollow(row: dict[str, Any]) -> dict[str, Any]:
    """Return *row* in its place with no word left in it: the id, and how many messages by whom."""
    empty = [{"role": message["role"], "content": ""} for message in row["messages"]]
    return {**row, "messages": empty, "language": "", "surface": "", "tier": "", "labels": []}


def hollow_parquet(path: Path, to: Path, ids: Collection[str]) -> None:
    """Write the Parquet file at *path* to *to*, row group by row group, with the rows of *ids* emptied."""
    with _Parquet(to) as out:
        for number in range(len(groups(path))):
            out.group([hollow(row) if row["id"] in ids else row for row in group(path, number)])


def hollow_jsonl(path: Path, to: Path, ids: Collection[str]) -> None:
    """Write the JSON lines at *path* to *to* with the rows of *ids* emptied."""
    with path.open("rb") as lines, to.open("wb") as out:
        for line in lines:
            row = msgspec.json.decode(line)
            out.write(_line(hollow(row)) if row["id"] in ids else line)


def lineage_lines(path: Path) -> Iterator[LineageLine]:
    """Yield the lines of a lineage file."""
    decoder = msgspec.json.Decoder(LineageLine)
    with path.open("rb") as file:
        for line in file:
            yield decoder.decode(line)


def _shared(row: Row) -> Shared:
    return Shared(id=row.id, messages=row.messages, language=row.language, surface=row.surface, tier=row.tier, labels=row.labels)


def _line(value: object) -> bytes:
    raw = _ENCODER.encode(value)
    for plain, escaped in _LINE_ENDS:
        raw = raw.replace(plain, escaped)
    return raw + b"\n"
