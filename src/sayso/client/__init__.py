"""The client of the API: one attribute for each part of it, one method for each operation.

Written by `make docs` from spec/openapi.json; a test compares.
"""

from __future__ import annotations

from sayso.client.accounts import Accounts
from sayso.client.choices import Choices
from sayso.client.conversations import Conversations
from sayso.client.decisions import Decisions
from sayso.client.ends import Ends
from sayso.client.holds import Holds
from sayso.client.keys import Keys
from sayso.client.leaving import Leaving
from sayso.client.notices import Notices
from sayso.client.policy import Policy
from sayso.client.releases import Releases
from sayso.client.requests import Requests
from sayso.client.runs import Runs
from sayso.client.watching import Watching
from sayso.client.wire import Answer, Connection, ProblemError, Send, Wire

__all__ = ["Answer", "Client", "Connection", "ProblemError", "Send"]


class Client:
    """The API at *base*, asked with *key*; *send* carries the requests, by default a connection of its own."""

    def __init__(self, base: str, key: str, *, send: Send | None = None) -> None:
        wire = Wire(send or Connection(base), key)
        self.accounts = Accounts(wire)
        self.conversations = Conversations(wire)
        self.choices = Choices(wire)
        self.notices = Notices(wire)
        self.decisions = Decisions(wire)
        self.leaving = Leaving(wire)
        self.holds = Holds(wire)
        self.ends = Ends(wire)
        self.releases = Releases(wire)
        self.runs = Runs(wire)
        self.requests = Requests(wire)
        self.policy = Policy(wire)
        self.watching = Watching(wire)
        self.keys = Keys(wire)
