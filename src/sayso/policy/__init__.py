"""A table of rules and the standing of a conversation in, a ruling out: per purpose a use, why, and until when to keep.

A profile is a dated TOML file that a lawyer can read. `load` reads it strictly, `decide` rules on one standing,
`columns.decide_many` on many with the same outcome, `explain` says it in sentences, and `cases.run` checks a profile against
written cases. Nothing here reads a clock or asks a network, and whatever is not known never allows.
"""

from sayso.policy.deciding import decide
from sayso.policy.explaining import explain
from sayso.policy.handling import handling
from sayso.policy.latest import latest
from sayso.policy.reading import parse
from sayso.policy.shelf import load, shipped
from sayso.policy.table import Policy

__all__ = ["Policy", "decide", "explain", "handling", "latest", "load", "parse", "shipped"]
