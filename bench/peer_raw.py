"""Hits in raw chats, which nobody labelled: each was judged by reading, and the judgements lie in peer_hits.json, by place and digest.

Right is what a reader would call this kind of thing, whoever's it is; wrong is a number, a link or a word that is none. What nobody has read
counts as wrong.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import peer_texts
import peers
from peer_counts import Piece, touches
from peer_kinds import NAMES, WAYS, Answers, Way, hits_of

JUDGED = Path(__file__).resolve().parent / "peer_hits.json"
RAW = "raw"


def keyed(at: str, hit: Piece, text: str) -> str:
    digest = hashlib.sha256(text[hit.start : hit.end].encode("utf-8", "replace")).hexdigest()
    return f"{at}:{hit.start}-{hit.end} {hit.group} {digest[:12]}"


def in_raw(way: Way, chats: Sequence[tuple[str, str]], answers: Answers, least: float) -> list[tuple[str, str]]:
    """Return the key of each hit of the groups in raw chats, and what a reader needs; places that overlap count once."""
    out = []
    for (at, text), hits in zip(chats, hits_of(way, RAW, answers, least), strict=True):
        taken: list[Piece] = []
        for hit in sorted(hits):
            if hit.group in way.looks_for and not touches(hit, taken):
                taken.append(hit)
                around = (
                    f"{text[max(0, hit.start - 60) : hit.start]}«{text[hit.start : hit.end][:70]}»{text[hit.end : hit.end + 25]}"
                )
                out.append((keyed(at, hit, text), around))
    return out


def raw_table(data: Path, answers: Answers, leasts: Mapping[str, float], unread: bool) -> list[str]:
    """Return the table of raw chats: hits, how many are wrong, and wrong ones per megabyte."""
    known: dict[str, bool] = json.loads(JUDGED.read_text("utf-8")) if JUDGED.exists() else {}
    chats = peer_texts.raw(data)
    size = sum(len(text.encode("utf-8", "replace")) for _, text in chats) / 1e6
    out = ["| tool | hits | right | wrong | wrong per MB | wrong of its hits, 95 % |", "|---|---|---|---|---|---|"]
    missing: dict[str, str] = {}
    for way in WAYS:
        if way.name == NAMES:
            continue
        hits = in_raw(way, chats, answers, leasts[way.name])
        missing |= {key: around for key, around in hits if key not in known}
        wrong = sum(not known.get(key, False) for key, _ in hits)
        bounds = "{:.2f} to {:.2f}".format(*peers.wilson(wrong, len(hits))) if hits else ""
        out.append(f"| {way.name} | {len(hits)} | {len(hits) - wrong} | {wrong} | {wrong / size:.1f} | {bounds} |")
    for key, around in sorted(missing.items()) if unread else ():
        print(json.dumps([key, around], ensure_ascii=False))
    return [*out, "", f"{size:.2f} MB; {len(missing)} of these hits nobody has read, counted as wrong."]
