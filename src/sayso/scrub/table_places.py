"""Kinds: where somebody lives or is met, in word orders and letters of other countries, and where only the words before it tell."""

# ruff: noqa: E501 - a pattern and its examples are read in one piece

from __future__ import annotations

import re

from sayso.scrub import checks
from sayso.scrub.row import DIGIT, NEXT, UPPER, WORD, Found, Row, whole

_PARTICLE = r"(?:de|del|della|dei|degli|delle|di|da|do|dos|das|du|des|la|las|los|le|les|el|al|nad|pod|v|u|ve|am|an|im|in|der|den|dem|af|og|ved|van|op|ter|ten|upon|on|of|the|e|y|y|et)"
_NAMED = WORD + r"(?:[ -](?:" + _PARTICLE + r"[ -]){0,3}" + WORD + r"){0,4}"
"""A town or a street by its name: words with capitals, particles between them."""
_LEAD = (
    r"(?:(?:[Uu]l|C|R|[Aa]v|[Ss]t|[A-Z])\. ?|(?:[Uu]lica|[Rr]ue|[Rr]\xc3\xbaa|[Rr]ua|[Vv]ia|[Aa]v|[Cc]alle) (?:"
    + _PARTICLE
    + r" ){0,3})?"
)
_AFTER = r"(?: (?:u\.|\xc3\xba[t]\.?|\xc3\xbatja|utca|kapu|t\xc3\xa9r|str\.?|pass?|gate|v\xc3\xa4g|vei))?"
_STREET_AND_NUMBER = r"(?:" + WORD + r" and )?(?:\d{1,6},? ){0,2}" + _LEAD + _NAMED + _AFTER + r"(?: \d{1,4}[A-Za-z]?\b)?"
_FLAT = r"(?:[.,]?[ \n]{1,3}(?:Apt|Apartment|Suite|Ste|Unit|Flat|Floor|#)\.? ?\w{1,6}\b){0,2}"
_THEN = r"(?:\.\n ?|[, \n\t]{1,4})"
_REST = (
    r"(?:"
    + _THEN
    + _NAMED
    + r"(?: \([^()\n\d]{2,24}\))?"
    + r"(?:"
    + _THEN
    + r"(?:[A-Z]{2,3}|nan|\d\d)\b)?(?:[, \n]{1,4}"
    + _NAMED
    + r"(?: \([A-Za-z]+\))?)?(?:"
    + _THEN
    + r"\d{4,6}(?:-\d{3,4})?\b)?)?"
)
_SMALL_REST = r"(?:[,. \n]{1,2}(?:apt|suite)\.? ?\d{1,4})?(?:[,\n][ ]?[a-z\x80-\xff][a-z\x80-\xff -]{2,24}(?: \([a-z]+\))?){0,2}(?: \d{4,5}\b)?"
_LINE = r"[>?|*# \t]{0,6}"  # what stands before each line of a quoted or commented address
_ON_A_LINE = r"[^\n\d<>{}()\[\]=;:]{2,40}"

_DEGREES = r"\d{1,3}(?:\.\d{2,8})? ?(?:\xc2\xb0|\xc2\xba) ?(?:\d{1,2}(?:\.\d{1,8})? ?(?:'|\xe2\x80\xb2) ?(?:[\d.]{1,8} ?(?:\"|''|\xe2\x80\xb3) ?)?)?"
"""Degrees, minutes and seconds, or degrees with a fraction."""
_NO_PLACE = re.compile(
    rb"(?i)\b(?:step|section|chapter|page|level|phase|table|figure|fig|line|row|column|version|release|windows|python|java|node|item|option|"
    rb"question|part|day|week|month|year|grade|class|type|point|number|no|article|rule|law|act|appendix|season|episode|stage|round|game|"
    rb"room|floor|gate|platform|terminal|track|channel|port|line|model|mark|psalm|verse|january|february|march|april|may|june|july|august|"
    rb"september|october|november|december|jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec|am|pm|iphone|galaxy|boeing|airbus|iso|rfc|http|"
    rb"gpt|claude|llama|error|code|issue|task|problem|exercise|example|team|group|world war|covid|monday|tuesday|wednesday|thursday|friday|"
    rb"saturday|sunday|build|form|figure|unit|lesson|volume|vol|book|top|highway|route|interstate|exit|bus|area|zone|district|ward)\.? \d"
)
_COUNT = re.compile(
    rb"\d{1,6} (?:[A-Z][a-z]+ )?(?:People|Years?|Days?|Hours?|Minutes?|Times|Dollars?|Percent|Million|Billion|Countries|States|A\.?M|P\.?M|AM|PM|January|February|March|April|May|June|July|August|September|October|November|December|BC|AD)\b"
)
_TYPED_SMALL = re.compile(rb"\d{2,6} (?:\d{1,5} )?[a-z\x80-\xff]")
_SENTENCE = re.compile(
    rb" (?:in|on|at|to|of|and|or|the|a|for|by|with|from|out|than|people|years?|days?|hours?|minutes?|times|per|percent|more|miles?|km|users?|points?) "
)
_SUFFIX = re.compile(
    rb"(?i)\b(?:street|st|avenue|ave|road|rd|boulevard|blvd|lane|drive|court|place|way|terrace|parkway|square|pass|route|mill|courts?|parks?|forges?)\b|\d"
)


