"""Kinds: when somebody was born, told in many languages: before the date or behind it."""

# ruff: noqa: E501 - a pattern and its examples are read in one piece

from __future__ import annotations

import re

from sayso.scrub.row import DIGIT, Found, Row
from sayso.scrub.wording import begun, bytes_of

_WORDS = bytes_of(
    r"\bborn|(?:\b|_)birth(?:[ _-]?(?:da(?:te|y)|d\b)|[ _-]?dt)|\bbirthday|date[ _-]?of[ _-]?birth|(?:\b|_)dob(?:\b|_)|d\.o\.b\.?|b\W?day|\bb-day|\bd/o/b|\bb\. (?:date|on)?"
    r"|geboren|\bgeb\b|geburts(?:datum|tag)\w*|geb\.?-?(?:dat|tag)|geboorte(?:datum|dag)|geb\.? ?datum|\bgeb\.|jarig"
    r"|\bnée?\b|ne\(e\)|née? le|naissance|date_naissance|naiss\."
    r"|nacimiento|nacid[oa]|\bnací |\bnaci\b|\bnació|f(?:ec|echa)?\.? ?(?:de )?nac\b|cumpleaños|cumplo años"
    r"|data di nascita|nat[oa]\b(?: a [A-Z]\w{2,20})? il|nascita|\bnat[oa] il|compleanno"
    r"|nascimento|nascid[oa]|\bnasci\b|aniversário|data[_ ]nasc\w*|dt\.? ?nasc\w*|d\.? ?n\.? nasc"
    r"|urodz\w*|data ur|\bur\.|urodziny"
    r"|fødselsdato|fødselsdag|\bfødt\b|födelsedatum|födelsedag|\bfödd\b|fæðingardag\w*|fædd\w{0,3}|syntym\w*|synt\.|syntynyt"
    r"|narozen\w*|narodený|narodená|narodenia|dat\.? nar\w*|nar\. |rođen\w*|rojen\w*|datum rođenja|rojstva|nascut |született\w*|születés\w*|születtem|szül\.|szül"
    r"|naşter\w*|nașter\w*|născut\w*|naster(?:e|ii)|doğum\w*|dogum tarihi|ditëlindj\w*|lindur më|gimimo|gimęs|gimusi|dzimšanas|dzimis|dzimusi|sünnikuup\w*|sünniaeg|sündinud"
    r"|дата рожд\w*|рожден\w*|родил\w*|д\.? ?р\.:?|день рождения|народження|народив\w*|народила\w*|дата на раждане|роден\w?|датум рођења|рођ\w*|датум на раѓање"
    r"|γέννηση\w*|γέννησης|γεννήθηκ\w*|γεννημέν\w*|ημ\. ?γεν"
    r"|生年月日|出生年月|出生日期|出生于|生日|誕生日|生于|出生|생년월일|생일|출생|태어\w+"
    r"|تاريخ الميلاد|تاريخ الولادة|مواليد|ولدت|ولد في|عيد ميلاد\w*|تاریخ تولد|متولد|תאריך לידה|יום הולדת|נולד\w*|ת\. לידה"
    r"|जन्म(?: ?तिथि| ?तारीख| ?दिन|दिन)?|জন্ম\w*|பிறந்த|ജനന|పుట్టిన|วันเกิด|เกิดวันที่|เกิดเมื่อ|ngày sinh|sinh ngày|tanggal lahir|tgl\.? ?lahir|\blahir\b|\bttl\b|tarikh lahir|kuzaliwa|kapanganakan|ipinanganak|kaarawan|\bverjaardag|geboortedat|ملاد|datë?lindja|amser geni|jaiotz\w*|naixement|nascut(?:ă)? (?:el|la)|data nasc|data de nacemento"
)
_TRIGGER = (
    bytes_of(
        r"born|birth|"
        + begun(
            r"(?:\b|_)dob(?:\b|_)|d\.o\.b|bday|b\Wday|b-day|d/o/b|geboren|geburt|\bgeb\.|geboorte|\bb\. \d{1,2} [a-z]{3}|\bnée? |ne\(e\)|_(?:naiss|nac|nasc|geburt|urodz|geboorte)|naiss|nacimiento|nacid|\bnací |\bnaci |\bnació|\bnac\.|nascit|nascid|nascim|\bnasci |dt\.? nasc|nat[oa]\b(?: a \w{3,20})? il|urodz|data ur|\bur\. ?\d|\bfødt|fødsel|\bfödd|födels|fæðing|fædd|syntyn|syntym|narozen|naroden|dat\.? nar|rođen|\brojen|rojstva|nascut |szüle|szül\.|naştere|nașter|născut|doğum|dogum|ditëlindj|lindur|gimimo|gimęs|gimusi|dzim[šiu]|sünni|sündinud|рожд|родил|\bд\.? ?р\.|народжен|народив|народил|раждане|роден|рођ|раѓање|γέννησ|γεννήθηκ|γεννημέν|ημ\. ?γεν|生年月日|出生|生日|誕生日|生于|생년월일|생일|출생|태어|تاريخ الميلاد|تاريخ الولادة|مواليد|ولدت|ولد في|تاریخ تولد|متولد|עיד|לידה|נולד|הולדת|जन्म|জন্ম|பிறந்த|పుట్టిన|วันเกิด|เกิดวันที่|เกิดเมื่อ|ngày sinh|sinh ngày|lahir|\bttl[:, ]|kuzaliwa|kapanganakan|ipinanganak|kaarawan|cumpleaños|compleanno|aniversário|jaiotz|naixement|nacemento"
        )
    )
    .replace(r"\b\xd0", r"\xd0")
    .replace(r"\b(?:\xd0", r"(?:\xd0")
)
_MONTHED = r"[A-Za-z\x80-\xff]{3,30}"
DATED = (
    r"(?:\d{1,2} ?[./-] ?\d{1,2} ?[./-] ?\d{2,4}(?: ?[rg]\.)?|\d{4}[./-] ?\d{1,2}[./-] ?\d{1,2}\.?(?:[T ]\d{2}:\d{2}[\d:.]{0,10}(?:Z|[+-]\d\d:?\d\d)?)?"
    r"|\d{2,4} ?(?:\xe5\xb9\xb4|\xeb\x85\x84) ?\d{1,2} ?(?:\xe6\x9c\x88|\xec\x9b\x94) ?\d{1,2} ?(?:\xe6\x97\xa5|\xec\x9d\xbc|\xe5\x8f\xb7)"
    r"|\d{1,2}(?:st|nd|rd|th|\.|\xc2\xba|er|-\xd0\xb3\xd0\xbe)?[ -]{0,2}(?:(?:of|de|d'|di) ?)?(?:the )?"
    + _MONTHED
    + r"\.?,?(?: ?(?:de|del))?[ -]{0,2}\d{4}"
    r"|" + _MONTHED + r"\.? \d{1,2}(?:st|nd|rd|th)?,? {1,2}\d{4}|\d{4}\.? " + _MONTHED + r" \d{1,2}\b|\d{8}|\d{6})"
)
_GAP = r"(?:[^0-9]{0,30}?[^0-9A-Za-z])??"
_FORMS = tuple(
    map(
        re.compile,
        (
            rb"(?:19|20)\d\d(?P<m>\d\d)(?P<d>\d\d)",
            rb"(?P<d>\d\d)(?P<m>\d\d)(?:19|20)\d\d",
            rb"(?P<m>\d\d)(?P<d>\d\d)(?:19|20)\d\d",
            rb"\d\d(?P<m>\d\d)(?P<d>\d\d)",
            rb"(?P<d>\d\d)(?P<m>\d\d)\d\d",
        ),
    )
)
"""Dates in one run of digits."""
_AFTER_WORD = re.compile(
    rb"(?i)\d{1,2} (?:days?|weeks?|months?|years?|hours?|minutes?|people|percent|times|miles|after|before|since|in|and|or|to)[, ]"
)
_MONTH_WORD = re.compile(
    rb"(?i)(?:jan|feb|f\xc3\xa9v|mar|mag|mrt|m\xc3\xa4r|m\xc3\xa1r|apr|avr|abr|ma[iyj]|m\xc3\xa1j|ju[nil]|jui|giu|lug|gen|ene|ago|aug|ao\xc3\xbb|sep|set|okt|oct|out|ott|nov|de[czs]|d\xc3\xa9c|dic|dez"
    rb"|[\x80-\xff]|sty|lut|kwi|cze|lip|sie|wrz|pa\xc5|lis|gru|led|\xc3\xban|b\xc5\x99|dub|kv\xc4|\xc4\x8d|srp|z\xc3\xa1|\xc5\x99|pro|svi|lip|kol|ruj|stu|pros|ve[lj]|tra|o\xc5\xbe|tam|hel|maa|huh|tou|kes|hei|elo|syy|lok|mar|jou"
    rb"|sau|vas|kov|bal|geg|bir|lie|rugp|rugs|spa|lap|gru|agu|oca|\xc5\x9fub|nis|haz|tem|a\xc4\x9f|eyl|eki|kas|ara|th[\xc3a-z]|peb|mayo|abr|hun|hul|dis|apri|mei|juli|ags|des|jani|veeb)"
)


