"""Kinds: secrets handed to calls and commands, in columns, in other words than `password is`, and cut in two by a line's end."""

# ruff: noqa: E501 - a pattern and its examples are read in one piece

from __future__ import annotations

from sayso.scrub import handing
from sayso.scrub.row import DIGIT, Row, whole

_NAME = r"[A-Za-z0-9_.:-]{0,40}(?:pass(?:word|wd|phrase)?|pwd|secret|token|(?:api|access|auth|secret|private|encryption|signing|account|storage|license)[_.-]?key|_key|_salt)[A-Za-z0-9_.-]{0,16}"
_LITERAL = r"[^\s\"'`<>]{4,160}"
_WORD = r"[^\s\"'`<>|,;(){}\[\]]{6,80}"
_CALLED = r"(?:pass(?:word|phrase|wd|code)?|pwd?|pw|passwort|kennwort)"

ROWS = (
    Row(
        kind="secret-by-name",
        mark="SECRET",
        trigger=r"(?i)(?:passw(?:or)?d|_pass|passphrase|pwd|secret|token|key|_salt)[A-Za-z0-9_.-]*(?:[\"'](?:[ ]?,[ ]*[\"']|,?[ ]*[\"']?(?:value|content)|[^<>\n]?>|[ ]+\{|\)\.[tfs])|\]['\"],|</)",
        confirm=r"(?i)(?:"
        + _NAME
        + r"(?:\]['\"],[ ]?[\"']|[\"'](?:,?[ ]{0,4}[\"']?(?:value|content)[\"']?[ ]?[:=][ ]?[\"']|[ ]?,[ ]{0,9}[bnu]?[\"']|[^<>\n]{0,20}>(?:\s{0,12}<value>)?|[^\w\n]{0,3}\)\.(?:type|fill|send_?keys|set_?value)\([\"']|[ ]{1,4}\{[^{}]{0,160}\bdefault[ ]{0,9}=[ ]{0,9}[\"']))"
        r"|</(?:key|name)>\s{0,24}<(?:string|value)>)(" + _LITERAL + r")[\"'<]",
        check=handing.by_name,
        confirmed_by="context and entropy",
        yes=(
            "define( 'DB_PASSWORD', '«TigerFjord842»' );",
            '<add key="SmtpPassword" value="«bruno-Harbor-69»"/>',
            '{"name":"DB_PASSWORD","value":"«k97jvIc0Lzx»"}',
            '<string name="api_secret">«ckq5JcaoW4fH0lc8HmnC»</string>',
            'variable "db_password" {\n  type = string\n  default = "«XMaw6qZTA3RI»"\n}',
            "<key>apiToken</key>\n<string>«lmRNt97LBNExbFb7gQ»</string>",
        ),
        no=(
            "['password', 'confirm_password2']",
            '("token", "access_token")',
            '<input name="password" value="">',
            "['token', 'v1.2.3']",
            '<label for="password">Password 1</label>',
        ),
        back=48,
        reach=420,
    ),
    Row(
        kind="secret-beside-word",
        mark="SECRET",
        trigger=r"(?i)(?:passw(?:or)?d|passphrase|secret|_pass|_token|_key|apikey|auth-user-pass>)[ \t\r]*(?:[ \t]@?[\"']|\n[\w.-]+\n)|\b(?:requirepass|masterauth|bindpw|rootpw|add-authtoken|authtoken|service install|--authkey|chpasswd|\.password)[ :]",
        confirm=r"(?i)(?:(?:passw(?:or)?d|passphrase|secret|_pass|_token|_key|apikey)[ \t]{1,24}@?[\"'](" + _LITERAL + r")[\"']"
        r"|(?:requirepass|masterauth|bindpw|rootpw|authtoken|service install|--authkey|\.password)[ :]{1,4}([^\s\"'`<>]{6,400})|<auth-user-pass>\s*[\w.@-]{1,60}\s+("
        + _WORD
        + r"))",
        check=handing.asked,
        confirmed_by="context and entropy",
        needs=DIGIT,
        yes=('#define WIFI_PASSWORD "«RavenTulip173»"', 'storePassword "«milan-Lampe-69»"', "requirepass «Paris1974!»"),
        no=('case "password": "v2"', "#define KEY_PASSWORD 'p1'", "requirepass foobared", 'msgid "Password"\nmsgstr "Passwort2"'),
        back=16,
        reach=480,
    ),
    Row(
        kind="passed-secret",
        mark="SECRET",
        wake=r"(?i)(?:connect|connection|login|log_in|auth|credentials?|pdo|wifi\.begin|hmac|cipheriv|fernet|keyspec|jwt\.\w{4,6}|wallet|m_?key|client|handler|telebot|bot\.run|mailer|bind|password|authenticate)=?\(|\.new[( ]",
        trigger=r"(?i)(?:connect|connection|log_?in|password|basicauth|authenticate|auth|credentials?|networkcredential|pdo|wifi\.begin|createhmac|createcipheriv|hmac\.new|aes\.new|fernet|keyspec|jwt\.(?:sign|verify|encode|decode)|wallet|from_?key|client|handler|telebot|bot\.run|mailer|->bind)(?:\.new [\"']|(?:\.new)?=?\((?:[a-z_$][\w.$]*,[ ]?)?b?[\"'`])",
        confirm=r"(?i)(?:connect|connection|log_?in|password|basicauth|authenticate|auth|credentials?|networkcredential|pdo|begin|createhmac|createcipheriv|hmac\.new|aes\.new|fernet|keyspec|jwt\.(?:sign|verify|encode|decode)|wallet|from_?key|client|handler|telebot|bot\.run|mailer|bind)(?:(?:\.new)?=?\(([^()\n]{6,240})|\.new ([\"'][^()\n]{6,240}))",
        check=handing.argument,
        confirmed_by="context and entropy",
        needs=DIGIT,
        yes=(
            'new NetworkCredential("ana", "«Coffee@6627»")',
            "requests.get(url, auth=('ana', '«C0Pp3R_paris$»'))",
            'DriverManager.getConnection(url, "app", "«dd01kjvmj5»");',
            "crypto.createHmac('sha256', '«zRiqcRqXpvf6qygipFuDAXfGLDcBmzKK»')",
            'conn = pymysql.connect("db", "app", "«gl723dgfzz»", "shop")',
        ),
        no=(
            'connect("10.0.0.1", "db-2", "user42")',
            "login('ana', 'password1')",
            'Client("https://api.example.com/v2", "us-east-1")',
            "jwt.decode(token, key, algorithms=['HS256'])",
            "hmac.new(key, msg, 'sha256')",
            'authenticate("user1", "item_2")',
        ),
        back=24,
        reach=280,
    ),
    Row(
        kind="password-in-column",
        mark="SECRET",
        trigger=r"(?i)(?:password|passwort|passwd|token|contrase\xc3\xb1a)[\"'* ]*(?:\||,|;|\t|\n)",
        confirm=r"(?i)((?:[^\n]{0,120}[|,;\t])?[\"'* ]{0,4}(?:[a-z]{1,12}[ _])?(?:password|passwort|passwd|token|contrase\xc3\xb1a)[\"'* ]{0,4}(?:[|,;\t][^\n]{0,120})?\n(?:[|: \t+-]{3,80}\n)?[^\n]{4,200})",
        check=handing.cell,
        confirmed_by="context and entropy",
        needs=DIGIT,
        yes=("user,password\nana,«walc7g1jK0u»", "| User | Password |\n|---|---|\n| app | «Zephyr@6441» |"),
        no=("user,password\nana,secret", "your name, your password\nand then, step 2b", "name,token\nint,uint64"),
        back=140,
        reach=400,
    ),
    Row(
        kind="password-inserted",
        mark="SECRET",
        trigger=r"(?i)insert into ",
        confirm=r"(?i)insert into [^\n()]{1,60}\(([^()]{4,200}\)\s{0,4}values\s{0,4}\([^()]{4,300})",
        check=handing.inserted,
        confirmed_by="context and entropy",
        needs=DIGIT,
        yes=("INSERT INTO users (name, password) VALUES ('ana', '«xkdly5GhZI1E»');",),
        no=("INSERT INTO users (name, password) VALUES (?, ?);", "insert into t (a, b) values ('x', 'Kj8xPq2m')"),
        reach=600,
    ),
    Row(
        kind="password-file-line",
        mark="SECRET",
        trigger=r":(?:5432|6432|\*):[\w*]|(?i:sqlplus|sqlldr|expdp|impdp|oracle:thin:)|\bK10[0-9a-f]{8}|(?i:unseal key)|chpasswd|@(?:tcp|unix)\(",
        confirm=r"[\w.*-]{1,60}:(?:5432|6432|\*):[\w*-]{1,40}:[\w-]{1,40}:([^\s:\"']{6,80})|(?i:sqlplus|sqlldr|expdp|impdp|oracle:thin:)[ ]?[\w$]{1,30}/([^\s@/\"']{4,60})@"
        r"|\b(K10[0-9a-f]{40,64}::[\w-]{1,20}:\w{16,64})|(?i:unseal key \d: )([A-Za-z0-9+/=]{40,64})|[\"' ][\w.-]{1,32}:([^\s\"':]{6,60})[\"']? ?\| ?(?:sudo )?chpasswd|[\w.-]{1,40}:([^\s:@/\"']{4,80})@(?:tcp|unix)\(",
        check=whole(lambda value: handing.passwordlike(value) or handing.drawn(value)),
        confirmed_by="context and entropy",
        needs=DIGIT,
        yes=(
            "db.internal:5432:shop:app:«Ember2002?»",
            "sqlplus scott/«uH2e7OZWd9»@orcl",
            "Unseal Key 1: «84MMa3JHqXqGqRLFlAjvDdkIN1h/Cc/jTidtYdW3vCBw»",
        ),
        no=("localhost:5432:db:app:5432", "sqlplus scott/tiger@orcl"),
        back=128,
    ),
    Row(
        kind="json-web-key",
        mark="SECRET",
        trigger=r"\"kty\"",
        confirm=r"\"(?:d|p|q|dp|dq|qi|k)\"[ ]?:[ ]?\"([A-Za-z0-9_-]{40,1000})\"",
        check=whole(handing.drawn),
        confirmed_by="context and entropy",
        source="RFC 7517, RFC 7518",
        yes=('{"kty":"EC","crv":"P-256","d":"«870MB6gfuTJ4HtUnUvYMyJpr5eUZNP4Bk43bVdj3eAE»"}',),
        no=('{"kty":"RSA","e":"AQAB"}',),
        back=900,
        reach=2400,
    ),
    Row(
        kind="password-in-words",
        mark="SECRET",
        trigger=r"(?i)\bpass(?:word|phrase|wd|code|wort)\b|kennwort|\bpwd?\b|\bpass (?:is|was|changed|from|now)|credentials[ :]|\bcreds\b|zugangsdaten|identifiant|\b(?:log|sign) ?(?:in|on) (?:as|to|with) |\bwi-?fi:? |\bssid[:= \"]|\bu: ?\w|\b(?:usr|account): ",
        confirm=r"(?i)(?:([A-Za-z0-9_!@#$%^&*+./~?-]{6,64})[\"'`]{0,3},? (?:(?:as|is|was) (?:my|the|our|your|their) (?:[a-z]+ ){0,2}|(?:(?:as|is|was) )?an? (?:very |really )?(?:strong|good|safe|secure|weak|bad|ok|okay|decent|valid|great) )"
        + _CALLED
        + r"\b"
        r"|"
        + _CALLED
        + r" (?:is|was) (?:either )?\S{4,64} or [\"'`]?("
        + _WORD
        + r")|wi-?fi [^\n]{0,24}\bkey[ :]{1,2}(?:is )?("
        + _WORD
        + r")|wi-?fi:? [\w -]{2,30}? ?/ ?("
        + _WORD
        + r")|\bssid[:= \"]{1,4}[^\n]{1,32}\n\s{0,8}[\"']?(?:key|psk|"
        + _CALLED
        + r")[\"': =]{1,4}("
        + _WORD
        + r")"
        r"|"
        + _CALLED
        + r" (?:is |was |has |have been |has been )?(?:now |just )?(?:changed|set|reset|updated|should be|must be|will be|is now|its now|either|from|now)(?: (?:to|is|now|from \S{4,64} to))? [\"'`]?("
        + _WORD
        + r")"
        r"|(?:log ?in|sign in|login|log on)(?: as [\w.@-]{2,40}| to [^\n]{1,24}?)? with (?:user(?:name)? )?(?:[\w.@-]{2,40} ?[/:] ?)?[\"'`]?("
        + _WORD
        + r")"
        r"|(?:credentials?|creds|logins?|accounts?|zugangsdaten|identifiants?) ?(?:is|are|sind|sont|:)[: ]{1,3}[\w.@-]{2,40} ?[/:|,] ?[\"'`]?("
        + _WORD
        + r")"
        r"|\b(?:my|our|his|her|old|new|admin|root|wifi|wi-fi|network|guest) (?:"
        + _CALLED
        + r"|key|code)(?: is| was|:| =)? [\"'`(]{0,2}("
        + _WORD
        + r")"
        r"|\b(?:u|usr|user|id): ?[\w.@-]{2,40},? (?:p|pw|pwd|pass): ?(" + _WORD + r")|\bpw [\"'`]?(" + _WORD + r"))",
        check=handing.spoken,
        confirmed_by="context and entropy",
        needs=DIGIT,
        yes=(
            "use «zephyr7047» as the admin pw",
            "is «VelvetLampe94» a good password",
            "log in as admin with «tBbHY3S5Xq»",
            "creds: admin / «nein4rsc6h»",
            "my old password «gecko5953» got leaked",
            "my wifi key is «axzh0WcUplYl»",
        ),
        no=(
            "sha256 is the password hash",
            "log in as root with user42",
            "my new password since 2021-05-03",
            "this is the password",
            "login to the site with 2factor",
            "my code is 1200px wide",
        ),
        back=96,
        reach=200,
    ),
    Row(
        kind="told-password-abroad",
        mark="SECRET",
        trigger=r"(?i)\b(?:mdp:|clave:)|\xc5[\x9e\x9f]ifrem? |\b(?:clave|parola|parolas\xc4\xb1|has\xc5\x82[oa]|heslo|salasana|senha|l\xc3\xb6senord(?:et)?|wachtwoord|contrase\xc3\xb1a|passwort|kennwort|jelsz\xc3\xb3|kode(?:ord)?|identifiant|la password|cl\xc3\xa9 wi-?fi|code wi-?fi|mdp) |schl\xc3\xbcssel(?: ist|:)|\bparola:|\bheslo:|\bsenha:|m\xe1\xba\xadt kh\xe1\xba\xa9u|\xd0[\x9f\xbf]\xd0\xb0\xd1\x80\xd0\xbe\xd0\xbb|\xe5\xaf\x86\xe7\xa0\x81|\xe5\xaf\x86\xe7\xa2\xbc|\xe3\x83\x91\xe3\x82\xb9\xe3\x83\xaf\xe3\x83\xbc\xe3\x83\x89|\xeb\xb9\x84\xeb\xb0\x80\xeb\xb2\x88\xed\x98\xb8|\xeb\xb9\x84\xeb\xb2\x88|\xce\xba\xcf\x89\xce\xb4\xce\xb9\xce\xba\xcf\x8c\xcf\x82|\xd7\xa1\xd7\x99\xd7\xa1\xd7\x9e\xd7\x94|\xd9\x83\xd9\x84\xd9\x85\xd8\xa9 \xd8\xa7\xd9\x84\xd9\x85\xd8\xb1\xd9\x88\xd8\xb1|\xe0\xa4\xaa\xe0\xa4\xbe\xe0\xa4\xb8\xe0\xa4\xb5\xe0\xa4\xb0\xe0\xa5\x8d\xe0\xa4\xa1",
        confirm=r"(?i)(?:\xc5[\x9e\x9f]ifrem?|\b(?:clave|parola|parolas\xc4\xb1|has\xc5\x82[oa]|heslo|salasana|senha|l\xc3\xb6senord(?:et)?|wachtwoord|contrase\xc3\xb1a|passwort|kennwort|jelsz\xc3\xb3|kode(?:ord)?|la password|cl\xc3\xa9 wi-?fi|code wi-?fi|mdp)|schl\xc3\xbcssel|m\xe1\xba\xadt kh\xe1\xba\xa9u|\xd0[\x9f\xbf]\xd0\xb0\xd1\x80\xd0\xbe\xd0\xbb(?:\xd1\x8c|\xd1\x8f|\xd0\xb5\xd0\xbc)|\xe5\xaf\x86\xe7\xa0\x81|\xe5\xaf\x86\xe7\xa2\xbc|\xe3\x83\x91\xe3\x82\xb9\xe3\x83\xaf\xe3\x83\xbc\xe3\x83\x89|\xeb\xb9\x84\xeb\xb0\x80\xeb\xb2\x88\xed\x98\xb8|\xeb\xb9\x84\xeb\xb2\x88|\xce\xba\xcf\x89\xce\xb4\xce\xb9\xce\xba\xcf\x8c\xcf\x82|\xd7\xa1\xd7\x99\xd7\xa1\xd7\x9e\xd7\x94|\xd9\x83\xd9\x84\xd9\x85\xd8\xa9 \xd8\xa7\xd9\x84\xd9\x85\xd8\xb1\xd9\x88\xd8\xb1|\xe0\xa4\xaa\xe0\xa4\xbe\xe0\xa4\xb8\xe0\xa4\xb5\xe0\xa4\xb0\xe0\xa5\x8d\xe0\xa4\xa1)"
        r"(?:[^\s\d]{0,12}(?: [^\s\d:=]{1,14}){0,4}?[ :=]{1,3}|\xe6\x98\xaf ?|\xe3\x81\xaf ?|\xeb\x8a\x94 ?)[\"'`*]{0,3}([!-~]{0,32}[0-9][!-~]{0,32})",
        check=handing.spoken,
        confirmed_by="context and entropy",
        needs=DIGIT,
        yes=(
            "la clave del wifi es «harbor5866»",
            "la password è «falcon9888»",
            "hasło do wifi to «zephyr269»",
            "мой пароль «umbra2286»",
            "WiFi密码 «walnut-Coffee-14»",
            "비밀번호는 «ninja8224» 입니다",
            "WLAN-Schlüssel: «fjord-Maple-94»",
            "κωδικός: «igloo-Rocket-23»",
        ),
        no=(
            "la clave primaria es id2",
            "Passwort muss mindestens 8 Zeichen haben",
            "hasło musi mieć 12 znaków",
            "密码长度至少8位",
            "пароль для объекта «PKCS#12»",
            "пароль должен содержать 8 символов",
            "la clave del capítulo 3 es la página 12b",
        ),
        back=16,
        reach=200,
    ),
    Row(
        kind="told-code",
        mark="SECRET",
        trigger=r"(?i)\b(?:gate|door|alarm|lock(?:box|er)?|garage|safe|entry|building|voicemail|unlock|card|bank(?:ing)?|sim|phone|backup|recovery|meeting|your) (?:code|pin|combination|combo|passcode)s?\b|\bpasscode|\b(?:code|pin|combination) (?:for|to|of) (?:the|my|our) |\bPIN lautet|(?:licen[cs]e|product|serial|activation|cd)[ -]?key",
        confirm=r"(?i)(?:(?:\b(?:gate|door|alarm|lock(?:box|er)?|garage|safe|entry|building|voicemail|unlock|card|bank(?:ing)?|sim|phone) (?:code|pin|combination|combo|passcode)|\bpasscode)s?(?: for [^\n.]{1,24}?)?(?: is| was|:|'s)? |\b(?:code|pin|combination) (?:for|to|of) (?:the|my|our) [a-z ]{2,20} (?:is|was) |pin lautet )([0-9][0-9#*-]{2,9})(?:[^0-9A-Za-z-]|$)"
        r"|\b(?:backup|recovery) codes?(?: (?:is|are|was))?[: ]{1,3}([A-Za-z0-9]{4,10}(?:[ ,-]{1,2}[A-Za-z0-9]{4,10}){0,9})|(?:licen[cs]e|product|serial|activation|cd)[ -]?key(?: is|:)?[ :]{1,3}([A-Z0-9]{4,6}(?:-[A-Z0-9]{4,6}){2,5})",
        check=whole(lambda value: any(char in b"0123456789" for char in value)),
        confirmed_by="context",
        needs=DIGIT,
        yes=(
            "gate code is «4711#»",
            "Passcode: «739201»",
            "the code for the lockbox is «2947»",
            "safe combination «12-34-56»",
            "product key «AS56S-NZDV0-9I87J-IXF9D-18F8A»",
        ),
        no=("the door code is printed inside", "phone code 49x", "safe combination of words", "product key features: 12"),
        back=16,
    ),
    Row(
        kind="cut-token",
        mark="SECRET",
        trigger=r"\b(?:gh[pousr]_|github_pat_|glpat-|sk-ant-|sk-proj-|sk-or-v1-|sk_live_|xox[bp]-|hf_|npm_|pypi-AgE|dop_v1_|shpat_|lin_api_|figd_|gsk_|pplx-|nvapi-|xai-)[A-Za-z0-9]{4}",
        confirm=r"\b((?:gh[pousr]_|github_pat_|glpat-|sk-ant-|sk-proj-|sk-or-v1-|sk_live_|xox[bp]-|hf_|npm_|pypi-AgE|dop_v1_|shpat_|lin_api_|figd_|gsk_|pplx-|nvapi-|xai-)[A-Za-z0-9_-]{4,120}(?:[\"'`\\]{0,2}[ \t]{0,2}[+.]?[ \t]{0,2}\r?\n[ \t>|+\"'`]{0,12}|[\"'`][ \t]?[+.][ \t]?[\"'`])[A-Za-z0-9_-]{6,200})",
        check=handing.cut_token,
        confirmed_by="shape",
        source="gitleaks rules; the issuer's own pages",
        yes=("«ghp_·EBnFvlkY1LPmwvfiFb\nVfnNw8Sm9tp3WaS97H»", 'k = "«ghp_·EBnFvlkY1LPmwvfiFb" + "VfnNw8Sm9tp3WaS97H»"'),
        no=("ghp_·abc1\nand then some_words_follow_in_a_line",),
        back=4,
        reach=420,
    ),
    Row(
        kind="web-hook",
        mark="SECRET",
        trigger=r"hooks\.zapier\.com/hooks|outlook\.office(?:365)?\.com/webhook|hook\.[a-z]{2}\d\.make\.com/|/open-apis/bot/v2/hook/|oapi\.dingtalk\.com/robot|qyapi\.weixin\.qq\.com/|maker\.ifttt\.com/trigger|hook\.integromat\.com/|/bot\d{6}",
        confirm=r"((?:https?://)?hooks\.zapier\.com/hooks/(?:catch|standard)/\d{3,12}/[A-Za-z0-9]{5,32}|(?:https?://)?outlook\.office(?:365)?\.com/webhook/[A-Za-z0-9@/-]{60,250}|hook\.[a-z]{2}\d\.make\.com/[a-z0-9]{24,48}|hook\.integromat\.com/[a-z0-9]{24,48}"
        r"|/open-apis/bot/v2/hook/[0-9a-f-]{32,36}|oapi\.dingtalk\.com/robot/send\?access_token=[0-9a-f]{32,64}|qyapi\.weixin\.qq\.com/cgi-bin/webhook/send\?key=[0-9a-f-]{32,36}|maker\.ifttt\.com/trigger/[\w-]{1,60}/(?:json/)?with/key/[\w-]{20,60}|/bot\d{6,16}:A[A-Za-z0-9_-]{34})",
        confirmed_by="shape",
        source="addresses that each service gives out; who knows one may post there",
        yes=("https://hook.«eu1.make.com/·q7x2m9k4w1z8r5t3n6v0b2c4d6f8h1j3»".replace("hook.«", "«hook."),),
        no=("see hooks.zapier.com/hooks and hook.eu1.make.com/docs",),
        back=12,
        reach=320,
    ),
)
