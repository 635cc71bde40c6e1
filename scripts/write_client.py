"""Write the Python client anew from the description of the API: its shapes, and a class for each part."""

from __future__ import annotations

import keyword
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sayso.app.http.v1 import DESCRIPTION

FOLDER = Path(__file__).resolve().parents[1] / "src" / "sayso" / "client"
NOTE = "Written by `make docs` from spec/openapi.json; a test compares."
_REF = "#/components/schemas/"
Schema = dict[str, Any]


def files() -> dict[str, str]:
    """Return every file that is written, by name, as the formatter leaves it."""
    tags = [one["name"] for one in DESCRIPTION["tags"] if one["name"] != "description"]
    homes = shared(tags)
    made = {"shapes.py": index(homes), "__init__.py": door(tags)} | {f"{tag}.py": room(tag, homes) for tag in tags}
    return {name: formatted(text, name) for name, text in made.items()}


def formatted(text: str, name: str) -> str:
    """Return *text* as `ruff format` has it."""
    ruff = Path(sys.executable).parent / "ruff"
    command = [str(ruff if ruff.exists() else "ruff"), "format", "--stdin-filename", str(FOLDER / name), "-"]
    return subprocess.run(command, input=text, capture_output=True, text=True, check=True).stdout


def shared(tags: list[str]) -> dict[str, str]:
    """Return the module of each shape: that of the first part that sends it or gets it. So no two modules need each other."""
    homes: dict[str, str] = {}
    for tag in tags:
        waiting = [name for _, _, op in operations(tag) for name in named_in([op.get("requestBody", {}), op["responses"]])]
        while waiting:
            name = waiting.pop(0)
            if name not in homes and name != "Problem":
                homes[name] = tag
                waiting += named_in(DESCRIPTION["components"]["schemas"][name])
    return homes


def named_in(part: Any) -> list[str]:
    """Return the shapes that are named somewhere in *part*, in order."""
    return re.findall(rf"{_REF}(\w+)", str(part))


def index(homes: dict[str, str]) -> str:
    """Return the module from which all shapes can be imported."""
    by = {tag: sorted(name for name, home in homes.items() if home == tag) for tag in sorted(set(homes.values()))}
    lines = [f'"""Every shape that goes over the wire.\n\n{NOTE}\n"""\n', "from __future__ import annotations\n"]
    lines += [f"from sayso.client.{tag} import {', '.join(names)}" for tag, names in by.items()]
    every = ", ".join(f'"{name}"' for name in sorted(homes))
    return "\n".join([*lines, "", f"__all__ = [{every}]", ""])


def shape(name: str, schema: Schema) -> str:
    """Return one class."""
    tag = schema["properties"].get("type", {}).get("enum", [])
    tagged = f', tag_field="type", tag="{tag[0]}"' if len(tag) == 1 else ""
    lines = [f"class {name}(Struct, frozen=True, kw_only=True, omit_defaults=True{tagged}):", f'    """{about(schema)}"""', ""]
    needed = schema.get("required", [])
    for field, one in schema["properties"].items():
        if tagged and field == "type":
            continue
        default = "" if field in needed else f" = {literal(one.get('default'))}"
        lines.append(f"    {field}: {spelled(one, '')}{default}")
    return "\n".join(lines) + "\n"


def about(schema: Schema) -> str:
    """Return what a shape is, as one paragraph."""
    text = " ".join(str(schema.get("description", "")).split())
    return wrapped(text, 4)


def wrapped(text: str, indent: int) -> str:
    """Return *text* in lines that fit."""
    lines, line = [], ""
    for word in text.split():
        if len(line) + len(word) + 1 > 120 - indent:
            lines.append(line)
            line = ""
        line = f"{line} {word}".strip()
    return f"\n{' ' * indent}".join([*lines, line])


def literal(value: Any) -> str:
    """Return a default as Python has it."""
    return {"[]": "()"}.get(repr(value), repr(value))