def born(buffer: bytes, start: int, end: int) -> Found:
    """Return the place of a date: digits in one run read as a day, a month and a year, words among them begin as months do."""
    value = buffer[start:end]
    if value.startswith(b"1970-01-01"):
        return None  # where clocks begin
    if value.isdigit():
        forms = [found for form in _FORMS if (found := form.fullmatch(value))]
        read = any(1 <= int(form["m"]) <= 12 and 1 <= int(form["d"]) <= 31 for form in forms)
        return (start, end) if read else None
    words = re.findall(rb"[A-Za-z\x80-\xff]{3,}", value)
    if words and not any(_MONTH_WORD.match(word) for word in words):
        return None
    return None if _AFTER_WORD.match(value) else (start, end)


ROWS = (
    Row(
        kind="date-of-birth",
        mark="BIRTH",
        trigger=r"(?i)(?:" + _TRIGGER + r")",
        confirm=r"(?i)(?:" + _WORDS + r")" + _GAP + r"(" + DATED + r")(?:[^0-9A-Za-z]|$)",
        check=born,
        confirmed_by="context",
        canon=str.lower,
        needs=DIGIT,
        yes=(
            "DOB: «04/12/1987»",
            "I was born on «April 3rd, 1990».",
            '"birth_date": "«1990-04-03»"',
            "geboren am «3. Mai 1990»",
            "fecha de nacimiento: «3 de abril de 1990»",
            "дата рождения: «03.04.1990»",
            "出生日期: «1990年4月3日»",
            "né le «3 avril 1990»",
            "родилась «3 мая 1990» года",
            "születtem «1990. május 3»-án",
            "생년월일 «900503»",
            "วันเกิด: «3 พฤษภาคม 2533»",
            '"dob": "«1988-07-04T00:00:00Z»"',
            "TTL: Jakarta, «3 Mei 1990»",
        ),
        no=("born in 1990", "birth rate 2001", "born 3 days after 2001", "生日 123456", "born: 20 people 2019"),
        reach=120,
    ),
    Row(
        kind="date-of-birth-before",
        mark="BIRTH",
        trigger=bytes_of(
            r"(?:日|일) ?(?:に)?(?:出生|生|誕生|출생|생)|\d (?:doğumlu|tarihinde doğ|születt|dimin|में जन्म|को जन्म|को पैदा)|\d,? is my (?:birthday|dob|date of birth)"
        ),
        confirm=bytes_of(
            r"(\d{2,4} ?(?:年|년) ?\d{1,2} ?(?:月|월) ?\d{1,2} ?(?:日|일)) ?(?:に)?(?:出生|生まれ|生|誕生|출생|생)|(\d{1,2}[. ]\w{3,20} \d{4}|\d{1,2}[./-]\d{1,2}[./-]\d{4}|\d{4}-\d\d-\d\d|\w{3,9} \d{1,2},? \d{4}),? (?:doğumlu|tarihinde doğ|születt|में जन्म|को जन्म|को पैदा|is my (?:birthday|dob|date of birth))"
        ),
        confirmed_by="context",
        canon=str.lower,
        yes=("昭和«55年5月3日»生まれ", "«1990年5月3日»出生", "«3 Mayıs 1990» doğumluyum", "«3 May 1990» is my birthday"),
        no=("5月3日出発",),
        back=64,
        reach=48,
    ),
)
