"""Names of persons: a lexicon, a small model trained by sayso, and adapters for the finders of others.

`Persons` finds names in a text, `Told` finds again what was told elsewhere in the conversation. Both are `Recognizer`s.
"""

from sayso.scrub.persons.adapters import Gliner, Presidio, Spacy
from sayso.scrub.persons.finder import KIND, THRESHOLD, Persons, Told

__all__ = ["KIND", "THRESHOLD", "Gliner", "Persons", "Presidio", "Spacy", "Told"]
