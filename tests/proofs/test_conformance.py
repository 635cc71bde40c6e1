"""Another implementation can be asked our examples: ours agrees with all, and a wrong one is found out, however it is wrong."""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[2]
RUNNER = ROOT / "scripts" / "conformance.py"


def loaded(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, ROOT / "scripts" / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


conformance = loaded("conformance")
EXAMPLES = conformance.read(conformance.VECTORS)
OURS = f"""
import sys, json
sys.path.insert(0, {str(RUNNER.parent)!r})
import conformance
def answers(change=lambda told, said: said):
    for line in sys.stdin:
        told = json.loads(line)
        print(json.dumps({{"id": told["id"], "answer": change(told, conformance.answer(told))}}))
"""


def asked(tmp_path: Path, program: str, *options: str) -> tuple[int, list[str]]:
    """How the runner ends, and what it says, of a program in Python."""
    path = tmp_path / "program.py"
    path.write_text(program)
    done = subprocess.run(
        [sys.executable, str(RUNNER), *options, "--", sys.executable, str(path)], capture_output=True, text=True, check=False
    )
    assert "Traceback" not in done.stderr, done.stderr
    return done.returncode, done.stdout.splitlines()


def test_this_implementation_agrees_with_every_example(tmp_path: Path) -> None:
    code, said = asked(tmp_path, OURS + "answers()")
    assert (code, said[-1]) == (0, f"{len(EXAMPLES)} of {len(EXAMPLES)} agree, 0 differ, 0 unsupported")


def test_there_are_examples_that_hold_and_examples_that_do_not_of_every_kind() -> None:
    assert {one["op"] for one in EXAMPLES} == set(conformance.ANSWERS)
    for op in set(conformance.ANSWERS) - {"blind", "commitment"}:
        expected = [one["expect"] for one in EXAMPLES if one["op"] == op]
        assert any(one in (None, False) for one in expected), op
        assert any(one not in (None, False) for one in expected), op
    assert len({one["id"] for one in EXAMPLES}) == len(EXAMPLES)
    assert {True, False, None} <= {one["expect"] for one in EXAMPLES if one["op"] == "membership"}


WRONG = {
    "it believes everything": "answers(lambda told, said: True if isinstance(said, bool) else said)",
    "it believes no membership": "answers(lambda told, said: None if told['op'] == 'membership' else said)",
    "it takes absence for refusal": "answers(lambda told, said: said or None)",
    "it says 1 for true": "answers(lambda told, said: 1 if said is True else said)",
    "it allows an empty tree as a beginning": "answers(lambda told, said: True if told.get('old') == 0 else said)",
    "it does not look at the time of a cosignature": "answers(lambda told, said: 0 if told['op'] == 'cosignature' and said else said)",
    "it blinds without the release": "answers(lambda told, said: conformance._blind({**told, 'release': ''}) if told['op'] == 'blind' else said)",
}


@pytest.mark.parametrize("wrong", list(WRONG))
def test_a_wrong_program_is_found_out(tmp_path: Path, wrong: str) -> None:
    code, said = asked(tmp_path, OURS + WRONG[wrong])
    assert code == 1
    assert any("expected" in line and "answered" in line for line in said)


@pytest.mark.parametrize(
    ("program", "says"),
    [
        ("import sys; sys.exit(3)", "wrong: the program ended with 3"),
        ("print('no JSON')", "wrong: line 1 of its answers is no JSON object with `id` and `answer`"),
        ("print('[1]')", "wrong: line 1 of its answers is no JSON object with `id` and `answer`"),
        ('print(\'{"id": "nobody", "answer": 1}\')', "wrong: it answers `nobody`, which nobody asked"),
        (OURS + "import itertools\nanswers(lambda told, said: said)\nprint('{\"id\": \"blind-1\", \"answer\": 7}')", "wrong: it answers `blind-1` twice, each time otherwise"),
    ],
)  # fmt: skip
def test_a_program_that_misbehaves_is_told_so(tmp_path: Path, program: str, says: str) -> None:
    code, said = asked(tmp_path, program)
    assert (code, says in said) == (1, True), said[:5]


def test_a_program_that_never_ends_is_ended(tmp_path: Path) -> None:
    code, said = asked(tmp_path, "import sys\nfor line in sys.stdin: pass\nwhile True: pass", "--seconds", "1", "--quiet")
    assert (code, said[0]) == (1, "wrong: the program did not end within 1 seconds of having read every example")


def test_what_a_program_does_not_do_counts_as_neither(tmp_path: Path) -> None:
    code, said = asked(tmp_path, OURS + "answers(lambda told, said: said if told['op'] == 'blind' else 'unsupported')", "--quiet")
    assert (code, said[-1]) == (0, f"5 of {len(EXAMPLES)} agree, 0 differ, {len(EXAMPLES) - 5} unsupported")


def test_a_program_that_is_not_there_is_one_line() -> None:
    done = subprocess.run(
        [sys.executable, str(RUNNER), "./no-such-program", "--quiet"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert done.stdout.splitlines()[0] == "wrong: the program cannot be started: no such file or directory"


def test_the_examples_are_those_the_script_makes(tmp_path: Path) -> None:
    made = loaded("write_conformance")
    (tmp_path / "again.jsonl").write_bytes(conformance.VECTORS.read_bytes())
    made.write(tmp_path / "again.jsonl")
    assert (tmp_path / "again.jsonl").read_bytes() == conformance.VECTORS.read_bytes(), "run scripts/write_conformance.py"


def test_the_page_names_every_question() -> None:
    text = (ROOT / "spec" / "conformance.md").read_text("utf-8")
    assert all(f"| `{op}` |" in text for op in conformance.ANSWERS)
    first = {name: value for name, value in EXAMPLES[0].items() if name not in ("leaf", "root")}
    assert json.loads(text.partition("```json\n")[2].partition("\n```")[0].replace('"b7..."', "0")) == first | {
        "leaf": 0,
        "root": 0,
    }
