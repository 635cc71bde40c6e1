"""Kinds: addresses as they are written in other languages: behind their name, by their word for a street, by house and code."""

# ruff: noqa: E501 - a pattern and its examples are read in one piece

from __future__ import annotations

import re

from sayso.scrub.row import DIGIT, UPPER, Found, Row, whole
from sayso.scrub.wording import begun, bytes_of

_LABELS = bytes_of(
    r"адрес\w*|адреса|живу|проживаю|проживает|проживающ\w+|мешкаю|διεύθυνση\w*|διευθυνση|adres\b|adresi?\b|adresa\b|adresim|adrese|osoite|kotiosoite|lakcím\w*|lakhely|cím:|bydliště|bydlisko|trvalé bydlisko|endereço|morada|moro (?:na|no|em)|resido (?:na|en|in)|indirizzo|residenza|abito (?:in|a)|domicilio|dirección|direccion|vivo (?:en|em|na|no)|domicile|j'habite|habite|demeurant|alamat\w*|tinggal di|địa chỉ|ở số|ที่อยู่|العنوان|عنوان\w*|اسكن|أسكن|آدرس|כתובת|גר ב|גרה ב|मेरा पता|पता:|ঠিকানা|முகவரி|住所|住址|地址|我住在|我家在|住在|주소"
    r"|anschrift|wohnhaft|wohne|wohnt|adresse|straße|strasse|street[_ ]?address|address[_ ]?line[_ ]?\d?|address_?\d|\baddr\b|street|straat|woon(?:t)? (?:op|aan|in)|bor (?:på|i)|boende|bostadsadress|gatuadress|mieszkam|zamieszkał\w*|bydlím|bývam|živim|stanujem|oturuyorum|home ?address|mailing address|my house is|my addr|ship(?:ping)? to|deliver(?:y)? to|billing address|anwani|tirahan"
)
_WAKE = bytes_of(
    begun(
        r"адрес|живу |прожива|мешкаю|διεύθυν|διευθυν|adres\b|adresi\b|adresa\b|adresim|adrese\b|osoite|lakcím|bydliště|bydlisko|endereço|morada\b|\bmoro (?:na|no|em)|indirizzo|residenza|abito (?:in|a)|domicilio|direcci[oó]n\b|vivo (?:en|em|na|no)|domicile|j'habite|demeurant|alamat|tinggal di|địa chỉ|ที่อยู่|عنوان|العنوان|اسكن|أسكن|آدرس|כתובת|גר ב|גרה ב|पता|ঠিকানা|முகவரி|住所|住址|地址|住在|주소|anschrift|wohnhaft|wohne |adresse\b|stra(?:ß|ss)e\"|\bstreet\"|street[_ ]?address|address[_ ]?line|address_?1|my addr\b|woon(?:t)? (?:op|aan|in)|\bbor (?:på|i)|bostadsadress|gatuadress|mieszkam|zamieszka|bydlím|bývam|oturuyorum|anwani|tirahan|my house is"
    )
)
_MARKED = r"[\\\"'`*_]{0,3}(?: ?\([^()\n]{1,16}\))?[\\\"'`*_]{0,3}(?: (?:is|ist|est|es|\xc3\xa9|\xc3\xa8|jest|je|er|\xc3\xa4r|on|adalah)\b)?[ \t]*[:=>|]{0,2}[ \t\n]{0,3}[\\\"'`*_]{0,3}"
_NOT_THERE = re.compile(
    rb"(?i)@|://|ipv[46]|xx:|\d\.\d{1,3}\.\d|0x|[=|{}$]|\b(?:ip|mac|port|byte|email|e-mail|max_length|null|none|line \d|step \d|version|part \d|chapter|section \d|page \d|level \d|https?|www)\b|\d{1,2}:\d\d|%|\b(?:19|20)\d\d\b\.?\Z"
)
_HOUSE = re.compile(rb"(?:^|[\s,.#:/()-]|[\x80-\xff])\d{1,5}(?:[^0-9]|\Z)")
_SMALL = re.compile(rb"[a-z]|\xd0[\xb0-\xbf]|\xd1[\x80-\x9f]")
_SHORT = re.compile(
    rb"(?:ul|al|via|rua|calle|jl|jalan|rue|av|str|number|n[o\xc2])[. ]|(?:\xd1\x83\xd0\xbb|\xd0\xb2\xd1\x83\xd0\xbb|\xd0\xb3|\xd0\xbc|\xd0\xbf\xd1\x80|\xd0\xb1\xd1\x83\xd0\xbb|\xd0\xbf\xd0\xb5\xd1\x80|\xd0\xb4|\xd1\x81|\xd0\xbf|\xd0\xbd\xd0\xb0\xd0\xb1|\xd0\xba\xd0\xb2)[. ]"
)
"""How an address begins in small letters."""
_END = re.compile(rb"[.!?] (?=[A-Z\xd0-\xd1\xe4-\xed][A-Za-z\x80-\xff]{3,} [a-z\x80-\xff])|\.\Z|\\n|, (?:email|phone|tel|mail)|;")