def spelled(schema: Schema, of: str) -> str:
    """Return the type that *schema* means; shapes are named in the module *of*."""
    if "$ref" in schema:
        return of + str(schema["$ref"].removeprefix(_REF))
    if "anyOf" in schema:
        return " | ".join(dict.fromkeys(spelled(one, of) for one in schema["anyOf"]))
    if "enum" in schema:
        return f"Literal[{', '.join(repr(one) for one in schema['enum'])}]"
    match schema.get("type"):
        case "array" if "prefixItems" in schema:
            return f"tuple[{', '.join(spelled(one, of) for one in schema['prefixItems'])}]"
        case "array":
            return f"tuple[{spelled(schema['items'], of)}, ...]" if schema.get("items") else "tuple[object, ...]"
        case "object":
            inner = schema.get("additionalProperties")
            return f"dict[str, {spelled(inner, of)}]" if isinstance(inner, dict) and inner else "dict[str, Any]"
        case "string":
            return "datetime" if schema.get("format") == "date-time" else "str"
    return {"integer": "int", "number": "float", "boolean": "bool", "null": "None"}.get(str(schema.get("type")), "object")


def operations(tag: str) -> Iterator[tuple[str, str, Schema]]:
    """Yield method, address and operation of everything in one part."""
    for path, methods in DESCRIPTION["paths"].items():
        for method, op in methods.items():
            if op["tags"] == [tag] and method != "head":
                yield method.upper(), path, op


def room(tag: str, homes: dict[str, str]) -> str:
    """Return the module of one part of the API: its shapes, and its class."""
    said = next(one["description"] for one in DESCRIPTION["tags"] if one["name"] == tag)
    schemas = DESCRIPTION["components"]["schemas"]
    own = [shape(name, schemas[name]) for name, home in homes.items() if home == tag]
    body = "\n".join(method(*one) for one in operations(tag))
    text = "\n".join([*own, body])
    used = set(named_in([schemas[name] for name, home in homes.items() if home == tag]))
    used |= {name for _, _, op in operations(tag) for name in named_in([op.get("requestBody", {}), op["responses"]])}
    others: dict[str, list[str]] = {}
    for name in sorted(used & set(homes)):
        if homes[name] != tag:
            others.setdefault(homes[name], []).append(name)
    imports = ["from __future__ import annotations\n"]
    imports += ["from collections.abc import Iterator"] if "Iterator[" in body else []
    imports += ["from datetime import datetime"] if ": datetime" in text else []
    typing = [one for one in ("Any", "Literal") if re.search(rf"\b{one}\b", text)]
    imports += [f"from typing import {', '.join(typing)}"] if typing else []
    imports += ["\nfrom msgspec import Struct\n"] if own else [""]
    imports += [f"from sayso.client.{home} import {', '.join(names)}" for home, names in sorted(others.items())]
    imports += ["from sayso.client.wire import Answer, Wire", ""]
    head = (
        f'class {tag.capitalize()}:\n    """{said}"""\n\n    def __init__(self, wire: Wire) -> None:\n        self._wire = wire\n'
    )
    return f'"""{said}\n\n{NOTE}\n"""\n\n' + "\n".join([*imports, "", *own, head, body])


def method(verb: str, path: str, op: Schema) -> str:
    """Return one operation as a method, and for a list another that goes through all its pages."""
    named = [one for one in op["parameters"] if one["in"] == "path"]
    query = [one for one in op["parameters"] if one["in"] == "query"]
    headers = [one for one in op["parameters"] if one["in"] == "header" and one["name"] != "If-None-Match"]
    body = op.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema")
    gives = kind_of(op)
    given = ["self", *(f"{plain(one['name'])}: {'int' if one['name'] == 'line' else 'str'}" for one in named)]
    given += [f"body: {spelled(body, '')}"] if body else []
    more = [f"{plain(one['name'])}: {optional(spelled(one['schema'], ''))} = None" for one in query]
    more += [f"{plain(one['name'])}: {'str' if one['required'] else 'str | None = None'}" for one in headers]
    signature = ", ".join(given + (["*", *more] if more else []))
    sent = [f'"{verb}", "{path}", {gives}']
    sent += ["path={" + ", ".join(f'"{one["name"]}": {plain(one["name"])}' for one in named) + "}"] if named else []
    sent += ["query={" + ", ".join(f'"{one["name"]}": {plain(one["name"])}' for one in query) + "}"] if query else []
    sent += ["headers={" + ", ".join(f'"{one["name"].lower()}": {plain(one["name"])}' for one in headers) + "}"] if headers else []
    sent += ["body=body"] if body else []
    text = f"    def {op['operationId']}({signature}) -> Answer[{gives}]:\n"
    text += f'        """{wrapped(op["description"], 8)}"""\n'
    text += f"        return self._wire.call({', '.join(sent)})\n"
    return text + (every(op, named, query, gives) if any(one["name"] == "cursor" for one in query) else "")


