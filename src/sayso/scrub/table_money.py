"""Kinds: payment cards and bank accounts."""

# ruff: noqa: E501 - a pattern and its examples are read in one piece

from __future__ import annotations

from sayso.scrub import checks
from sayso.scrub.row import DIGIT, NEXT, Row, bare, whole

ROWS = (
    Row(
        kind="card",
        mark="CARD",
        trigger=r"\b[1-9]\d{3}[ -]?\d{4}[ -]?\d{2}|\b3\d{3}[ -]\d{6}|\b\d{4}\.\d{4}\.\d{4}\.|\b\d \d \d \d \d \d \d \d ",
        confirm=r"\b(\d(?:[ -]?\d){11,21}|\d{4}(?:\.\d{4}){3})\b",
        check=checks.card,
        confirmed_by="luhn",
        source="ISO/IEC 7812",
        canon=bare,
        yes=(
            "card «4111 1111 1111 1111» exp",
            "«5555-5555-5555-4444»",
            "«378282246310005»",
            "Charge «6011111111111117» please",
            "I paid with «6514694579148798» exp 04/27",
            "my credit card «30243755250032»",
            "Kreditkarte «4111.1111.1111.1111»",
            "my visa is «4 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1»",
        ),
        no=(
            "order 4111111111111112",
            "order 6200000000000005",
            "id 1234567890123456",
            "0.4111111111111111",
            "-0.6983038977487848-0.18",
            "ts 1690000000000000",
            "[4 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1]",
        ),
        back=8,
        reach=40,
    ),
    Row(
        kind="card-code",
        mark="CARD_CODE",
        trigger=r"(?i)\bcv[vc]2?\b|security code|\bcid\b|card verification",
        confirm=r"(?i)\b(?:cv[vc]2?|security code|card verification(?: (?:value|code))?)" + NEXT + r"(\d{3,4})\b",
        confirmed_by="context",
        needs=DIGIT,
        yes=("CVV: «123»", "the security code is «9021»"),
        no=("CVV is three digits",),
    ),
    Row(
        kind="card-expiry",
        mark="CARD_CODE",
        trigger=r"(?i)\bexp(?:\b|iry|ires|iration)|valid (?:thru|until)|g\xc3\xbcltig bis",
        confirm=r"(?i)\b(?:exp(?:iry|ires|iration)?\.?(?: date)?|valid (?:thru|until)|g\xc3\xbcltig bis)"
        + NEXT
        + r"((?:0[1-9]|1[0-2]) ?/ ?(?:20)?\d{2})\b",
        confirmed_by="context",
        needs=DIGIT,
        yes=("exp «04/27»", "Expiry date: «11/2028»"),
        no=("expires 2027-01-01",),
    ),
    Row(
        kind="iban",
        mark="IBAN",
        unspaced=r"\b[A-Za-z]{2}\d{2}(?:[ -]?[A-Za-z0-9]){11}",
        trigger=r"[A-Za-z]\d{2}[ -]?[A-Za-z0-9]{4}[ -]?[A-Za-z0-9]{4}",
        confirm=r"\b([A-Za-z]{2}\d{2}(?:[ -]?[A-Za-z0-9]){11,34})",
        check=checks.iban,
        confirmed_by="mod 97",
        source="ISO 13616 registry lengths",
        canon=bare,
        yes=("IBAN «GB28JHYZ70389205223963» to", "«DE89 3704 0044 0532 0130 00», thanks", "«nl91abna0417164300»"),
        no=("GB28JHYZ70389205223964", "DE00 0000 0000 0000 0000 00", "sha ab12cdef34567890"),
        back=8,
        reach=56,
    ),
    Row(
        kind="bank-account",
        mark="ACCOUNT",
        trigger=r"(?i)account ?(?:number|no\b|#|nr\b)|account:? ?\d{6}|\ba/c (?:no|num)|num\xc3\xa9ro de compte|n\xc3\xbamero de cuenta|numero di conto|rekeningnummer|kontonr|\bacct|routing|\baba\b|sort ?code|konto|\bblz\b|\bifsc\b|\bbsb\b|\bclabe\b|swift|\bbic\b",
        confirm=r"(?i)\b(?:(?:bank )?account(?: ?(?:number|no\.?|#|nr\.?))?|a/c|num\xc3\xa9ro de compte|n\xc3\xbamero de cuenta|numero di conto|rekeningnummer|acct(?:\.|ount)? ?(?:number|no\.?|#)|routing(?: number| no\.?)?|aba(?: number)?|sort ?code|kontonummer|konto(?:-?nr\.?)?|blz|ifsc(?: code)?|bsb|clabe|(?:swift|bic)(?:/bic)?(?: code)?)"
        + NEXT
        + r"(\d(?:[ -]?\d){5,17}|[A-Z]{4}0[A-Z0-9]{6}|[A-Z]{6}[A-Z0-9]{2}(?:[A-Z0-9]{3})?)\b",
        confirmed_by="context",
        canon=bare,
        check=whole(lambda value: any(48 <= c <= 57 for c in value) or value.isupper()),
        yes=(
            "account number «12345678»",
            "sort code: «20-00-00»",
            "routing number is «021000021»",
            "BIC «DEUTDEFF500»",
            "A/C No: «50100012345678»",
            "bank account: «12345678»",
        ),
        no=("account number of users", "accounts: 3", "swift code review"),
    ),
)
