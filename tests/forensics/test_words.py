"""No word, no name and no id is in any file in plain, at any time: every byte is searched, and every byte that is ever written."""

from __future__ import annotations

import base64
import bz2
import gzip
import io
import json
import os
import re
import subprocess
import sys
import zipfile
import zlib
from pathlib import Path

import msgspec
import pyarrow as pa
import pytest

from sayso.app.jobs import people

from ..faults.blows import may_trace  # noqa: TID252 - tests are no package with a name
from .hunting import Hunt
from .life import Life, Planted
from .thief import Remembered

ROOT = Path(__file__).resolve().parents[2]


def test_no_word_name_or_id_is_in_any_file_at_any_time(
    tmp_path: Path, planted: Planted, remembered: Remembered, temporary: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """Database, its log and journal, segments, temporary files, published log, keys, backups; releases where nobody allowed."""
    life = Life(tmp_path / "life", planted, remembered)
    everywhere, outside = Hunt(planted.all(but_released=True)), Hunt(planted.all())
    looks: list[str] = []

    def look(when: str) -> None:
        assert everywhere.in_files(life.folder, temporary) == [], when
        there = [one for one in outside.in_files(life.folder, temporary) if "/releases/" not in one]
        assert there == [], when
        looks.append(when)

    house = life.live(look)
    before = outside.in_files(life.folder / "backups" / "before" / "releases")
    assert any(one.startswith("text of bo") for one in before), "the words Bo allowed are what the release is for"
    assert any(one.startswith("text of dee") for one in before), "and those of Dee were in it until she left"
    assert not any("of dee" in one for one in outside.in_files(life.settings.data)), "an emptied row holds nothing, in any file"
    life.turn(house, look)
    house.close()
    look("after closing")
    assert len(looks) >= 10
    said = capfd.readouterr()
    assert outside.found((said.out + said.err).encode()) == set()


def test_every_byte_that_is_written_anywhere_is_searched(tmp_path: Path, planted: Planted) -> None:
    """Also what was written and is gone again: strace tells every writing call, to whatever file, pipe or socket."""
    given, log = tmp_path / "planted.json", tmp_path / "calls"
    given.write_bytes(msgspec.json.encode(planted))
    life = [sys.executable, "-c", "from tests.forensics.life import main; main()", str(tmp_path / "life"), str(given)]
    calls = "write,pwrite64,writev,pwritev,pwritev2,sendto,sendmsg,sendmmsg,sendfile,copy_file_range,splice"
    tracer = ["strace", "-f", "-qq", "-y", "-xx", "-s", "67108864", "-e", f"trace={calls}", "-o", str(log)]
    traced = may_trace()
    env = os.environ | {"PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}"}
    done = subprocess.run([*(tracer if traced else []), *life], cwd=ROOT, env=env, capture_output=True, check=False, timeout=300)
    assert done.returncode == 0, done.stderr[-2000:]
    assert Hunt(planted.all()).found(done.stdout + done.stderr) == set()
    private, all_of_it = Hunt(planted.all(but_released=True)), Hunt(planted.all())
    assert private.in_files(tmp_path / "life") == []
    if not traced:
        print("nobody may trace here: the files were searched at the end, not each writing call")
        return
    written: dict[str, list[bytes]] = {"to releases": [], "elsewhere": []}
    for line in log.read_text(encoding="ascii", errors="replace").splitlines():
        where = "to releases" if "/releases/" in _path(line) else "elsewhere"
        written[where] += [bytes.fromhex(one.replace("\\x", "")) for one in re.findall(r'"((?:\\x[0-9a-f]{2})+)"', line)]
    assert sum(map(len, written["elsewhere"])) > 100_000, "the calls were seen"
    assert private.found(b"\0".join(written["to releases"])) == set()
    assert all_of_it.found(b"\0".join(written["elsewhere"])) == set()
    assert any("of bo" in one for one in all_of_it.found(b"\0".join(written["to releases"]))), "the search sees what may be written"


def _path(line: str) -> str:
    """The file of a call; strace writes paths in hex as well when it writes everything so."""
    found = re.search(r"\(\d+<([^>]*)>", line)
    raw = found[1] if found else ""
    return bytes.fromhex(raw.replace("\\x", "")).decode(errors="replace") if raw.startswith("\\x") else raw


@pytest.mark.parametrize("where", ["a table", "a file", "a name", "a temporary file"])
def test_the_search_finds_a_name_that_was_written_plainly(
    tmp_path: Path, planted: Planted, remembered: Remembered, temporary: Path, where: str
) -> None:
    from sqlalchemy import text

    from sayso.app.house import create

    life = Life(tmp_path / "life", planted, remembered)
    hunt, name = Hunt(planted.all()), planted.names["ana"]
    with create(life.settings, clock=life.clock) as house:
        with house.writing() as work:
            people.enrol(house, work, name, tier="pro", region="US")
        assert hunt.in_files(life.folder, temporary) == []
        if where == "a table":
            with house.engine.begin() as conn:
                conn.execute(text("create table plain (name text)"))
                conn.execute(text("insert into plain values (:one)"), {"one": name})
        elif where == "a name":
            (life.settings.data / name).touch()
        else:
            folder = temporary if where == "a temporary file" else life.settings.data
            (folder / "notes").write_text(f"remember {name[8:30]} please")  # not even the whole of it
        assert any(one.startswith("name of ana") for one in hunt.in_files(life.folder, temporary))


def zipped(raw: bytes) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("x", raw)
    return made.getvalue()


DISGUISES = {
    "plain": lambda raw: raw,
    "hex": lambda raw: raw.hex().encode(),
    "base64 in a text": lambda raw: base64.b64encode(b"a " + raw + b" b"),
    "utf-16": lambda raw: raw.decode().encode("utf-16"),
    "json": lambda raw: json.dumps({"x": raw.decode()}).encode(),
    "zlib": lambda raw: zlib.compress(b"Lorem ipsum " + raw),
    "gzip": gzip.compress,
    "zip": zipped,
    "bzip2": bz2.compress,
    "zstd": lambda raw: pa.compress(raw * 3, "zstd", asbytes=True),
    "a piece of 16": lambda raw: b"...." + raw[11:27] + b"....",
    "a piece across the reading's edge": lambda raw: bytes((1 << 20) - 7) + raw[3:19],
}


@pytest.mark.parametrize("disguise", list(DISGUISES))
def test_the_search_finds_what_is_planted_in_each_disguise(planted: Planted, disguise: str) -> None:
    for place in ("text", "wide"):
        secret = planted.things["gone"][place]
        around = b"SQLite format 3\0" + os.urandom(500)
        hits = Hunt({place: secret}).found(around + DISGUISES[disguise](secret.encode()) + os.urandom(300))
        assert hits or (place == "wide" and "piece" in disguise), disguise
    assert Hunt({"text": secret}).found(os.urandom(1 << 20)) == set()
