"""The ways of the comparison: whose hits they are, what the tools' kinds are called here, and from what score they count."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from peer_counts import GROUPS, Piece, grouped

Answers = Mapping[tuple[str, str], Sequence]
"""By process and source: the hits in each text."""
THREE = {"EMAIL_ADDRESS": "EMAIL", "PHONE_NUMBER": "PHONE", "IP_ADDRESS": "IP"}
OWN = {one: one for one in GROUPS} | dict.fromkeys(("SSN", "NATIONAL_ID", "LICENCE", "PASSPORT"), "ID") | {"HASH": "SECRET"}
STATES = dict.fromkeys(("US_SSN", "US_ITIN", "US_DRIVER_LICENSE", "US_PASSPORT", "UK_NHS"), "ID")
NUMBERING = {
    "AU": "MEDICARE TFN",
    "CA": "SIN",
    "DE": "FUEHRERSCHEIN HEALTH_INSURANCE ID_CARD PASSPORT SOCIAL_SECURITY TAX_ID TAX_NUMBER",
    "ES": "NIE NIF PASSPORT",
    "FI": "PERSONAL_IDENTITY_CODE",
    "IN": "AADHAAR PAN PASSPORT VOTER",
    "IT": "DRIVER_LICENSE FISCAL_CODE IDENTITY_CARD PASSPORT",
    "KR": "DRIVER_LICENSE FRN PASSPORT RRN",
    "NG": "NIN",
    "PH": "PASSPORT TIN UMID",
    "PL": "PESEL",
    "SE": "PERSONNUMMER",
    "SG": "NRIC_FIN",
    "TH": "TNIN",
    "TR": "NATIONAL_ID",
    "UK": "DRIVING_LICENCE NINO PASSPORT",
    "US": "MBI",
    "ZA": "DRIVER_LICENSE ID_NUMBER INCOME_TAX_NUMBER PASSPORT TRAFFIC_REGISTER_NUMBER",
}
"""Of Presidio's kinds those that number persons; firms, plates and bank numbers have no group."""
PRESIDIO = THREE | {"CREDIT_CARD": "CARD", "IBAN_CODE": "IBAN"} | STATES
COUNTRIES = {f"{country}_{kind}": "ID" for country, kinds in NUMBERING.items() for kind in kinds.split()}
EVERYWHERE = PRESIDIO | COUNTRIES | dict.fromkeys(("CA_POSTAL_CODE", "DE_PLZ", "UK_POSTCODE"), "POSTCODE")
JUICER = {"EMAIL": "EMAIL", "IP": "IP", "PHONE": "PHONE", "SECRET": "SECRET", "ID": "ID"}
LEASTS = (0.0, 0.1, 0.3, 0.35, 0.4, 0.5, 0.6, 0.8)
"""The scores among which the best for a tool is looked for."""


@dataclass(frozen=True)
class Way:
    """One row of the comparison."""

    name: str
    processes: tuple[str, ...]
    groups: Mapping[str, str]
    not_asked: frozenset[str] = frozenset()
    """Groups of which it has a kind and looks for nothing that is labelled here."""
    scored: bool = False
    """Whether its hits have scores of which one is to be chosen."""
    looks_for: frozenset[str] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "looks_for", frozenset(self.groups.values()) - self.not_asked)


SECRET = {"SECRET": "SECRET"}
PATTERNS, NAMES = "sayso, patterns alone", "sayso, with names"
WAYS = (
    Way(PATTERNS, ("sayso",), OWN, frozenset({"NAME"})),
    Way(NAMES, ("sayso-names",), OWN),
    Way("dolma, fast tagger and code_secrets", ("dolma-fast", "dolma-secrets"), THREE | SECRET),
    Way("dolma, pii_regex_v2", ("dolma-v2",), THREE),
    Way("datatrove", ("datatrove",), {"EMAIL": "EMAIL", "IP": "IP"}),
    Way("datatrove, private IPs too", ("datatrove-all",), {"EMAIL": "EMAIL", "IP": "IP"}),
    Way("data-juicer, clean_email and clean_ip", ("data-juicer-clean",), {"EMAIL": "EMAIL", "IP": "IP"}),
    # Its numbers of states are those of China, which no text here holds.
    Way("data-juicer, pii_redaction too", ("data-juicer",), JUICER, frozenset({"ID"})),
    Way("Presidio", ("presidio",), PRESIDIO, scored=True),
    Way("Presidio, all countries", ("presidio-all",), EVERYWHERE, scored=True),
    Way("detect-secrets, values", ("detect-secrets",), SECRET),
    Way("detect-secrets, lines", ("detect-secrets",), {"LINE": "SECRET"}),
    Way("CredSweeper", ("credsweeper",), SECRET),
    Way("CredSweeper, for documents", ("credsweeper-doc",), SECRET),
)


def hits_of(way: Way, source: str, answers: Answers, least: float = 0.0) -> list[list[Piece]]:
    """Return a way's hits in each text of a source, by group, from a score on."""
    per_process = [answers[process, source] for process in way.processes]
    return [grouped([hit for some in each for hit in some or ()], way.groups, least) for each in zip(*per_process, strict=True)]
