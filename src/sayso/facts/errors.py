"""Errors that say who must act: one line each, lower case, what and which one and what next.

Detail that a program needs travels in attributes; the text never holds personal data or a secret.
"""

from __future__ import annotations


class SaysoError(Exception):
    """Any failure sayso explains in one line.

    >>> str(Unfit("no tier `Pro `; name one of free, pro, max"))
    'no tier `Pro `; name one of free, pro, max'
    """

    def __init__(self, line: str, /, **detail: object) -> None:
        super().__init__(" ".join(line.split()))
        self.detail = detail


class Refused(SaysoError):
    """The policy, a right or a hold said no; the answer stands until a fact changes."""


class Unfit(SaysoError):
    """What was handed in cannot be used as it is; whoever wrote it must mend it."""


class Broken(SaysoError):
    """Something stored does not agree with itself; the operator must look before anything goes on."""
