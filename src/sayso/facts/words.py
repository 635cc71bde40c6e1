"""Identifiers and the closed vocabularies that facts are made of."""

from __future__ import annotations

from typing import Literal, NewType

AccountId = NewType("AccountId", str)
"""Whoever chooses. In the ledger and the vault a pseudonym; in a case file any name."""

ConversationId = NewType("ConversationId", str)
Digest = NewType("Digest", str)
"""A SHA-256 in lower-case hex."""

Purpose = str
"""What a conversation would be used for; `PURPOSES` lists those that have a name here; each policy names the ones it rules on."""

PURPOSES: tuple[Purpose, ...] = ("model_training", "safety_training", "human_review", "feedback", "product_analytics", "ads")

Say = Literal["allow", "refuse", "withdrawn", "deferred", "noticed", "unasked"]
"""The state of one person's answer: two answers, a yes that was taken back since, and three ways of not having answered.

`withdrawn` is said of turns alone: written under a yes, which a no took back before the yes of today.
"""

SAYS: tuple[Say, ...] = ("allow", "refuse", "withdrawn", "deferred", "noticed", "unasked")

STRICTEST: dict[Say, int] = {"refuse": 0, "withdrawn": 1, "deferred": 2, "unasked": 3, "noticed": 4, "allow": 5}
"""Where several answers count, the lowest number wins: one refusal outweighs any number of permissions."""

Use = Literal["allow", "deny", "undetermined"]
Role = Literal["user", "assistant", "system", "tool"]

UNKNOWN = "unknown"
"""A fact nobody told us. It never helps towards a yes."""

NONE = "none"
"""A fact that is known to be absent, such as no contract."""

Via = Literal["signup", "notice", "settings", "withdrawal", "administrator", "import", "api", "gpc"]
Covers = Literal["from_now", "stored"]
"""What an answer reaches: turns from now on, or also those already stored (an act of its own, never a default)."""
