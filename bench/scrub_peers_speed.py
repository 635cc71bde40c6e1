"""How fast six other scrubbers are beside sayso, in one run on the same texts; and how long they take over texts that hurt.

    python bench/scrub_peers_speed.py VENVS --corpus FILE [--megabytes 3] [--write docs/scrub.md]
    python bench/scrub_peers_speed.py VENVS --shapes [--within 60] [--tools presidio ...] [--write docs/scrub.md]
    python bench/scrub_peers_speed.py VENVS --measured FILES [--within 60] [--write docs/scrub.md]

VENVS and FILE as in bench/scrub_peers.py. CPU seconds of one core; every tool is a process of its own that does what it does with a
chat, without writing anything. They take turns: each tool once over clean chats, chats with few and with many things put in, then the next
tool; four times, and the best of the last three counts. What is slow reads the first chats alone, as many as it reads in about a second and a
half; how much that is, is in the table. `--shapes` gives each tool one text in a fresh process and ends it after so many CPU seconds; the last form makes one table of what several
such runs printed, since all tools together take long.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import random
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path

import peers
from peer_venvs import Peer, installed, versions
from scrub_worst import MINIFIED, PICTURE, filled

SECONDS, TURNS = 1.5, 4
DENSITIES = ("clean", "low", "dense")
WORDS = {"clean": "clean text", "low": "text with few hits", "dense": "dense text", "first": "clean text met for the first time"}
OWN = {"sayso-re2": "sayso, RE2, a hundred chats at once", "sayso-hyperscan": "sayso, Hyperscan, a hundred at once"}
OWN |= {"sayso-re2-single": "sayso, RE2, one by one", "sayso-names": "sayso, RE2, names and names everywhere"}
THEIRS = {
    "dolma-fast": "dolma, fast tagger",
    "dolma-v2": "dolma, pii_regex_v2",
    "dolma-secrets": "dolma, code_secrets",
    "datatrove": "datatrove",
    "data-juicer-clean": "data-juicer, clean_email and clean_ip",
    "data-juicer": "data-juicer, pii_redaction and those",
    "presidio": "Presidio",
    "presidio-all": "Presidio, all countries",
    "detect-secrets": "detect-secrets",
    "credsweeper": "CredSweeper",
}


def densities(corpus: Path, megabytes: float) -> dict[str, list[str]]:
    """Return chats as bench/scrub_speed.py has them: without, with few and with many things put in."""
    rng, size = random.Random(1), 0
    texts: dict[str, list[str]] = {name: [] for name in DENSITIES}
    with corpus.open(encoding="utf-8") as rows:
        for line in rows:
            row = json.loads(line)
            texts["clean"].append(row["clean"])
            texts["dense"].append(row["text"])
            texts["low"].append(row["text"] if rng.random() < 0.25 else row["clean"])
            size += len(row["text"])
            if size > megabytes * 1e6:
                return texts
    return texts


def enough(rates: Sequence[tuple[int, float]], most: int, seconds: float) -> int | None:
    """Return how many texts take about so many seconds, from what was taken so far; None where more must be tried first.

    >>> enough([(10, 0.01)], 1000, 1.5), enough([(10, 0.01), (100, 0.5)], 1000, 1.5), enough([(1000, 0.1)], 1000, 1.5)
    (None, 300, 1000)
    """
    count, took = rates[-1]
    if count >= most:
        return most
    return min(most, max(1, int(count * seconds / took))) if took >= seconds / 5 else None


def sized(peer: Peer, most: int) -> int:
    """Return how many of the texts it holds a tool reads in about the time that it has."""
    rates: list[tuple[int, float]] = []
    count = 4
    while True:
        rates.append((count, peer.order(time=[0, count])[0]))
        if (fit := enough(rates, most, SECONDS)) is not None:
            return fit
        count = min(most, count * 4)


def measured(folder: Path, tools: Sequence[str], texts: dict[str, list[str]]) -> dict[str, dict[str, float]]:
    """Return by tool the megabytes a second of each density, of clean text met for the first time, and the megabytes read."""
    took: dict[tuple[str, str], list[float]] = {}
    counts: dict[str, int] = {}
    with ExitStack() as open_:
        running = {tool: open_.enter_context(Peer(folder, tool)) for tool in tools}
        for tool, peer in running.items():
            most = len(texts["clean"])
            # What is slow is sized on the dense texts' own beginning; what is fast meets the clean ones for the first time afterwards.
            peer.order(hold=texts["dense"])
            counts[tool] = most if tool in OWN and tool != "sayso-names" else sized(peer, most)
        for _ in range(TURNS):
            for tool, peer in running.items():
                for name in DENSITIES:
                    peer.order(hold=texts[name][: counts[tool]])
                    took.setdefault((tool, name), []).append(peer.order(time=[0, counts[tool]])[0])
    out: dict[str, dict[str, float]] = {}
    for tool in tools:
        size = {name: sum(len(text.encode()) for text in texts[name][: counts[tool]]) / 1e6 for name in DENSITIES}
        out[tool] = {name: size[name] / min(took[tool, name][1:]) for name in DENSITIES}
        out[tool] |= {"first": size["clean"] / took[tool, "clean"][0], "size": size["dense"]}
    return out


def table(got: dict[str, dict[str, float]]) -> Iterator[str]:
    """Yield the table; ratios are to sayso with RE2, many chats at once."""
    yield "| tool | clean | low | dense | clean, first time | sayso is so many times as fast: clean | low | dense | read, MB |"
    yield "|---|---|---|---|---|---|---|---|---|"
    base = got["sayso-re2"]
    for tool, one in got.items():
        rates = [f"{one[name]:.3g}" for name in (*DENSITIES, "first")]
        ratios = [f"{base[name] / one[name]:.3g}" for name in DENSITIES]
        yield f"| {(OWN | THEIRS)[tool]} | " + " | ".join([*rates, *ratios, f"{one['size']:.2f}"]) + " |"


def faster(got: dict[str, dict[str, float]]) -> list[str]:
    """Return which tools are faster than sayso with RE2 and many chats at once, on what, and how many times as fast."""
    return [
        f"{THEIRS[tool]} on {shown}, {one[name] / got['sayso-re2'][name]:.1f} times"
        for name, shown in WORDS.items()
        for tool, one in got.items()
        if tool in THEIRS and one[name] > got["sayso-re2"][name]
    ]


def hyperscan() -> bool:
    """Return whether that engine is here."""
    try:
        import hyperscan  # noqa: F401, PLC0415  # asked for its presence
    except ImportError:
        return False
    return True


def speeds(given: argparse.Namespace) -> str:
    tools = [tool for tool in (*OWN, *THEIRS) if tool != "sayso-hyperscan" or hyperscan()]
    texts = densities(given.corpus, given.megabytes)
    got = measured(given.venvs, tools, texts)
    load = f"Load of the machine when it ended: {os.getloadavg()[0]:.0f} on {os.cpu_count()} cores."
    said = f"MB/s. Faster than sayso with RE2, a hundred chats at once: {'; '.join(faster(got)) or 'none'}. {versions(given.venvs)}. {load}"
    return "\n".join([*table(got), "", said])


def hurting() -> dict[str, str]:
    """Return texts that hurt, by what they are."""
    digits = "".join(str(byte % 10) for byte in hashlib.shake_256(b"digits").digest(1_000_000))
    picture = f"Look: ![](data:image/png;base64,{PICTURE[:100_000]})"
    return {
        "picture, 100 KB of base64": picture,
        "the same and a mail address": f"{picture} Write to ana.lima@example.org please.\n",
        "minified code, 1 MB": filled(MINIFIED, 1_000_000),
        "digits, 1 MB": digits,
    }


def rows(given: argparse.Namespace) -> Iterator[str]:
    """Yield a row for each tool: how long it takes over each of those texts."""
    own = ("sayso-re2-single", *(["sayso-hyperscan"] if hyperscan() else []), "sayso-names")
    for tool in given.tools or (*own, *THEIRS):
        cells = []
        for text in hurting().values():
            with Peer(given.venvs, tool) as peer:
                peer.order(hold=[text])
                peer.order(limit=given.within)
                took = peer.order(time=[0, 1])
            cells.append(f"{took[0]:.2f}" if took else f"over {given.within}")
        yield f"| {(OWN | THEIRS)[tool]} | " + " | ".join(cells) + " |"


def joined(lines: Sequence[str]) -> list[str]:
    """Return the rows among *lines* in the order of the tools, of each the last.

    >>> joined(["| Presidio | 1.0 |", "|---|---|", "| datatrove | 2.0 |", "| Presidio | 3.0 |"])
    ['| datatrove | 2.0 |', '| Presidio | 3.0 |']
    """
    names = [*OWN.values(), *THEIRS.values()]
    told = {name: line for line in lines for name in names if line.startswith(f"| {name} |")}
    return [told[name] for name in names if name in told]


def shapes(given: argparse.Namespace) -> str:
    if given.measured:
        made = joined([line for path in given.measured for line in path.read_text("utf-8").splitlines()])
    else:
        made = []
        for line in rows(given):
            print(line, flush=True)
            made.append(line)
    names = list(hurting())
    out = ["| tool | " + " | ".join(names) + " |", "|---|" + "---|" * len(names), *made]
    return "\n".join(
        [*out, "", f"CPU seconds, each in a fresh process; `over` so many: ended after them. {versions(given.venvs)}."]
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("venvs", type=Path)
    parser.add_argument("--corpus", type=Path)
    parser.add_argument("--megabytes", type=float, default=3)
    parser.add_argument("--shapes", action="store_true")
    parser.add_argument("--tools", nargs="+", choices=sorted(OWN | THEIRS))
    parser.add_argument("--measured", type=Path, nargs="+")
    parser.add_argument("--within", type=int, default=60)
    parser.add_argument("--write", type=Path)
    given = parser.parse_args()
    hurt = given.shapes or given.measured
    if not hurt and not given.corpus:
        parser.error("--corpus FILE is missing; ../shared/bench/gen_scrub_corpus.py makes it")
    installed(given.venvs)
    made = shapes(given) if hurt else speeds(given)
    print(made)
    if given.write:
        peers.written(given.write, "peers-shapes" if hurt else "peers-speed", made)


if __name__ == "__main__":
    main()