_MEASURED = re.compile(
    rb"(?i)^\s*\d{1,3}[- ]?bits?\b|\b(?:\xd0\xbd\xd0\xb5 \xd1\x94|\xd0\xbd\xd0\xb5 \xd1\x8f\xd0\xb2\xd0\xbb\xd1\x8f\xd0\xb5\xd1\x82\xd1\x81\xd1\x8f) "
    rb"|\b\d{1,5} ?(?:[KMGT]i?B|bytes?|bits?)\b"
)
"""A sentence about the addresses of a machine: `32bit`, `larger than 2 GB`, `is not` in Ukrainian and Russian."""


def told(buffer: bytes, start: int, end: int) -> Found:
    """Return the place of an address behind its name: up to the end of the line or sentence, with a house number in it."""
    end = min(end, start + 120)
    while end < len(buffer) and buffer[end - 1 : end] >= b"\x80" and 0x80 <= buffer[end] < 0xC0:
        end += 1  # a character is not cut
    value = buffer[start:end]
    stop = _END.search(value)
    if stop:
        value = value[: stop.start()]
    value = value.rstrip(b" ,\t-")
    if len(value) < 6 or not _HOUSE.search(value) or _NOT_THERE.search(value) or not re.search(rb"[A-Za-z\x80-\xff]{3}", value):
        return None
    if _MEASURED.search(value):
        return None
    if value[:1] == b"-" or buffer[max(0, start - 2) : start] == b"\n\n":
        return None  # part of a word, another paragraph
    if value[:1] == b"(" or (_SMALL.match(value) and not _SHORT.match(value)):
        return None
    if start > 1 and buffer[start - 1] >= 0x80 and 0xC3 <= buffer[start - 2] <= 0xDB:
        return None  # the word of the label goes on
    return (start, start + len(value))


