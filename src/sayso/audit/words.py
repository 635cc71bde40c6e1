"""The words of the report, in English and German: the page around the findings, and what each kind means and asks for.

What exactly differs is told in English on both pages, marked as such: it is what `sayso audit` prints.
"""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from sayso.audit.findings import KINDS, Kind
from sayso.facts.errors import Unfit


class Sentences(Struct, frozen=True, kw_only=True):
    """Every sentence of the report in one language."""

    title: str
    clean: str
    one: str
    many: str
    columns: tuple[str, str, str, str]
    looked: str
    facts: Mapping[str, str]
    """Words for the head of the report, by the names of its parts."""
    anew: str
    before: str
    never: str
    limits: str
    limits_title: str
    kinds: Mapping[str, Kind]
    detail: str = ""
    """Said once below the findings, where what differs is in another language than the page."""


LIMITS = (
    "An audit compares what was recorded with what is stored and with what the policy says. It opens no conversation, so it says "
    "nothing of the words; it sees this folder only, so it says nothing of copies elsewhere or of trained models; and a change "
    "made in everything at once, the keys included, needs a checkpoint kept by somebody else to be noticed."
)
_ENGLISH = Sentences(
    title="Audit",
    clean="No difference found.",
    one="1 difference",
    many="{count} differences",
    columns=("Kind", "Where", "What", "Next"),
    looked="What was looked at",
    facts={
        "at": "As of", "instance": "Data folder", "origin": "Log", "size": "Lines", "root": "Root over them",
        "version": "Audited with sayso",         "since": "Goes on from the audit of", "compared": "Compared with",
    },
    anew=(
        "Computed anew: each of the {lines} lines and the tree over them; {stored} rows of the vault and every block by its "
        "digest; {files} files; what {conversations} conversations are to be kept for and may be used for now; "
        "{shreddings} destructions and the contents of {releases} releases, each by the facts before it."
    ),
    before=(
        "Not judged again, since the lines before them are the audited ones: {shreddings_before} destructions and the contents of "
        "{releases_before} releases. What was found of them is repeated here."
    ),
    never="No earlier audit was taken into account.",
    limits=LIMITS,
    limits_title="What this does not say",
    kinds=KINDS,
)  # fmt: skip

