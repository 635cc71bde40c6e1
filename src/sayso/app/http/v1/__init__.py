"""The API for other programs, `/v1`: one table of operations, from which come routes, rights and the description.

Every operation answers from what the desk and the jobs do already. None is open to who has not its scope; every failure is a
problem as RFC 9457 has it.
"""

from typing import Any

from sayso.app.http.v1 import (
    chats,
    choosing,
    deciding,
    ending,
    entering,
    governing,
    keeping,
    leaving,
    noticing,
    people,
    releases,
    requests,
    runs,
    watching,
)
from sayso.app.http.v1.openapi import document
from sayso.app.http.v1.ops import Op, Reply, Room
from sayso.app.http.v1.serving import routes as _routes

ROOMS: tuple[Room, ...] = (
    people.room, chats.room, choosing.room, noticing.room, deciding.room, leaving.room,
    keeping.room, ending.room, releases.room, runs.room, requests.room, governing.room, watching.room, entering.room,
)  # fmt: skip
_described = Room("description", "This description itself.")


@_described.op("GET", "/openapi.json", "anyone", gives=dict[str, Any])
def show_description(_: object) -> Reply:
    """Give this description."""
    return Reply(value=DESCRIPTION)


TABLE: tuple[Op, ...] = tuple(op for room in (*ROOMS, _described) for op in room.ops)
"""Every operation there is."""
DESCRIPTION = document((*ROOMS, _described))
routes = _routes(TABLE)

__all__ = ["DESCRIPTION", "ROOMS", "TABLE", "routes"]
