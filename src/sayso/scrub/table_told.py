"""Kinds: numbers told by name in many languages: identity cards, permits, passports, licences, plates, accounts, insurance."""

# ruff: noqa: E501 - a pattern and its examples are read in one piece

from __future__ import annotations

from sayso.scrub import checks
from sayso.scrub.row import NEXT, Row, whole
from sayso.scrub.wording import NUMBER, number, told

_AFTER = r"(?:\.?[\\\"'`*_ ]{0,4}(?:(?:n\xc2|[Nn][RrOo]|[Nn]um[a-z\x80-\xff]{0,6}|NUM[A-Z]{0,6}|n\xc3\xba[a-z]{0,6}|ID|[Ii]d|Card|Number|[a-z\x80-\xff]{0,12})[.\xc2\xb0\xba]{0,2} ?)?[\\\"'`*_]{0,4}(?: (?:is|ist|es|est|to|je|[\x80-\xff]{2,6}))?(?:</t[dh]>\s{0,4}<td>|</label>)?[ \t]{0,3}[:=#|,-]{0,2}[ \t\n]{0,3}[\\\"'`*_(]{0,4})"
"""What stands between a label and a number too short or too plain for a wider gap."""

ROWS = (
    told(
        "identity-card-told",
        "NATIONAL_ID",
        r"national ?id|национал\w* id|удостоверени\w+ личности|посвідчення особи|лична карта|личен документ|лична карта"
        r"|αριθμ\w* ταυτ|αριθμός ταυτότητας|ταυτότητας|ταυτότητα:|α.δ.τ|رقم الهوية|الهوية الوطنية|رقم الإقامة|رقم الاقامة|الرقم القومي|الرقم الوطني|البطاقة الشخصية|بطاقة الهوية|کد ملی|کدملی|شماره ملی|شناسنامه"
        r"|תעודת זהות|ת\"ז|מספר זהות|מ\.ז|身分證|身分证|身份證|身份证|居民身份|統一編號|住民票コード|在留カード|주민등록|주민번호|외국인등록|운전면허|เลขประจำตัวประชาชน|เลขบัตรประชาชน|บัตรประชาชน|căn cước|cmnd|cccd|chứng minh"
        r"|\bktp\b|no\.? ?kp\b|no\.? ic\b|kad pengenalan|आधार|मतदाता|voter ?id|epic no|পরিচয়পত্র|எண் அட்டை|személyi (?:szám|ig)|személyazonosító|adóazonosító|občansk\w+ průkaz|číslo op\b|občiansk\w+|osobna iskaznica|osobne iskaznice|osebna izkaznica|lična karta|carnet de identidad|carné de identidad|clave de elector|título de eleitor|titulo de eleitor|cédula|cedula|\bdpi\b|documento nacional|\bhkid|\bphilsys|\bphilid|\bsss (?:no|num|id|#)|\bnic (?:no|num|is)|\bnic:? |\bc\.i\. |\bc\.c\. |\bnid\b|nationalit\w+ nummer|kimlik|nüfus cüzdanı|buletin|carte d'identité|carta d'identità|\bumid\b|voters? card|kitambulisho|id card n|id[- ]kaart|asmens tapatyb|personas? apliec|henkilökort|legitimation\w* ?n|ausweis-?n|perso-?nr|id-?nummer",
        NUMBER,
        number(6, 20),
        yes=(
            "رقم الهوية «1023456789»",
            "身分證字號 «A123456789»",
            "HKID «A123456(3)»",
            "nomor KTP «3171012510821091»",
            "személyi szám «1-900503-1234»",
        ),
        no=("身份证件 2019-05-03", "national id card", "the nid is 12"),
    ),
    told(
        "tax-number-told",
        "NATIONAL_ID",
        r"\bnpwp\b|\binn\b|инн|ипн|іпн|\btin:? (?:no|num|is|#|:)?|\bkra pin|\bpis\b|\bnit\b|taj[- ]?szám|\btaj:|seguridad social|seguran[cç]a social|previdência|\bnuss\b|\bimss\b|\bnss\b|steuer-?n(?:umme)?r|\bst\.?-?nr|adószám|podatkov|daňov|mã số thuế|numéro fiscal|n° fiscal|税号|納税|마이넘버|\butr\b|partita iva|tax (?:id|number|no|file)|tax payer id|αφμ|\bafm\b|vergi (?:no|kimlik|numara)|رقم ضريبي|الرقم الضريبي",
        NUMBER,
        number(8, 16),
        yes=("NPWP «09.254.294.3-407.000»", "nº seguridad social «28/12345678/40»", "ІПН: «3184710691»", "TAJ szám: «123 456 788»"),
        no=("tax no 12",),
        trigger=r"\bnpwp|\binn\b|инн|ипн|іпн|\btin:? (?:no|num|is|#|:)?|kra pin|\bpis:? \d|\bpis/|\bnit:? \d|taj[- ]?szám|\btaj:|seguridad social|seguran[cç]a social|previdência|\bnuss\b|\bimss\b|\bnss:? ?\d|steuer-?n(?:umme)?r|\bst\.?-?nr|adószám|podatkov|daňov|mã số thuế|numéro fiscal|n° fiscal|税号|納税|마이넘버|\butr\b|partita iva|tax (?:id|number|no|file)|tax payer id|αφμ|\bafm\b|vergi (?:no|kimlik|numara)|رقم ضريبي|الرقم الضريبي",
    ),
    told(
        "passport-told",
        "PASSPORT",
        r"passport|\bpp no|reisepass\w*|паспорт\w*|паспорта|загран\w*|загранпаспорт\w*|passeport|pasaporte|passaport\w|passaporte|pas[s]?port\w*|paszport\w*|paspoort\w*|číslo pasu|čísl\w pas|cestovn\w+ pas\w*|putovnic\w+|potni list|útlevél\w*|pașaport\w*|pasaport\w*|paspor\b|hộ chiếu|διαβατήρι\w*|διαβατηρίου|διαβατήριο|διαβατ|pass-?(?:nr|nummer)|passnummer|passi(?:n)?numero|pas(?:nummer|nr)\b|vegabréf\w*|护照|護照|旅券|パスポート|여권|جواز السفر|جواز سفر|گذرنامه|דרכון|पासपोर्ट|หนังสือเดินทาง",
        r"\d\d ?\d\d ?(?:№|no\.?)? ?\d{6}|\d{2} ?\d{7}|(?:[A-Z]{1,3} ?)?\d[A-Z0-9]{5,9}|[A-Z]{1,2}[A-Z0-9]{7,8}",
        number(4, 10),
        yes=("числится паспорт «71 1234567»", "護照號碼: «G12345678»", "hộ chiếu «B1234567»", "paspoortnummer «NX1B2C3D4»"),
        no=("passport photo 12", "passport issued 2019-05-03", "passport.js 0.4.1"),
    ),
    told(
        "licence-told",
        "LICENCE",
        r"permis de conduire|num[ée]ro de permis|n[°º] ?permis|carnet de conduire|\bdvla\b|\bfs-?nr|licen[cs]e n(?:o|um)|permiso de conducir|permis n|licencia (?:de conducir|n)|carn[ée] de conducir|carnet de conducir|carta de condução|carteira de motorista|\bcnh\b|patente (?:n|di)|rijbewijs\w*|prawo jazdy|prawa jazdy|řidičsk\w+|vodičsk\w+|vozačk\w+|vozniško\w*|jogosítvány\w*|permis(?:ul)? de conducere|водительск\w*|водительское удостоверение|водительские права|права|в/у|посвідчення водія|шофьорска книжка|ehliyet|sürücü belge\w*|führerschein\w*|fahrerlaubnis\w*|kørekort\w*|körkort\w*|førerkort\w*|ajokortti\w*|άδεια οδήγησης|驾驶证|驾照|駕照|運転免許|免許証|운전면허|רישיון נהיגה|رخصة القيادة|رخصة قيادة|ใบขับขี่|bằng lái|giấy phép lái|\bsim [abc]\b|driving lic|driver'?s? lic|drivers?_?licen[sc]e|\bdl ?(?:#|no|num|:)",
        NUMBER,
        number(5, 16),
        yes=(
            "CNH «12345678900»",
            "водительское удостоверение «77 12 345678»",
            "prawo jazdy «00123/45/6789»",
            "運転免許証番号 «305012345670»",
        ),
        no=("права человека 1948", "driving licence from 2019-05-03"),
    ),
    told(
        "permit-told",
        "NATIONAL_ID",
        r"green card|alien (?:registration|number|no)|\ba-number|\buscis|residen(?:ce|t) (?:permit|card)|aufenthalts(?:titel|erlaubnis)|titre de séjour|permiso de residencia|permesso di soggiorno|\bbrp\b|\bvisa (?:no|number|#|foil)|военный билет|вид на жительство|military id|dod id|\bedipi\b|work permit|在留カード|居留证|居留許可",
        NUMBER,
        number(6, 16),
        yes=("alien registration number «A123456789»", "USCIS# «123-456-789»", "titre de séjour «9912345678»"),
        no=("green card holders 2019",),
    ),
    told(
        "member-told",
        "NATIONAL_ID",
        r"student (?:id|no|num)|student_?(?:id|number)|employee (?:id|no|num)|emp(?:loyee)?_?(?:id|no)\b|staff (?:id|no|num)|badge (?:no|num|id)|personnel (?:no|num)|personalnummer|mitarbeiternummer|matrikel-?n(?:umme)?r|matricule|matrícula (?:n|de alumno)|n[°º] (?:étudiant|de alumno)|numéro étudiant|numero di matricola|matricola|studentnummer|opiskelijanumero|numer albumu|학번|사번|学号|学籍番号|工号|社員番号|รหัสนักศึกษา|mã số sinh viên|\bmssv|табельный номер|студенческий билет|зачетн\w+",
        r"[A-Z]{0,3}-?\d[0-9-]{4,12}",
        number(5, 12),
        between=_AFTER,
        yes=("student id: «2019123456»", "Matrikelnummer «3456789»", "employee id «E0048213»"),
        no=("student ids 12", "employee_id = 7"),
    ),
    told(
        "plate-told",
        "PLATE",
        r"(?:licen[cs]e|number|registration) plates?|plate (?:no|num|is|#)|plates:|plate|reg(?:istration)? (?:no|num|number|mark)|\breg:|\breg |\breg is |vehicle (?:no|num|reg)|\breg ?n(?:o|r)\b|kennzeichen|nummernschild|immatriculat\w+|plaque|matrícula|matricula|\btarga\b|kenteken|rejestracyjn\w+|tablic\w* rej\w*|\bspz\b|evidenčn\w+ čísl\w+|rendszám\w*|număr de înmatriculare|nr\.? (?:de )?înmatriculare|registarsk\w+|reg\.? oznak\w+|госномер\w*|гос\.? ?номер\w*|номер (?:машины|авто)\w*|номерной знак|номерний знак|регистрационен номер|plaka(?:m|sı)?\b|\bplaca\b|patente\b|registreringsn\w+|skiltnummer|regn(?:umme)?r|rekisteri\w*|reki ?nro|πινακίδα|车牌|車牌|ナンバー|차량번호|번호판|לוחית רישוי|רישוי|رقم اللوحة|لوحة السيارة|ทะเบียนรถ|biển số|plat (?:nomor|no)|nopol",
        r"[A-Z]{2} ?\d{1,2} ?[A-Z]{1,3} ?\d{1,4}\b|[A-Z]{1,3}[ -]?\d{1,4}[ -]?[A-Z]{1,3}\b|[A-Z]{1,3}[ -]?(?:[A-Z]{1,2}[ -]?)?\d{1,5}[EH]?\b|\d[A-Z]\d ?\d{4}\b|\d{1,4}[ -]?[A-Z]{1,3}[ -]?\d{0,4}\b|[A-Z]{3}\d[A-Z]\d\d\b|\d{2,3}-\d{2,3}-\d{2,3}\b"
        r"|(?:А|В|Е|К|М|Н|О|Р|С|Т|У|Х|І|Ї|а|в|е|к|м|н|о|р|с|т|у|х){1,2} ?\d{3,4} ?(?:А|В|Е|К|М|Н|О|Р|С|Т|У|Х|І|а|в|е|к|м|н|о|р|с|т|у|х){2} ?\d{0,3}"
        r"|[\xe4-\xe9][\x80-\xbf]{2}[A-Z][ -]?[A-Z0-9]{5,6}|[\xe4-\xe9][\x80-\xbf]{2}[\xe3-\xe9][\x80-\xbf]{2} ?\d{2,3} ?[\xe3][\x80-\xbf]{2} ?[\d-]{1,5}|\d{2,3} ?[\xea-\xed][\x80-\xbf]{2} ?\d{4}",
        whole(lambda value: _plate(value)),
        between=_AFTER,
        trigger=r"plates?(?: no| num| is|:)|reg(?:istration)? (?:no|num|number|mark)|reg(?: is|:)? [a-z]{2}\d\d|vehicle (?:no|num|reg)|\breg ?n(?:o|r)\b|kennzeichen|nummernschild|immatriculat\w+|plaque [A-Z]{2}|matrícula|matricula|\btarga\b|kenteken|rejestracyjn\w+|tablic\w* rej\w*|\bspz\b|evidenčn\w+ čísl\w+|rendszám\w*|număr de înmatriculare|nr\.? (?:de )?înmatriculare|registarsk\w+|reg\.? oznak\w+|госномер\w*|гос\.? ?номер\w*|номер (?:машины|авто)\w*|номерной знак|номерний знак|регистрационен номер|plaka(?:m|sı)?\b|\bplaca\b|patente [A-Z]{2}|registreringsn\w+|skiltnummer|regn(?:umme)?r|rekisteri\w*|reki ?nro|πινακίδα|车牌|車牌|ナンバー|차량번호|번호판|לוחית רישוי|רישוי|رقم اللوحة|لوحة السيارة|ทะเบียนรถ|biển số|plat (?:nomor|no)|nopol",
        yes=(
            "targa «AB 123 CD»",
            "госномер «М456ОР 199»",
            "车牌号 «京A12345»",
            "reg: «AB12 CDE»",
            "plaka «34 ABC 123»",
            "차량번호 «12가 3456»",
        ),
        no=("reg: R12", "plaque 12", "matricula 2019"),
    ),
    told(
        "pix-told",
        "ACCOUNT",
        r"chave pix|chave do pix|\bpix key|\bpix:|meu pix",
        r"\d{3}\.?\d{3}\.?\d{3}-?\d\d|[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|\+?\d{10,14}",
        None,
        between=_AFTER,
        yes=("chave pix «5b3f1c2e-9a4d-4e8b-8f6a-1c2d3e4f5a6b»", "meu pix é «46713584090»"),
        no=("chave pix 12",),
    ),
    Row(
        kind="travel-document-zone",
        mark="PASSPORT",
        trigger=r"[A-Z]<<[A-Z]",
        confirm=r"\b([PIVAC][A-Z<][A-Z]{3}[A-Z0-9<]{25,39}\r?\n[A-Z0-9<]{30,44}(?:\r?\n[A-Z0-9<]{30})?|[A-Z0-9<]{30}\r?\n[A-Z0-9<]{30}\r?\n[A-Z<]{30})",
        check=checks.holds_digit,
        confirmed_by="shape",
        source="ICAO Doc 9303",
        yes=("«P<GBRLIMA<<ANA<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<\n5333800068GBR9005037F2601014<<<<<<<<<<<<<<08»",),
        no=("A<<B",),
        back=100,
        reach=140,
    ),
    told(
        "vin-told",
        "VIN",
        r"\bvin\b|\bfin\b|fahrgestell\w*|châssis|chassis|bastidor|telaio|nadwozia|podvozku|кузова|шасси|alvázszám\w*|şasi|车架号|車台番号|차대번호|vehicle identification",
        r"[A-HJ-NPR-Za-hj-npr-z0-9]{17}\b",
        whole(lambda value: checks.has_digit(value) and not value.isdigit() and not value.isalpha()),
        yes=("numéro de châssis «VF1BB0A0F12345678»", "FIN «WDB1240261A123456»"),
        no=("fin de la partie",),
    ),
    told(
        "account-told",
        "ACCOUNT",
        r"расч[её]тный сч[её]т|лицевой сч[её]т|сч[её]т|р/с|к/с|сч\.|номер счета|рахунок|сметка|номер на сметка|счет получателя|бик|konto-?n(?:umme)?r|konto|\bkto\b|\bblz\b|numéro de compte|n° de compte|\brib\b|\bccc\b|\bcbu\b|\bcvu\b|\bclabe\b|cuenta (?:n|bancaria|corriente)|n[úu]mero de cuenta|agência|agencia|\bconta\b|conto (?:corrente|n)|coordinate bancarie|rekening\w*|nr\.? (?:konta|rachunku)|numer konta|rachun\w+|číslo účtu|č\. ?ú\.|číslo účtu|bankszámla\w*|számlaszám\w*|cont bancar|žiro račun|broj računa|tekući račun|račun br|bankgiro|plusgiro|clearing\w*|reg\.? ?nr|tilinumero|kontonummer|hesap no|hesap numar\w*|口座番号|账号|帳號|银行卡|卡号|卡號|カード番号|계좌번호|계좌|카드번호|số tài khoản|\bstk\b|no\.? rek\b|nomor rekening|เลขที่บัญชี|เลขบัญชี|رقم الحساب|حساب|מספר חשבון|חשבון בנק|खाता (?:संख्या|नंबर)|\bifsc\b|\bmicr\b|\bbsb\b|sort ?code|routing|\baba\b|\bacct\b|acc(?:ount)? ?(?:no|num|#)|\baccount\b|\bacc\b|\bsort\b|\ba/c\b|\bcuenta\b|\brouting\b|iban|номер карты|карта:?|карты:?|карту:?",
        r"\d[\d]*(?:[ ./-]\d[\d]*){0,8}(?:-[\dX]\b)?|[A-Z]{4}0[A-Z0-9]{6}\b",
        number(5, 26),
        between=_AFTER,
        yes=(
            "р/с «40817810500000123456»",
            "口座番号 «1234567»",
            "agência «1234-5» conta «12345-6»",
            "číslo účtu «19-2000145399/0800»",
            "계좌번호 «110-123-456789»",
        ),
        no=("счет 3", "conta com 12", "карта 2019", "konto 12.05.2019"),
        trigger=r"расч[её]тн|сч[её]т|сч\. ?№|р/с|к/с|рахунок|сметка|бик|konto|\bkto\b|\bblz\b|de compte|\brib\b|\bccc\b|\bcbu\b|\bcvu\b|\bclabe\b|cuenta|agência|agencia \d|\bconta\b|conto (?:corrente|n)|coordinate bancarie|rekening|nr\.? (?:konta|rachunku)|numer konta|rachun|číslo účtu|č\. ?ú\.|bankszámla|számlaszám|cont bancar|žiro račun|broj računa|tekući račun|račun br|bankgiro|plusgiro|\breg\. ?nr|tilinumero|hesap n|口座番号|账号|帳號|银行卡|卡号|卡號|カード番号|계좌|카드번호|số tài khoản|\bstk\b|no\.? rek\b|เลขที่บัญชี|เลขบัญชี|حساب|חשבון|खाता|\bmicr\b|\bbsb\b|\bacc:? \d{5}|\ba/c:|routing \d|\bsort:? \d\d-\d\d-\d|iban|карта:?|карты:?|карту:? ?\d",
    ),
    told(
        "health-told",
        "HEALTH_ID",
        r"\bmrn\b|medical record|patient[_ ]?(?:id|no|num|#)|chart (?:no|num|#)|hospital (?:no|num|id)|medicaid|medicare|\bmbi\b|health ?card|\bohip\b|\bphn\b|\bramq\b|\bnhi\b|\bhicn\b|krankenversicherten\w*|versicherten-?n(?:umme)?r|\bkvnr|krankenkass\w* ?n|\behic\b|carte vitale|tessera sanitaria|\bcns:? |cartão (?:sus|nacional de saúde)|\bcip:? |полис\w*|полис омс|омс|дмс|保险单号|保单号|保険証|被保険者|건강보험|member[_ ]?(?:id|no|num|#)|subscriber[_ ]?(?:id|no|num)|group (?:no|num|number|#)|policy[_ ]?(?:no|num|number|#)|polic[ey]nummer|número de póliza|póliza|numéro de police|polizza n|insurance (?:no|num|id|card|policy)|claim[_ ]?(?:no|num|number|#)|\brx ?(?:#|no|num|:)|prescription (?:no|num|#)|numéro de dossier|patientennummer|fallnummer|nhs n|potilasnumero|patientnummer|رقم التأمين|رقم الملف الطبي|เลขผู้ป่วย|\bhn\b",
        r"(?:[A-Z]{1,5}[ -]?)?\d[0-9A-Z]{0,19}(?:[ -](?:\d[0-9A-Z]{0,11}|[A-Z]{2,4}\d{0,4}\b)){0,4}",
        number(4, 20),
        between=_AFTER,
        yes=(
            "MBI «1EG4-TE5-MK73»",
            "полис ОМС «7700123456789012»",
            "RAMQ «LIMA 9005 0312»",
            "claim number «CLM-2024-001234»",
            "NHI «ZAC5361»",
        ),
        no=("health card 12", "policy number 3"),
    ),
    told(
        "bank-code-told",
        "ACCOUNT",
        r"\bswift\b|\bbic\b|\bcódigo swift|swift[- /]?(?:code|bic)|bic[/ ]swift|bic-code",
        r"[A-Z]{6}[A-Z2-9][A-NP-Z0-9](?:[A-Z0-9]{3})?\b",
        whole(lambda value: value.isupper()),
        between=_AFTER,
        yes=("BIC/SWIFT : «BNPAFRPP75X»",),
        no=("swift 5.9 SWIFTLANGUAGES",),
    ),
    told(
        "card-code-told",
        "CARD_CODE",
        r"code de sécurité|cryptogramme|código de seguridad|código de segurança|codice di sicurezza|prüfnummer|prüfziffer|kod cvv|код cvv|код безопасности|安全码|セキュリティコード|보안코드|card code|cvn\b|(?:card|visa|mastercard|amex|карта|карты|карте) (?:ending|ends|заканчива\w+)(?: in| with| на)?|(?:terminada|termina) (?:en|em)|finissant par|endet auf|last (?:4|four)(?: digits)?(?: of)?(?: my| the| his| her)?(?: card| cc| credit card)",
        r"\d{3,4}\b",
        None,
        between=NEXT,
        trigger=r"code de sécurité|cryptogramme|código de seguridad|código de segurança|codice di sicurezza|prüfnummer|prüfziffer|kod cvv|код cvv|код безопасности|安全码|セキュリティコード|보안코드|card code|cvn\b|(?:card|visa|amex) end(?:ing|s)|заканчива|terminada e|finissant par|endet auf|last (?:4|four) (?:digits )?of",
        yes=("code de sécurité «321»", "mastercard ending «4444»", "安全码 «123»"),
        no=("card ending soon",),
    ),
    told(
        "ssn-told",
        "SSN",
        r"(?:last|final) (?:4|four)(?: digits)?(?: of)?(?: my| the| his| her| your)? (?:ssn|social(?: security)?(?: number)?)",
        r"\d{4}\b",
        None,
        between=NEXT,
        trigger=r"last (?:4|four) (?:digits )?of",
        yes=("last 4 of ssn «6789»", "last four digits of my social: «0044»"),
        no=("last 4 of ssn",),
    ),
)


def _plate(value: bytes) -> bool:
    """Return whether this may be the plate of a car: letters and digits, or three groups of digits."""
    letters = any(65 <= c <= 90 or c > 127 for c in value)
    count = len(checks.digits(value))
    return count > 0 and (letters or value.count(b"-") == 2) and len(value) >= 4 and not value.isdigit()