_WORDS = r"(?:[^\n\d<>{}()\[\]\"=;:|!?]{2,40}?)"
_NUM = r"(?:n\.?[\xc2]?[\xba\xb0o]?\.? ?:?|No\.? ?:?|#|nr\.? ?|km )?\d{1,5}[A-Za-z]?\b(?:[-/]\d{1,4}[A-Za-z]?\b)?"
_TAIL = r"(?:,? (?:[A-Z]{1,2}-)?\d{4,6}\b(?:-\d{3})?(?: [A-Z\xc3-\xc5][A-Za-z\x80-\xff]{2,20}){0,3}|, [A-Z\xc3-\xd1][A-Za-z\x80-\xff.\xc2]{1,20}(?: [A-Z\xc3-\xd1][A-Za-z\x80-\xff]{1,20}){0,2}(?:,? \d{4,6}\b)?){0,3}"
_FLAT_ = r"(?:,? ?(?:\d{1,2}\xc2?[\xba\xb0.] ?[A-Za-z]{0,3}\b|apto?\.? ?\d+|ap\.? ?\d+|bl\.? ?\w{1,4}|sc\.? ?\w|et\.? ?\d|D: ?\d+|Kat:? ?\d|piso \d+|m\. ?\d+|dept?o?\.? ?\d+|RT ?\.?\d+|RW ?\.?\d+|/RW \d+))*"
_ROMANCE = r"(?:C/|[Cc]alle|Cra\.?|[Cc]arrera|Kra\.?|Cll?\.|Clle\.?|[Aa]v\.|[Aa]vda\.?|[Aa]venida|[Dd]iagonal|[Tt]ransversal|[Pp]aseo|Pza\.?|[Pp]laza|[Pp]iazza|P\.za|[Vv]ia|[Vv]iale|V\.le|[Cc]orso|[Vv]icolo|[Ll]argo|[Rr]ua|R\.|[Tt]ravessa|[Pp]ra\xc3\xa7a|[Rr]odovia|[Ee]strada|[Aa]lameda|[Rr]ue|[Aa]venue|[Bb]oulevard|[Bb]d\.?|[Aa]ll\xc3\xa9e|[Ii]mpasse|[Cc]hemin|[Qq]uai|[Rr]oute|Str\.|[Ss]trada|[Bb]d-ul|Blvd\.)"
_PART = r"(?:(?:de|del|della|dei|delle|di|da|do|dos|das|du|des|la|las|los|le|les|el|l'|d'|of|y|e|San|Santa)[ ']?){0,3}"
_PROPER = UPPER + r"[A-Za-z\x80-\xff'.-]*"

_STROLL = re.compile(
    rb" (?:the|an?|of|more|miles?|blocks?|minutes?|hours?|days?|years?|down|up|off|new|long|way|lane|different|people|km|feet|meters?) "
)


def _degrees(buffer: bytes, start: int, end: int) -> Found:
    """Return the place of two numbers that may be a latitude and a longitude, with fractions of the same sort."""
    numbers = re.findall(rb"-?\d{1,3}[.,]\d{3,10}", buffer[start:end])
    if len(numbers) != 2 or (b"," in numbers[0]) != (b"," in numbers[1]) or re.match(rb"[.,]?\d", buffer[end : end + 2]):
        return None
    if b"," in numbers[0] and (len(numbers[0]) < 7 or b"/" not in buffer[start:end]):
        return None  # thousands
    first, second = (float(number.replace(b",", b".")) for number in numbers)
    return (start, end) if abs(first) <= 90 and abs(second) <= 180 and not (abs(first) < 2.5 and abs(second) < 2.5) else None