def every(op: Schema, named: list[Schema], query: list[Schema], gives: str) -> str:
    """Return the method that goes through all pages of a list."""
    page = DESCRIPTION["components"]["schemas"][gives.removeprefix("")]
    item = spelled(page["properties"]["items"]["items"], "")
    kept = [one for one in query if one["name"] != "cursor"]
    more = [f"{plain(one['name'])}: {optional(spelled(one['schema'], ''))} = None" for one in kept]
    names = ["self", *(f"{plain(one['name'])}: str" for one in named), "*", *more]
    passed = [plain(one["name"]) for one in named] + [f"{plain(one['name'])}={plain(one['name'])}" for one in kept]
    return (
        f"\n    def {op['operationId'].replace('list_', 'all_', 1)}({', '.join(names)}) -> Iterator[{item}]:\n"
        f'        """Go through all of them, page by page."""\n'
        f"        cursor: str | None = None\n        while True:\n"
        f"            page = self.{op['operationId']}({', '.join([*passed, 'cursor=cursor'])}).value\n"
        f"            yield from page.items\n            if page.next is None:\n                return\n"
        "            cursor = page.next\n"
    )


def kind_of(op: Schema) -> str:
    """Return the type of what comes back when it went well."""
    good = next(told for status, told in op["responses"].items() if status.startswith("2"))
    media, content = next(iter(good["content"].items()))
    return "bytes" if media == "application/zip" else "str" if media.startswith("text/") else spelled(content["schema"], "")


def optional(kind: str) -> str:
    """Return *kind*, or nothing."""
    return kind if kind.endswith("None") else f"{kind} | None"


def plain(name: str) -> str:
    """Return the name of an argument."""
    made = name.lower().replace("-", "_")
    return f"{made}_" if keyword.iskeyword(made) or made in ("id",) else made


def door(tags: list[str]) -> str:
    """Return the module that is imported."""
    lines = ['"""The client of the API: one attribute for each part of it, one method for each operation.', "", NOTE, '"""', ""]
    lines += ["from __future__ import annotations", ""]
    lines += [f"from sayso.client.{tag} import {tag.capitalize()}" for tag in sorted(tags)]
    lines += ["from sayso.client.wire import Answer, Connection, ProblemError, Send, Wire", ""]
    names = sorted(["Answer", "Client", "Connection", "ProblemError", "Send"])
    lines += [f"__all__ = {names}".replace("'", '"'), "", "", "class Client:"]
    lines += ['    """The API at *base*, asked with *key*; *send* carries the requests, by default a connection of its own."""', ""]
    lines += ["    def __init__(self, base: str, key: str, *, send: Send | None = None) -> None:"]
    lines += ["        wire = Wire(send or Connection(base), key)"]
    lines += [f"        self.{tag} = {tag.capitalize()}(wire)" for tag in tags]
    return "\n".join(lines) + "\n"


def main() -> None:
    """Write every file, and take away what is not written any more."""
    made = files()
    for path in FOLDER.glob("*.py"):
        if path.name not in made and path.name != "wire.py":
            path.unlink()
    for name, text in made.items():
        (FOLDER / name).write_text(text, encoding="utf-8")
    sys.stdout.write(f"wrote {len(made)} files of the client\n")


if __name__ == "__main__":
    main()