def _place(buffer: bytes, start: int, end: int) -> Found:
    """Return the place of a street told after words such as `lives at`: with a number, not a step, a date or a count."""
    value = buffer[start:end]
    if not re.search(rb"\d", value) or _NO_PLACE.search(value) or _COUNT.match(value):
        return None
    if _TYPED_SMALL.match(value) and _SENTENCE.search(value):
        return None
    if re.fullmatch(rb"[A-Z]\w+ \d{1,2}\.?", value) and re.search(
        rb"(?i)(?:move|return|sent|send|stop|arrived?) (?:it )?(?:to|at) \Z", buffer[max(0, start - 24) : start]
    ):
        return None  # the move to version 6 of something
    first = re.match(rb"[^\n,]*", value)
    if first is None or len(first[0]) < 6:
        return None
    return start, end


def _postcode(value: bytes) -> bool:
    """Return whether digits after a town may be its code: not a year."""
    number = value.replace(b" ", b"")
    return not (len(number) == 4 and number[:2] in (b"18", b"19", b"20"))


def _after_town(buffer: bytes, start: int, end: int) -> Found:
    lead = buffer[max(0, start - 40) : start]
    return (start, end) if _postcode(buffer[start:end]) and not _NO_PLACE.search(lead + buffer[start:end]) else None


def _suffixed(value: bytes) -> bool:
    """Return whether a word with a street's ending is one: German has `Garantie` and `Demokratie`."""
    return not re.match(rb"(?i)\S*(?:rantie|kratie|matie|watergate|strategie|tailgate|floodgate|surrogate)\b", value)


_TOLD = r"(?:(?:live|living|reside|located|situated|station is|office is|restaurant is|shop is|store is|house is|hotel is|clinic is|offices are)[sd]? (?:now )?(?:at|on|in) |side of |drops? \w{2,4} off at |meet (?:\w{2,3} )?(?:on )?(?:\w{6,9} )?at |(?:taxi|cab) to |(?:sent|mailed|shipped|delivered|return(?:ed)?|moved?) (?:it )?to |(?:arrived|stop) at |enter (?:on|at) )"
_BEGINS = r"(?:(?:the|a) |[:,]?[ \n]{1,2})?(?:[A-Z\d\x80-\xff]|ul|r[u\xc3]|via|av|calle|st\.)"
"""How what follows those words begins, where it is a street."""

