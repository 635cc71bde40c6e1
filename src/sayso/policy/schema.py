"""The policy language as a JSON Schema, for editors: made from the loader's own vocabulary, so that the two cannot part.

It knows what one table may hold. What rows say together (order, dead rows, final rows, sources) only the loader knows.
"""

from __future__ import annotations

from typing import Any

from sayso.facts.kinds import ACTIONS, KINDS, SURROGATED
from sayso.policy import rows, vocabulary
from sayso.policy.fields import LONGEST

Schema = dict[str, Any]
_TEXT: Schema = {"type": "string", "pattern": "\\S"}
_DAY: Schema = {"type": "string", "pattern": "^\\d{4}-\\d{2}-\\d{2}"}
_PURPOSE: Schema = {"type": "string", "pattern": "^[a-z][a-z0-9_]*$"}
_ID: Schema = {"type": "string", "pattern": "^[a-z0-9][a-z0-9-]*$"}


def schema() -> Schema:
    """Return the schema of a policy file, draft 2020-12; dates are text in it, as editors read TOML.

    >>> sorted(schema()["required"])
    ['facts', 'keep', 'purposes', 'sources', 'title', 'use', 'version']
    """
    tables = {kind: {"type": "array", "items": _table(kind, keys)} for kind, keys in _tables().items()}
    declared = {fact: _words() for fact in vocabulary.DECLARED}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A policy of sayso: rules with dates, reasons and sources (spec/policy.md)",
        **_closed(
            {
                "title": _TEXT,
                "purposes": {"type": "array", "items": _PURPOSE, "minItems": 1, "uniqueItems": True},
                "facts": _closed(declared, [fact for fact in vocabulary.DECLARED if fact != "model"]),
                "sources": {"type": "object", "additionalProperties": {"type": "string", "minLength": 1}},
                **tables,
            },
            ["title", "purposes", "facts", "sources", "version", "use", "keep"],
        ),
        "$defs": {
            "region": {"enum": list(vocabulary.REGIONS)},
            **{f"when_{kind}": _when(kind) for kind in ("use", "keep", "choice")},
        },
    }


def _tables() -> dict[str, Schema]:
    """Return the keys of each kind of table, but for those that every row has."""
    length = {key: {"type": "integer", "minimum": 0, "maximum": limit} for key, limit in LONGEST.items()}
    reasons = {"type": "array", "items": {"enum": list(vocabulary.REASONS)}}
    region = {"$ref": "#/$defs/region"}
    silence = {"enum": list(rows.SILENCE)}
    several = {"oneOf": [_PURPOSE, {"type": "array", "items": _PURPOSE, "minItems": 1}]}
    anchor = {"enum": list(vocabulary.ANCHORS)}
    kind = {"enum": list(KINDS)}
    return {
        "version": {"from": _DAY, "notice_days": {"type": "integer", "minimum": 0, "maximum": 366}},
        "use": {"purpose": several, "use": {"enum": list(rows.USES)}},
        "keep": {
            "reason": {"enum": list(vocabulary.REASONS)},
            "anchor": anchor,
            "of": {"enum": list(rows.KEPT)},
            "purpose": _PURPOSE,
            "unless": reasons,
            "open": {"const": True},
            **length,
        },
        "cap": {"anchor": anchor, "purpose": _PURPOSE, "spares": reasons, **length},
        "choice": {
            "purpose": _PURPOSE,
            "from": _DAY,
            "deadline": {"type": "string", "pattern": "^\\d{4}-\\d{2}-\\d{2}$"},
            "zone": {"type": "string", "pattern": "^(latest|UTC|[+-](0\\d|1[0-4]):[0-5]\\d)$"},
            "before": silence,
            "after": silence,
            "withdrawal": {"enum": list(rows.WITHDRAWALS)},
            "resumed": {"enum": list(rows.RESUMED)},
        },
        "basis": {
            "purpose": several,
            "region": {"oneOf": [region, {"type": "array", "items": region, "minItems": 1}]},
            "basis": {"enum": [*vocabulary.BASES, *vocabulary.SPECIAL]},
            "from": _DAY,
            "until": _DAY,
        },
        "scrub": {
            "purpose": several,
            "kind": {"oneOf": [kind, {"type": "array", "items": kind, "minItems": 1}]},
            "do": {"enum": list(ACTIONS)},
        },
    }


