"""Invented secrets of every issuer in seven places where people paste them: how many are found, and how peers do.

    python bench/scrub_contexts.py [--peers PYTHON] [--write docs/scrub.md] [--misses 1]

Whoever writes both the generator and the rules proves little; this is for regressions and for the contexts, not the shapes.
Half of the values here have no shape of their own: passwords and keys drawn at random.
"""

from __future__ import annotations

import argparse
import json
import random
import string
from collections import Counter
from pathlib import Path

import peers

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
FILES = {
    "sentence": "notes.md",
    "fenced block": "chat.md",
    "curl line": "run.sh",
    "url": "links.txt",
    "json": "config.json",
    "env file": ".env",
    "log line": "server.log",
}
"""What a file with such a text would be called; some tools go by that."""
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


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--peers", type=Path)
    parser.add_argument("--misses", type=int, default=0)
    parser.add_argument("--write", type=Path)
    given = parser.parse_args()
    rng = random.Random(11)
    made: list[tuple[str, str, str]] = []  # context, text, value
    for value, name in values(rng):
        for context, shapes in CONTEXTS.items():
            lower = name.replace(" ", "_").replace("-", "_")
            made.append((context, rng.choice(shapes).format(value=value, name=name, lower=lower, upper=lower.upper()), value))
    seen: dict[str, list[bool]] = {"sayso": [sayso(text, value) for _, text, value in made]}
    for tool in peers.SECRETS if given.peers else ():
        hits = peers.hits(given.peers, tool, [(FILES[context], text) for context, text, _ in made])
        seen[tool] = [
            any(value in text.split("\n")[hit[0] - 1] for hit in found) for (_, text, value), found in zip(made, hits, strict=True)
        ]
    out = [
        "| context | values | sayso | 95 % | " + " | ".join(list(seen)[1:]) + " |",
        "|---|---|---|---|" + "---|" * (len(seen) - 1),
    ]
    for context in CONTEXTS:
        places = [number for number, one in enumerate(made) if one[0] == context]
        right = {tool: sum(some[number] for number in places) for tool, some in seen.items()}
        cells = [f"{right[tool] / len(places):.3f}" for tool in list(seen)[1:]]
        out.append(f"| {context} | {len(places)} | {peers.shown(right['sayso'], len(places))} | " + " | ".join(cells) + " |")
    sources = Counter(
        {"page:": "pages and source files", "public": "no rule"}.get(first := issued.said_by.split()[0], first)
        for issued in (*SHAPED, *NAMED)
    )
    out += [
        "",
        f"{len(SHAPED)} shapes and {len(NAMED)} names of issuers; they are from "
        + ", ".join(f"{name} {count}" for name, count in sources.most_common())
        + ".",
    ]
    if given.peers:
        out.append(f"With {peers.versions(given.peers, peers.SECRETS)}; for them any hit on the line of the value counts.")
    block = "\n".join(out)
    print(block)
    for (context, text, _), hit in zip(made, seen["sayso"], strict=True):
        if not hit and given.misses:
            print(" ", context, json.dumps(text)[:200])
    if given.write:
        peers.written(given.write, "contexts", block)


if __name__ == "__main__":
    main()
