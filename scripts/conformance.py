"""Ask any program that reads JSON lines the examples of spec/conformance.jsonl, and compare its answers; --help lists the options.

Examples:
  python scripts/conformance.py ./their-verifier --quiet
  python scripts/conformance.py --answer < spec/conformance.jsonl        answer as this implementation does

spec/conformance.md is their page; scripts/write_conformance.py makes the examples anew.
"""

from __future__ import annotations

import argparse
import base64
import json
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sayso.facts.errors import SaysoError, Unfit
from sayso.proofs import (
    Checkpoint,
    Membership,
    VerifierKey,
    WitnessKey,
    blind,
    blind_account,
    commitment,
    merkle,
    open_note,
    verify,
    witnessed,
)
from sayso.proofs.beliefs import Belief, Beliefs, joined, record

ROOT = Path(__file__).resolve().parent.parent
VECTORS = ROOT / "spec" / "conformance.jsonl"
UNSUPPORTED = "unsupported"
PATIENCE = 600
Told = dict[str, Any]


# -- how this implementation answers


def _hashes(told: list[str]) -> list[bytes]:
    return [bytes.fromhex(one) for one in told]


def _inclusion(told: Told) -> bool:
    return merkle.check_inclusion(
        told["index"], told["size"], bytes.fromhex(told["leaf"]), _hashes(told["proof"]), bytes.fromhex(told["root"])
    )


def _consistency(told: Told) -> bool:
    roots = bytes.fromhex(told["old_root"]), bytes.fromhex(told["new_root"])
    return merkle.check_consistency(told["old"], told["new"], *roots, _hashes(told["proof"]))


def _checkpoint(told: Told) -> dict[str, object] | None:
    try:
        head = Checkpoint.parse(open_note(told["note"], [VerifierKey.parse(told["key"])]).text)
    except Unfit:
        return None
    return {"origin": head.origin, "size": head.size, "root": head.root.hex()}


def _cosignature(told: Told) -> int | None:
    try:
        return next(iter(witnessed(told["note"], [WitnessKey.parse(told["key"])]).values()), None)
    except Unfit:
        return None


def _blind(told: Told) -> str:
    return blind(bytes.fromhex(told["secret"]), told["release"], told["conversation"])


def _account(told: Told) -> str:
    return blind_account(bytes.fromhex(told["secret"]), told["release"])


def _record(told: Told) -> str:
    says = {purpose: Belief(**one) for purpose, one in told["says"].items()}
    return record(bytes.fromhex(told["secret"]), told["pin"], told["account"], says).hex()


def _beliefs(told: Told) -> dict[str, object]:
    made = Beliefs(joined(_hashes(told["records"])))
    return {"bits": made.bits, "root": made.root.hex()}


def _commitment(told: Told) -> dict[str, object]:
    made = commitment(told["ids"])
    return {"bits": made.bits, "root": made.root.hex()}


def _membership(told: Told) -> bool | None:
    shown = Membership(bits=told["bits"], bucket=tuple(_hashes(told["bucket"])), path=tuple(_hashes(told["path"])))
    try:
        return shown.present(told["id_asked"], bytes.fromhex(told["root"]))
    except Unfit:
        return None


def _file(told: Told) -> bool:
    with tempfile.TemporaryDirectory() as name:
        path = Path(name) / "file"
        path.write_bytes(base64.b64decode(told["file"]))
        return verify(path, told["key"]).ok


ANSWERS: dict[str, Callable[[Told], object]] = {
    "inclusion": _inclusion,
    "consistency": _consistency,
    "checkpoint": _checkpoint,
    "cosignature": _cosignature,
    "blind": _blind,
    "account": _account,
    "record": _record,
    "beliefs": _beliefs,
    "commitment": _commitment,
    "membership": _membership,
    "file": _file,
}
"""What can be asked, and who answers it here."""


def answer(told: Told) -> object:
    """Return what this implementation says of one example, `unsupported` of what it does not know."""
    if told.get("op") not in ANSWERS:
        return UNSUPPORTED
    try:
        return ANSWERS[told["op"]](told)
    except (SaysoError, KeyError, TypeError, ValueError):
        return None