_RESTORE = "Schreiben Sie nichts mehr, bewahren Sie eine Kopie des Ordners auf und vergleichen Sie sie mit einer Sicherung."
_LOOK = "Halten Sie an, finden Sie heraus, wer oder was es geändert hat, und stellen Sie es aus einer Sicherung wieder her."
_GERMAN_KINDS = {
    "log": Kind(means="Das Verzeichnis stimmt nicht mit sich oder mit dem überein, was es unterschrieben hat.", next=_RESTORE),
    "log_order": Kind(means="Eine Zeile steht am falschen Platz oder nennt eine Zeit nach ihrer Aufnahme.", next=_RESTORE),
    "past_changed": Kind(
        means="Das Verzeichnis beginnt nicht mehr mit dem, was jemand davon aufbewahrt hat: Zeilen sind geändert oder fehlen.",
        next="Schreiben Sie nichts mehr. Bewahren Sie den Ordner und das Verglichene auf: Zusammen zeigen sie die Änderung.",
    ),
    "log_shown": Kind(
        means="Das Protokoll, das Fremde lesen, ist nicht das des Verzeichnisses.",
        next="Veröffentlichen Sie nichts mehr. Bewahren Sie beide auf und vergleichen Sie sie mit einem fremden Prüfpunkt.",
    ),
    "log_unsigned": Kind(
        means="Die neuesten Zeilen stehen unter keinem unterschriebenen Prüfpunkt.",
        next="Nehmen Sie irgendetwas auf, das unterschreibt einen Prüfpunkt; prüfen Sie dann noch einmal.",
    ),
    "vault": Kind(means="Der Tresor stimmt nicht mit sich überein.", next=_RESTORE),
    "lost": Kind(
        means="Laut Verzeichnis ist es gespeichert, im Tresor ist es nicht.",
        next="Stellen Sie den Tresor aus einer Sicherung wieder her, und kehren Sie bis dahin nicht aus (`sayso sweep`).",
    ),
    "unknown": Kind(
        means="Es liegt im Tresor, und das Verzeichnis hat nie davon gehört.",
        next="Finden Sie heraus, wer es hineingelegt hat. Es darf nicht genutzt werden.",
    ),
    "changed": Kind(means="Was gespeichert ist, ist nicht, was beim Speichern aufgenommen wurde.", next=_LOOK),
    "turns": Kind(means="Aufgenommene, versiegelte und gespeicherte Beiträge sind nicht gleich viele.", next=_RESTORE),
    "key_left": Kind(
        means="Von etwas Vernichtetem ist noch etwas im Tresor.",
        next="Führen Sie `sayso sweep` aus und prüfen Sie noch einmal; suchen Sie dann, wer es zurückgebracht hat.",
    ),
    "shredded_early": Kind(
        means="Es wurde vernichtet, während es nach den Regeln noch aufzubewahren war.",
        next="Sagen Sie es der oder dem Datenschutzbeauftragten: Es lässt sich nicht zurückholen.",
    ),
    "overdue": Kind(
        means="Es wird aufbewahrt, obwohl sein letzter Grund geendet hat.",
        next="Führen Sie `sayso sweep` aus; bleibt es, hält es eine Anordnung im Tresor.",
    ),
    "schedule": Kind(
        means="Der nächste Blick darauf ist nicht dann, wenn sich die Entscheidung ändert.",
        next="Führen Sie `sayso sweep` aus und prüfen Sie noch einmal.",
    ),
    "visibility": Kind(
        means="Was jemand gelöscht hat, wird noch gezeigt, oder es ist verborgen, ohne dass jemand darum bat.",
        next="Führen Sie `sayso delete` dafür noch einmal aus, oder stellen Sie den Tresor wieder her.",
    ),
    "hold": Kind(
        means="Die Anordnungen im Verzeichnis und im Tresor sind nicht dieselben.",
        next="Setzen oder beenden Sie die Anordnung noch einmal; kehren Sie bis dahin nicht aus (`sayso sweep`).",
    ),
    "epoch": Kind(
        means="Ein Konto steht nicht unter seinem neuen Schlüssel; eine ältere Kopie öffnet vielleicht Vernichtetes.",
        next="Führen Sie `sayso epoch turn --everybody` aus.",
    ),
    "policy": Kind(
        means="Das Regelwerk, das galt, lässt sich nicht mehr vorzeigen.",
        next="Stellen Sie seine Datei aus einer Sicherung wieder her; bis dahin lässt sich nichts prüfen, was es entschied.",
    ),
    "policy_alone": Kind(
        means="eine Richtlinie trat in Kraft, oder das wurde erlaubt, durch weniger Personen, als dafür nötig sind",
        next="herausfinden, wer das war; zu zweit die vorige Richtlinie wieder in Kraft setzen; ansehen, was seither galt",
    ),
    "notice": Kind(
        means="Ein Hinweis, der gezeigt oder beantwortet wurde, lässt sich nicht mehr vorzeigen.",
        next="Stellen Sie seine Datei aus einer Sicherung wieder her: Sie ist ein Beleg.",
    ),
    "release_missing": Kind(
        means="Eine verzeichnete Ausgabe ist nicht da.",
        next="Stellen Sie sie aus einer Sicherung wieder her, oder rufen Sie sie überall zurück.",
    ),
    "release_unknown": Kind(
        means="Eine Ausgabe ist da, die nie verzeichnet wurde.",
        next="Nutzen Sie sie nicht; finden Sie heraus, wer sie erstellt hat, und entfernen Sie sie dann.",
    ),
    "release_files": Kind(
        means="Dateien einer Ausgabe sind nicht, was geschrieben wurde.",
        next="Trainieren Sie nicht damit; stellen Sie sie aus einer Kopie wieder her.",
    ),
    "release_changed": Kind(means="Eine Ausgabe ist nicht die, die verzeichnet wurde.", next=_LOOK),
    "release_pin": Kind(means="Eine Ausgabe sah andere Tatsachen oder eine andere Zeit an, als sie sagt.", next=_LOOK),
    "release_policy": Kind(
        means="Eine Ausgabe wurde unter einem anderen Regelwerk erstellt als dem geltenden.",
        next="Rufen Sie sie zurück, und erstellen Sie sie neu.",
    ),
    "release_lineage": Kind(
        means="Was hinter den Zeilen einer Ausgabe steht, passt nicht zu ihnen.",
        next="Stellen Sie die Herkunft aus einer Sicherung wieder her: Ohne sie erreicht kein Widerruf die Ausgabe.",
    ),
    "release_denied": Kind(
        means="Eine Ausgabe enthält, was die Regeln nicht erlaubten.",
        next="Führen Sie `sayso recall` aus, sagen Sie es der oder dem Datenschutzbeauftragten, und erstellen Sie sie neu.",
    ),
    "release_omitted": Kind(
        means="Ein erlaubter Chat ist weder in einer Ausgabe noch als ausgelassen gezählt.",
        next="Finden Sie heraus, warum, und erstellen Sie sie neu.",
    ),
    "release_counts": Kind(
        means="Eine Ausgabe zählt andere Gründe für das Auslassen, als es gab.",
        next="Finden Sie heraus, warum, und erstellen Sie sie neu.",
    ),
    "recall_missing": Kind(
        means="Eine Zeile, die nicht mehr genutzt werden darf, ist nicht zurückgezogen.",
        next="Führen Sie `sayso recall` für diese Ausgabe aus.",
    ),
    "recall_changed": Kind(
        means="Was von einer Ausgabe zurückgezogen ist, ist nicht, was verzeichnet wurde.",
        next="Stellen Sie die Widerrufe aus einer Sicherung wieder her, und führen Sie dann `sayso recall` aus.",
    ),
    "words_left": Kind(
        means="Zurückgezogene Zeilen enthalten in den Dateien einer Ausgabe noch ihre Worte.",
        next="Führen Sie `sayso sweep` aus: Das leert sie.",
    ),
    "file_unknown": Kind(
        means="Im Datenordner liegt eine Datei, für die niemand einsteht.",
        next="Finden Sie heraus, was sie ist; sie enthält vielleicht, was vernichtet sein sollte.",
    ),
    "opening_lost": Kind(
        means="Eine Zeile lässt sich nicht mehr öffnen, obwohl nichts erlaubte, ihren Inhalt zu vernichten.", next=_RESTORE
    ),
    "opening_left": Kind(
        means="Eine Zeile lässt sich noch öffnen, deren Inhalt vernichtet sein sollte.",
        next="Führen Sie `sayso sweep` aus; bleibt sie, stellen Sie eine Kopie wieder her, die neuer ist als die Vernichtung.",
    ),
    "uncheckable": Kind(
        means="Etwas ließ sich nicht nachrechnen. Das heißt nicht, dass es stimmt.",
        next="Beheben Sie, was genannt ist, und prüfen Sie noch einmal.",
    ),
}
_GERMAN = Sentences(
    title="Prüfung",
    clean="Kein Unterschied gefunden.",
    one="1 Unterschied",
    many="{count} Unterschiede",
    columns=("Art", "Wo", "Was", "Als Nächstes"),
    looked="Was angesehen wurde",
    facts={
        "at": "Stand", "instance": "Datenordner", "origin": "Protokoll", "size": "Zeilen", "root": "Wurzel darüber",
        "version": "Geprüft mit sayso",         "since": "Setzt die Prüfung fort vom", "compared": "Verglichen mit",
    },
    anew=(
        "Neu berechnet: jede der {lines} Zeilen und der Baum darüber; {stored} Zeilen des Tresors und jeder Block nach seinem "
        "Prüfwert; {files} Dateien; wofür {conversations} Chats jetzt aufzubewahren sind und genutzt werden dürfen; "
        "{shreddings} Vernichtungen und der Inhalt von {releases} Ausgaben, jeweils nach den Tatsachen davor."
    ),
    before=(
        "Nicht noch einmal beurteilt, da die Zeilen davor die geprüften sind: {shreddings_before} Vernichtungen und der Inhalt von "
        "{releases_before} Ausgaben. Was zu ihnen gefunden wurde, steht hier wieder."
    ),
    never="Keine frühere Prüfung wurde berücksichtigt.",
    limits=(
        "Eine Prüfung vergleicht, was verzeichnet wurde, mit dem, was gespeichert ist, und mit dem, was die Regeln sagen. "
        "Sie öffnet keinen Chat und sagt darum nichts über die Worte; sie sieht nur diesen Ordner und sagt nichts über Kopien "
        "anderswo oder über trainierte Modelle; und eine Änderung an allem zugleich, auch an den Schlüsseln, fällt nur mit einem "
        "Prüfpunkt auf, den jemand anders aufbewahrt hat."
    ),
    limits_title="Was dies nicht sagt",
    kinds=_GERMAN_KINDS,
    detail="Wo und was genau abweicht, steht so da, wie `sayso audit` es auf Englisch sagt.",
)  # fmt: skip

LANGUAGES: Mapping[str, Sentences] = {"en": _ENGLISH, "de": _GERMAN}


def sentences(language: str) -> Sentences:
    """Return the sentences of *language*; Unfit for one there is not."""
    if language not in LANGUAGES:
        raise Unfit(f"no language `{language[:20]}`; there are {', '.join(LANGUAGES)}")
    return LANGUAGES[language]