ROWS = (
    Row(
        kind="street-suffixed",
        mark="ADDRESS",
        trigger=r"(?:ga[dt]an?|sgate|ve[ij]en|vegen|ve[gj]|vei|v\xc3\xa4gen|v\xc3\xa4g|str\xc3\xa6[dt][ei]|ntie|kat[ua]|kuja|polku|straat|laan|steeg|gracht|kade|dreef|braut|bakken|all\xc3\xa9|utca|\xc3\xbatja|(?:utca|\xc3\xbat|u)\.|\xc3\xbat|ulice|gasse|stra(?:ss|\xc3\x9f)e|[\xce\xcf][\x80-\xbf]) \d",
        confirm=r"((?:\b\d{1,5} )?(?:"
        + UPPER
        + r"[a-z\x80-\xff]+(?:[ -]"
        + UPPER
        + r"[a-z\x80-\xff]+){0,3}?(?:(?:ga[dt]an?|sgate|ve[ij]en|vegen|ve[gj]|vei|v\xc3\xa4gen|v\xc3\xa4g|str\xc3\xa6[dt][ei]|ntie|kat[ua]|kuja|polku|straat|laan|steeg|gracht|kade|dreef|braut|bakken|all\xc3\xa9)|"
        r"(?: [a-z\x80-\xff]{3,20})? (?:utca|\xc3\xbatja|\xc3\xbat\.?|u\.))|[a-z\x80-\xff]{4,20} (?:utca|\xc3\xbatja|\xc3\xbat)) \d{1,4}[A-Za-z]?\b\.?(?: [A-Z] \d{1,3}\b)?(?:,? \d{5}\b|,? \d{3} ?\d{2}\b|,? \d{4} ?[A-Z]{2}\b|,? \d{4}\b)?(?: "
        + WORD
        + r")?)",
        check=whole(_suffixed),
        confirmed_by="shape",
        source="street names of the Nordic countries, the Netherlands, Belgium and Hungary",
        yes=(
            "han bor på «Kongensgate 12, 0153 Oslo»",
            "postadress «Storgatan 5, 411 38 Göteborg»",
            "«Mannerheimintie 14 B 7, 00100 Helsinki»,",
            "kom naar «Nieuwstraat 8, 1012 AB Amsterdam».",
            "near «Ringvej 144»",
            "a «Váci utca 12.»,",
        ),
        no=("Garantie 2 Jahre", "the surrogate 12", "Demokratie 4", "in Watergate 3"),
        back=64,
        reach=64,
    ),
    Row(
        kind="address-of-east-asia",
        mark="ADDRESS",
        trigger=r"\xe3\x80\x92 ?\d{3}-\d{4}|\xe5\x9c\xb0\xe5\x9d\x80|\xe4\xbd\x8f\xe5\x9d\x80|\xe4\xbd\x8f\xe6\x89\x80|\xec\xa3\xbc\xec\x86\x8c",
        confirm=r"(\xe3\x80\x92 ?\d{3}-\d{4}(?: ?(?:[\xe3-\xed][\x80-\xbf]{2}){3,20}[\d-]{0,12})?)|(?:\xe5\x9c\xb0\xe5\x9d\x80|\xe4\xbd\x8f\xe5\x9d\x80|\xe4\xbd\x8f\xe6\x89\x80|\xec\xa3\xbc\xec\x86\x8c)(?:\xe6\x98\xaf|\xe3\x81\xaf|\xeb\x8a\x94)?[: ]{0,2}((?:[\xe3-\xed][\x80-\xbf]{2}|[ \d-]){4,40}(?:\xe5\x8f\xb7|\xe5\xae\xa4|\xe6\xa5\xbc|\xe7\x95\xaa\xe5\x9c\xb0|\xec\xb8\xb5|\xed\x98\xb8|\d))",
        confirmed_by="context",
        yes=("地址: «北京市朝阳区建国路88号»", "«〒100-0001 東京都千代田区千代田1-1»"),
        no=("地址不对", "〒"),
        reach=200,
    ),
    Row(
        kind="street-then-code",
        mark="ADDRESS",
        trigger=r"\d, \d{3} \d{2} " + UPPER,
        confirm=r"(" + _NAMED + r" \d{1,4}(?:/\d{1,4})?[a-z]?, \d{3} \d{2} " + _NAMED + r")",
        confirmed_by="shape",
        source="Česká pošta, Slovenská pošta, PostNord",
        yes=("bydlí v «Nerudova 12/3, 118 00 Praha» od",),
        no=("in 12, 345 67 of them",),
        back=64,
        reach=48,
    ),
    Row(
        kind="street-corner",
        mark="ADDRESS",
        trigger=r"(?i)corner of [^\n]{3,60} and ",
        confirm=r"((?i:(?:the )?corner of )(?:\d{1,6},? ){0,2}(?:(?:[Uu]l|[A-Z])\. )?[^\n,.;:!?()<>{}\[\]\"]{2,45}?\.? and (?:(?:[Uu]l|[A-Z])\. |\d{1,4}(?:st|nd|rd|th) |(?:\d{1,5} ))?[^\s,.;:!?()<>{}\[\]\"]{3,30}(?: "
        + WORD
        + r"){0,3}(?: (?i:[a-z]{3,9})\b)?(?: \d{1,4}\b)?)",
        check=lambda buffer, start, end: _corner(buffer, start, end),
        confirmed_by="context",
        yes=(
            "meet me at «the corner of 5th Avenue and Main»",
            "«the corner of Dalbraut 99 and Hill Coves»",
            "stop at «the corner of Bay Street and King Street»",
        ),
        no=("in the corner of the room and the hall", "the corner of my eye and ear", "corner of Rock and Roll"),
        back=16,
        reach=140,
    ),
    Row(
        kind="military-address",
        mark="ADDRESS",
        trigger=r"(?i)\b[afd]po,? a[aep] \d{5}",
        confirm=r"(?i)\b((?:(?:us[a-z]{1,4}|psc|unit) [^\n,]{2,40}[\n, ]{1,3})?[afd]po,? a[aep] \d{5}(?:-\d{4})?)\b",
        confirmed_by="shape",
        source="USPS Publication 28, military addresses",
        yes=("send it to «USNS Møller\nFPO AA 85844», please", "«APO AE 09012-1234»"),
        no=("APO file", "the FPO is out"),
        back=64,
        reach=24,
    ),
    Row(
        kind="address-block",
        mark="ADDRESS",
        trigger=r"(?i)\n[>?|*# \t]{0,6}(?:apt|apartment|suite|ste|flat)\.? #?\d",
        confirm=r"(?i)(\d{1,6} [^\n<>{}()\[\]=;:]{4,60}\n" + _LINE + r"(?:apt|apartment|suite|ste|flat)\.? #?\d{1,5}[a-z]?\b"
        r"(?:(?:\n" + _LINE + _ON_A_LINE + r"){0,2}\n" + _LINE + _ON_A_LINE + r" \d{3,6}(?:[ -]\d{2,4})?\b)?)",
        confirmed_by="shape",
        yes=(
            "Ella\n> «228 Ringvej 144\n> Apt. 902\n> Qaqortoq\n> Greenland 96817»\n> Hi",
            "«15 Elm Row\nFlat 3»\n",
        ),
        no=("Chapter 2\n\nSuite 3 in D",),
        back=80,
        reach=120,
    ),
    Row(
        kind="street-over-lines",
        mark="ADDRESS",
        trigger=r"\n ?, ?[A-Z\d]{2,3}\n",
        confirm=r"(\b(?:\d{1,6} ){1,2}"
        + UPPER
        + r"[^\n\d<>{}\[\]=;:]{2,40}(?:\d{1,4}\b\.?)?"
        + _FLAT
        + r"\n ?[^\n\d<>{}\[\]=;:]{2,40}\n ?, ?[A-Z\d]{2,3}\n ?[^\n\d<>{}\[\]=;:]{0,40}\d{4,6}\b)",
        confirmed_by="shape",
        yes=("Acme\n«33787 590 Edington Drive\nToronto\n, ON\n Canada 27539»\nx", "«83393 Pärna 33\nSfax\n, 13\n 44939»"),
        no=("a list\n, OK\nof 12345",),
        back=110,
        reach=64,
    ),
    Row(
        kind="place-told",
        mark="ADDRESS",
        trigger=r"(?i:address|adresse|corner of |" + _TOLD + r")",
        wake=r"(?i:address|adresse|corner of )|(?i:" + _TOLD + r")" + _BEGINS,
        confirm=r"(?i:\b(?:(?:address(?:es)?|adresse)(?::|[^\n]{0,50}?[ \n](?:is|are|to|with|from|following\?|same:|it))|(?:lives?|living|lived|resid(?:es?|ed|ing)) (?:now )?(?:at|on|in)(?: the (?:north|south|east|west) side of)?"
        r"|(?:office|offices|restaurant|shop|store|house|home|station|hotel|clinic|located|situated) (?:(?:is|are|was) )?(?:located |situated |based )?(?:at|on|in)"
        r"|drops? (?:you|me|us|him|her) off at|meet (?:(?:me|you|us|him|her) )?(?:on )?(?:\w{3,6}day )?at(?: [A-Z]\w{1,20},)?|(?:taxi|cab) to|(?:sent|send|mail|mailed|ship|shipped|delivered|return|returned|moved?|arrived|stop) (?:it |this |that |one )?(?:to|at)"
        r"|enter (?:at|on)|stop at the corner of [^\n]{3,40} and|statement sent to)"
        r"(?:[?:,]? (?:the|a) )?[:,]?[ \n]{1,3})("
        + _STREET_AND_NUMBER
        + _FLAT
        + _REST
        + r"|\d{2,6} (?:\d{1,5} )?[a-z\x80-\xff][a-z\x80-\xff ]{3,30} \d{1,4}\b"
        + _SMALL_REST
        + r")",
        check=_place,
        confirmed_by="context",
        needs=DIGIT,
        yes=(
            "Zoë lives on «Pod Floriánem 1677».",
            "The shop is located at «214 Pavlou Drandaki, Nicosia»",
            "please change my address to «50541 Mlýnská 1540, Trancoso, Portugal 44674» soon",
            "I'd like to call a taxi to «180 Sahamäki 72»",
            "the bus drops you off at «Dalmatinova 68»",
        ),
        no=(
            "return to Step 3 now",
            "we meet at 5 PM",
            "sent to 300 People",
            "follow up on the move to EcmaScript 6",
            "moved to Python 3",
            "arrived at Gate 12",
            "the address is at Line 5",
            "we live in October 2019",
            "The office is in Berlin.",
        ),
        back=120,
        reach=220,
    ),
    Row(
        kind="postcode",
        mark="POSTCODE",
        trigger=r"[A-Z]\d[A-Z\d]? \d[ABD-HJLNP-UW-Z]{2}\b|GIR ?0AA|[A-Z]\d[A-Z] \d[A-Z]\d\b",
        confirm=r"((?:GIR ?0AA|(?:[A-PR-UWYZ]\d{1,2}|[A-PR-UWYZ][A-HK-Y]\d{1,2}|[A-PR-UWYZ]\d[A-HJKSTUW]|[A-PR-UWYZ][A-HK-Y]\d[ABEHMNPRVWXY])) \d[ABD-HJLNP-UW-Z]{2})\b"
        r"|(?:[A-Z]\d[A-Z] \d[A-Z]\d)\b",
        confirmed_by="shape",
        source="Royal Mail PAF, Canada Post",
        yes=("at «SW1A 1AA» and",),
        no=("ZIP archive",),
    ),
    Row(
        kind="postcode-in-context",
        mark="POSTCODE",
        trigger=r"(?i)(?:\bzip|post ?code|postal[ _]?code|postleitzahl|\bplz\b|code postal|pin ?code|\beircode|\bcep\b|(?-i:\bCAP\b))",
        confirm=r"(?i)\b(?:zip(?:[ _]?code)?|post ?code|postal[ _]?code|postleitzahl|plz|code postal|pin ?code|eircode|cep|(?-i:CAP))"
        + NEXT
        + r"([A-Z]?\d[A-Z0-9]{1,5}(?:[ -](?:\d[A-Z0-9]{1,3}|[A-Z]\d[A-Z0-9]{2}))?)\b",
        check=whole(lambda value: len(value) > 2),
        confirmed_by="context",
        needs=DIGIT,
        yes=("My zip code is «35350»", "ZIP: «75534-030»", "PLZ «10969»"),
        no=("zip file", "zip 7z", "the Zip64 end of it", "'cap': 0x2229"),
    ),
    Row(
        kind="coordinates",
        mark="PLACE",
        trigger=r"\d\.\d{3,}, ?-?\d{1,3}\.\d{3}",
        confirm=r"((?:-|\b)\d{1,2}\.\d{3,16}, ?-?\d{1,3}\.\d{3,16})\b",
        check=checks.geo_pair,
        confirmed_by="range",
        yes=(
            "we are at «52.51627, 13.37770» now",
            "maps?q=«-33.85678,151.21529»",
            "LatLng(«52.51627, 13.37770»)",
            '"center": [«13.37770, 52.51627»]',
        ),
        no=(
            "[0.1234, 0.5678, 0.9101]",
            "100.1234, 5.1234, 7.1234",
            "0.1234, 0.4567",
            "[-0.516, -1.032]",
            "np.array([5.4767400299, -0.4796082367])",
            "assert_close(mean, (7.1036502, 10.8963497))",
            "x = [\n        -28.44677132, -24.99785984,\n        -22.16855376, -18.72136195,\n",
        ),
        back=24,
        reach=48,
    ),
    Row(
        kind="coordinates-map-link",
        mark="PLACE",
        trigger=r"(?:/@|[?&]q=|ll=|[?&]cp=|(?i:geo):|!3d|#map=\d{1,2}/|#\d{1,2}\.?\d{0,2}/|(?i:point) ?\(|(?i:coordinates)[\\\"]{1,2}: ?\[\s?)-?\d{1,3}\.\d{3}",
        confirm=r"(?:/@|[?&](?:q|ll|sll|center|cp|mlat|destination|origin|daddr|saddr)=|(?i:geo):|!3d|#map=\d{1,2}/|#\d{1,2}\.?\d{0,2}/|(?i:point) ?\(|(?i:coordinates)[\\\"]{1,2}: ?\[\s?)(-?\d{1,3}\.\d{3,16}(?:,|%2C|!4d| |;|~|/|, )-?\d{1,3}\.\d{3,16})",
        yes=(
            "google.com/maps/@«-33.85678,151.21529»,17z",
            '"coordinates": [«-122.4194, 37.7749»]',
            "GEO:«48.198634;16.371648»",
            "#map=18/«52.51627/13.37770»",
            "geo:«52.51627,13.37770»",
            "POINT(«13.4050 52.5200»)",
        ),
        no=("?q=1.234",),
    ),
    Row(
        kind="coordinates-degrees",
        mark="PLACE",
        trigger=r"\d(?:\xc2\xb0|\xc2\xba) ?(?:\d{1,2}(?:\.\d{1,8})? ?(?:'|\xe2\x80\xb2)|[NSEW])|\d deg \d|\d\.\d{3,} ?[NS][ ,]{1,2}",
        confirm=r"("
        + _DEGREES
        + r"[NS],? ?"
        + _DEGREES
        + r"[EWO]|[NS] ?"
        + _DEGREES
        + r",? ?[EWO] ?"
        + _DEGREES
        + r"|\d{1,2}\.\d{3,8} ?[NS],? {0,2}\d{1,3}\.\d{3,8} ?[EWO]|\d{1,3} deg \d{1,2}' [\d.]{1,8}\"(?: [NSEW])?)",
        yes=(
            "near «52°30'58\"N 13°22'39\"E» there",
            "«52.5200° N, 13.4050° E»",
            "«N 40° 26.767' W 79° 58.933'»",
            "at «59.3293 N 18.0686 E»",
            "GPSLatitude: «48 deg 51' 29.99\" N»",
        ),
        no=("turn 90°", "20 deg 3"),
    ),
    Row(
        kind="coordinate-in-context",
        mark="PLACE",
        trigger=r"(?i)(?:lat|lon|lng|long|latitude|longitude)[\"'`]? ?[:=] ?[\"']?-?\d{1,3}\.\d{3}",
        confirm=r"(?i)\b(?:lat|lon|lng|long|latitude|longitude)[\"'`]? ?[:=] ?[\"']?(-?\d{1,3}\.\d{3,16})\b",
        confirmed_by="context",
        yes=('"lat": «52.51627»,', "lng=«-13.3777»"),
        no=("flat: 1.2345", "lat: 52"),
    ),
    Row(
        kind="postcode-after-town",
        mark="POSTCODE",
        trigger=r"[A-Za-z\x80-\xff] (?:\d{3}(?:\d\d| \d\d|\d-\d{3})|(?:[03-9]\d|1[0-7]|2[1-9])\d\d)\b",  # a year is none
        confirm=r"\b(?:[Ii]n|[Nn]ear|[Ff]rom|[Tt]o|[Aa]t) (?:"
        + UPPER
        + r"[^\s\d,.;:()]{3,24}(?: (?:"
        + _PARTICLE
        + r" ){0,3}"
        + WORD
        + r"){0,4}|[a-z]{3,12} de [a-z]{4,14}) (\d{4,5}|\d{3} \d{2}|\d{4}-\d{3})(?:[ ,.;!?)\n]|$)",
        check=_after_town,
        confirmed_by="shape",
        yes=("I work in Costamezzana «43015» now", "from Bjert «6091», Denmark", "near Köping «731 30»."),
        no=("in Paris 2024", "in Windows 10240", "to Section 4302", "from Boeing 7478", "in May 1998"),
        back=96,
        reach=12,
    ),
    Row(
        kind="postcode-on-its-line",
        mark="POSTCODE",
        trigger=r"\n[ \t>]{0,8}\d{2}-\d{3}(?:\n|$)",
        confirm=r"[A-Za-z\x80-\xff]\n[ \t>]{0,8}(\d{2}-\d{3})(?:\n|$)",
        confirmed_by="shape",
        source="Poczta Polska",
        yes=("ul. Długa 7\nWrocław\n«53-320»\n",),
        no=("pages:\n\n12-345 of it",),
        back=16,
        reach=24,
    ),
)


def _corner(buffer: bytes, start: int, end: int) -> Found:
    """Return the place of a corner of two streets: a number, a word for a street, or names on both sides."""
    value = buffer[start:end]
    sides = re.split(rb"(?i)corner of ", value, maxsplit=1)[-1].split(b" and ", 1)
    named = all(re.match(rb"(?:\d|ul\.|t[eo]n |[A-Z\xc3-\xcf])", side) for side in sides) or re.search(
        rb"^\d{1,5} | \d{1,4}\.?$", sides[0]
    )
    return (start, end) if len(sides) == 2 and named and _SUFFIX.search(value) else None
