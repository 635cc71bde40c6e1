"""Kinds: telephone numbers, by their plan or by the words beside them."""

# ruff: noqa: E501 - a pattern and its examples are read in one piece

from __future__ import annotations

from sayso.scrub import checks, phones
from sayso.scrub.row import DIGIT, Row, whole
from sayso.scrub.wording import bytes_of

_OF_PHONES = bytes_of(
    r"phone|\bfone|\btlf|\bph\b\.?|\btel\b\.?|tél\b|tél\.|telefon\w*|telefoon\w*|teléfon\w*|telefón\w*|telefono|mobil\w*|\bmob\b\.?|portable|\bcel(?:u|ular)?\b\.?|celular|handy|fax|whats ?app|\bwhats\b|\bzap\b"
    r"|viber|msisdn|marcar|contato|kom[oó]rk|recapito|请拨打|請撥|문의|संपर्क|επικοινων\w*|ติดต่อ|liên hệ|hubungi|اتصل|caller[ _]?id|nationalnumber|contact (?:no|num|#)|landline|\bgsm\b|\bnatel|telemóvel|móvil|movil\b|\bfono\b|puhelin\w*|\bpuh\b|mobitel|wa\.me/|%2b"
    r"|мобил\w*|мобільн\w*|моб\.|тел\.|тел |тел:|телефон\w*|сотов\w*|звон\w*|дзвон\w*|τηλ\w*|κινητ\w*|\bcep\b|電話|电话|手机|手機|携帯|전화|휴대폰|핸드폰|연락처|เบอร์|โทร|มือถือ|điện thoại|sđt|\bsdt\b|\bhp\b|nomor (?:wa|hp|tel)|telepon|telpon"
    r"|هاتف|جوال|موبايل|تلفن|تليفون|טלפון|נייד|פלאפון|फोन|फ़ोन|मोबाइल|ফোন|\bsimu\b|llám\w*|llam\w*|appel\w* ?-?(?:moi)?|\bligue|chiam\w*|zadzwo\w*|volejte|hívj|sună|anruf\w*|\btxt"
    r"|(?:\bmeine?|\bmi|\bmio|\bmeu|\bmon|\bmin|\bmit|\bmijn|\bmój|\bmoj|\bmoje|\bmôj|\bmůj|мой|мій|моят|мој|내|제|我的|私の) ?(?:nummer|n[uú]mero|numéro|nr|numer|číslo|broj|номер|번호|号码|號碼|番号)|\bnr (?:meu|mój)|\bnumărul meu|numaram"
)
"""What stands before a telephone number and hardly before another."""
_LEADS = bytes_of(
    r"cell(?:phones?|ular)?\b|signal|desk|office|call|text|ring|\bsms|messages? to|answering at|reach (?:me|us|him|her|them)|contact|registered|number|\bnum\b|my no|моб"
)

