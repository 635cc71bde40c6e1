"""`verify.html` from a disk, without any network, says of every file what `sayso verify` says, in English and German."""

from __future__ import annotations

import base64
import hashlib
import json
import random
import re
import shutil
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from msgspec import Struct
from playwright.sync_api import Browser, BrowserContext, Page, expect

from sayso import proofs
from sayso.app import receipts
from sayso.app.clock import StoryClock
from sayso.app.house import House, create
from sayso.app.jobs import believing, build, logs, notices, people, promising, proving
from sayso.app.jobs.collect import Arrival, collect_all
from sayso.app.jobs.whose import whose
from sayso.app.pages import screen
from sayso.app.settings import Settings
from sayso.app.stranger import verify_page
from sayso.app.views import Where
from sayso.facts.canonical import canonical
from sayso.facts.conversation import Conversation, Text, Turn
from sayso.proofs import Checkpoint, CosigningKey, SigningKey, merkle
from sayso.proofs.cosign import ED25519, ML_DSA_44
from sayso.proofs.evidence import PROOF, evidence
from sayso.proofs.statement import signed

pytestmark = pytest.mark.browser
SPEC = Path(__file__).resolve().parents[2] / "spec"
BITS = 45
"""Tampered copies of each file that both are asked about."""
WATCH = (
    "window.violations = []; document.addEventListener('securitypolicyviolation', e => window.violations.push(e.violatedDirective))"
)
JUDGE = """async ([key, files, beside]) => {
  const bytes = text => Uint8Array.from(atob(text), sign => sign.charCodeAt(0));
  const folder = beside && {path: beside.path, files: new Map(Object.entries(beside.files).map(([path, text]) => [path, new Blob([bytes(text)])]))};
  const said = [];
  for (const file of files) {
    const verdict = await verify(bytes(file), key, folder);
    said.push({ok: verdict.ok, en: verdict.lines.map(line => plainText(line, 'en')), de: verdict.lines.map(line => plainText(line, 'de'))});
  }
  return said;
}"""


class Made(Struct, frozen=True):
    """What one installation hands out: its public key, and its files by what they are."""

    key: str
    files: Mapping[str, bytes]
    release: Path


def installation(folder: Path) -> Made:
    """A house in which Ana allowed and took it back, Bo refused, Cy was never asked; one release of what was allowed."""
    clock = StoryClock(datetime(2025, 9, 1, 12, tzinfo=UTC))
    with create(Settings(data=folder / "data", keys=folder / "keys"), clock=clock, policy="anthropic-consumer") as house:
        with house.writing() as work:
            for name in ("ana", "bo", "cy"):
                people.enrol(house, work, name, tier="pro", region="US")
        said = {"ana": answer(house, "ana", "allow"), "bo": answer(house, "bo", "refuse")}
        clock.set(clock.now() + timedelta(minutes=5))
        for name in ("ana", "ana", "bo"):
            talk(house, name, f"{name}-{house.now():%H%M%S}")
            clock.set(clock.now() + timedelta(seconds=1))
        logs.publish(house, folder / "older")
        build.build(house, "r1", "model_training")
        clock.set(clock.now() + timedelta(minutes=5))
        said["ana later"] = answer(house, "ana", "refuse")
        believing.renew(house)
        mine = sorted(house.present().of_account(people.account_of(house, "ana")))
        shown = {
            "several present": proving.standing_of(house, "r1", "ana", None, "presence").proof,
            "one present": proving.standing_of(house, "r1", "ana", mine[0], "presence").proof,
            "several absent": proving.standing_of(house, "r1", "bo", None, "absence").proof,
            "a promise": promising.promised(house, people.account_of(house, "ana"), said["ana"]),
            "belief of ana": believing.of_account(house, "ana"),
            "belief of cy": believing.of_account(house, "cy"),
            "account present": proving.anything_of(house, "r1", "ana", "presence").proof,
            "account absent": proving.anything_of(house, "r1", "cy", "absence").proof,
            **{f"receipt of {name}": receipt(house, name.split()[0], seq) for name, seq in said.items()},
        }
        files = {name: json.dumps(told, indent=1).encode() for name, told in shown.items()}
        files["a line of the log"] = (house.folder / "releases" / "r1.proof.json").read_bytes()
        key = house.keys.signing
        for form in ("record", "kantara", "html"):
            files[f"{form} of ana"] = receipts.written(shown["receipt of ana later"], form, "de", key)
        notice = notices.asking(house, "training-choice", None, screen())[1]
        unfair = {name: answer(house, name, say, notice) for name, say in (("cy", "allow"), ("bo", "refuse"))}
        notices.invalidate(house, notice, "the no was hard to find")
        for name, seq in unfair.items():
            files[f"unfair receipt of {name}"] = receipts.written(receipt(house, name, seq), "jsonld", "en", key)
            files[f"unfair page of {name}"] = receipts.written(receipt(house, name, seq), "html", "en", key)
            files[f"unfair kantara of {name}"] = receipts.written(receipt(house, name, seq), "kantara", "en", key)
        logs.publish(house, folder / "log")
        files["tlog-proof"] = proving.choice(house, said["ana"]).encode()
        return Made(house.keys.signing.vkey(), files, house.folder / "releases" / "r1")


def answer(house: House, name: str, say: Any, notice: str | None = None) -> int:
    where = Where(path="/me/choice", gpc=True) if notice else None
    return people.choose(house, people.account_of(house, name), "model_training", say, notice=notice, where=where).seq


def receipt(house: House, name: str, seq: int) -> dict[str, object]:
    return people.receipt_of(house, people.account_of(house, name), seq)