# -- how a program is asked


def read(path: Path) -> list[Told]:
    """Return the examples in *path*."""
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def ask(program: list[str], examples: list[Told], patience: int) -> tuple[dict[str, object], list[str]]:
    """Return what *program* answers, by the name of each example, and what is wrong with its way of answering."""
    asked = "".join(json.dumps({name: value for name, value in one.items() if name != "expect"}) + "\n" for one in examples)
    try:
        done = subprocess.run(program, input=asked.encode(), stdout=subprocess.PIPE, timeout=patience, check=False)
    except subprocess.TimeoutExpired:
        return {}, [f"the program did not end within {patience} seconds of having read every example"]
    except OSError as error:
        return {}, [f"the program cannot be started: {(error.strerror or 'no reason given').lower()}"]
    answers: dict[str, object] = {}
    wrong = [] if done.returncode == 0 else [f"the program ended with {done.returncode}"]
    for number, line in enumerate(done.stdout.splitlines(), 1):
        try:
            told = json.loads(line)
            name, said = told["id"], told["answer"]
        except (ValueError, KeyError, TypeError):
            wrong.append(f"line {number} of its answers is no JSON object with `id` and `answer`")
            continue
        if name in answers and answers[name] != said:
            wrong.append(f"it answers `{str(name)[:60]}` twice, each time otherwise")
        answers[name] = said
    strange = answers.keys() - {one["id"] for one in examples}
    return answers, [*wrong, *(f"it answers `{str(name)[:60]}`, which nobody asked" for name in sorted(map(str, strange)))][:20]


def same(said: object, expected: object) -> bool:
    """Return whether two answers are one: `1` is not `true`."""
    return json.dumps(said, sort_keys=True) == json.dumps(expected, sort_keys=True)


def judge(examples: list[Told], answers: dict[str, object], *, quiet: bool = False) -> tuple[int, int]:
    """Print each difference, and per kind of question how many agree; return how many differ, and how many were left out."""
    differ, left = 0, 0
    kinds: dict[str, list[int]] = {}
    for one in examples:
        said = answers.get(one["id"], "no answer")
        counts = kinds.setdefault(one["op"], [0, 0, 0])
        if said == UNSUPPORTED:
            left += 1
            counts[2] += 1
        elif same(said, one["expect"]):
            counts[0] += 1
        else:
            differ += 1
            counts[1] += 1
            if not quiet:
                print(f"{one['id']}: expected {json.dumps(one['expect'])}, answered {json.dumps(said)[:200]}")
    for op, (agreed, wrong, unsupported) in kinds.items():
        print(f"{op}: {agreed} agree, {wrong} differ" + (f", {unsupported} unsupported" if unsupported else ""))
    return differ, left


def main() -> int:
    """Return 0 where the program agrees with every example it supports, 1 where it differs, 2 for wrong use."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("program", nargs="*", help="the program and its arguments; after -- where they begin with a dash")
    options.add_argument("--vectors", type=Path, default=VECTORS, help="other examples than those of spec/")
    options.add_argument("--quiet", action="store_true", help="only how many agree")
    options.add_argument("--seconds", type=int, default=PATIENCE, help="how long the program may take for all of them")
    options.add_argument("--answer", action="store_true", help="answer the examples on standard input as this implementation does")
    given = options.parse_args()
    if given.answer:
        for line in sys.stdin:
            told = json.loads(line)
            print(json.dumps({"id": told.get("id"), "answer": answer(told)}), flush=True)
        return 0
    if not given.program:
        options.error("name the program to ask")
    examples = read(given.vectors)
    answers, wrong = ask(given.program, examples, given.seconds)
    for line in wrong:
        print(f"wrong: {line}")
    differ, left = judge(examples, answers, quiet=given.quiet)
    print(f"{len(examples) - differ - left} of {len(examples)} agree, {differ} differ, {left} unsupported")
    return 1 if differ or wrong else 0


if __name__ == "__main__":
    sys.exit(main())
