"""What people are asked: immutable notice versions, in words per language, named by the digest of their bytes.

A notice holds every word its screen shows, the controls with the state they start in, and what is offered. `publish`
refuses one that leans, hides a fact or reads too hard; `read` gives back exactly the bytes that were published.
"""

from sayso.darkpatterns.reading import grade
from sayso.notices.fitness import faults
from sayso.notices.notice import Answer, Control, Fact, Notice, Words
from sayso.notices.shelf import publish, read, tidy
from sayso.notices.wording import parse, shipped

__all__ = ["Answer", "Control", "Fact", "Notice", "Words", "faults", "grade", "parse", "publish", "read", "shipped", "tidy"]