ROWS = (
    Row(
        kind="address-told",
        mark="ADDRESS",
        trigger=r"(?i)(?:" + _WAKE + r")",
        confirm=r"(?i:" + _LABELS + r")" + _MARKED + r"([^\n\"<>{}|\[\]`]{6,140})",
        check=told,
        confirmed_by="context",
        canon=str.lower,
        needs=DIGIT,
        reach=220,
        yes=(
            "адрес: «ул. Ленина, д. 5, кв. 12»",
            "lakcím: «1052 Budapest, Váci utca 8»",
            "địa chỉ: «12 Nguyễn Huệ, Quận 1, TP.HCM»",
            "alamat: «Jl. Sudirman No. 25, Jakarta 10220»",
            "العنوان: «شارع الملك فهد 12، الرياض»",
            "我住在«北京市海淀区中关村大街27号»",
            '"street": "«Am Markt 3»"',
        ),
        no=(
            "адрес 192.168.7.5",
            "adresse mail",
            "address_line1 = CharField(max_length=200)",
            "住所不定",
            "vivo en Madrid desde 2019",
        ),
    ),
    Row(
        kind="street-of-slavs",
        mark="ADDRESS",
        trigger=bytes_of(r"(?:ул|вул|просп|пр-т|бул|пер|наб|шоссе|улица|вулиця|проспект)\.? "),
        confirm="("
        + bytes_of(
            r"(?:(?:г|м)\. ?\w{3,30}, )?(?:ул|вул|просп|пр-т|бул|пер|наб|шоссе|улица|вулиця|проспект)\.? (?:\w{2,40} ){0,2}\w{2,40},? (?:(?:д|дом|буд|б)\.? ?)?\d{1,4}[а-я]?".replace(
                "[а-я]?", r"(?:[\xd0\xd1][\x80-\xbf])?"
            ).replace(r"\xd0\xd1", r"\xd0\xd1")
        )
        + bytes_of(
            r"(?:,? (?:кв|к|корп|стр|оф|под|эт|ап|вх)\.? ?\d{1,4}){0,3}(?:, (?:г\. ?)?\w{3,40}(?:-\w{3,30})?(?:, \d{4,6}|(?: \w{3,30})?)?)?"
        )
        + ")",
        confirmed_by="shape",
        source="Почта России, Укрпошта, Български пощи",
        needs=DIGIT,
        canon=str.lower,
        yes=("живёт на «ул. Пушкина 10, кв 4, Москва, 101000»", "«вул. Хрещатик 22, Київ, 01001»"),
        no=("на ул. Ленина хорошо",),
        reach=200,
    ),
    Row(
        kind="street-of-turks-and-malays",
        mark="ADDRESS",
        trigger=bytes_of(
            r"(?:Cad\.|Cd\.|Caddesi|Sok\.|Sk\.|Sokak|Sokağı|Mah\.|Mahallesi|Bulvarı|Blv\.|\bJl\.? |\bJln\.? |\bJalan |\bLorong |\bGang )"
        ),
        confirm=r"((?:"
        + _PROPER
        + r" ){0,3}"
        + _PROPER
        + bytes_of(
            r" (?:Cad\.|Cd\.|Caddesi|Sok\.|Sk\.|Sokak|Sokağı|Bulvarı|Blv\.) ?(?:No ?[:.]? ?)?\d{1,4}[A-Z]?(?:/\d{1,3})?(?:,? ?(?:D|Daire|Kat)[:.]? ?\d{1,3}){0,2}(?:,? \d{5})?(?: "
        )
        + _PROPER
        + r"(?:/"
        + _PROPER
        + r")?){0,2}"
        r"|(?:No\.? ?\d{1,4}[A-Z]?, )?(?:Jl\.? |Jln\.? |Jalan |Lorong )(?:"
        + _PROPER
        + r" ?){1,4},? ?(?:(?:No\.? ?)?\d{1,4}[A-Z]?\b(?:[/-]\d{1,3})?|\d{5} "
        + _PROPER
        + r")(?:,? RT ?\.?\d+/ ?(?:RW ?\.?)?\d+)?(?:, "
        + _PROPER
        + r"(?: "
        + _PROPER
        + r")?(?: \d{5})?){0,3})",
        confirmed_by="shape",
        needs=DIGIT,
        canon=str.lower,
        yes=("«Atatürk Cad. No:12 D:5 Kadıköy/İstanbul»", "«Jl. Melati No. 5, Bandung 40115»", "«Jalan Melati 5 RT 03/RW 04»"),
        no=("Jalan Jalan is a song",),
        back=96,
        reach=140,
    ),
    Row(
        kind="street-of-romance",
        mark="ADDRESS",
        trigger=r"(?:\bC/|\b[Cc]alle |\bCra\.? |\b[Cc]arrera \d|\bCarrera |\bCll?\. ?\d|\b[Aa]v\. |\b[Aa]vda\.? |\b[Aa]venida |\b[Dd]iagonal \d|\b[Pp]iazza |\b[Vv]iale |\bvia [A-Z]|\bVia |\bCorso |\b[Rr]ua |\b[Tt]ravessa |\bPra\xc3\xa7a |\b[Rr]ue |\b[Bb]d\.? [A-Z]|\b[Ii]mpasse |\b[Aa]ll\xc3\xa9e |\bStr\. |\bStrada )",
        confirm=r"(\b(?:\d{1,4}(?: ?(?:bis|ter))?,? )"
        + _ROMANCE
        + r" ?"
        + _PART
        + _PROPER
        + r"(?:[ -]"
        + _PART
        + _PROPER
        + r"){0,3}(?:,? \d{5} "
        + _PROPER
        + r"(?:[ -]"
        + _PROPER
        + r")?)"
        r"|\b"
        + _ROMANCE
        + r" ?"
        + _PART
        + _PROPER
        + r"(?:[ -]"
        + _PART
        + _PROPER
        + r"){0,4},? "
        + _NUM
        + _FLAT_
        + _TAIL
        + r"|\b(?:Cra\.?|[Cc]arrera|Kra\.?|Cll?\.|[Cc]alle|[Dd]iagonal|[Tt]ransversal|[Aa]v\.?|[Aa]venida) \d{1,3} ?[A-Z]{0,2}(?: (?:Sur|Norte|Bis))? ?(?:#|No\.?|N\xc2?[\xba\xb0]) ?\d{1,3} ?[A-Z]? ?-? ?\d{1,3}"
        + _FLAT_
        + r"(?:, "
        + _PROPER
        + r")?)",
        confirmed_by="shape",
        needs=DIGIT,
        canon=str.lower,
        yes=(
            "vive en «C/ Alcalá 45, 3º B, 28014 Madrid»",
            "«Rua do Ouro 12, 1100-063 Lisboa»",
            "en la «Cra 15 No. 88-64»",
            "abito in «via Garibaldi 22, 20121 Milano»",
            "«Rue du Bac 14, 1000 Bruxelles»",
        ),
        no=("via SSH", "la rue est longue", "Corso di laurea"),
        back=24,
        reach=160,
    ),
    Row(
        kind="street-then-town-code",
        mark="ADDRESS",
        trigger=r"\d[a-h]?, (?:[A-Z]{1,2}-)?\d{4,5} [A-Z\xc3][a-z\x80-\xff]",
        confirm=r"((?:\b"
        + _PROPER
        + r" (?:(?:den|der|dem|de|des|do|alten|neuen|hohen) )?){1,4}\d{1,4}[a-h]?(?:-\d{1,3})?, (?:[A-Z]{1,2}-)?\d{4,5} [A-Z\xc3][A-Za-z\x80-\xff-]{2,24}(?: (?:am|an der|im|ob der|a\.d\.) [A-Z][a-z]+|/[A-Z][a-z]+)?)",
        check=lambda buffer, start, end: _coded(buffer, start, end),
        confirmed_by="shape",
        source="Deutsche Post, bpost, Die Post, post.at",
        canon=str.lower,
        yes=("wohne «Am Alten Hafen 12, 28195 Bremen»", "«Unter den Linden 77, 10117 Berlin»", "«Meir 50, 2000 Antwerpen»"),
        no=("in Table 12, 2000 People", "on June 12, 2019 Microsoft said", "Windows 10, 2016 Server"),
        back=80,
        reach=64,
    ),
    Row(
        kind="house-and-code",
        mark="ADDRESS",
        trigger=r"\b(?:Flat|FLAT|House|Plot|Door|Shop|Blk|Block|H\.? ?No)\.? (?:[Nn]o\.?:? ?)?#?[A-Z]?-?\d| #\d\d-\d\d",
        confirm=r"(\b(?:Flat|FLAT|House|Plot|Door|Shop|Blk|Block|H\.? ?No)\.? (?:[Nn]o\.?:? ?)?#?[A-Za-z]?-?\d{1,5}[A-Za-z]?(?:[-/]\d{1,4})*,? [A-Z][^\n\"<>{}()\[\]=;|]{4,80}[ -](?:\d{3} ?\d{3}|\d{4,5})\b"
        r"|\b(?:Flat|House|Plot|H\.? ?No)\.? (?:[Nn]o\.?:? ?)?#?[A-Za-z]?-?\d{1,5}[A-Za-z]?(?:[-/]\d{1,4})*, (?:[A-Z][A-Za-z]+ ){0,3}(?:St|Street|Rd|Road|Sector|Phase|Block|Ave|Avenue|Lane)\b[^\n\"<>{}()\[\]=;|.]{0,40}, [A-Z][a-z]{3,14}\b"
        r"|\b(?:[Bb]lk |[Bb]lock )?\d{1,4}[A-Z]? (?:"
        + _PROPER
        + r" ){1,4}(?:\d{1,3} )?#\d{2}-\d{2,4}(?:,? (?:S|Singapore ?)\(?\d{6}\)?)?)",
        confirmed_by="shape",
        needs=DIGIT,
        canon=str.lower,
        yes=(
            "«Flat No 402, Sai Residency, Baner Road, Pune 411045»",
            "«House 23, Street 4, F-7/2, Islamabad»",
            "at «10 Anson Road #12-08, Singapore 079903»",
        ),
        no=("block 12 of 2019", "house 5 people"),
        reach=140,
    ),
    Row(
        kind="box-told",
        mark="ADDRESS",
        trigger=bytes_of(
            r"(?i)\bp\.? ?o\.? ?box|\bgpo box|private bag|\bpostbus \d|\bpostboks \d|\bpostfach \d|\bcasilla (?:n|\d)|\bapartado (?:de |postal |n|\d)|caixa postal|casella postale|skr\. ?poczt|skrytka poczt|а/я \d|\bBP \d|\bB\.P\. \d|posta kutusu|私書箱|信箱"
        ),
        confirm=bytes_of(
            r"(?i)((?:p\.? ?o\.? ?box|gpo box|private bag|postbus|postboks|postfach|casilla(?: de correos?)?|apartado(?: de correos| postal| aéreo)?|caixa postal|casella postale|skr\. ?poczt\.?|skrytka poczt\w*|а/я|\bBP|\bB\.P\.|posta kutusu|私書箱|信箱)(?: n[o°º]?\.?)? ?\d{1,3}[ .]?\d{0,4}\b(?:,? (?-i:[A-Z][A-Za-z]{2,14}(?: [A-Z][a-z]{2,14})?) (?:\d{4,5}\b|[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}\b)|,? \d{5} (?-i:[A-Z])[a-z\x80-\xff]{2,20}|,? \d{4} ?[A-Z]{2} (?-i:[A-Z])[a-z]{2,20})?)"
        ),
        confirmed_by="context",
        needs=DIGIT,
        yes=("«PO Box 1234, Nairobi 00100»", "«BP 123, 75001 Paris»", "«postbus 1234, 3500 AB Utrecht»", "«Apartado 1.234»"),
        no=("BP fell by 12", "the casilla"),
        reach=96,
    ),
    Row(
        kind="postcode-told",
        mark="POSTCODE",
        trigger=bytes_of(
            r"(?i)\bpsč|\bpsc:? \d|código postal|codigo postal|\bc\.p\. ?\d|postnummer|postnr|postikood|postinumero|irányítószám|kod pocztowy|poštanski broj|poštovní|cod poștal|posta kodu|почтовый индекс|индекс\w*:? \d|поштовий індекс|ταχ\w* κωδ|τ\.κ\.|邮编|邮政编码|郵遞區號|郵便番号|우편번호|รหัสไปรษณีย์|mã bưu|kode ?pos|poskod|مיקוד|מיקוד|الرمز البريدي"
        ),
        confirm=bytes_of(
            r"(?i)(?:psč|psc|código postal|codigo postal|c\.p\.|postnummer|postnr|postikood|postinumero|irányítószám|kod pocztowy|poštanski broj|poštovní směrovací číslo|cod poștal|posta kodu|индекс\w*|індекс\w*|κώδικας|τ\.κ\.|邮编|邮政编码|郵遞區號|郵便番号|우편번호|รหัสไปรษณีย์|mã bưu \w+|kode ?pos|poskod|מיקוד|الرمز البريدي|code postal)[\\\"'`*_]{0,3}(?:</t[dh]><td>)?[ \t]{0,2}[:=|]{0,2}[ \t\n]{0,2}[\\\"'`*_]{0,3}(\d{3}[ -]?\d{2,4}\b|\d{2}-\d{3}\b|\d{4}-\d{3}\b|\d{4}\b|[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}\b|[A-Z]\d[A-Z] ?\d[A-Z]\d\b)"
        ),
        confirmed_by="context",
        needs=DIGIT,
        yes=("PSČ: «110 00»", "邮编 «100080»", "индекс «101000»"),
        no=("postnummer saknas", "индекс 12"),
        reach=64,
    ),
    Row(
        kind="street-typed-small",
        mark="ADDRESS",
        trigger=r"\d (?:[nsew]\.? )?[a-z0-9]+(?: [a-z]+)? (?:street|avenue|ave|road|rd|lane|drive|blvd|st)\b",
        confirm=r"(?i:\b(?:at|to|is|address|addr|over|apt\.? \w{1,4}|live on|from)[:,]? )(\d{1,5} (?:[nsew]\.? )?(?:[a-z]{3,14}|\d{1,3}(?:st|nd|rd|th))(?: [a-z]{3,12})? (?:street|avenue|ave|road|rd|lane|drive|blvd|st)\b\.?(?:,? (?:apt|unit|suite|#)\.? ?\w{1,5})?)",
        check=whole(lambda value: not _STROLL.search(value)),
        confirmed_by="context",
        needs=DIGIT,
        back=64,
        reach=48,
        yes=("im at «221 baker street» london", "come over: «1809 s. 5th ave, apt 3»"),
        no=("it is 5 miles down the road", "close to 20 new street lights"),
    ),
    Row(
        kind="plus-code",
        mark="PLACE",
        trigger=r"[2-9CFGHJMPQRVWX]{4}\+[2-9CFGHJMPQRVWX]{2}",
        confirm=r"\b([2-9CFGHJMPQRVWX]{8}\+[2-9CFGHJMPQRVWX]{2,3}|[2-9CFGHJMPQRVWX]{4}\+[2-9CFGHJMPQRVWX]{2,3},? [A-Z\xc3][a-z\x80-\xff]{2,20})\b",
        check=whole(
            lambda value: any(48 <= c <= 57 for c in value.partition(b"+")[0]) and any(c > 64 for c in value.partition(b"+")[0])
        ),
        confirmed_by="shape",
        source="Open Location Code",
        yes=("plus code «8FVC9G8F+6X»", "at «9G8F+5W Zürich»"),
        no=("2345+23 Apples", "FFFF+FF Gap"),
        back=16,
        reach=40,
    ),
    Row(
        kind="coordinates-told",
        mark="PLACE",
        trigger=r"\d[.,]\d{3,10} ?[,;/ ] ?-?\d{1,3}[.,]\d{3}",
        confirm=bytes_of(
            r"(?i)(?:coord|koordinat|координат|coordonn|\bgps\b|\blocation|position|坐标|座標|좌표)[^0-9\n]{0,24}?[^0-9A-Za-z.]"
        )
        + r"(-?\d{1,2}[.,]\d{3,10} ?[,;/ ] ?-?\d{1,3}[.,]\d{3,10})\b",
        check=_degrees,
        confirmed_by="context",
        back=96,
        yes=("Koordinaten «47,3769 / 8,5417»", "my gps coords are «51.5074 -0.1278»"),
        no=("position 0.1234, 0.4567", "location 1,234 5,678", "coords: 12,345,678"),
    ),
)


def _coded(buffer: bytes, start: int, end: int) -> Found:
    """Return the place of a street, a number, a code and a town; a date or a product with a year is none."""
    value = buffer[start:end]
    first = value.split(b" ", 1)[0].lower()
    code = re.search(rb", (?:[A-Z]{1,2}-)?(\d{4,5}) ", value)
    if first in _MONTHS or first in (
        b"table",
        b"figure",
        b"section",
        b"chapter",
        b"page",
        b"windows",
        b"version",
        b"in",
        b"on",
        b"since",
        b"by",
    ):
        return None
    if re.search(rb"(?i)\b(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|mai|okt|dez)[a-z]* \d{1,2},", value):
        return None
    year = code and len(code[1]) == 4 and code[1][:2] in (b"19", b"20")
    return None if year and code and code[1] not in (b"2000", b"2018", b"2020") else (start, end)


_MONTHS = frozenset(b"january february march april may june july august september october november december".split())
