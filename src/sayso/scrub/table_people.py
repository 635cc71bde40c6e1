"""Kinds: names where the words around them say so, and where somebody lives. Names without such words are not found."""

# ruff: noqa: E501 - a pattern and its examples are read in one piece

from __future__ import annotations

import re

from sayso.scrub import naming
from sayso.scrub.row import DIGIT, NAME, UPPER, WORD, Found, Row, whole

_INITIAL = UPPER[:-1] + r"|[\xe0-\xef][\x80-\xbf]{2})"
_ANY_NAME = r"(" + NAME + r"|(?:[\xe3-\xed][\x80-\xbf]{2}){2,5})"
_STREET = (
    r"(?:Street|St|Avenue|Ave|Road|Rd|Boulevard|Blvd|Lane|Ln|Drive|Dr|Court|Ct|Place|Pl|Way|Terrace|Ter|Parkway|Pkwy|Square|Sq|Circle|Cir|Highway|Hwy|"
    r"Close|Crescent|Gardens|Grove|Mews|Row|Trail|Walk|Hill|Park|Green|Alley|Loop|Run|Pike|Crossing|Quay|Parade|Esplanade|Str)"
)
_STATE = (
    r"(?:A[AEKLPRZ]|C[AOT]|D[CE]|FL|GA|HI|I[ADLN]|K[SY]|LA|M[ADEINOST]|N[CDEHJMVY]|O[HKR]|P[AR]|RI|S[CD]|T[NX]|UT|V[AT]|W[AIVY])"
)
_ZIP = (
    r"(?:[ ,\n]+"
    + WORD
    + r"(?: "
    + WORD
    + r"){0,2},? (?:"
    + _STATE
    + r" \d{5}(?:-\d{4})?|(?:NSW|VIC|QLD|TAS|ACT|WA|SA|NT) \d{4}|\d{3} ?\d{3}|(?:[03-9]\d|1[0-8]|2[1-9])\d\d|[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2})\b)?"
)
_UNIT = r"(?:\.?,? (?:Apt|Apartment|Suite|Ste|Unit|Flat|Floor|#)\.? ?\w{1,6}\b)?"
_TOWN = (  # what may follow a flat's number: a town, a state or country, a code
    r"(?:[, \n\t]{1,14}"
    + UPPER
    + r"[^\n\d<>{}()\[\]\";:?!]{1,30}(?:\([^()\n\d]{2,24}\))?(?:[, \n\t]{1,14}[A-Za-z]{2,20}(?: [A-Z][A-Za-z]{2,12}| \([A-Za-z]+\))?)?[, \n\t]{1,14}\d{3,5}(?:[ -]\d{2,4})?\b)?"
)
_GERMAN = r"(?:stra(?:\xc3\x9f|ss)e|str\.|weg|allee|platz|gasse|ring|damm|ufer|chaussee|promenade)"


_ENGLISH_RING = re.compile(
    rb"(?i)(?:\bspring|\bstring|eering|\boffering|\bduring|monitoring|factoring|turing|\bsharing|\bscoring|rendering|filtering|clustering|\bordering) \d"
)
_A_SHIP = re.compile(rb"(?i)\b(?:an?|the|this|that|[a-z]+ing) ship to [\"'`]?\Z")


def _street(buffer: bytes, start: int, end: int) -> Found:
    """Return the place of a street and number; not `2 Million Way`-like counts of plain words, nor whose copyright it is since when."""
    value = buffer[start:end]
    if re.match(rb"\d{1,5} (?:The|New|More|Main Way|Steps|Ways)\b", value) or buffer[end : end + 1] >= b"\x80":
        return None  # the second: a word that goes on, as in `Strömberg`
    if re.match(rb"(?:19|20)\d\d[, ]", value) and re.search(rb"(?i)copyright|\(c\)|\xc2\xa9", buffer[max(0, start - 400) : start]):
        return None
    return start, end


def _told(buffer: bytes, start: int, end: int) -> Found:
    """Return the place of an address after a word that tells; not one of mail or a machine, nor a ship that goes to a part 2."""
    value = buffer[start:end]
    if b"@" in value or b"://" in value or b"IPv" in value or b" " not in value or value.startswith((b"A ", b"An ", b"The ")):
        return None
    if re.search(rb"\d\.\d{1,3}\.\d|0x|[=|]|(?i:\b(?:part|chapter|section|step|page|version|volume|episode|day|level) \d)", value):
        return None
    return None if _A_SHIP.search(buffer, max(0, start - 40), start) else (start, end)


