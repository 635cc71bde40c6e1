"""Write the example receipts of `spec/receipts/` anew, and the one that `spec/receipt.md` opens with; a test compares."""

from __future__ import annotations

import hashlib
import json
import re
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import create_engine

from sayso.app.receipts import FORMS, written
from sayso.facts.deeds import AnyLine, Opened
from sayso.facts.events import AccountOpened, ChoiceMade, Circumstances, NoticeInvalidated
from sayso.facts.words import AccountId
from sayso.ledger import Controller, Ledger, Shown, Terms, line_proof, receipt
from sayso.proofs import SigningKey, tlog_proof
from sayso.proofs.forms import form

SPEC = Path(__file__).resolve().parents[1] / "spec"
AT = datetime(2025, 10, 8, 12, tzinfo=UTC)
KEY = SigningKey("example.com/log", bytes(range(32)))
FAIR, UNFAIR = (hashlib.sha256(words).hexdigest() for words in (b"the words of a notice", b"words that hid the no"))
TERMS = Terms(
    controllers=(
        Controller(
            id="c1", name="Example Chat", address="1 Long Street, Example Town", contact="privacy@example.com",
            email="privacy@example.com", phone="+1 555 0100",
        ),
    ),
    privacy_notice="https://example.com/privacy",
    withdrawal="Settings, Privacy, Use my conversations: off",
    retention="five years where allowed, else thirty days",
    jurisdiction="EU",
    recipients=("none",),
    rights=("access", "erasure"),
)  # fmt: skip
SEEN: Any = {"tier": "pro", "region": "DE", "region_by": "operator", "age": "adult", "basis": "consent", "gpc": False}


TORN: Any = {"region": "unknown", "region_by": "conflict", "region_against": ("person",)}
LAST_DAY = datetime(2025, 10, 15, 12, tzinfo=UTC)


def _said(account: Any, say: Any, minutes: int, notice: str, via: Any, pressed: str, **seen: Any) -> ChoiceMade:
    under = Circumstances(path="/me/choice", **{**SEEN, **seen})
    return ChoiceMade(
        at=AT + timedelta(minutes=minutes), account=account, say=say, via=via, notice=notice, locale="en", pressed=pressed,
        under=under,
    )  # fmt: skip


LINES: tuple[AnyLine, ...] = (
    Opened(at=AT, instance="example", signing_key=KEY.vkey()),
    AccountOpened(at=AT, account=AccountId("ana"), tier="pro", region="DE"),
    AccountOpened(at=AT, account=AccountId("bo"), tier="pro", region="DE"),
    AccountOpened(at=AT, account=AccountId("cy"), tier="pro", region="DE"),
    _said("ana", "allow", 1, FAIR, "notice", "Allow training", deadline=LAST_DAY),
    _said("bo", "refuse", 1, FAIR, "notice", "Refuse training", deadline=LAST_DAY, region="FR", region_by="host"),
    _said("ana", "refuse", 2, FAIR, "withdrawal", "Refuse training", **TORN),
    _said("cy", "allow", 2, UNFAIR, "notice", "Allow training"),
    NoticeInvalidated(at=AT + timedelta(minutes=3), notice=UNFAIR, why="the control to refuse was below the fold"),
)
GIVEN = {"given": 5, "refused": 6, "withdrawn": 7, "invalidated": 8}
"""Each state and its line."""


def files() -> dict[str, bytes]:
    """Return every example: its name in `spec/receipts/` and its bytes, the same on every machine."""
    drawn = iter(hashlib.sha256(f"salt {number}".encode()).digest() for number in range(len(LINES)))
    found = {"key.txt": f"{KEY.vkey()}\n".encode()}
    with tempfile.TemporaryDirectory() as folder:
        engine = create_engine(f"sqlite:///{folder}/ledger.db")
        ledger = Ledger(engine, entropy=lambda _: next(drawn))
        ledger.create()
        with engine.begin() as conn:
            ledger.append(conn, LINES, recorded=AT + timedelta(minutes=4))
            note = ledger.sign(conn, KEY, KEY.name)
            proven = {seq: ledger.proof(conn, seq) for seq in range(1, len(LINES) + 1)}
            last: Any = line_proof(ledger.entry(conn, len(LINES)), proven[len(LINES)], note)["evidence"]
            found["unfair.tlog-proof"] = tlog_proof(last).encode()
            for state, seq in GIVEN.items():
                shown = Shown(digest=UNFAIR if state == "invalidated" else FAIR, name="training-choice", version=1)
                unfair = last if state == "invalidated" else None
                made = receipt(ledger.entry(conn, seq), proven[seq], note, shown, terms=TERMS, signer=KEY, unfair=unfair)
                found |= {f"{state}.{end}": written(made, kind, "en", KEY) for kind, end in FORMS.items()}
                found |= {f"{state}.{name}-v1.json": _earlier(made, f"sayso/{name}/v1") for name in ("record", "kantara")}
            before = receipt(ledger.entry(conn, 8), proven[8], note, Shown(digest=UNFAIR), terms=TERMS, signer=KEY)
            found["given-before-it-was-found-unfair.json"] = written(before, "jsonld", "en", KEY)
        engine.dispose()
    return found


def _earlier(receipt_: dict[str, object], kind: str) -> bytes:
    """Return a form as it was handed out before the last day and the region were in it."""
    return json.dumps(form(receipt_, kind), ensure_ascii=False, indent=2, sort_keys=True).encode() + b"\n"


def opening() -> str:
    """Return the example that the page opens with: the receipt of a yes, one member a line."""
    told = json.loads(files()["given.json"])
    lines = (f" {json.dumps(name)}: {json.dumps(value, ensure_ascii=False)}" for name, value in told.items())
    return "{\n" + ",\n".join(lines) + "\n}\n"


def main() -> None:
    """Write them."""
    folder = SPEC / "receipts"
    folder.mkdir(exist_ok=True)
    for name, raw in files().items():
        (folder / name).write_bytes(raw)
    page = SPEC / "receipt.md"
    text = page.read_text("utf-8")
    page.write_text(re.sub(r"(?s)```json\n.*?```", lambda _: f"```json\n{opening()}```", text, count=1), "utf-8")


if __name__ == "__main__":
    main()
