"""Write the generated pages anew: the commands, from their own help, the schema of policy files, and the API."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path

import click

from sayso.app.cli import cli
from sayso.app.grants import MEANT
from sayso.app.http.v1 import DESCRIPTION
from sayso.app.http.v1.problems import KINDS
from sayso.policy.schema import schema

PAGE = Path(__file__).resolve().parents[1] / "docs" / "commands.md"
SCHEMA = Path(__file__).resolve().parents[1] / "spec" / "policy.schema.json"
API = PAGE.with_name("api.md")
OPENAPI = SCHEMA.with_name("openapi.json")
HEAD = """# The commands

Written by `make docs` from the commands' own help; a test compares. Every command takes `--data DIR` and `--json`, and ends with
0 when it is done, 1 when it said no or found something, 2 when it was used wrongly.
"""


def leaves(group: click.Group, above: tuple[str, ...] = ("sayso",)) -> Iterator[tuple[str, click.Command]]:
    """Yield every command below *group* with its full name."""
    for name, command in sorted(group.commands.items()):
        if isinstance(command, click.Group):
            yield from leaves(command, (*above, name))
        else:
            yield " ".join((*above, name)), command


def example(command: click.Command) -> str:
    """Return the example a command shows in its help."""
    return (command.epilog or "").removeprefix("Example:").strip()


def page() -> str:
    """Return the page of all commands."""
    parts = [HEAD]
    for name, command in leaves(cli):
        arguments = " ".join(one.make_metavar(click.Context(command)) for one in command.params if isinstance(one, click.Argument))
        parts += [
            f"## {name} {arguments}".rstrip(),
            "",
            (command.help or "").strip(),
            "",
            "```console",
            f"$ {example(command)}",
            "```",
        ]
        options = [one for one in command.params if isinstance(one, click.Option) and one.name not in ("json", "data")]
        parts += [f"- `{', '.join(one.opts)}`: {one.help}" for one in options]
        parts.append("")
    return "\n".join(parts).rstrip() + "\n"


def schema_text() -> str:
    """Return the schema of policy files as it lies in the repository."""
    return json.dumps(schema(), indent=1) + "\n"


def api_page(text: str) -> str:
    """Return docs/api.md with its tables of scopes and problems as they are."""
    scopes = "| scope | what it lets a program do |\n|---|---|\n" + "\n".join(
        f"| `{one}` | {said} |" for one, said in MEANT.items()
    )
    rows = "\n".join(f"| `{slug}` | {one.status} | {one.title} | {one.next} |" for slug, one in KINDS.items())
    kinds = f"| word | status | what it means | what to do |\n|---|---|---|---|\n{rows}"
    for name, table in (("scopes", scopes), ("problems", kinds)):
        begin, end = f"<!-- {name}:begin -->\n", f"<!-- {name}:end -->"
        before, _, rest = text.partition(begin)
        text = before + begin + table + "\n" + end + rest.partition(end)[2]
    return text


def openapi_text() -> str:
    """Return the description of the API as it lies in the repository."""
    return json.dumps(DESCRIPTION, indent=1, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
    SCHEMA.write_text(schema_text(), encoding="utf-8")
    API.write_text(api_page(API.read_text("utf-8")), encoding="utf-8")
    OPENAPI.write_text(openapi_text(), encoding="utf-8")
    sys.stdout.write(f"wrote docs/{PAGE.name}, docs/{API.name}, spec/{SCHEMA.name} and spec/{OPENAPI.name}\n")