def talk(house: House, name: str, key: str) -> None:
    turns = (
        Turn(id="1", role="user", parts=(Text("How do I plant a pear tree?"),), at=house.now()),
        Turn(id="2", role="assistant", parts=(Text("Dig a hole."),), at=house.now(), origin="generated"),
    )
    collect_all(house, "test", [Conversation(id=key, source="test", account=name, turns=turns)], Arrival(own=True))


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    return installation(tmp_path_factory.mktemp("one"))


@pytest.fixture(scope="module")
def another(tmp_path_factory: pytest.TempPathFactory) -> Made:
    return installation(tmp_path_factory.mktemp("other"))


@pytest.fixture(scope="module")
def stranger(browser: Browser, made: Made, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., Page]]:
    """Open the page from a disk; at the end it has asked no network, broken no fence and complained of nothing."""
    file = tmp_path_factory.mktemp("page") / "verify.html"
    file.write_text(verify_page(made.key).html, encoding="utf-8")
    contexts: list[BrowserContext] = []
    complaints: list[str] = []
    asked: list[str] = []

    def opened(*, fragment: str = "", width: int = 1280, theme: Any = "light", language: str = "en-GB", **more: Any) -> Page:
        context = browser.new_context(
            viewport={"width": width, "height": 844}, color_scheme=theme, locale=language, offline=True, **more
        )
        context.add_init_script(WATCH)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(15_000)
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("request", lambda request: asked.append(request.url))
        page.goto(file.as_uri() + fragment)
        if more.get("java_script_enabled", True):
            page.wait_for_selector("html[data-ready]")
        return page

    yield opened
    violations = [
        one for context in contexts for page in context.pages if page.url.startswith("file:") for one in page.evaluate("window.violations || []")
    ]  # fmt: skip
    for context in contexts:
        context.close()
    assert (violations, complaints) == ([], [])
    assert {address.partition("#")[0] for address in asked} == {file.as_uri()}


@pytest.fixture(scope="module")
def desk(stranger: Callable[..., Page]) -> Page:
    """One open page for all the files that are judged in bulk."""
    return stranger()


def coded(raw: bytes) -> str:
    return base64.b64encode(raw).decode()


def judged(page: Page, key: str, files: list[bytes], beside: Mapping[str, Any] | None = None) -> list[dict[str, Any]]:
    return page.evaluate(JUDGE, [key, [coded(raw) for raw in files], beside])  # type: ignore[no-any-return]  # JSON data


def agree(page: Page, tmp_path: Path, key: str, files: list[bytes]) -> list[bool]:
    """Ask both of each file; they must say the same, word by word. Return which of them hold."""
    said = judged(page, key, files)
    for raw, ours in zip(files, said, strict=True):
        (tmp_path / "file").write_bytes(raw)
        theirs = proofs.verify(tmp_path / "file", key)
        assert ours["ok"] is theirs.ok, (theirs, ours, raw[:3000])
        hint = None if theirs.ok else whose(tmp_path / "file", key)
        assert ours["en"] == [*theirs.lines, *filter(None, [hint])], raw[:3000]
        assert len(ours["de"]) == len(ours["en"])
        assert not any(line in ours["en"] for line in ours["de"])
    return [one["ok"] for one in said]


