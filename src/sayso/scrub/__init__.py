"""The scrub bench: text in, spans and masked text out, in linear time and without any model.

`find` names what is somebody's, `mask` puts `[EMAIL_1]` in its place, `mask_turn` does so for every field of a turn. One
`Marks` object serves one conversation. What is found, kind by kind, is the table in `sayso.scrub.table`; personal names without
words such as "my name is" around them are not found, and other finders plug in as a `Recognizer`.
"""

from sayso.scrub.batch import find_many
from sayso.scrub.masking import Marks, Masked, Recognizer, find, mask, use
from sayso.scrub.row import Row
from sayso.scrub.spans import Span
from sayso.scrub.table import ROWS
from sayso.scrub.turns import mask_json, mask_title, mask_turn, mask_turns

__all__ = [
    "ROWS",
    "Marks",
    "Masked",
    "Recognizer",
    "Row",
    "Span",
    "find",
    "find_many",
    "mask",
    "mask_json",
    "mask_title",
    "mask_turn",
    "mask_turns",
    "use",
]
