"""Archives and folders that are cut, swollen, locked or lead elsewhere: the rest is read, and each loss has its line."""

from __future__ import annotations

import gzip
import io
import json
import os
import struct
import tracemalloc
import zipfile
from pathlib import Path
from types import SimpleNamespace

import pytest

from sayso.facts.errors import Unfit
from sayso.intake import LIMITS, Limits, read, sniff


def test_an_export_reads_alike_as_zip_folder_and_single_file(make: SimpleNamespace) -> None:
    chats = [make.chat("c1"), make.chat("c2")]
    zipped = make.packed("data.zip", **{"conversations.json": chats})
    folder = make.file("unpacked/conversations.json", chats).parent
    single = make.file("any-name.bin", chats)
    packed = make.folder / "chats.json.gz"
    packed.write_bytes(gzip.compress(json.dumps(chats).encode()))
    readings = [make.told(one).chats for one in (zipped, folder, single, packed)]
    assert len(readings[0]) == 2
    assert all(one == readings[0] for one in readings)


def test_the_batches_of_an_export_are_read_together_and_the_newest_copy_counts(make: SimpleNamespace) -> None:
    old = make.chat("c1", updated_at="2025-08-29T11:00:00Z", name="Old")
    new = make.chat("c1", updated_at="2025-08-30T11:00:00+02:00", name="New")
    first = make.packed("x/data-u-1-h-batch-0000.zip", **{"conversations.json": [new, make.chat("c2")]})
    make.packed("x/data-u-1-h-batch-0001.zip", **{"conversations.json": [old, make.chat("c3")]})
    make.packed("x/data-u-2-h-batch-0000.zip", **{"conversations.json": [make.chat("c9")]})
    for path, expected in ((first, {"c1", "c2", "c3"}), (first.parent, {"c1", "c2", "c3", "c9"})):
        found = make.told(path)
        assert {one.id for one in found.chats} == expected
        assert next(one.title for one in found.chats if one.id == "c1") == "New"
        (left,) = found.lefts
        assert left.source == "data-u-1-h-batch-0001.zip"
        assert left.record == "conversations.json[0]"
        assert "an older copy" in left.why


def test_a_truncated_batch_gives_what_is_whole_in_it_and_a_line(make: SimpleNamespace) -> None:
    path = make.folder / "cut.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as out:
        out.writestr("users.json", json.dumps([{"uuid": "u", "full_name": "Ana", "email_address": "ana@example.org"}]))
        out.writestr("conversations.json", json.dumps([make.chat(f"c{n}") for n in range(20)]))
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) * 2 // 3])
    found = make.told(path)
    assert 5 < len(found.chats) < 20
    assert [one.id for one in found.chats] == [f"c{n}" for n in range(len(found.chats))]
    assert any("damaged zip" in one.why for one in found.lefts)
    assert any("cut short" in one.why for one in found.lefts)


@pytest.mark.parametrize("streamed", [False, True])
def test_a_zip_that_lost_its_list_of_files_is_read_file_by_file(make: SimpleNamespace, streamed: bool) -> None:
    class Pipe(io.BytesIO):
        def seekable(self) -> bool:
            return not streamed

        def seek(self, *args: int) -> int:
            if streamed:
                raise io.UnsupportedOperation
            return super().seek(*args)

    pipe = Pipe()
    with zipfile.ZipFile(pipe, "w", zipfile.ZIP_DEFLATED) as out:
        out.writestr("conversations.json", json.dumps([make.chat("c1")]))
        out.writestr("../memories.json", json.dumps([{"conversations_memory": "Ana likes tea"}]))
        out.writestr("more.json", json.dumps([make.chat("c2")]))
    raw = pipe.getvalue()
    path = make.file("lost.zip", raw[: raw.index(b"PK\x01\x02")])
    found = make.told(path)
    assert [one.id for one in found.chats] == ["c1", "c2"]
    assert [one.why for one in found.lefts if "damaged zip" in one.why]


def test_a_zip_bomb_stops_at_the_limit_and_the_rest_is_read(make: SimpleNamespace) -> None:
    path = make.packed("bomb.zip", **{"a.json": [make.chat("c1")], "bomb.json": b"[" + b" " * 3_000_000 + b"]"})
    limits = Limits(ratio=100, ratio_from=500_000)
    found = make.told(path, limits)
    assert [one.id for one in found.chats] == ["c1"]
    assert not [one for one in found.lefts if "more than is allowed" in one.why and "a.json" in one.record]
    swollen = make.packed(
        "swollen.zip", **{"conversations.json": b"[" + json.dumps(make.chat("c1")).encode() + b"," + b" " * 3_000_000 + b"]"}
    )
    found = make.told(swollen, limits)
    assert [one.id for one in found.chats] == ["c1"]
    assert any("more than is allowed" in one.why for one in found.lefts)


