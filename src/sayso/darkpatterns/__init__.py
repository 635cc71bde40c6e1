"""Measures of a consent page: a snapshot of what was drawn and a note of what happened, judged by one table of rules.

Pure: a browser takes the snapshot with the script that `collector` gives, and whoever drives it notes the deeds. Nothing
here knows the screens it measures, so that it measures other people's alike. What is not found is `unknown`, never a pass.
"""

from sayso.darkpatterns.acts import Deeds, Path, shortest
from sayso.darkpatterns.findings import Finding
from sayso.darkpatterns.reading import grade
from sayso.darkpatterns.rules import RULES, Looked, Rule, judge
from sayso.darkpatterns.snapshot import FOCUSED, MARKS, Node, Snapshot, collector, nodes, read

__all__ = [
    "FOCUSED", "MARKS", "RULES", "Deeds", "Finding", "Looked", "Node", "Path", "Rule", "Snapshot", "collector", "grade", "judge",
    "nodes", "read", "shortest",
]  # fmt: skip