_REQUIRED = {
    "version": ["from"],
    "use": ["use"],
    "keep": ["reason", "anchor"],
    "cap": ["anchor"],
    "choice": ["from", "before", "after", "withdrawal", "resumed"],
    "basis": ["basis"],
    "scrub": ["do"],
}


def _table(kind: str, keys: Schema) -> Schema:
    """Return the schema of one table with the keys that every row has."""
    head: Schema = {"id": _ID, "because": _TEXT, "source": _TEXT}
    if "versions" in rows.KEYS[kind]:
        head["versions"] = {"type": "array", "items": _ID, "minItems": 1}
    if "when" in rows.KEYS[kind]:
        head["when"] = {"$ref": f"#/$defs/when_{'keep' if kind == 'cap' else kind}"}
    made = _closed({**head, **keys}, ["id", "because", "source", *_REQUIRED[kind]])
    lengths = [{"required": [key]} for key in LONGEST]
    if kind == "keep":
        made["oneOf"] = [{"required": ["open"]}, {"anyOf": lengths}]
        held = {"properties": {"reason": {"const": "hold"}}, "required": ["reason"]}
        made |= {"if": held, "then": {"required": ["open"]}}
    elif kind == "cap":
        made["anyOf"] = lengths
    elif kind == "choice":
        made |= {"if": {"not": {"required": ["deadline"]}}, "then": {"properties": {"after": {"const": "deny"}}}}
    elif kind == "scrub":
        made["allOf"] = [_only("surrogate", list(SURROGATED)), _only("keep_public", ["name"])]
    return made


def _only(do: str, kinds: list[str]) -> Schema:
    """Return that what is done to hits must name its kinds, and none but *kinds*."""
    named: Schema = {"oneOf": [{"enum": kinds}, {"type": "array", "items": {"enum": kinds}}]}
    asked = {"properties": {"do": {"const": do}}, "required": ["do"]}
    return {"if": asked, "then": {"required": ["kind"], "properties": {"kind": named}}}


def _when(kind: str) -> Schema:
    """Return the schema of conditions: which facts, and of those with fixed values which; the rest a file declares."""
    asked = ("tier", "region") if kind == "choice" else vocabulary.known_facts(dict.fromkeys(vocabulary.DECLARED, ()))
    special = list(vocabulary.SPECIAL)
    facts: Schema = {}
    for fact in asked:
        value = _value(fact)
        if fact in vocabulary.FIXED and kind != "use":
            value = {"anyOf": [value, {"enum": special}]}
        elif fact not in vocabulary.FIXED and kind == "use":
            value = {**value, "not": {"enum": special}}
        several: Schema = {"type": "array", "items": value, "minItems": 1}
        facts[fact] = {"anyOf": [value, {"const": "known"}, several]}
    return _closed(facts, [])


def _value(fact: str) -> Schema:
    """Return what one value of *fact* may be; what a file declares itself is any word."""
    if vocabulary.FIXED.get(fact) == vocabulary.REGIONS:
        return {"$ref": "#/$defs/region"}
    return {"enum": list(vocabulary.FIXED[fact])} if fact in vocabulary.FIXED else {"type": "string", "minLength": 1}


def _words() -> Schema:
    word: Schema = {"type": "string", "minLength": 1, "not": {"enum": list(vocabulary.SPECIAL)}}
    return {"type": "array", "items": word, "minItems": 1, "uniqueItems": True}


def _closed(properties: Schema, required: list[str]) -> Schema:
    return {"type": "object", "properties": properties, "required": required, "additionalProperties": False}
