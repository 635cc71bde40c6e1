"""The German of the lawyers' tables, cell by cell: each phrase stands for one of the English tables, and no other is understood."""

from __future__ import annotations

import re
from collections.abc import Callable

COLUMNS = ("Tarif", "Antworten", "Chat", "sonst", "Stand", "Zweck", "nutzbar", "bewahrt bis", "wegen", "Regeln")
HEADING = r"## .*\(Fassung `([^`]+)`\)"
_DAY = r"\d{4}-\d\d-\d\d"
_PLANS = {
    "eigener Vertrag": "own contract",
    "Partnerprogramm": "partner program",
    "Testvereinbarung": "trusted tester",
    "ohne Speicherung": "zero retention",
    "einer Organisation": "of an organisation",
}
_ANSWERS = {
    "ja": "yes",
    "ja zum Gespeicherten": "yes for what is stored",
    "nein": "no",
    "nicht jetzt": "not now",
    "gezeigt": "shown",
}
_PURPOSES = {"Training": "training", "Sicherheit": "safety", "Sichtung": "review", "Analyse": "analytics", "Werbung": "ads"}
_KINDS = {"inkognito": "incognito", "temporär": "temporary", "importiert": "imported"}
_ELSE = {
    "bewertet": "rated",
    "Bewertung zurückgenommen": "rating withdrawn",
    "markiert": "flagged",
    "Markierung aufgehoben": "flag cleared",
    "gelöscht": "deleted",
    "Konto gelöscht": "account deleted",
    "Aufbewahrung angeordnet": "held",
    "Anordnung beendet": "order ended",
    "geht an eine Organisation": "goes over to an organisation",
    "nie gefragte Person kommt hinzu": "someone never asked joins",
    "Person mit Nein kommt hinzu": "someone who said no joins",
}
_USES = {"ja": "yes", "nein": "no", "ungeklärt": "not settled"}
_REASONS = {
    "Produkt": "product",
    "Training": "training",
    "Sicherheit": "safety",
    "Prüfwerte": "scores",
    "Rückmeldung": "feedback",
    "Anordnung": "hold",
    "nichts": "nothing",
}


def english(cells: list[str]) -> list[str]:
    """Return the cells of a German line as the English table spells them; a phrase that is none of the table's raises."""
    return [read(cell) for read, cell in zip(_READ, cells, strict=True)]


def _each(text: str, separator: str, one: Callable[[str], str]) -> str:
    return f"{separator} ".join(one(part.strip()) for part in text.split(separator))


def _plan(text: str) -> str:
    def part(word: str) -> str:
        return re.sub(r"^geboren (\d{4})$", r"born \1", _PLANS.get(word, word))

    return _each(text, ",", part)


def _answer(text: str) -> str:
    found = re.fullmatch(rf"(.+?)(?: zu (\w+))? ({_DAY})", text)
    assert found, f"keine solche Antwort: {text}"
    return f"{_ANSWERS[found[1]]}{f' to {_PURPOSES[found[2]]}' if found[2] else ''} {found[3]}"


def _turn(text: str) -> str:
    found = re.fullmatch(rf"(?:(\w+) )?({_DAY})(?: aus (\w+))?(?: mit (\S+))?", text)
    assert found, f"kein solcher Chat: {text}"
    kind = f"{_KINDS.get(found[1], found[1])} " if found[1] else ""
    return f"{kind}{found[2]}{f' of {found[3]}' if found[3] else ''}{f' on {found[4]}' if found[4] else ''}"


def _other(text: str) -> str:
    found = re.fullmatch(rf"(.+) ({_DAY})", text)
    assert found, f"kein solches Ereignis: {text}"
    if becomes := re.fullmatch(r"wird (.+)", found[1]):
        return f"becomes {becomes[1]} {found[2]}"
    if moves := re.fullmatch(r"zieht nach (\S+)", found[1]):
        return f"moves to {moves[1]} {found[2]}"
    return f"{_ELSE[found[1]]} {found[2]}"


_READ: tuple[Callable[[str], str], ...] = (
    _plan,
    lambda text: "never asked" if text == "nie gefragt" else _each(text, ";", _answer),
    lambda text: _each(text, ";", _turn),
    lambda text: text if text == "-" else _each(text, ";", _other),
    str,
    _PURPOSES.__getitem__,
    _USES.__getitem__,
    lambda text: "no known end" if text == "kein Ende bekannt" else text,
    lambda text: _each(text, ",", _REASONS.__getitem__),
    str,
)