def _without_next(buffer: bytes, start: int, end: int) -> Found:
    """Return the place of an address without a second one that goes on behind `and`."""
    cut = re.search(rb",? and (?=\d)", buffer[start:end])
    return start, start + cut.start() if cut else end


ROWS = (
    Row(
        kind="name-introduced",
        mark="NAME",
        trigger=r"(?i:name ist?|name's|(?:\b(?:is|am|was|be)|i'm) (?:called|named)|call me|hei\xc3\x9fe|je m'appelle|me llamo|mi nombre es|mi chiamo|meu nome \xc3\xa9|jag heter|jeg heter|nazywam si\xc4\x99|naam is|\xd0\xbc\xd0\xb5\xd0\xbd\xd1\x8f \xd0\xb7\xd0\xbe\xd0\xb2\xd1\x83\xd1\x82|\xd0\xbc\xd0\xbe\xd1\x91 \xd0\xb8\xd0\xbc\xd1\x8f) +[\"']?[A-Z\x80-\xff]|\xe6\x88\x91\xe5\x8f\xab|\xe6\x88\x91\xe7\x9a\x84\xe5\x90\x8d\xe5\xad\x97\xe6\x98\xaf|\xe5\x90\x8d\xe5\x89\x8d\xe3\x81\xaf|\xe6\x88\x91\xe5\xa7\x93\xe5\x90\x8d\xe6\x98\xaf",
        confirm=r"\b(?:(?i:my name is|my name's|my full name is|my (?:wife|husband|son|daughter|mother|father|boss|friend|doctor)(?:'s name is| is (?:called|named))|i am called|i'm called"
        r"|ich hei\xc3\x9fe|mein name ist|je m'appelle|me llamo|mi nombre es|mi chiamo|meu nome \xc3\xa9|jag heter|jeg heter|nazywam si\xc4\x99|mijn naam is|call me|his name is|her name is|their name is|(?:was|is|be) (?:called|named)))[ ]+[\"']?"
        + _ANY_NAME
        + r"|(?:\xd0\xbc\xd0\xb5\xd0\xbd\xd1\x8f \xd0\xb7\xd0\xbe\xd0\xb2\xd1\x83\xd1\x82|\xd0\xbc\xd0\xbe\xd1\x91 \xd0\xb8\xd0\xbc\xd1\x8f)(?: [^ ]{2,6})? "
        + _ANY_NAME
        + r"|(?:\xe6\x88\x91\xe5\x8f\xab|\xe6\x88\x91\xe7\x9a\x84\xe5\x90\x8d\xe5\xad\x97\xe6\x98\xaf|\xe5\x90\x8d\xe5\x89\x8d\xe3\x81\xaf)((?:[\xe3-\xed][\x80-\xbf]{2}){2,4}?)(?:\xe3\x81\xa7\xe3\x81\x99|\xe3\x81\xa8|\xe3\x80\x82|\xef\xbc\x8c|,|[ .!\n]|$)",
        check=naming.introduced,
        confirmed_by="context",
        yes=(
            "Hi, my name is «Ana Lima» and",
            "mein Name ist «Øyvind Ås»",
            "me llamo «Ñico»",
            "my wife's name is «Zoë de la Cruz».",
            "My name is «李雷»",
            "меня зовут «Иван Петров»",
            "我叫«李小龙»，",
            "私の名前は«田中太郎»です",
            "nazywam się «Anna Kowalska»",
            "the boy who was called «Tariq»",
        ),
        no=(
            "my name is not important",
            "call me Sir",
            "my name is a secret",
            "the disease is called Irritable Bowel Syndrome",
            "the whole class is called Receiver?",
        ),
    ),
    Row(
        kind="name-signing-in",
        mark="NAME",
        trigger=r"\b(?:I'm|I am|This is|this is) " + _INITIAL,
        confirm=r"\b(?:I'm|I am|[Tt]his is) ("
        + WORD
        + r" "
        + WORD
        + r"(?: "
        + WORD
        + r")?)(?:[,.!]| and| from| with| at| speaking| here)",
        check=naming.trimmed,
        confirmed_by="context",
        yes=("I'm «Ana Lima», a nurse", "This is «Bo Kowalski» from sales"),
        no=("I'm Very Happy, really", "This is The End.", "I am Christian, and"),
    ),
    Row(
        kind="name-greeted",
        mark="NAME",
        trigger=r"\b(?:Dear|Hi|Hello|Hey|Liebe|Lieber|Cher|Ch\xc3\xa8re|Estimad[oa]|Caro|Cara|Beste) (?:Mr|Mrs|Ms|Dr|Herr|Frau|Professor|Prof)?\.? ?"
        + _INITIAL,
        confirm=r"(?:^|[\n\r\"'`>(:]|\\n)[ \t]*(?:Dear|Hi|Hello|Hey|Liebe|Lieber|Sehr geehrte[r]?|Cher|Ch\xc3\xa8re|Estimad[oa]|Caro|Cara|Beste) (?:(?:Mr|Mrs|Ms|Mx|Miss|Dr|Herr|Frau|Professor|Prof)\.? )?"
        + _ANY_NAME
        + r"[,!:;]",
        check=naming.trimmed,
        confirmed_by="context",
        yes=("Dear «Ana»,\nthank you", "Dear Mr. «Kowalski»,", "Hi «Zoë Ås»!", "Liebe «Ana»,"),
        no=("Dear Sir,", "Hello World!", "Dear Future Self,", "Dear Hiring Manager,", "Dear Customer,", "Hi All,"),
    ),
    Row(
        kind="name-titled",
        mark="NAME",
        trigger=r"\b(?:Mr|Mrs|Ms|Mx|Miss|Dr|Prof|Herr|Frau|Herrn|Se\xc3\xb1or|Se\xc3\xb1ora|Mme|Monsieur|Madame|Signora?)\.? "
        + _INITIAL,
        confirm=r"\b(?:Mr|Mrs|Ms|Mx|Miss|Dr|Prof|Herr|Frau|Herrn|Se\xc3\xb1or|Se\xc3\xb1ora|Mme|Monsieur|Madame|Signora?)\.? "
        + _ANY_NAME,
        check=naming.titled,
        confirmed_by="context",
        yes=("ask Mrs. «Kowalska» about it", "Dr «Ada Lovelace» said", "Herr «Müller»"),
        no=("Mr and Mrs", "Dr. is short", "Miss you", "Thank you, Mr. Speaker", "a can of Dr. Pepper", "Dr. Dobbs Magazine"),
    ),
    Row(
        kind="name-signed",
        mark="NAME",
        trigger=r"(?i)(?:regards|sincerely|cheers|thanks|best|yours|gr\xc3\xbc\xc3\x9fen?|cordialement|saludos|love|faithfully|truly),?[ \t]*(?:\n|\\n)",
        confirm=r"(?i:regards|sincerely|cheers|thanks|best|yours|gr\xc3\xbc\xc3\x9fen?|cordialement|saludos|love|faithfully|truly)[,.]?[ \t]*(?:\r?\n|\\n){1,3}[ \t]*[-*_]{0,3}"
        + _ANY_NAME
        + r"[ \t]*(?:\r?\n|\\n|$|,|\|)",
        check=naming.trimmed,
        confirmed_by="context",
        yes=("Best regards,\n«Ana Lima»\n", "Cheers,\n\n«Bo»\n", "Mit freundlichen Grüßen\n«Jörg Ås»\n"),
        no=("thanks\nThe end of it", "Best\nI think so", "Sincerely,\n\nOpen Assistant\n"),
    ),
    Row(
        kind="name-field",
        mark="NAME",
        trigger=r"(?i)(?:(?:full|first|last|middle|given|family|maiden|display|sur|nach|vor|patient|applicant|tenant|employee|client|contact|customer|author|card[ _]?holder|passenger)[ _]?name|contact person|nombre|apellidos?|patient|applicant|tenant|employee|client|attn|attention|recipient|card[ _]?holder|passenger|contact|customer|author)[\"'`*_]{0,3} ?[:=|]|<(?:full|first|last|sur)?[ _-]?name>",
        confirm=r"(?i:\b(?:full[ _]?name|first[ _]?name|last[ _]?name|middle[ _]?name|sur[ _]?name|given[ _]?name|family[ _]?name|maiden[ _]?name|display[ _]?name|nach[ _]?name|vor[ _]?name|nombre|apellidos?|patient(?: name)?|applicant|"
        r"tenant|employee(?: name)?|client(?: name)?|attn|attention|recipient|cardholder(?: name)?|card[ _]?holder|passenger(?: name)?|contact(?:[ _]name| person)?|customer(?:[ _]name)?|author(?:[ _]name)?)|<(?:full|first|last|sur)?[ _-]?name)[\"'`*_]{0,3} ?[:=|>][ \t]*[\"'`*_]{0,3}"
        + _ANY_NAME,
        check=naming.in_field,
        confirmed_by="context",
        yes=(
            '{"full_name": "«Ana Lima»"}',
            "Patient: «Bo Kowalski»\n",
            "first_name=«Zoë»",
            "Vorname: «Jörg»",
            "patient: «Okafor»\nward: 4",
            '"customer": "«Zoë»"',
            "customer_name: «Hana Kim»",
            "| Full Name | «Omar Haddad» |",
            "<name>«Omar Haddad»</name>",
        ),
        no=(
            "display_name = DisplayName()",
            "FULL_NAME: Final = 65",
            "file_name: Report",
            "first_name: string",
            "customer: None",
            "class Jobs:\n    client: Incomplete\n",
            "recipient: Recipient[Key]",
            "'author': 'Auteur'",
            'client: "SparkConnectClient"',
            "x.displayName=`DetermineComponentFrameRoot`",
            "Contact: Xcb Mailing List <",
            "def f(self, client: ClientMixin, scope: str)",
        ),
    ),
    Row(
        kind="name-line",
        mark="NAME",
        trigger=r"(?m)^[ \t>*-]*Name[*_]{0,2}:",
        confirm=r"(?m)^[ \t>*-]*Name[*_]{0,2}:[*_]{0,2}[ \t]*(" + WORD + r"(?: (?:[A-Z]\.|" + WORD + r")){1,3})[ \t]*\r?$",
        check=naming.trimmed,
        confirmed_by="context",
        yes=("Name: «Chise T. Horiguchi»\nPhone",),
        no=("Name: string\n", "Name: Windows\n"),
    ),
    Row(
        kind="git-author",
        mark="NAME",
        trigger=r"(?:uthor|ommitter|agger|-by):? |(?:From|To|Cc|Bcc): ",
        confirm=r"(?:\b(?:(?:[Aa]uthor|[Cc]ommitter|[Tt]agger):?|(?:From|To|Cc|Bcc|Reply-To):)|-by:) [ \t]*\"?([^\n<>:\",]{1,60}?)\"? <",
        check=whole(naming.author),
        confirmed_by="context",
        source="git log, git format-patch, mail headers",
        yes=("Author: «Ada Lovelace» <ada@", "Co-authored-by: «Zoë Ås» <z@", 'From: "«Bo Kowalski»" <bo@'),
        no=(
            "Author: Your Name <",
            "Co-authored-by: dependabot[bot] <",
            "Committer: name <e-mail>",
            "tagger $author_name <$x>",
            "author is Jos <j@",
        ),
    ),
    Row(
        kind="git-config-name",
        mark="NAME",
        trigger=r"user\.name|GIT_(?:AUTHOR|COMMITTER)_NAME",
        confirm=r"(?:user\.name|GIT_(?:AUTHOR|COMMITTER)_NAME)[ =]+[\"']([^\"'\n$<]{2,60})[\"']",
        check=whole(naming.configured),
        confirmed_by="context",
        yes=('git config --global user.name "«Ada Lovelace»"', "export GIT_AUTHOR_NAME='«Bo»'"),
        no=('git config user.name "Your Name"', 'user.name "Meu Nome"', 'user.name "Ваше Имя"'),
    ),
    Row(
        kind="street-address",
        mark="ADDRESS",
        trigger=r"[a-z\x80-\xff.'] " + _STREET + r"\b",
        confirm=r"\b((?:(?:Flat|Apt\.?|Apartment|Unit|Suite) \w{1,4}, )?(?:\d{2,5} )?\d{1,5}[A-Za-z]?,? (?:[NSEW]\.? |North |South |East |West )?(?:(?:"
        + UPPER
        + r"[A-Za-z'\x80-\xff.]*|\d{1,3}(?:st|nd|rd|th)|of|the|de|la) ){1,4}"
        + _STREET
        + r"\b"
        + _UNIT
        + _ZIP
        + r")",
        check=_street,
        confirmed_by="shape",
        source="USPS Publication 28 suffixes, Royal Mail usage",
        needs=DIGIT,
        yes=(
            "I live at «221B Baker Street» now",
            "«1600 Pennsylvania Ave, Washington, DC 20500»",
            "«12 St. Mary's Lane Apt 4»",
            "«9 Elm Road, Granby QLD 4009» is",
            "«Flat 3, 10 High Street, Bristol BS1 2AB»",
        ),
        no=(
            "in 1990 The New Way",
            "5 star Drive",
            "10 ways to Run",
            "Copyright: 2011-2014, Anthony Green",
            "(c) 2012 J. Doe\n 2013 Joachim Strömberg",
        ),
        back=110,
        reach=160,
    ),
    Row(
        kind="street-address-numbered",
        mark="ADDRESS",
        trigger=r"\d(?:st|nd|rd|th) " + _STREET + r"\b",
        confirm=r"\b(\d{1,5} (?:[NSEW]\.? |North |South |East |West )?\d{1,3}(?:st|nd|rd|th) "
        + _STREET
        + r"\b"
        + _UNIT
        + _ZIP
        + r")",
        yes=("at «350 5th Avenue, New York, NY 10118»",),
        no=("on the 5th Street",),
        reach=120,
    ),
    Row(
        kind="street-address-with-unit",
        mark="ADDRESS",
        trigger=r"(?i)\b(?:apt|apartment|suite|ste|unit)\.? #?\d",
        confirm=r"(\b\d{1,5} (?:(?:\d{1,5} )?(?:[A-Za-z.]{2,12} )?"
        + UPPER
        + r"|\d{1,5} [a-z])[^\n\d<>{}()\[\]\"=;:]{2,40} ?\d{0,5}(?: \d{1,4})?[a-z]?[,. \n\t]{1,12}(?i:(?:apt|apartment)\.? #?\d|(?:suite|ste|unit)\.? #?\d\d\d)\d{0,4}[A-Z]?\b"
        + _TOWN
        + r"|\b(?:Apt|Apartment|Suite)\.? #?\d{1,5} \d{1,5} "
        + UPPER
        + r"[^\n\d<>{}()\[\]\"=;:]{2,40} ?\d{0,5}\b"
        + _TOWN
        + r")",
        yes=(
            "at «25615 Tawastintie 72 Apt. 004\nKNIVSTA, nan 18237» after",
            "«28245 Puruntie 82 Apt. 595»",
            "Hughes\n\n«20789 Allika 46\n Suite 501\n Riisa\n\n Estonia 62488»",
            "«Suite 541 6343 Skogstien 106\nASKER nan 1386»",
        ),
        check=_without_next,
        no=("run 12 Tests in Suite 4", "Office Suite 2019", "unit 5 of the test suite 7"),
        back=96,
        reach=120,
    ),
    Row(
        kind="street-address-german",
        mark="ADDRESS",
        trigger=r"(?i)" + _GERMAN + r" \d",
        confirm=r"("
        + UPPER
        + r"[a-z\x80-\xff]*(?:[ -](?:(?:den|der|dem|am|im|an) ?-?)?"
        + UPPER
        + r"[a-z\x80-\xff]*|-(?:den|der|dem|am|im)){0,4}(?i:[ -]?"
        + _GERMAN
        + r") \d{1,4} ?[a-hA-H]?\b(?:/\d{1,3}\b){0,3}(?:,? ?\n? ?(?:[AD]-|CH-)?\d{4,5} "
        + WORD
        + r"(?: (?:am|an|im|ob) ?(?:der )?"
        + WORD
        + r")?)?)",
        check=whole(lambda value: not _ENGLISH_RING.search(value)),
        confirmed_by="shape",
        yes=(
            "Ich wohne in der «Lindenstraße 12a, 10969 Berlin».",
            "«Villacher Strasse 89»",
            "«Hofgasse 12/3/14, 1010 Wien»",
            "«Unter-den-Linden-Allee 7»",
        ),
        no=("der Weg 2 ist", "Ringe 3", "prefix appears when Spring 6 / Spring Boot", "Software Engineering 101"),
    ),
    Row(
        kind="street-address-romance",
        mark="ADDRESS",
        trigger=r"[\drs],? (?:[Rr]ue|[Aa]venue|[Bb]oulevard|[Pp]lace|[Cc]hemin|[Qq]uai) |\b(?:Via|Viale|Piazza|Corso|Calle|C/|Avenida|Plaza|Paseo|Rua|Travessa|[Uu]lica|[Uu]l\.) ",
        confirm=r"(\b\d{1,4}(?: ?(?:bis|ter))?,? (?:[Rr]ue|[Aa]venue|[Bb]oulevard|[Pp]lace|[Cc]hemin|[Qq]uai) (?:(?:de|du|des|la|le|les|d'|l'|Al) ?)*"
        + WORD
        + r"(?:[ -](?:(?:de|du|la|et|Al) )*"
        + WORD
        + r"){0,4}(?:,? \d{5} "
        + WORD
        + r")?"
        r"|\b(?:\d{1,5} )?\d{1,4}(?: ?(?:bis|ter))?,? [Rr]ue (?:(?:de|du|des|la|le|les) )*[a-z]{4,20}\b"
        r"|\b(?:\d{1,5} )?(?:Via|Viale|Piazza|Corso|Calle|C/|Avenida|Plaza|Paseo|Rua|Travessa|[Uu]lica|[Uu]l\.) (?:(?:de|del|della|di|da|do|dos|la|las|los) )*"
        + WORD
        + r"(?: (?:(?:de|del|di|da|e|y) )*"
        + WORD
        + r"){0,4},? (?:n\.? ?)?\d{1,4}(?:/\d{1,4})?\b(?:,? \d{2}-?\d{3} "
        + WORD
        + r")?)",
        confirmed_by="shape",
        needs=DIGIT,
        yes=("au «12 bis rue de la République, 69001 Lyon»", "abita in «Via Garibaldi 14»", "«ul. Długa 7»"),
        no=("la rue est longue", "via ssh"),
        back=24,
    ),
    Row(
        kind="address-in-context",
        mark="ADDRESS",
        trigger=r"(?i)(?:address|adresse|direcci\xc3\xb3n)[\"'`]?(?: is|:|=)|lives? at|living at|resid(?:es?|ing) at|deliver(?:ed)? (?:it )?to|ship(?:ped)? (?:it )?to",
        confirm=r"(?i:\b(?:(?:home|my|his|her|their|our|mailing|shipping|billing|street|postal|postanschrift)[ _]?)?(?:address|adresse|direcci\xc3\xb3n)[\"'`]?(?: is|:|=)+|lives? at|living at|resid(?:es?|ing) at|ship(?:ped)? (?:it )?to|deliver(?:ed)? (?:it )?to)[\"'`]?[:=]?[ \n\t\"'`]{1,4}"
        r"((?:\d{1,5}[A-Za-z]?,? |" + UPPER + r")[^\n\"<>{}()\[\];?!]{4,80}\d[^\n\"<>{}()\[\];?!,.]{0,12})",
        check=_told,
        confirmed_by="context",
        needs=DIGIT,
        yes=(
            "My address is «6750 Koskikatu 25 Apt. 864»",
            "she lives at «Herrengracht 182»",
            '"address": "«Koskikatu 25, 00100 Helsinki»"',
        ),
        no=(
            "IP address is 10.1.2.3",
            "address: 0x7fff1234",
            "email address is unset",
            "It Took a Ship to Discover Australia, part 2: Ten",
        ),
    ),
    Row(
        kind="po-box",
        mark="ADDRESS",
        trigger=r"(?i)p\.? ?o\.? box|unit \d+ box|\bpsc \d|postfach",
        confirm=r"(?i)\b((?:p\.? ?o\.? box|postfach) \d{1,6}(?: ?\d{2})?\b|(?:unit|psc) \d{1,5},? box \d{1,5}(?:[ ,\n]+[adf]po[ ,]+a[aep] \d{5})?)",
        needs=DIGIT,
        yes=("send to «P.O. Box 1234»", "«Unit 5477 Box 8244\nDPO AP 15730»"),
        no=("a box of 12",),
    ),
    Row(
        kind="city-state-zip",
        mark="ADDRESS",
        trigger=r", ?" + _STATE + r",? \d{5}",
        confirm=r"\b(" + WORD + r"(?: " + WORD + r"){0,2}, ?" + _STATE + r",? \d{5}(?:-\d{4})?)\b",
        confirmed_by="shape",
        yes=("near «Palo Alto, CA 94301» it",),
        no=("Section A, CA 12",),
    ),
)