ROWS = (
    Row(
        kind="phone-international",
        mark="PHONE",
        trigger=r"(?:\+ ?\(?|\b00)[1-9][\d ().\-/]{5}",
        confirm=r"((?:\+ ?\(?|\b00)[1-9][\d ().\-/]{5,24}\d)",
        check=phones.phone_international,
        confirmed_by="phonenumbers",
        source="ITU-T E.164, numbering plans of phonenumbers",
        canon=lambda value: checks.digits(value.encode()).decode()[-10:],
        yes=("call «+1 415-263-2671» now", "«+44 20 7946 0958»", "«+49 (0)30 901820»", "«0033 1 42 68 53 00»"),
        no=(
            "x + 12 = 20",
            "'+3.140000'; -3",
            "h = h * 69069 + 907133923",
            "Decimal('+35236450.6')",
            "diff +100,20 @@",
            "UTC+0200",
            "1+1000000",
            "-77672258.72276545+71625206.0401107j",
            "p = 0.00641346115861",
            "to_abn('002 724 334')",
            "0020-01-01 00:00:00",
        ),
    ),
    Row(
        kind="phone-us",
        mark="PHONE",
        trigger=r"\d{3}(?:\) ?|[. -])\d{3}[. -]\d{4}",
        confirm=r"((?:\+?1[ .-])?(?:\(\d{3}\) ?|\b\d{3}[. -])\d{3}[. -]\d{4}(?: ?(?:x|ext\.?) ?\d{1,5})?)\b",
        check=phones.phone_us,
        confirmed_by="numbering plan",
        source="North American Numbering Plan",
        canon=lambda value: checks.digits(value.encode()).decode()[-10:],
        yes=("(call «(415) 263-2671» today)", "«555-123-4567»", "«415.263.2671 x22»"),
        no=(
            "ISBN 978-3-16-148410-0",
            "id 415-263-2671-99",
            "3.415.263.2671",
            "48 C.F.R. 252.227-7014(a)",
            "1.007 276 466 5789",
            "931.494 0954",
        ),
        back=24,
        reach=32,
    ),
    Row(
        kind="phone-national",
        mark="PHONE",
        trigger=r"\b\(?0\d{1,4}\)?[ /-]\d{2,4}|\b0\d\.\d\d\.\d\d\.\d\d\.",
        confirm=r"(\(?\b0\d{1,4}\)?(?:[ /-]{1,2}\d{2,8}){1,5}|\b0[1-9](?:\.\d\d){4})\b",
        check=phones.phone_national,
        confirmed_by="phonenumbers",
        source="numbering plans of phonenumbers for 23 countries",
        canon=lambda value: checks.digits(value.encode()).decode()[-10:],
        yes=("Rufen Sie «030 901820» an", "tel «01 42 68 53 00»", "ring «020 7946 0958»", "au «06.12.34.56.78»"),
        no=(
            "on 01-02-2020",
            "'01  012 0123'",
            "09 12",
            "0 1 2 3 4 5",
            "Boston, MA\n# 02110-1301 USA",
            "01-01-2013 08:00:00",
            "at 14:28:08 28/02/11",
            "0999-12-31",
            "-020-01-01 00:00:00",
            "(?:2[02-469]|3[0235-79])",
            "ISSN 0377-0427",
            "[08 02 12 05 41 6C 69 63 65]",
            "18:01:02-0600",
            "01-2017-01",
            "0100 0000",
            "6.626 070 15 e-34",
            "DST=0x17 04 154 00 00 00 00",
        ),
        back=8,
        reach=40,
    ),
    Row(
        kind="phone-in-context",
        mark="PHONE",
        trigger=r"(?:\d[ ().\-/]{0,3}){6}\d",
        confirm=r"(?i)(?:(?:"
        + _OF_PHONES
        + r")(?:(?:[^0-9\n]{0,34}?[^0-9A-Za-z\n])??|[.: \t\"*]{0,4}\n[ \t\"'*]{0,3})|(?:"
        + _LEADS
        + r")"
        r"(?: ?(?:number|nummer|no\.?|nr\.?))?[\\\"'`*_]{0,3}(?: is| at| on| me(?: at| on)?| to| us(?: at| on)?| him at| her at|\xe6\x98\xaf)*(?:</t[dh]><td>)?[ \t]*[.,:=#|-]{0,2}[ \n\t\\\"'`*_]{0,4})(\(?\+?\d[\d ().\-/]{5,18}\d)\b",
        check=phones.phone_after_its_label,
        confirmed_by="context",
        canon=lambda value: checks.digits(value.encode()).decode()[-10:],
        yes=(
            "Mobile: «723 813 266»",
            "call me at «5551234567»",
            '"phone": "«0341 8387176»"',
            "Tel.: «434 14 557»",
            "тел. «8 (912) 345-67-89»",
            "我的电话是«13800138000»",
            "reach me on «0412 345 678»",
            "내 번호는 «01023456789»",
            "wa.me/«5511987654321»",
            "мой номер «8-916-123-45-67»",
            "llámame al «655 12 34 56»",
        ),
        no=(
            "Call 3 functions",
            "text 100%",
            "phone 12 pro",
            "office 2019",
            "phone call on 2023-05-01",
            "mobile users since 1698765432",
            "default_number = 1000000",
            "stamp.jsp?arnumber=1559964",
            "--cellToolbarSeparator:#80808059;",
            "--office-text: #00000014;",
        ),
        back=72,
        reach=64,
    ),
    Row(
        kind="phone-labelled-after",
        mark="PHONE",
        trigger=r"(?i)\d ?-?(?: \(?)?(?:office|fax|mobile|mob\.|cell|direct|landline|handy|mobil|call me|text me|is my (?:num|cell|mob|phone))\b|\d is my n",
        confirm=r"(?i)(?:^|[^\d+().-])(\(?\+?\d[\d ().\-/]{5,18}\d)(?: ?-| \(?| - )?(?:office|fax|mobile|mob\.|cell|direct|landline|handy|mobil|call me|text me|is my (?:num(?:ber)?|cell|mob(?:ile)?|phone))\b",
        check=whole(phones.phone_before_its_label),
        confirmed_by="context",
        canon=lambda value: checks.digits(value.encode()).decode()[-10:],
        yes=(
            "«416 60 039» office",
            "«21 253 109 8211»-Office",
            "«3660170548»-Fax",
            "«+447700677662» mobile",
            "«(37) 788-063» (fax)",
            "«415 263 2671» is my number",
        ),
        no=("2019 office", "12 345 mobile users", "in 2019-2020 mobile traffic grew"),
        back=32,
        reach=24,
    ),
    Row(
        kind="phone-short-in-context",
        mark="PHONE",
        trigger=r"(?i)\b(?:tele)?(?:phone|tel|fax|mobile)(?: ?(?:number|no|nr))?\.?[\"']?[ \t]?[:=]",
        confirm=r"(?i)\b(?:tele)?(?:phone|tel|fax|mobile)(?: ?(?:number|no|nr))?\.?[\"']?[ \t]?[:=][ \t]{0,3}[\"']?(\d{1,4}(?:[ .-]?\d{1,4}){1,3})\b",
        check=whole(phones.short),
        confirmed_by="context",
        source="numbering plans of places with five or six digits",
        needs=DIGIT,
        yes=("phone: «40123»", "tel: «21 12 34»"),
        no=("phone: 12", "tel: 2019", "mobile: 1234567 89"),
        reach=48,
    ),
    Row(
        kind="phone-spelled",
        mark="PHONE",
        trigger=r"(?i)\b(?:zero|oh|one|two|three|four|five|six|seven|eight|nine)[ ,-]{1,2}(?:zero|oh|one|two|three|four|five|six|seven|eight|nine)[ ,-]{1,2}(?:zero|oh|one|two|three|four|five|six|seven|eight|nine)\b|\d \d \d \d \d \d \d|\d-\d-\d-\d-\d-\d-\d",
        confirm=r"(?i)\b((?:zero|oh|one|two|three|four|five|six|seven|eight|nine)(?:[ ,-]{1,2}(?:double )?(?:zero|oh|one|two|three|four|five|six|seven|eight|nine)){6,14})\b|(?:my|call|text|phone|cell|mobile|number)(?: (?:me|number|is|at|on|no))*[ :]{1,2}(\d(?:[ -]\d){6,13})\b|\b(\d(?:[ -]\d){6,13}) is my (?:num|cell|mob|phone)",
        check=phones.spelled,
        confirmed_by="context",
        yes=("my num is «four one five, five five five, two six seven one»", "call me: «4-1-5-5-5-5-2-6-7-1»"),
        no=("one two three four five six seven eight nine", "4 1 5 5 5 5 2 6 7 1 were drawn", "seven eight"),
        back=48,
        reach=160,
    ),
)
