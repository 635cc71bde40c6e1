"""The description of the API (OpenAPI 3.1), written from the table of operations: what is described is what is routed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from sayso import __version__
from sayso.app.grants import MEANT
from sayso.app.http.v1.ops import JSON, ZIP, Nothing, Op, Room
from sayso.app.http.v1.params import PARAMS
from sayso.app.http.v1.problems import KINDS, MEDIA, Problem

AT = "2026-11-02T09:00:00Z"
_SCHEMA = "#/components/schemas/"
Schema = dict[str, Any]


def document(rooms: Iterable[Room]) -> Schema:
    """Return the whole description, as JSON data."""
    rooms = list(rooms)
    ops = [op for room in rooms for op in room.ops]
    types = [kind for op in ops for kind in (op.query, op.body, op.gives) if kind not in (Nothing, None, bytes)]
    spelled, components = msgspec.json.schema_components([*types, Problem], ref_template=_SCHEMA + "{name}")
    schemas = dict(zip([str(one) for one in types], spelled, strict=False))
    paths: dict[str, Schema] = {}
    for op in ops:
        paths.setdefault(op.path, {})[op.method.lower()] = _operation(op, schemas, components)
    for path in paths.values():
        if "get" in path and ZIP not in str(path["get"]["responses"]["200"]):
            path["head"] = _head(path["get"])
    used = {name: schema for name, schema in components.items() if not name.startswith("Nothing")}
    return _renamed(
        {
            "openapi": "3.1.0",
            "info": {
                "title": "sayso",
                "version": __version__,
                "summary": "Conversations used only on people's say-so.",
                "description": "Every operation names the scope its key needs. Every failure is `application/problem+json`. "
                "docs/api.md is the page to read first.",
                "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
            },
            "tags": [{"name": room.tag, "description": room.about} for room in rooms],
            "paths": paths,
            "components": {
                "schemas": used,
                "securitySchemes": {
                    "key": {
                        "type": "http",
                        "scheme": "bearer",
                        "description": "Scopes: " + "; ".join(f"`{name}`: {text}" for name, text in MEANT.items()),
                    }
                },
            },
        }
    )


def example(schema: Schema, components: Mapping[str, Schema]) -> Any:
    """Return a value that fits *schema*: what it needs, and whatever it gives an example of.

    >>> example({"type": "object", "required": ["n"], "properties": {"n": {"type": "integer", "minimum": 3}}}, {})
    {'n': 3}
    """
    for word in ("examples", "default", "enum", "const"):
        if word in schema:
            return schema[word][0] if word in ("examples", "enum") else schema[word]
    if "$ref" in schema:
        return example(components[schema["$ref"].removeprefix(_SCHEMA)], components)
    for word in ("anyOf", "oneOf"):
        if word in schema:
            kinds = [one for one in schema[word] if one.get("type") != "null"]
            return example(kinds[0], components)
    match schema.get("type"):
        case "object":
            needed, known = schema.get("required", ()), schema.get("properties", {})
            return {name: example(one, components) for name, one in known.items() if name in needed or _shows(one)}
        case "array":
            items = schema.get("items")
            return [example(items, components)] if isinstance(items, dict) else []
        case "integer" | "number":
            return schema.get("minimum", 1)
        case "boolean":
            return False
        case "null":
            return None
    return AT if schema.get("format") == "date-time" else "text"


def _shows(schema: Schema) -> bool:
    return "examples" in schema or any("examples" in one for one in schema.get("anyOf", ()))


def _operation(op: Op, schemas: Mapping[str, Schema], components: Mapping[str, Schema]) -> Schema:
    parts: list[Schema] = [
        {"name": name, "in": "path", "required": True, "description": PARAMS[name]["description"],
         "example": PARAMS[name]["example"], "schema": {"type": "string", "pattern": PARAMS[name]["pattern"]}}
        for name in re.findall(r"\{(\w+)\}", op.path)
    ]  # fmt: skip
    if op.query is not Nothing:
        parts += _query(schemas[str(op.query)], components)
    if op.method == "GET":
        parts.append(_header("If-None-Match", "The `ETag` of what you have; 304 where it is the same."))
    if op.method == "POST" and op.changes:
        parts.append(
            _header("Idempotency-Key", "A name of your own for this request: sent again it gives the same answer for a day.")
        )
    if op.guarded:
        parts.append(_header("If-Match", "The `ETag` you read; 412 where it was changed since.", needed=True))
    if op.name == "choose":
        parts.append(_header("Sec-GPC", "As the person's browser sent it; recorded, and never an answer."))
    made: Schema = {
        "operationId": op.name,
        "tags": [op.tag],
        "summary": op.summary.split(". ")[0].split("; ")[0].rstrip("."),
        "description": op.summary,
        "parameters": parts,
        "responses": _responses(op, schemas, components),
        "security": [] if op.right == "anyone" else [{"key": [] if op.right == "any" else [op.right]}],
    }
    if op.body is not Nothing:
        schema = schemas[str(op.body)]
        made["requestBody"] = {"required": True, "content": {JSON: {"schema": schema, "example": example(schema, components)}}}
    return made


def _query(schema: Schema, components: Mapping[str, Schema]) -> list[Schema]:
    known = components[schema["$ref"].removeprefix(_SCHEMA)]
    return [
        {"name": name, "in": "query", "required": name in known.get("required", ()), "schema": _plain(one)}
        for name, one in known["properties"].items()
    ]


def _plain(schema: Schema) -> Schema:
    """Return the schema of a part of a query, which is there or is not, and never null."""
    kinds = [one for one in schema.get("anyOf", ()) if one.get("type") != "null"]
    return kinds[0] if kinds else schema


def _header(name: str, about: str, *, needed: bool = False) -> Schema:
    return {"name": name, "in": "header", "required": needed, "description": about, "schema": {"type": "string"}}


def _responses(op: Op, schemas: Mapping[str, Schema], components: Mapping[str, Schema]) -> Schema:
    said: dict[int, list[str]] = {}
    for slug in _slugs(op):
        said.setdefault(KINDS[slug].status, []).append(slug)
    found: Schema = {}
    for status in (op.status, *op.also):
        found[str(status)] = {"description": "As asked.", "content": {op.media: _content(op, schemas, components)}}
        if op.method == "GET":
            found[str(status)]["headers"] = {"ETag": {"schema": {"type": "string"}}}
    if op.method == "GET" and op.media != ZIP:
        found["304"] = {"description": "What you have is what is here."}
    problem = {MEDIA: {"schema": {"$ref": f"{_SCHEMA}Problem"}}}
    for status, slugs in sorted(said.items()):
        found[str(status)] = {"description": "; ".join(f"`{one}`: {KINDS[one].title}" for one in slugs), "content": problem}
    return found


def _slugs(op: Op) -> list[str]:
    slugs = ["unreadable", "not-found", *op.problems]
    slugs += [] if op.right == "anyone" else ["no-key", "no-scope", "too-often", "away"]
    slugs += ["wrong-type", "too-long"] if op.body is not Nothing else []
    slugs += ["key-reused", "still-running"] if op.method == "POST" and op.changes else []
    slugs += ["answer-not-kept"] if op.secret else []
    slugs += ["stale", "no-precondition"] if op.guarded else []
    slugs += ["gone"] if "{account}" in op.path else []
    return list(dict.fromkeys(slugs))


def _content(op: Op, schemas: Mapping[str, Schema], components: Mapping[str, Schema]) -> Schema:
    if op.gives is bytes:
        return {"schema": {"type": "string", "contentMediaType": op.media}}
    schema = schemas[str(op.gives)]
    return {"schema": schema} if op.gives is str else {"schema": schema, "example": example(schema, components)}


def _head(get: Schema) -> Schema:
    """Return what HEAD does: the same without a body."""
    bare = {status: {name: one for name, one in told.items() if name != "content"} for status, told in get["responses"].items()}
    return {**get, "operationId": f"{get['operationId']}_head", "summary": f"{get['summary']}: the head alone", "responses": bare}


def _renamed(made: Schema) -> Schema:
    """Return the document with names of generic shapes as people write them: `Page_Chat_` is `PageOfChat`."""
    text = re.sub(r"Page_(\w+?)_(?=\W)", r"PageOf\1", msgspec.json.encode(made).decode())
    return dict(msgspec.json.decode(text))
