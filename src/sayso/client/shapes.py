"""Every shape that goes over the wire.

Written by `make docs` from spec/openapi.json; a test compares.
"""

from __future__ import annotations

from sayso.client.accounts import Account, Facts, Leaving, NewAccount, Stated
from sayso.client.choices import Button, Choice, Made, NewChoice, PageOfChoice, Question, Standing, Told
from sayso.client.conversations import (
    Append,
    Appended,
    Attachment,
    Chat,
    NewTurn,
    PageOfChat,
    Text,
    Thinking,
    ToolCall,
    ToolResult,
    Transcript,
    Turn,
)
from sayso.client.decisions import Decided, Decision, Many, Row
from sayso.client.ends import Ending, NewRetention, Order, PageOfEnding, Retention, Sweep
from sayso.client.holds import Ended, Hold, NewHold, PageOfHold, Placed, Reach
from sayso.client.keys import Key, Kind, Link, MadeKey, NewKey, NewLink, Own, PageOfKey, Revoking
from sayso.client.leaving import NewTakeout, PageOfTaken, Taken, Takeout
from sayso.client.notices import Control, Fact, NewNotice, Notice, NoticeVersion, PageOfNoticeVersion, Published, Words
from sayso.client.policy import Checked, Governing, PolicyText, Said
from sayso.client.releases import PageOfRelease, Recalled, Release, Went, Whereabouts, Withdrawn
from sayso.client.requests import Answering, Extending, NewRequest, PageOfRequest, Request
from sayso.client.runs import Confirming, NewRun, Run, RunList
from sayso.client.watching import Audit, Counts, Finding, Health

__all__ = [
    "Account",
    "Answering",
    "Append",
    "Appended",
    "Attachment",
    "Audit",
    "Button",
    "Chat",
    "Checked",
    "Choice",
    "Confirming",
    "Control",
    "Counts",
    "Decided",
    "Decision",
    "Ended",
    "Ending",
    "Extending",
    "Fact",
    "Facts",
    "Finding",
    "Governing",
    "Health",
    "Hold",
    "Key",
    "Kind",
    "Leaving",
    "Link",
    "Made",
    "MadeKey",
    "Many",
    "NewAccount",
    "NewChoice",
    "NewHold",
    "NewKey",
    "NewLink",
    "NewNotice",
    "NewRequest",
    "NewRetention",
    "NewRun",
    "NewTakeout",
    "NewTurn",
    "Notice",
    "NoticeVersion",
    "Order",
    "Own",
    "PageOfChat",
    "PageOfChoice",
    "PageOfEnding",
    "PageOfHold",
    "PageOfKey",
    "PageOfNoticeVersion",
    "PageOfRelease",
    "PageOfRequest",
    "PageOfTaken",
    "Placed",
    "PolicyText",
    "Published",
    "Question",
    "Reach",
    "Recalled",
    "Release",
    "Request",
    "Retention",
    "Revoking",
    "Row",
    "Run",
    "RunList",
    "Said",
    "Standing",
    "Stated",
    "Sweep",
    "Taken",
    "Takeout",
    "Text",
    "Thinking",
    "Told",
    "ToolCall",
    "ToolResult",
    "Transcript",
    "Turn",
    "Went",
    "Whereabouts",
    "Withdrawn",
    "Words",
]