def bent(raw: bytes, seed: str, count: int = BITS) -> list[bytes]:
    """Copies of *raw* with one bit of one byte turned."""
    rng, found = random.Random(seed), []
    for bit in rng.sample(range(len(raw) * 8), count):
        copy = bytearray(raw)
        copy[bit // 8] ^= 1 << (bit % 8)
        found.append(bytes(copy))
    return found


def test_every_file_of_a_real_house_is_judged_as_sayso_verify_judges_it(desk: Page, made: Made, tmp_path: Path) -> None:
    assert all(agree(desk, tmp_path, made.key, list(made.files.values())))
    assert len(made.files) == 22


def test_every_example_of_the_specification_is_judged_alike(desk: Page, tmp_path: Path) -> None:
    found = []
    for path in sorted(SPEC.glob("*.md")):
        text = path.read_text(encoding="utf-8")
        key = re.search(r"`([\w./]+\+[0-9a-f]{8}\+[\w+/=]{44})`", text)
        for example in re.findall(r"^```json\n(.*?)\n```", text, re.S | re.M):
            named = key[1] if key else made_up().public.text()
            held = agree(
                desk,
                tmp_path,
                named,
                [example.encode(), example.replace("allow", "allaw").encode() + b" ", *bent(example.encode(), path.stem, 10)],
            )
            found += [path.stem] if held[0] else []
    expected = {"receipt", "log", "certificate", "proofs"} & {path.stem for path in SPEC.glob("*.md")}
    assert expected <= set(found)


def test_every_example_receipt_is_judged_alike_also_the_forms_of_before(desk: Page, tmp_path: Path) -> None:
    files = {path.name: path.read_bytes() for path in sorted((SPEC / "receipts").iterdir()) if path.name != "key.txt"}
    key = (SPEC / "receipts" / "key.txt").read_text("utf-8").strip()
    held = agree(desk, tmp_path, key, list(files.values()))
    assert all(held), [name for name, ok in zip(files, held, strict=True) if not ok]
    assert sum("-v1." in name for name in files) == 8
    later = [
        raw.replace(b"-v1", b"-v2").replace(b'ra/v1"', b'ra/v2"').replace(b'rd/v1"', b'rd/v2"')
        for name, raw in files.items()
        if "-v1." in name
    ]
    assert not any(agree(desk, tmp_path, key, later)), "one is not taken for the other"


def made_up() -> SigningKey:
    return SigningKey("example.com/log", bytes(range(32)))


def test_a_single_bit_changed_is_judged_alike_and_never_says_more_than_before(desk: Page, made: Made, tmp_path: Path) -> None:
    count = held = 0
    for name, raw in made.files.items():
        honest = proofs.verify(written(tmp_path, raw), made.key).lines
        for copy, ok in zip(bent(raw, name), agree(desk, tmp_path, made.key, copies := bent(raw, name)), strict=True):
            count += 1
            held += ok
            if ok and "sent" not in name:  # another name of a conversation, or another secret, is another true statement
                assert proofs.verify(written(tmp_path, copy), made.key).lines == honest, name
        assert len(copies) == BITS
    assert count == len(made.files) * BITS
    assert held < count / 20


def written(folder: Path, raw: bytes) -> Path:
    (folder / "file").write_bytes(raw)
    return folder / "file"


def test_what_another_installation_signed_does_not_hold_under_this_key(
    desk: Page, made: Made, another: Made, tmp_path: Path
) -> None:
    assert not any(agree(desk, tmp_path, made.key, list(another.files.values())))
    assert not any(agree(desk, tmp_path, another.key, list(made.files.values())))
    name, told, coded_key = made.key.split("+", 2)
    for wrong in (
        "",
        "x",
        f"{name}+{told}",
        f"{name}x+{told}+{coded_key}",
        f"{name}+00000000+{coded_key}",
        made.key[:-4],
        f"{made.key}=",
        "é+1+A",
    ):
        assert not any(agree(desk, tmp_path, wrong, list(made.files.values())[:2])), wrong
    assert all(agree(desk, tmp_path, f" {made.key}\n", list(made.files.values())[:2]))


JUNK = [
    b"", b"null", b"[]", b"{}", b"7", b'"x"', b"\xff\xfe", b"{", b"[" * 100_000, b'{"a":' * 50_000, b'{"format":"sayso/receipt/v2"}',
    b'{"format":["sayso/proof/v1"]}', b'{"format":{}}', b'{"format":"__proto__"}', b'{"format":"constructor"}', b'{"format":"toString"}',
    b'{"format":"sayso/proof/v1","format":"sayso/proof/v1"}', b'{"format":NaN}', b'{"format":1e999}', b"9" * 5_000, b"\xef\xbb\xbf{}",
    b'{"__proto__":{"format":"sayso/proof/v1"}}', b'{"format":"sayso/receipt/v1","signature":7,"a":1e400}', b'{"format":"sayso/proof/v1"}\x00',
    b'{"format":"sayso/proof/v1","evidence":{"opening":{"text":"\\ud800","salt":""},"inclusion":[],"checkpoint":"\\ud800"}}',
    b"c2sp.org/tlog-proof@v1\n", b"c2sp.org/tlog-proof@v1\nextra \nindex 0\n\n", b"c2sp.org/tlog-proof@v1\nextra e30=\nindex 00\n\nx\n\n",
    b"<!doctype html>", b"<!doctype html>\n<!--sayso/receipt-page/v1\n-->\n", b'{"format":"sayso/kantara/v1"}', b'{"format":"sayso/record/v1","receipt":{}}',
    b"c2sp.org/tlog-proof@v1\n\xff", b"\x89PNG\r\n\x1a\n" + bytes(1000), b"PK\x03\x04" + bytes(1000),
]  # fmt: skip


def test_junk_of_any_kind_is_refused_by_both(desk: Page, made: Made, tmp_path: Path) -> None:
    assert not any(agree(desk, tmp_path, made.key, JUNK))
    for big in ("new Uint8Array(5e6).map((_, at) => (at * 7919) & 255)", "new Uint8Array(4_000_001).fill(32)"):
        said = desk.evaluate(f"async key => plainText((await verify({big}, key)).lines[0], 'en')", made.key)
        assert said == "does not hold: the file is larger than 4 MB; it is no file of ours"
    assert proofs.verify(written(tmp_path, b" " * 4_000_001), made.key).lines[0] == said


def signed_as(key: SigningKey, line: dict[str, object]) -> dict[str, object]:
    """The evidence that a log of three holds *line*."""
    text = canonical({"line": line, "recorded": "2025-10-08T12:00:00Z", "seq": 2})
    leaves = [merkle.leaf_hash(b"1"), merkle.leaf_hash(proofs_digest(b"s" * 32 + text)), merkle.leaf_hash(b"3")]
    return evidence(text, b"s" * 32, merkle.inclusion(leaves, 1), key.sign(Checkpoint(key.name, 3, merkle.root(leaves)).body()))


def proofs_digest(raw: bytes) -> bytes:
    return hashlib.sha256(raw).digest()


def ending(page: Page, tmp_path: Path, document: dict[str, object]) -> dict[str, Any]:
    """What the page says of *document* once it is signed; where `sayso verify` knows its kind, it says the same."""
    raw = canonical(signed(document, made_up()))
    (said,) = judged(page, made_up().vkey(), [raw])
    theirs = proofs.verify(written(tmp_path, raw), made_up().vkey())
    if "unknown to this version" not in theirs.lines[0]:
        assert said["ok"] is theirs.ok
        assert not theirs.ok or tuple(said["en"]) == theirs.lines
    return said


def test_a_report_on_a_hold_says_what_its_lines_say(desk: Page, tmp_path: Path) -> None:
    line = {"type": "hold_placed", "hold": "h1"}
    act = {"seq": 2, "line": line, "evidence": signed_as(made_up(), line)}
    report = {
        "format": "sayso/hold-report/v1",
        "matter": "Doe v. Roe",
        "at": "2025-10-09T12:00:00Z",
        "counts": {"held_now": 3},
        "acts": [act],
    }
    said = ending(desk, tmp_path, report)
    assert said["ok"]
    assert (
        said["en"][0] == "proves: the operator signed this report on matter `Doe v. Roe` at 2025-10-09T12:00:00Z; 3 are held then"
    )
    for wrong in (
        [],
        None,
        [7],
        [{**act, "seq": 3}],
        [{**act, "line": {**line, "hold": "h2"}}],
        [{**act, "evidence": signed_as(made_up(), {"type": "choice"})}],
    ):
        assert not ending(desk, tmp_path, {**report, "acts": wrong})["ok"], wrong
    unsigned = canonical({**signed(report, made_up()), "matter": "Roe v. Doe"})
    assert not judged(desk, made_up().vkey(), [unsigned])[0]["ok"]


def test_a_certificate_of_deletion_says_what_its_lines_say(desk: Page, tmp_path: Path) -> None:
    shown = signed_as(made_up(), {"type": "deleted", "conversation": "c1", "at": "2025-10-08T11:00:00Z"})
    certificate: dict[str, object] = {
        "format": "sayso/deletion/v1", "of": {"kind": "conversation", "id": "c1"}, "state": "not yet final", "issued": "2025-10-09T12:00:00Z",
        "asked": "2025-10-08T11:00:00Z", "out_of_sight": "2025-10-08T12:00:00Z", "destroyed": {"count": 0, "shown": 0, "first": None, "last": None},
        "forgotten": None, "epoch": {"ended": None, "began": None, "over": None, "destroyed": None}, "unreadable_everywhere": None,
        "waits_for": [{"what": "day", "count": 1, "until": "2025-11-07T11:00:00Z"}], "releases": [], "runs": [], "limits": [],
        "lines": [{"opening": shown["opening"], "inclusion": shown["inclusion"]}], "checkpoint": shown["checkpoint"],
    }  # fmt: skip
    said = ending(desk, tmp_path, certificate)
    assert said["ok"]
    assert said["en"][1].startswith("not yet final: 1 wait for the day on which its last reason ends, until 2025-11-07T11:00:00Z")
    assert said["de"][0].startswith("beweist: Gespräch `c1`: die Löschung wurde am 2025-10-08T11:00:00Z verlangt")
    for name, wrong in (
        ("state", "final"), ("asked", "2025-10-07T11:00:00Z"), ("out_of_sight", None), ("forgotten", "2025-10-08T11:00:00Z"), ("lines", []),
        ("unreadable_everywhere", "2025-10-08T11:00:00Z"), ("waits_for", []), ("waits_for", [{"what": "rain", "count": 1, "until": None}]),
        ("of", {"kind": "conversation", "id": "c2"}), ("of", {"kind": "city", "id": "c1"}), ("runs", [{"run": "r", "release": "r1", "started": "x"}]),
        ("releases", [{"release": "r1", "purpose": "p", "rows": 1, "withdrawn": 0, "emptied": 0, "revision": 0}]), ("more", 1),
        ("destroyed", {"count": 1, "shown": 1, "first": "x", "last": "x"}), ("epoch", {"ended": "1", "began": None, "over": None, "destroyed": None}),
    ):  # fmt: skip
        assert not ending(desk, tmp_path, {**certificate, name: wrong})["ok"], (name, wrong)


def test_other_spellings_of_a_file_that_holds_are_judged_alike(desk: Page, made: Made, tmp_path: Path) -> None:
    raw = made.files["receipt of ana"]
    told = json.loads(raw)
    twice = raw.rstrip()[:-1] + b',"format":"sayso/receipt/v1"}'
    seq = str(told["event"]["seq"]).encode()
    others = [
        canonical(told), raw + b"\n \t", raw.replace(b'"seq": ' + seq, b'"seq": ' + seq + b".0"), raw.replace(b'"seq": ' + seq, b'"seq": ' + seq + b"e0"), twice,
        json.dumps({**told, "more": 1}).encode(), json.dumps({**told, "evidence": {**told["evidence"], "more": 1}}).encode(), raw.replace(b"\\n", b"\\u000a"),
        json.dumps({**told, "signature": told["signature"] + "— x AAAAAAA=\n"}).encode(), raw.replace(b"=\\n", b"==\\n"), raw.decode().encode("utf-16"),
    ]  # fmt: skip
    held = agree(desk, tmp_path, made.key, others)
    assert held[:4] == [True] * 4
    assert held[4:7] == [False] * 3
    several = json.loads(made.files["several present"])
    one, two = several["conversations"]
    bucket = one["bucket"]
    lists = [
        [two, one],
        [one, one],
        [{**one, "bucket": bucket[::-1]}],
        [{**one, "bits": True}],
        [{**one, "bits": 0.0}],
        [{**one, "bits": 10**20}],
        [{**one, "more": 1}],
        [],
    ]
    assert not any(agree(desk, tmp_path, made.key, [json.dumps({**several, "conversations": each}).encode() for each in lists]))
    # Sorted by code points, as Python does it: U+10000 stands after U+FFFD, though its UTF-16 units come before.
    names = [{**one, "conversation": "\ufffd"}, {**one, "conversation": "\U00010000"}]
    assert agree(
        desk, tmp_path, made.key, [json.dumps({**several, "conversations": each}).encode() for each in (names, names[::-1])]
    ) == [True, False]


def test_markup_script_and_hidden_signs_in_a_name_are_shown_as_text(stranger: Callable[..., Page]) -> None:
    page, key = stranger(), made_up()
    evil = "<img src=x onerror=alert(1)><script>document.title='owned'</script>\u202egnp.\u0000" + "y" * 3000
    file = {"format": PROOF, "evidence": signed_as(key, {"type": evil, "word": "not_who", "list": ["x"]})}
    page.locator("#key").fill(key.vkey())
    give(page, {"<b>bold</b>.json": canonical(file)})
    box = page.locator("article.verdict")
    expect(box).to_have_attribute("data-ok", "true")
    expect(box).to_contain_text("<script>document.title='owned'</script>⟨U+202E⟩gnp.⟨U+0000⟩")
    expect(box.locator(".name")).to_have_text("<b>bold</b>.json")
    assert page.title() == "Check a receipt or a proof"
    assert page.locator("article img, article script, article b").count() == 0
    assert len(box.inner_text()) < 1500
    # A value of the log that looks like one of the page's own words is a value still.
    give(page, {"x.json": canonical({"format": PROOF, "evidence": signed_as(key, {"type": {"word": "not_who", "args": []}})})})
    expect(page.locator("article.verdict").first).to_contain_text('{"args":[],"word":"not_who"}')


def give(page: Page, files: Mapping[str, bytes]) -> None:
    page.locator("#files").set_input_files(
        [{"name": name, "mimeType": "application/octet-stream", "buffer": raw} for name, raw in files.items()]
    )


def test_a_release_is_judged_with_the_files_beside_it(desk: Page, made: Made, tmp_path: Path) -> None:
    folder = made.release
    raw = (folder / "manifest.json").read_bytes()
    files = {f"r1/{path.relative_to(folder).as_posix()}": path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}
    files["r1.proof.json"] = folder.with_name("r1.proof.json").read_bytes()
    theirs = proofs.verify(folder / "manifest.json", made.key)
    assert theirs.ok

    def ours(given: Mapping[str, bytes], path: str = "r1/", manifest: bytes = raw) -> dict[str, Any]:
        return judged(desk, made.key, [manifest], {"path": path, "files": {name: coded(one) for name, one in given.items()}})[0]

    assert tuple(ours(files)["en"]) == theirs.lines
    listed = next(f"r1/{one['path']}" for one in json.loads(raw)["files"])
    assert "does not hold: the listed file" in ours({**files, listed: files[listed] + b" "})["en"][0]
    assert "1 do not lie here" in ours({name: one for name, one in files.items() if name != listed})["en"][1]
    assert "no `proof.json` lies beside" in ours({name: one for name, one in files.items() if name != "r1.proof.json"})["en"][0]
    assert "no `proof.json` lies beside" in judged(desk, made.key, [raw])[0]["en"][0]
    assert ours({"manifest.json": raw, "r1.proof.json": files["r1.proof.json"]}, "")["ok"]
    assert not any(ours(files, manifest=copy)["ok"] for copy in bent(raw, "manifest"))
    assert not any(ours({**files, "r1.proof.json": copy})["ok"] for copy in bent(files["r1.proof.json"], "beside", 20))


KINDS = {"ed25519": ED25519.byte, "ml-dsa-44": ML_DSA_44.byte}
NO_ML_DSA = """const real = SubtleCrypto.prototype.importKey; SubtleCrypto.prototype.importKey = function (form, key, algorithm, ...more) {
  return (algorithm.name ?? algorithm) === "ML-DSA-44" ? Promise.reject(new DOMException("no", "NotSupportedError"))
    : real.call(this, form, key, algorithm, ...more); };"""


def head(size: int = 3, root: bytes = b"r" * 32, *keys: CosigningKey) -> bytes:
    """A checkpoint of the made-up log, cosigned by *keys*."""
    body = Checkpoint("example.com/log", size, root).body()
    return (made_up().sign(body) + "".join(key.cosign(body, 1_760_000_000) for key in keys)).encode()


def has_ml_dsa(page: Page) -> bool:
    return bool(
        page.evaluate(
            "crypto.subtle.importKey('raw-public', new Uint8Array(1312), {name: 'ML-DSA-44'}, false, ['verify']).then(() => true, () => false)"
        )
    )


@pytest.mark.parametrize("kind", KINDS)
def test_a_cosignature_is_checked_as_sayso_verify_checks_it(desk: Page, tmp_path: Path, kind: str) -> None:
    witness = CosigningKey("example.org/w", bytes(range(32, 64)), KINDS[kind])
    stranger_key, raw = CosigningKey("example.org/x", bytes(32), KINDS[kind]), head(3, b"r" * 32, witness)
    if kind == "ml-dsa-44":
        assert has_ml_dsa(desk), "this chromium lacks ML-DSA-44; the tests need Debian's newest"
    other = head(4, b"r" * 32, witness)
    line = other.splitlines(keepends=True)[-1]
    moved = head(3) + line  # the witness cosigned another checkpoint than this one
    for file, key in ((raw, witness), (raw, stranger_key), (moved, witness), (head(), witness)):
        said = desk.evaluate(
            "async ([key, file, keys]) => { const one = await verify(Uint8Array.from(atob(file), sign => sign.charCodeAt(0)), key, null, keys);"
            " return {ok: one.ok, part: one.part ?? false, en: one.lines.map(line => plainText(line, 'en'))}; }",
            [made_up().vkey(), coded(file), f"\n {key.public.text()} \n"],
        )
        theirs = proofs.verify(written(tmp_path, file), made_up().vkey(), [key.public.text()])
        assert (said["ok"], said["part"]) == (theirs.ok, False)
        assert tuple(said["en"]) == theirs.lines
    assert "example.org/w cosigned" not in theirs.lines[1]
    assert "cosigned that checkpoint" in proofs.verify(written(tmp_path, raw), made_up().vkey(), [witness.public.text()]).lines[1]


def test_a_browser_without_ml_dsa_says_what_it_did_not_check_and_is_not_green(browser: Browser, made: Made, tmp_path: Path) -> None:
    (tmp_path / "verify.html").write_text(verify_page(made_up().vkey()).html, encoding="utf-8")
    new = CosigningKey("example.org/new", bytes(range(32)), KINDS["ml-dsa-44"])
    old = CosigningKey("example.org/old", bytes(range(32)), KINDS["ed25519"])
    context = browser.new_context(locale="en-GB", offline=True)
    context.add_init_script(NO_ML_DSA)
    page = context.new_page()
    page.goto((tmp_path / "verify.html").as_uri())
    page.wait_for_selector("html[data-ready]")
    page.locator("#witnesses summary").click()
    page.locator("#others").fill(f"{new.public.text()}\n{old.public.text()}\n")
    expect(page.locator("#others-said")).to_contain_text("example.org/new, example.org/old")
    give(page, {"checkpoint": head(3, b"r" * 32, new, old)})
    box = page.locator("article")
    expect(box).to_have_attribute("data-ok", "part")
    expect(box).to_contain_text("It holds, but for a signature this browser cannot check")
    expect(box).to_contain_text("not checked: example.org/new signed that checkpoint with ML-DSA-44")
    expect(box).to_contain_text("proves: example.org/old cosigned that checkpoint")
    assert "holds" not in (box.get_attribute("class") or "").split()
    # A wrong line of the one it can check is still refused, and a key that is none is named.
    wrong = head(4, b"r" * 32, old).splitlines(keepends=True)[-1]
    give(page, {"checkpoint": head(3, b"r" * 32, new) + wrong})
    expect(page.locator("article")).to_have_attribute("data-ok", "false")
    page.locator("#others").fill("nonsense")
    expect(page.locator("#outcome")).to_be_hidden()
    expect(page.locator("#others-said")).to_contain_text("this is no key of a witness")
    context.close()


def test_a_belief_and_a_receipt_given_together_are_compared(stranger: Callable[..., Page], made: Made) -> None:
    page = stranger()
    give(page, {"belief.json": made.files["belief of ana"], "mine.json": made.files["receipt of ana later"]})
    expect(page.locator("article")).to_have_count(3)
    last = page.locator("article").nth(2)
    expect(last).to_have_attribute("data-ok", "true")
    expect(last).to_contain_text("belief.json + mine.json")
    expect(last).to_contain_text("agrees: your receipt of line")
    # Her older answer is overtaken by the later one, and by the belief, which may rightly differ: neither is shown as holding.
    give(page, {"belief.json": made.files["belief of ana"], "first.json": made.files["receipt of ana"]})
    expect(page.locator("article").nth(2)).to_have_attribute("data-ok", "apart")
    expect(page.locator("article").nth(2)).to_contain_text("differs, and may rightly")
    # Somebody else's receipt, and nothing believed where an answer was given.
    give(page, {"belief.json": made.files["belief of ana"], "bo.json": made.files["receipt of bo"]})
    expect(page.locator("article").nth(2)).to_have_attribute("data-ok", "false")
    expect(page.locator("article").nth(2)).to_contain_text("hold different secrets")


def test_what_the_page_says_of_a_belief_beside_a_receipt_is_what_sayso_verify_says(desk: Page, made: Made, tmp_path: Path) -> None:
    for belief in ("belief of ana", "belief of cy"):
        for receipt in ("receipt of ana", "receipt of ana later", "receipt of bo"):
            (tmp_path / "belief").write_bytes(made.files[belief])
            (tmp_path / "receipt").write_bytes(made.files[receipt])
            theirs = proofs.verify(tmp_path / "belief", made.key, receipt=tmp_path / "receipt")
            said = desk.evaluate(
                "async ([key, one, two]) => { const read = text => strictJson(Uint8Array.from(atob(text), sign => sign.charCodeAt(0)), word('file'));"
                " const found = await attempt(async () => judgeBeliefBeside(read(one), read(two), await parseKey(key)));"
                " return {ok: found.ok, en: found.lines.map(line => plainText(line, 'en'))}; }",
                [made.key, coded(made.files[belief]), coded(made.files[receipt])],
            )
            assert said["ok"] is theirs.ok
            assert tuple(said["en"]) == theirs.lines


def test_a_later_answer_given_with_an_older_one_overtakes_it(stranger: Callable[..., Page], made: Made) -> None:
    page = stranger()
    give(page, {"old.json": made.files["receipt of ana"], "new.json": made.files["receipt of ana later"]})
    expect(page.locator("article")).to_have_count(2)
    expect(page.locator("article").nth(0)).to_have_attribute("data-ok", "false")
    expect(page.locator("article").nth(0)).to_contain_text("It held, and was overtaken")
    expect(page.locator("article").nth(0)).to_contain_text("a later answer, refuse, was recorded")
    expect(page.locator("article").nth(1)).to_have_attribute("data-ok", "true")
    give(page, {"old.tlog-proof": made.files["tlog-proof"], "new.html": made.files["html of ana"]})
    expect(page.locator("article").nth(0)).to_have_attribute("data-ok", "false")
    give(page, {"ana.json": made.files["receipt of ana"], "bo.json": made.files["receipt of bo"]})
    expect(page.locator("article[data-ok=true]")).to_have_count(2)


def test_two_checkpoints_are_held_against_each_other(stranger: Callable[..., Page]) -> None:
    page = stranger(fragment=f"#lang=en&key={made_up().vkey()}")
    give(page, {"one": head(3), "two": head(3, b"q" * 32)})
    last = page.locator("article").nth(2)
    expect(last).to_have_attribute("data-ok", "false")
    expect(last).to_contain_text("both count 3 lines with different roots, and both are signed: the log shows two pasts")
    give(page, {"one": head(3), "two": head(4, b"q" * 32)})
    expect(last).to_have_attribute("data-ok", "apart")
    expect(last).to_contain_text("Not compared")


@pytest.mark.parametrize("size", [1, 2, 255, 256, 257, 700])
def test_the_roots_of_a_log_are_worked_out_from_its_files_as_they_are_here(desk: Page, tmp_path: Path, size: int) -> None:
    files = dict(logs.tile_files(iter(leaves(size)), logs.reader(tmp_path), 0, size))
    tree = proofs.Tiles(lambda path: files[path], size)
    asked = sorted({1, size // 2 or 1, max(1, size - 1), size})
    said = desk.evaluate(
        "async ([files, size, asked]) => { const held = new Map(Object.entries(files).map(([path, text]) => [`log/${path}`,"
        " new Blob([Uint8Array.from(atob(text), sign => sign.charCodeAt(0))])])); const log = new Log({path: 'log/', files: held}, size);"
        " return Promise.all(asked.map(async one => hex(await log.root(one)))); }",
        [{path: coded(raw) for path, raw in files.items()}, size, asked],
    )
    assert said == [tree.root(one).hex() for one in asked]


def leaves(size: int) -> list[bytes]:
    return [hashlib.sha256(number.to_bytes(8, "big")).digest() for number in range(size)]


def a_log(folder: Path, size: int, *keys: CosigningKey) -> tuple[Path, bytes, Callable[[int], bytes]]:
    """The made-up log on a disk, with a line about Ana in the middle; a proof of that line, and an older checkpoint of it."""
    text = canonical({"line": {"type": "notice_shown"}, "recorded": "2025-10-08T12:00:00Z", "seq": size // 2 + 1})
    entries = leaves(size)
    entries[size // 2] = proofs_digest(b"s" * 32 + text)
    for path, raw in logs.tile_files(iter(entries), logs.reader(folder), 0, size):
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(raw)
    hashes = [merkle.leaf_hash(one) for one in entries]
    (folder / "checkpoint").write_bytes(head(size, merkle.root(hashes), *keys))
    some = hashes[: size // 2 + 5]
    note = head(len(some), merkle.root(some)).decode()
    shown = {"format": PROOF, "evidence": evidence(text, b"s" * 32, merkle.inclusion(some, size // 2), note)}
    return folder, canonical(shown), lambda count: head(count, merkle.root(hashes[:count]))


def test_a_stranger_holds_a_proof_against_the_files_of_the_log(stranger: Callable[..., Page], tmp_path: Path) -> None:
    witness = CosigningKey("example.org/w", bytes(32))
    folder, proof, older = a_log(tmp_path / "public", 600, witness)
    page = stranger(fragment=f"#lang=en&key={made_up().vkey()}")
    page.locator("#witnesses summary").click()
    page.locator("#others").fill(witness.public.text())
    (folder / "mine.json").write_bytes(proof)
    (folder / "kept").write_bytes(older(300))
    page.locator("#folder").set_input_files(str(folder))
    expect(page.locator("article")).to_have_count(3)
    last = page.locator("article").nth(2)
    expect(last).to_have_attribute("data-ok", "true")
    expect(last).to_contain_text("of 300 lines, is the beginning of this log")
    expect(last).to_contain_text("stands in this log at its place, as number 301")
    expect(last).to_contain_text("example.org/w cosigned that checkpoint")
    # Another past of the same length, or a log that went backwards, is said in one line.
    (folder / "kept").write_bytes(head(300, b"q" * 32))
    page.locator("#folder").set_input_files(str(folder))
    expect(last).to_have_attribute("data-ok", "false")
    expect(last).to_contain_text("is no beginning of this log: the past was changed, or you are shown another one")
    (folder / "kept").write_bytes(head(601, b"q" * 32))
    page.locator("#folder").set_input_files(str(folder))
    expect(last).to_contain_text("counts 601 lines, the log shows 600: it went backwards")
    (folder / "kept").unlink()
    tile = folder / "tile" / "0" / "001"
    tile.write_bytes(bytes(32) + tile.read_bytes()[32:])
    page.locator("#folder").set_input_files(str(folder))
    expect(page.locator("article").nth(1)).to_have_attribute("data-ok", "false")


def test_a_person_reads_the_verdict_in_english_and_in_german(stranger: Callable[..., Page], made: Made) -> None:
    page = stranger(language="de-DE")
    expect(page.get_by_role("heading", level=1)).to_have_text("Einen Beleg oder Nachweis prüfen")
    expect(page.locator("#origin")).to_contain_text("kam mit der Seite")
    give(page, {"beleg.json": made.files["receipt of ana"], "anderes.json": b"{}"})
    expect(page.locator("article")).to_have_count(2)
    expect(page.locator("article").nth(0)).to_contain_text("Es stimmt")
    expect(page.locator("article").nth(0).locator("li").nth(0)).to_contain_text("beweist: Konto")
    expect(page.locator("article").nth(1)).to_contain_text("Es stimmt nicht")
    page.get_by_role("button", name="English").click()
    expect(page.locator("article").nth(0).locator("li").nth(3)).to_have_text(
        "does not prove: who the person is; the account is a pseudonym"
    )
    assert page.locator("html").get_attribute("lang") == "en"
    # Another key takes the verdict away: it stood under the old one.
    page.locator("#key").fill(made_up().vkey())
    expect(page.locator("#outcome")).to_be_hidden()
    expect(page.locator("#origin")).to_be_hidden()
    page.locator("#key").fill("nonsense")
    expect(page.locator("#key-said")).to_contain_text("a public key is one line")
    page.locator("#key").fill("")
    give(page, {"beleg.json": made.files["receipt of ana"]})
    expect(page.locator("#results")).to_have_text("Give the public key first: without it nothing can be told.")


def test_the_key_may_come_in_a_link_or_a_file_and_the_page_says_so(
    stranger: Callable[..., Page], made: Made, another: Made
) -> None:
    page = stranger(fragment=f"#lang=de&key={another.key}")
    expect(page.locator("#key")).to_have_value(another.key)
    expect(page.locator("#origin")).to_contain_text("kam mit dem Link")
    give(page, {"sayso.json": json.dumps({"format": 2, "log_key": made.key}).encode()})
    expect(page.locator("#key")).to_have_value(made.key)
    expect(page.locator("#origin")).to_contain_text("kam aus der eben gewählten Datei")
    give(page, {"key.txt": f"{another.key}\n".encode()})
    expect(page.locator("#key")).to_have_value(another.key)
    # Together with the file it would vouch for, a key counts for nothing.
    give(page, {"key.txt": f"{made.key}\n".encode(), "receipt.json": made.files["receipt of ana"]})
    expect(page.locator("article")).to_have_count(2)
    expect(page.locator("article[data-ok=true]")).to_have_count(0)
    expect(page.locator("#key")).to_have_value(another.key)


def test_what_is_dropped_is_judged_wherever_on_the_page_it_falls(stranger: Callable[..., Page], made: Made) -> None:
    page = stranger()
    drop = """([text]) => { const held = new DataTransfer(); held.items.add(new File([text], 'receipt.json'));
      document.body.dispatchEvent(new DragEvent('drop', {dataTransfer: held, bubbles: true, cancelable: true})); }"""
    page.evaluate(drop, [made.files["receipt of bo"].decode()])
    expect(page.locator("article")).to_have_attribute("data-ok", "true")
    expect(page.locator("article")).to_contain_text("answered refuse for model_training, for every later use")


def test_a_whole_folder_can_be_chosen(stranger: Callable[..., Page], made: Made, tmp_path: Path) -> None:
    page = stranger()
    shutil.copytree(made.release, tmp_path / "r1")
    shutil.copy(made.release.with_name("r1.proof.json"), tmp_path / "r1" / "proof.json")
    page.locator("#folder").set_input_files(str(tmp_path / "r1"))
    expect(page.locator("article")).to_have_count(1)
    expect(page.locator("article")).to_have_attribute("data-ok", "true")
    expect(page.locator("article")).to_contain_text("listed files lie here and are unchanged")
    assert "do not lie here" not in page.locator("article").inner_text()


def test_everything_can_be_done_with_the_keyboard(stranger: Callable[..., Page], made: Made) -> None:
    page = stranger()
    seen = []
    for _ in range(12):
        page.keyboard.press("Tab")
        focused = page.evaluate(
            "document.activeElement.id || document.activeElement.dataset.language || document.activeElement.tagName"
        )
        seen.append(focused)
        if focused == "SUMMARY":
            break
    assert seen == ["en", "de", "key", "choose-files", "choose-folder", "SUMMARY"]
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.insert_text(made.files["receipt of ana"].decode())
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("article")).to_have_attribute("data-ok", "true")
    assert page.evaluate("document.activeElement.id") == "outcome-title"


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_everybody_can_read_it_and_nothing_is_cut_off(
    stranger: Callable[..., Page], made: Made, axe: str, width: int, theme: str, tmp_path: Path
) -> None:
    page = stranger(width=width, theme=theme, language="de-DE" if width == 390 else "en-GB")
    page.locator("#paste summary").click()
    give(page, {"receipt.json": made.files["receipt of ana"], "several.json": made.files["several present"], "broken.json": b"{}"})
    expect(page.locator("article")).to_have_count(3)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    for box in page.locator("button:visible").evaluate_all("all => all.map(one => one.getBoundingClientRect().height)"):
        assert box >= 44
    # In a context of its own: the checker may run, the page's own fence stands everywhere else.
    page.evaluate(axe)
    found = page.evaluate("axe.run({runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa', 'best-practice']})")
    assert [(one["id"], [node["target"] for node in one["nodes"]]) for one in found["violations"]] == []


def test_a_browser_that_cannot_check_says_so_and_says_nothing_else(browser: Browser, made: Made, tmp_path: Path) -> None:
    (tmp_path / "verify.html").write_text(verify_page(made.key).html, encoding="utf-8")
    context = browser.new_context(locale="de-DE")
    context.add_init_script("SubtleCrypto.prototype.importKey = () => Promise.reject(new DOMException('no', 'NotSupportedError'))")
    page = context.new_page()
    page.goto((tmp_path / "verify.html").as_uri())
    expect(page.get_by_role("alert")).to_contain_text("Dieser Browser kann Unterschriften der Art Ed25519 nicht prüfen")
    expect(page.locator("#tools")).to_be_hidden()
    context.close()


def test_without_javascript_the_page_says_what_it_needs(stranger: Callable[..., Page]) -> None:
    page = stranger(java_script_enabled=False)
    expect(page.get_by_text("This page needs JavaScript")).to_be_visible()
    expect(page.get_by_role("button")).to_have_count(0)


def test_the_page_runs_its_own_script_and_no_other_even_where_the_key_is_hostile(browser: Browser, tmp_path: Path) -> None:
    evil = "\"><script>document.title='owned'</script><img src=x onerror=\"document.title='owned'\">"
    (tmp_path / "verify.html").write_text(verify_page(evil).html, encoding="utf-8")
    page = browser.new_page()
    page.goto((tmp_path / "verify.html").as_uri())
    expect(page.locator("#key")).to_have_value(evil)
    assert page.title() != "owned"
    inserted = "() => { const one = document.createElement('script'); one.textContent = 'document.title = \"owned\"'; document.body.append(one); fetch('http://127.0.0.1:9/').catch(() => 0); return document.title; }"
    assert page.evaluate(inserted) != "owned"
    page.close()


def test_the_site_serves_the_page_to_everybody_with_the_same_fence(visit: Callable[..., Page], site: Any) -> None:
    page = visit(None, language="de")
    page.goto(f"{site.base}/")
    page.get_by_role("link", name="Beleg oder Nachweis ohne uns prüfen").click()
    page.wait_for_selector("html[data-ready]")
    expect(page.get_by_role("heading", level=1)).to_have_text("Einen Beleg oder Nachweis prüfen")
    expect(page.locator("#key")).to_have_value("")
    answer = page.request.get(f"{site.base}/verify.html")
    assert answer.headers["content-security-policy"].startswith("default-src 'none'; script-src 'sha256-")
    assert "'self'" not in answer.headers["content-security-policy"]
