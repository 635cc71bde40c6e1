"""Invented secrets of every issuer in seven places where people paste them: how many are found, and how peers do.

    python bench/scrub_contexts.py [--peer detect-secrets] [--markdown FILE]

Whoever writes both the generator and the rules proves little; this is for regressions and for the contexts, not the shapes.
Half of the values here have no shape of their own: passwords and keys drawn at random.
"""

from __future__ import annotations

import argparse
import json
import random
import string
from collections.abc import Callable
from importlib import import_module
from pathlib import Path

from sayso.scrub import Marks, find, mask_json
from sayso.scrub.providers import NAMED, SHAPED

ALNUM = string.ascii_letters + string.digits
CONTEXTS = {
    "sentence": [
        "Hi, the {name} is {value} but I still get a 401, why?",
        "I tried it with {value} as my {name} and it fails.",
        "my {name} is {value}, can you check it?",
        "here is the {name}: {value}",
    ],
    "fenced block": [
        'Look:\n```python\n{upper} = "{value}"\nclient = connect()\n```\n',
        "```\n{upper}={value}\n```",
        "```yaml\n{lower}: {value}\n```",
    ],
    "curl line": [
        "curl -H 'Authorization: Bearer {value}' https://api.example.com/v1/x",
        'curl -H "X-Api-Key: {value}" https://api.example.com/v1',
        "curl -u ana:{value} https://api.example.com/",
    ],
    "url": [
        "https://api.example.com/v1/items?access_token={value}&page=2",
        "GET https://x.example.com/?api_key={value}",
        "https://ana:{value}@git.example.com/a.git",
    ],
    "json": ['{{"{lower}": "{value}", "n": 1}}', '{{"config": {{"{lower}": "{value}"}}}}'],
    "env file": ["# settings\n{upper}={value}\nDEBUG=1\n", "export {upper}='{value}'\n"],
    "log line": [
        "2025-03-01T10:11:12Z INFO auth ok {lower}={value} user=17",
        "[debug] using {name} {value}",
        "ERROR 403 invalid {name}: {value}",
    ],
}
NAMES = ["api key", "secret key", "access token", "password", "auth token"]


def values(rng: random.Random) -> list[tuple[str, str]]:
    """Return invented secrets and what each is called."""

    def draw(alphabet: str, least: int, most: int) -> str:
        return "".join(rng.choices(alphabet, k=rng.randint(least, most)))

    alphabets = {
        "hex": "0123456789abcdef",
        "HEX": "0123456789ABCDEF",
        "lower": string.ascii_lowercase + string.digits,
        "upper": string.ascii_uppercase + string.digits,
        "digit": string.digits,
        "dollar": string.ascii_lowercase + string.digits,
    }
    made = [
        (issued.prefix + draw(alphabets.get(issued.alphabet, ALNUM), issued.least, issued.least), "api key") for issued in SHAPED
    ]
    made += [(draw(alphabets.get(i.alphabet, ALNUM), i.least, i.least), f"{i.issuer} key") for i in NAMED]
    made += [(draw(ALNUM + "!$%^*", 10, 18), "password") for _ in range(100)]
    made += [(draw(ALNUM, 20, 48), rng.choice(NAMES)) for _ in range(100)]
    made += [(draw("0123456789abcdef", 32, 32), rng.choice(NAMES)) for _ in range(50)]
    return made


def sayso(text: str, value: str) -> bool:
    """Return whether sayso masks all of a value in a text."""
    start = text.index(value)
    covered = sum(max(0, min(start + len(value), span.end) - max(start, span.start)) for span in find(text))
    if covered < len(value) and text.startswith("{"):
        return value not in mask_json(text, Marks(b"k")).text
    return covered >= len(value)


def detect_secrets() -> Callable[[str, str], bool]:
    """Return how detect-secrets sees it: any finding on the value's line."""
    scan = import_module("detect_secrets.core.scan")
    settings = import_module("detect_secrets.settings")
    context = settings.default_settings()
    context.__enter__()
    settings.get_settings().disable_filters("detect_secrets.filters.common.is_invalid_file")

    def seen(text: str, value: str) -> bool:
        lines = text.split("\n")
        found = scan._process_line_based_plugins(lines=list(enumerate(lines, 1)), filename="x.txt")
        return any(value in lines[secret.line_number - 1] for secret in found)

    seen.keep = context  # type: ignore[attr-defined]  # the settings last as long as the context
    return seen


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--peer", choices=["detect-secrets"])
    parser.add_argument("--misses", type=int, default=0)
    parser.add_argument("--markdown", type=Path)
    given = parser.parse_args()
    tools = {"sayso": sayso} | ({"detect-secrets": detect_secrets()} if given.peer else {})
    rng = random.Random(11)
    made = values(rng)
    tallies: dict[tuple[str, str], list[int]] = {}
    shown: dict[str, list[str]] = {}
    for value, name in made:
        for context, shapes in CONTEXTS.items():
            lower = name.replace(" ", "_").replace("-", "_")
            shape = rng.choice(shapes)
            text = shape.format(value=value, name=name, lower=lower, upper=lower.upper())
            for tool, see in tools.items():
                tally = tallies.setdefault((tool, context), [0, 0])
                hit = see(text, value)
                tally[0] += hit
                tally[1] += 1
                if not hit and tool == "sayso":
                    shown.setdefault(context, []).append(json.dumps(text))
    out = ["| context | values | " + " | ".join(tools) + " |", "|---|---|" + "---|" * len(tools)]
    for context in CONTEXTS:
        shares = " | ".join(f"{tallies[tool, context][0] / tallies[tool, context][1]:.3f}" for tool in tools)
        out.append(f"| {context} | {tallies['sayso', context][1]} | {shares} |")
    table = "\n".join(out) + "\n"
    print(table)
    for context, texts in shown.items() if given.misses else ():
        for text in texts[: given.misses]:
            print(" ", context, text[:200])
    if given.markdown:
        given.markdown.write_text(table, encoding="utf-8")


if __name__ == "__main__":
    main()
