"""What an e-mail, an editor or a half download makes of a file: `verify.html` and `sayso verify` say the same of it, in one clear line.

Nobody's file holds because it was changed, nothing hangs, and the page goes on: the file as it was handed out holds right after.
"""

from __future__ import annotations

import base64
import gzip
import io
import json
import quopri
import shutil
import tempfile
import textwrap
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from tests.browser.test_verify_page import Made, agree, another, desk, give, made, stranger, written
from tests.proofs.test_adversary import FALSE, KEY, alike

from sayso import proofs
from sayso.app.jobs.whose import whose
from sayso.app.stranger import verify_page

__all__ = ["another", "desk", "made", "stranger"]
pytestmark = pytest.mark.browser


def zipped(raw: bytes) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        archive.writestr("receipt.json", raw)
    return held.getvalue()


def wrapped(raw: bytes, width: int = 76) -> bytes:
    """As an e-mail that wraps long lines; where there is no space it breaks a word."""
    return "\n".join(part for line in raw.decode().split("\n") for part in textwrap.wrap(line, width) or [""]).encode()


BENT: dict[str, Callable[[bytes], bytes]] = {
    "nothing in it": lambda raw: b"",
    "only spaces": lambda raw: b" \r\n\t",
    "its first half": lambda raw: raw[: len(raw) // 2],
    "its last byte lost": lambda raw: raw.rstrip()[:-1],
    "twice": lambda raw: raw + raw,
    "UTF-16": lambda raw: raw.decode().encode("utf-16"),
    "UTF-16, no mark": lambda raw: raw.decode().encode("utf-16-be"),
    "a byte order mark": lambda raw: b"\xef\xbb\xbf" + raw,
    "a mark and CR LF": lambda raw: b"\xef\xbb\xbf" + raw.replace(b"\n", b"\r\n"),
    "spaces that do not break": lambda raw: raw.replace(b" ", "\u00a0".encode()),
    "curly quotation marks": lambda raw: "\u201c".encode() + raw.replace(b'"', "\u201d".encode()),
    "wrapped": wrapped,
    "wrapped and quoted": lambda raw: b"> " + wrapped(raw).replace(b"\n", b"\n> "),
    "quoted-printable": lambda raw: quopri.encodestring(raw),
    "base64": base64.encodebytes,
    "compressed": lambda raw: gzip.compress(raw, mtime=0),
    "a zip archive": zipped,
    "a NUL at its end": lambda raw: raw + b"\0",
    "a letter around it": lambda raw: b"Dear Ana,\n\nhere it is:\n\n" + raw,
    "a picture": lambda raw: b"\x89PNG\r\n\x1a\n" + raw,
    "a PDF": lambda raw: b"%PDF-1.7\n" + raw,
    "latin-1": lambda raw: raw.decode().replace("a", "\u00e4", 1).encode("latin-1", "replace"),
    "half a sign": lambda raw: raw[:40] + b"\xc3" + raw[40:],
}
"""What becomes of a file on its way, and none of it leaves a file that holds."""

SAYS = {
    "nothing in it": "the file is empty; it was not copied or downloaded whole",
    "only spaces": "the file is empty; it was not copied or downloaded whole",
    "its first half": "the file breaks off before its end; it was not copied or downloaded whole",
    "its last byte lost": "the file breaks off before its end; it was not copied or downloaded whole",
    "UTF-16": "the file was saved as UTF-16, as some editors do; take the file as it was handed out",
    "a byte order mark": "the file begins with a byte order mark, which an editor put there; take the file as it was handed out",
    "spaces that do not break": "the file holds signs that an e-mail or a word processor puts in, such as spaces that do not break; take the file as it was handed out",
    "wrapped": "the file has line breaks in the middle of its texts, as e-mails put them in; take the file as it was handed out, as an attachment",
    "compressed": "the file is compressed; unpack it and give what is in it",
    "a zip archive": "the file is a zip archive; unpack it and give what is in it",
    "a picture": "the file is a picture, which proves nothing; take the file as it was handed out",
}


@pytest.mark.parametrize("how", BENT)
def test_what_became_of_a_file_on_its_way_is_said_alike_and_never_holds(desk: Page, made: Made, tmp_path: Path, how: str) -> None:
    files = {**made.files, "checkpoint": checkpoint(made)}
    bent = [BENT[how](raw) for raw in files.values()]
    assert not any(agree(desk, tmp_path, made.key, bent)), how
    for name, raw in zip(files, bent, strict=True):
        lines = proofs.verify(written(tmp_path, raw), made.key).lines
        assert len(lines) == 2, (name, lines)
        assert all(len(line) < 300 and "\n" not in line for line in lines)
        if how in SAYS and files[name].startswith(b"{"):
            assert lines[0] == f"does not hold: {SAYS[how]}", name


def checkpoint(made: Made) -> bytes:
    """The signed checkpoint on Ana's receipt, as a log serves it."""
    return str(json.loads(made.files["receipt of ana"])["evidence"]["checkpoint"]).encode()


def test_line_ends_of_windows_are_harmless_in_json_and_named_everywhere_else(desk: Page, made: Made, tmp_path: Path) -> None:
    files = {**made.files, "checkpoint": checkpoint(made)}
    bent = [raw.replace(b"\n", b"\r\n") for raw in files.values()]
    held = dict(zip(files, agree(desk, tmp_path, made.key, bent), strict=True))
    assert {name for name, ok in held.items() if not ok} == {name for name, raw in files.items() if not raw.startswith(b"{")}
    for name in ("tlog-proof", "checkpoint"):
        said = proofs.verify(written(tmp_path, files[name].replace(b"\n", b"\r\n")), made.key).lines[0]
        assert (
            said
            == "does not hold: the file has other line ends than it was written with (CR LF); take the file as it was handed out"
        )


def changed(raw: bytes) -> list[bytes]:
    """Copies of JSON data in which one value after the other is of another kind: a number as text, text as a number, and worse."""
    made: list[bytes] = []

    def visit(value: Any, put: Callable[[Any], None]) -> None:
        if type(value) is int:
            others: list[Any] = [str(value), float(value), -value - 1, 2**53, 10**400]
        elif isinstance(value, str):
            others = [7, None, [value], value + " "]
        else:
            others = [value and None, "x", {}, []]
        for other in others[: 5 if len(made) < 60 else 2]:
            put(other)
            made.append(json.dumps(told).encode())
        put(value)
        pairs = value.items() if isinstance(value, dict) else list(enumerate(value))[:2] if isinstance(value, list) else []
        for name, below in list(pairs):
            visit(below, lambda other, name=name, value=value: value.__setitem__(name, other))

    told = json.loads(raw)
    for name, below in list(told.items()):
        visit(below, lambda other, name=name: told.__setitem__(name, other))
    return made


def test_numbers_as_text_and_every_other_wrong_kind_of_value_are_judged_alike(desk: Page, made: Made, tmp_path: Path) -> None:
    for name, raw in made.files.items():
        if not raw.startswith(b"{") or name.startswith(("unfair", "receipt of bo", "receipt of ana later")):
            continue
        held = agree(desk, tmp_path, made.key, bent := changed(raw))
        assert len(bent) > 20
        # What still holds has the same value in another spelling, such as 5.0 for 5; or it is of another conversation.
        assert sum(held) <= len(bent) // 20 + 4, name


def test_a_stranger_gives_the_log_a_receipt_and_a_release_at_once_and_none_is_passed_over(
    stranger: Callable[..., Page], made: Made, tmp_path: Path
) -> None:
    kit = tmp_path / "kit"
    shutil.copytree(made.release, kit / "r1")
    shutil.copy(made.release.with_name("r1.proof.json"), kit / "r1.proof.json")
    shutil.copytree(made.release.parents[2] / "log", kit / "log")
    (kit / "receipt.json").write_bytes(made.files["receipt of bo"])
    (kit / "witness.pub").write_text(made.key.replace("+A", "+B", 1) + "\n")
    page = stranger()
    (kit / "verify.html").write_text(verify_page(made.key).html, encoding="utf-8")
    page.locator("#folder").set_input_files(str(kit))
    expect(page.locator("article")).to_have_count(5)
    said = {box.locator(".name").inner_text(): box for box in page.locator("article").all()}
    assert set(said) == {"kit/r1/manifest.json", "kit/receipt.json", "kit/witness.pub", "kit/verify.html", "kit/log/"}
    expect(said["kit/verify.html"].locator("h3")).to_have_text("This page does not know this kind of file")
    expect(said["kit/r1/manifest.json"]).to_contain_text("its manifest is unchanged")
    expect(said["kit/receipt.json"]).to_contain_text("answered refuse for model_training")
    expect(said["kit/witness.pub"]).to_contain_text("is a public key and no proof; it goes where a key is asked for")
    expect(said["kit/witness.pub"].locator("h3")).to_have_text("This page does not know this kind of file")
    for name in ("kit/r1/manifest.json", "kit/receipt.json"):
        expect(said["kit/log/"]).to_contain_text(f"the line in {name} stands in this log at its place")
    # The same one by one, and without the proof of the release: that is missing, and nothing is wrong with the rest.
    give(page, {"manifest.json": (kit / "r1" / "manifest.json").read_bytes(), "receipt.json": made.files["receipt of bo"]})
    expect(page.locator("article h3")).to_have_text(["Nothing can be told yet", "It holds"])
    expect(page.locator("article").first).to_have_attribute("data-ok", "false")
    proof = (kit / "r1.proof.json").read_bytes()
    give(
        page,
        {
            "manifest.json": (kit / "r1" / "manifest.json").read_bytes(),
            "r1.proof.json": proof,
            "receipt.json": made.files["receipt of bo"],
        },
    )
    expect(page.locator("article h3")).to_have_text(["It holds", "It holds"])


def test_a_copy_of_the_log_that_is_older_than_a_receipt_is_no_sign_of_a_changed_past(
    stranger: Callable[..., Page], made: Made, tmp_path: Path
) -> None:
    shutil.copytree(made.release.parents[2] / "older", tmp_path / "kit" / "log")
    (tmp_path / "kit" / "receipt.json").write_bytes(made.files["receipt of bo"])
    page = stranger()
    page.locator("#folder").set_input_files(str(tmp_path / "kit"))
    expect(page.locator("article")).to_have_count(2)
    last = page.locator("article").nth(1)
    expect(last).to_have_attribute("data-ok", "apart")
    expect(last).to_contain_text("fetch the log anew, and if it still shows fewer, it went backwards")


def test_after_anything_at_all_the_page_goes_on(stranger: Callable[..., Page], made: Made) -> None:
    page = stranger()
    worst = {
        "huge.json": b"{" + b" " * 50_000_000,
        "quotes.json": b'{"a":"' + b'\\"' * 1_500_000 + b'"',
        "deep.json": b"[" * 3_000_000,
        "spaces.txt": b"x" + b" " * 3_000_000 + b"x",
        "lines.tlog-proof": b"c2sp.org/tlog-proof@v1\n" * 100_000,
        "note": b"\n\n" + "— a AAAAAAAA\n".encode() * 50_000,
    }
    for name, raw in worst.items():
        with tempfile.NamedTemporaryFile(suffix=name) as file:
            file.write(raw)
            file.flush()
            page.locator("#files").set_input_files(file.name)
            box = page.locator("article", has_text=Path(file.name).name)
            expect(box).to_have_attribute("data-ok", "false")
            expect(box.locator("li").first).to_contain_text("does not hold: ")
    give(page, {"receipt.json": made.files["receipt of bo"], "other.json": BENT["wrapped"](made.files["receipt of bo"])})
    expect(page.locator("article h3")).to_have_text(["It holds", "It does not hold"])
    # What is pasted loses its last line end in the field, and an e-mail of it is still told.
    page.locator("#paste summary").click()
    page.locator("#pasted").fill(made.files["tlog-proof"].decode().rstrip("\n"))
    page.locator("#check").click()
    expect(page.locator("article h3")).to_have_text(["It holds"])


def test_files_are_told_apart_by_what_they_say_in_whatever_order_they_come(stranger: Callable[..., Page], made: Made) -> None:
    page = stranger()
    for order in (("receipt of ana", "receipt of ana later"), ("receipt of ana later", "receipt of ana")):
        give(page, {f"{name}.json": made.files[name] for name in order})
        old = page.locator("article", has_text="receipt of ana.json")
        expect(old.locator("h3")).to_have_text("It held, and was overtaken")
        expect(page.locator("article", has_text="receipt of ana later.json").locator("h3")).to_have_text("It holds")


def test_whose_file_it_is_and_which_key_is_missing_is_said_by_both(desk: Page, made: Made, another: Made, tmp_path: Path) -> None:
    for name in ("receipt of bo", "tlog-proof", "html of ana"):
        assert agree(desk, tmp_path, made.key, [another.files[name]]) == [False]
        hint = whose(written(tmp_path, another.files[name]), made.key)
        theirs, ours = another.key.split("+")[0], made.key.split("+")[0]
        assert hint == f"it is of `{theirs}`, and the key given is of `{ours}`: check it with the public key of the one it is of"
    renewed = proofs.SigningKey(made.key.split("+")[0], bytes(32)).vkey()
    assert agree(desk, tmp_path, renewed, [made.files["receipt of bo"]]) == [False]
    assert "the log has changed its key, or somebody else uses its name" in str(
        whose(written(tmp_path, made.files["receipt of bo"]), renewed)
    )


def test_what_an_operator_signs_to_deceive_is_judged_alike(desk: Page, tmp_path: Path) -> None:
    assert not any(agree(desk, tmp_path, KEY.vkey(), [json.dumps(one).encode() for one in FALSE.values()]))
    assert all(agree(desk, tmp_path, KEY.vkey(), [json.dumps(one).encode() for _, one in alike()]))


def test_a_proof_of_absence_under_somebody_elses_secret_is_told_beside_anas_receipt(
    stranger: Callable[..., Page], made: Made, tmp_path: Path
) -> None:
    (tmp_path / "receipt.json").write_bytes(made.files["receipt of ana"])
    page = stranger()
    for name, right in (("account present", True), ("several present", True), ("account absent", False), ("several absent", False)):
        theirs = proofs.verify(written(tmp_path, made.files[name]), made.key, receipt=tmp_path / "receipt.json")
        assert theirs.ok is right, theirs
        give(page, {"proof.json": made.files[name], "receipt.json": made.files["receipt of ana"]})
        expect(page.locator("article")).to_have_count(2 if right else 3)
        last = page.locator("article", has_text="proof.json").nth(0 if right else 1)
        expect(last.locator(".name")).to_have_text("proof.json" if right else "proof.json + receipt.json")
        expect(last).to_have_attribute("data-ok", str(right).lower())
        expect(last.locator("li").first).to_have_text(theirs.lines[0].replace("`", ""))