def test_one_file_and_all_files_together_have_a_limit(make: SimpleNamespace) -> None:
    path = make.packed("big.zip", **{"a.json": [make.chat(f"a{n}") for n in range(100)], "b.json": [make.chat("b")]})
    assert len(make.told(path).chats) == 101
    one = make.told(path, Limits(entry=20_000))
    assert {"b"} <= {chat.id for chat in one.chats}
    assert any("more than is allowed" in left.why for left in one.lefts)
    assert any("more than is allowed" in left.why for left in make.told(path, Limits(total=20_000)).lefts)
    with pytest.raises(Unfit):
        read(path, limits=Limits(entries=0))


def test_a_gzip_bomb_stops_at_the_limit(make: SimpleNamespace) -> None:
    body = json.dumps({"messages": [{"role": "user", "content": "Hello"}]}).encode() + b"\n"
    path = make.file("a.jsonl.gz", gzip.compress(body * 3) + gzip.compress(b" " * 3_000_000 + b"\n" + body))
    found = make.told(path, Limits(ratio=100, ratio_from=500_000))
    assert len(found.chats) == 1
    assert any("more than is allowed" in one.why for one in found.lefts)
    assert len([one for one in make.told(path).lefts if "stands earlier" in one.why]) == 3


def test_a_gzip_that_is_cut_gives_the_lines_before_the_cut(make: SimpleNamespace) -> None:
    rows = [{"messages": [{"role": "user", "content": f"Hello {n} {os.urandom(40).hex()}"}]} for n in range(2000)]
    raw = gzip.compress("".join(json.dumps(one) + "\n" for one in rows).encode())
    found = make.told(make.file("cut.jsonl.gz", raw[: len(raw) // 2]))
    assert 100 < len(found.chats) < 2000
    assert any("cut short" in one.why for one in found.lefts)


def test_nested_archives_are_named_and_not_opened(make: SimpleNamespace) -> None:
    inner = make.packed("inner.zip", **{"conversations.json": [make.chat("c2")]}).read_bytes()
    path = make.packed(
        "outer.zip", **{"conversations.json": [make.chat("c1")], "inner.zip": inner, "x.json.gz": gzip.compress(b"[]")}
    )
    found = make.told(path)
    assert [one.id for one in found.chats] == ["c1"]
    assert {(one.record, one.why.split(";")[0]) for one in found.lefts} == {
        ("inner.zip", "a zip inside an archive"),
        ("x.json.gz", "packed inside an archive"),
    }


def test_an_encrypted_entry_is_named_and_the_rest_is_read(make: SimpleNamespace) -> None:
    path = make.packed("locked.zip", **{"conversations.json": [make.chat("c1")], "secret.json": [make.chat("c2")]})
    raw = bytearray(path.read_bytes())
    at = raw.rindex(b"PK\x01\x02")
    struct.pack_into("<H", raw, at + 8, struct.unpack_from("<H", raw, at + 8)[0] | 1)
    path.write_bytes(raw)
    found = make.told(path)
    assert [one.id for one in found.chats] == ["c1"]
    (left,) = found.lefts
    assert (left.source, left.record) == ("locked.zip", "secret.json")
    assert "encrypted" in left.why
    both = raw[:]
    first = both.index(b"PK\x01\x02")
    struct.pack_into("<H", both, first + 8, struct.unpack_from("<H", both, first + 8)[0] | 1)
    path.write_bytes(both)
    with pytest.raises(Unfit, match="encrypted"):
        sniff(path)


@pytest.mark.parametrize("name", ["../x.json", "a/../../x.json", "/etc/x.json", "C:\\x.json", "..\\x.json", "\\\\host\\x.json"])
def test_a_path_that_leads_out_of_the_archive_is_not_read(make: SimpleNamespace, name: str) -> None:
    path = make.packed("out.zip", **{"conversations.json": [make.chat("c1")], name: [make.chat("c2")]})
    found = make.told(path)
    assert [one.id for one in found.chats] == ["c1"]
    assert [one.why for one in found.lefts] == ["its path leads out of the archive"]


def test_a_link_is_never_followed(make: SimpleNamespace) -> None:
    secret = make.file("elsewhere/secret.json", [make.chat("secret")])
    folder = make.file("export/conversations.json", [make.chat("c1")]).parent
    (folder / "link.json").symlink_to(secret)
    (folder / "deep").symlink_to(secret.parent, target_is_directory=True)
    found = make.told(folder)
    assert [one.id for one in found.chats] == ["c1"]
    assert sorted(one.record for one in found.lefts) == ["deep", "link.json"]
    path = make.folder / "links.zip"
    with zipfile.ZipFile(path, "w") as out:
        out.writestr("conversations.json", json.dumps([make.chat("c1")]))
        link = zipfile.ZipInfo("link.json")
        link.external_attr = 0o120777 << 16
        out.writestr(link, str(secret))
    found = make.told(path)
    assert [one.id for one in found.chats] == ["c1"]
    assert "a link" in found.lefts[0].why


def test_a_flipped_bit_in_a_zip_costs_one_file(make: SimpleNamespace) -> None:
    path = make.packed("flip.zip", **{"a.json": [make.chat("c1")], "b.json": [make.chat(f"d{n}") for n in range(9)]})
    raw = bytearray(path.read_bytes())
    raw[raw.index(b"b.json") + 60] ^= 0xFF
    path.write_bytes(raw)
    found = make.told(path)
    assert found.chats[0].id == "c1"
    assert any("damaged" in one.why or "cut short" in one.why for one in found.lefts)


def test_what_is_no_export_is_refused_with_what_was_found(make: SimpleNamespace) -> None:
    for path, found in (
        (make.file("empty.json", b""), "nothing, it is empty"),
        (make.packed("empty.zip"), "no files"),
        (make.file("dir/.keep", b"").parent, "nothing, it is empty"),
        (make.file("letter.txt", b"Dear Ana,\nall well.\n"), "no JSON"),
        (make.file("utf16.json", json.dumps([make.chat("c")]).encode("utf-16")), "UTF-16"),
        (make.file("photo.png", b"\x89PNG\r\n\x1a\n" + bytes(range(256))), "no JSON"),
        (make.file("other.json", {"orders": []}), "one JSON object"),
        (make.file("nul.json", b"\0" * 100), "no JSON"),
        (make.file("chats.7z", b"7z\xbc\xaf" + bytes(40)), "a 7z archive"),
        (make.file("chats.tar.gz", gzip.compress(bytes(257) + b"ustar" + bytes(300))), "a tar archive"),
        (make.file("half.zip", b"PK\x03\x04" + b"\0" * 10), "damaged zip"),
    ):
        with pytest.raises(Unfit) as refusal:
            read(path)
        assert found in str(refusal.value), path.name
        assert "hand in one of `claude`, `chatgpt`" in str(refusal.value)
        assert path.name in str(refusal.value)
        assert str(make.folder) not in str(refusal.value)
    for missing in (make.folder / "missing.zip", Path("a\0b"), Path("x" * 5000)):
        with pytest.raises(Unfit):
            read(missing)


def test_two_exports_in_one_folder_are_refused_with_both_names(make: SimpleNamespace) -> None:
    make.packed("both/claude.zip", **{"conversations.json": [make.chat("c1")]})
    make.packed("both/chatgpt.zip", **{"conversations.json": [make.gpt("g1")]})
    with pytest.raises(Unfit, match="`chatgpt` and `claude` at once"):
        sniff(make.folder / "both")


def test_a_file_somebody_uploaded_does_not_change_what_the_export_is(make: SimpleNamespace) -> None:
    uploaded = b'{"messages": [{"role": "user", "content": "x"}]}\n'
    path = make.packed("data.zip", **{"conversations.json": [make.gpt("g1")], "file-1.jsonl": uploaded})
    found = make.told(path)
    assert [one.id for one in found.chats] == ["g1"]
    assert [one.record for one in found.lefts] == ["file-1.jsonl"]


def test_names_in_an_archive_cannot_break_a_line(make: SimpleNamespace) -> None:
    path = make.packed("data.zip", **{"conversations.json": [make.chat("c1")], "a\nb\x1b[31m.txt": b"x"})
    (left,) = make.told(path).lefts
    assert "\n" not in left.line()
    assert "\x1b" not in left.line()


def test_an_import_that_is_not_finished_lets_go_of_the_file(make: SimpleNamespace) -> None:
    reading = read(make.packed("data.zip", **{"conversations.json": [make.chat("c1"), make.chat("c2")]}), limits=LIMITS)
    next(reading)
    reading.close()  # type: ignore[attr-defined]
    assert list(reading) == []


def test_a_large_export_is_never_held_whole(make: SimpleNamespace) -> None:
    words = "some words " * 300
    path = make.file("conversations.json", [make.chat(f"c{n}", [make.said("m", "human", words + str(n))]) for n in range(3000)])
    size = path.stat().st_size
    assert size > 20_000_000
    tracemalloc.start()
    try:
        count = sum(1 for _ in read(path))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert count == 3000
    assert peak < size / 2


def test_a_line_far_over_the_limit_is_never_held_whole(make: SimpleNamespace) -> None:
    row = b'{"messages": [{"role": "user", "content": "%s"}]}\n'
    path = make.file("chats.jsonl", row % (b"a" * 30_000_000) + row % b"Hello")
    tracemalloc.start()
    try:
        found = make.told(path, Limits(record=1_000_000))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert [one.turns[0].text for one in found.chats] == ["Hello"]
    assert [(one.record, one.why) for one in found.lefts] == [("line 1", "the line is longer than 1000000 bytes")]
    assert peak < 12_000_000
