"""The scrub bench: text in, spans and masked text out, in linear time.

`find` names what is somebody's, `mask` puts `[EMAIL_1]` in its place, `mask_turn` does so for every field of a turn. One
`Marks` object serves one conversation. What is found, kind by kind, is the table in `sayso.scrub.table`; personal names without
words such as "my name is" around them are found by a `Recognizer`, such as `Persons` with the model that sayso ships.
`mask_turns` and `mask_texts` mask a name that was found once wherever else it stands in the conversation; `mask_each` does so for
many conversations at once.
"""

from sayso.scrub.batch import find_many
from sayso.scrub.characters import in_utf16
from sayso.scrub.conversation import mask_each, mask_parts, mask_texts, mask_turns
from sayso.scrub.masking import Marks, Masked, find, mask
from sayso.scrub.persons import Gliner, Persons, Presidio, Spacy
from sayso.scrub.row import Row
from sayso.scrub.searching import Recognizer, use
from sayso.scrub.spans import Span
from sayso.scrub.table import ROWS
from sayso.scrub.treating import SURROGATES, Treated, Treatment, treat_turns
from sayso.scrub.turns import mask_json, mask_title, mask_turn

__all__ = [
    "ROWS",
    "SURROGATES",
    "Gliner",
    "Marks",
    "Masked",
    "Persons",
    "Presidio",
    "Recognizer",
    "Row",
    "Spacy",
    "Span",
    "Treated",
    "Treatment",
    "find",
    "find_many",
    "in_utf16",
    "mask",
    "mask_each",
    "mask_json",
    "mask_parts",
    "mask_texts",
    "mask_title",
    "mask_turn",
    "mask_turns",
    "treat_turns",
    "use",
]
