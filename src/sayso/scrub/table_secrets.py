"""Kinds: passwords, keys and sessions that only the words around them give away."""

# ruff: noqa: E501 - a pattern and its examples are read in one piece

from __future__ import annotations

from sayso.scrub import carrying, judges, secrecy
from sayso.scrub.row import DIGIT, Row, whole

_KEY = (
    r"(?:pass(?:word|wd|phrase|code|wort)?|passwd|pwd|pw|psw|psswd|pasword|psk|secret|token|api[_.-]?key|apikey|access[_-]?key|(?:private|secret|signing|encryption|auth|account|client|master|shared|"
    r"storage|licen[cs]e|app|application|preshared|consumer|service|subscription|primary|secondary|admin|deploy|webhook|session|csrf|api|hmac|ssh|rsa|wifi|wpa)[ _.-]?(?:key|secret|pass|token|id)|nkey|seed|credentials?|"
    r"auth|cookie|session|contrase\xc3\xb1a|mot de passe|kennwort|l\xc3\xb6senord|wachtwoord|has\xc5\x82o|senha|salasana|adgangskode|passord|jelsz\xc3\xb3|\xc5\x9fifre|_salt|dockerconfigjson|\w*key)"
)
_TAIL = r"[A-Za-z0-9_]{0,24}(?:[.-][A-Za-z0-9_]{1,16}){0,2}"
_OPERATOR = r"[ \t]{0,24}(?::[ \t]{0,2}(?:&(?:'static )?)?[A-Za-z][A-Za-z0-9_.]{1,16}[ \t]{0,2}=|%3[Dd]|\\{1,2}u003[dD]|:=|=>|!=|\?=|\|\|=|={1,3}|:)[ \t]{0,24}"
_QUOTE = r"(?:\\{0,3}[\"'`]|&quot;|&#34;|%22|\*\*[ ]?`?|<(?:code|b|tt|pre)>)"
_CALL = r"(?:b|f|r|u|rb|N|L|@|[A-Za-z_][A-Za-z0-9_.:]{0,40}\((?:[\"'][A-Za-z0-9_.-]+[\"'], ?)?b?|\[\]byte\()"
"""What may stand between the sign and the quotes: a letter of the language, a call that is handed a literal."""
_JOIN = r"(?:[\"'`][ \t]*(?:\+|\.\.?|&|\\)?[ \t]*(?:\r?\n[ \t]*)?(?:\+[ \t]*)?[bfr]?[\"'`]|\\\r?\n[ \t]*)"
"""Where a literal is cut and goes on: `"abc" + "def"`, two literals one after the other, a line that a backslash carries on."""


_VALUE_END = r"[^\s\"'`,;<>(){}\[\]\\]"

_ASSIGNED = (
    rf"(?i){_KEY}{_TAIL}(?:[\\\"'`\])*]{{0,5}}|&quot;|&#34;|%22){_OPERATOR}"
    rf"(?:{_CALL}?{_QUOTE}|\([ ]?[\"'])?({_VALUE_END}{{4,}}(?:{_JOIN}{_VALUE_END}{{4,}})*)"
)

ROWS = (
    Row(
        kind="assigned-secret",
        mark="SECRET",
        trigger=r"(?i)(?:pass|pwd|psw|psk|pw|psswd|pasword|secret|token|key|credential|auth|cookie|session|seed|_salt|dockerconfigjson|wort|contrase\xc3\xb1a|l\xc3\xb6senord|wachtwoord|has\xc5\x82o|senha|salasana|adgangskode|passord|jelsz\xc3\xb3|\xc5\x9fifre)[A-Za-z0-9_.\-]*[\"'`\])\\* \t]*(?:[:=]|[?!]=|\|\|=)",
        confirm=_ASSIGNED,
        check=judges.assigned,
        confirmed_by="context and entropy",
        canon=None,
        yes=(
            'password = "«hK8$2mQ1»"',
            "export API_TOKEN=«f7Qx92LmZpR4»",
            '{"api_key": "«9d71b1f2a8af6323»"}',
            "DB_PASSWORD: «Tr0ub4dor&3»",
            "authorization { token: «fkcis7mp» }",
            "client_secret=«jhzprfldujgiziqkjgs»",
        ),
        no=(
            'password = "your-password"',
            "api_key = your-api-key-here",
            "token = getToken()",
            "password: string",
            "if password == None:",
            "secret = os.environ['X']",
            "monkey: banana1234",
            "max_tokens: 4096",
            "key: value",
            "PASSWORD=${DB_PASSWORD}",
            "token: <token>",
            "config.password = test.password",
            '"privateKey": "fixtures/certs/localhost/key.pem"',
            "api_key=apikeyvaluehere&name[0]=x",
            'const apiKeyHeader = "X-Api-Key"',
            'fakeKeyAuth = "123d=="',
            "auth_header = 'Proxy-Authorization'",
            "self.username, self.password = credentials\n",
            "token: _BearerToken, request",
            "auth_class = OAuth2ClientAuth\n",
            '"oauthlib": "types-oauthlib"',
            '"auth0": "types-auth0-python"',
            'storage_authority = ".blob.core.windows.net"',
            '"--auth": _sanitize_secret',
            "Core::Credentials::TokenCredential",
            "token_key = 's3secret/%s' % access",
            "Set-Cookie: number=7",
            "_session: aiohttp.ClientSession | None",
            "key: PositionalIndexer2D) -> Self",
            "PublicKey = Ed25519PublicKey | Ed448PublicKey",
            "t.prevToken==null||t.prevToken==`}`",
            "data_key = _mm512_xor_si512   (data_vec, key_vec)",
            "init.credentials='include'",
            "long_auth = 'username:'",
            'oauth_timestamp="137131200"',
        ),
        back=48,
        reach=512,
    ),
    Row(
        kind="assigned-secret-escaped",
        mark="SECRET",
        trigger=r"&(?:quot|#34);[ ]?:|%3[Dd]|u003[dD]|%22[ ]?:|%22%3[aA]",
        confirm=_ASSIGNED,
        check=judges.assigned,
        confirmed_by="context and entropy",
        source="HTML, RFC 3986, JSON: the same signs, written otherwise",
        yes=("&quot;password&quot;:&quot;«jungle-Falcon-82»&quot;", "client_secret%3D«XH0mhRsF3XQ9pX6YasuY»%26scope"),
        no=("&quot;password&quot;:&quot;string&quot;", "redirect%3Dtrue", "token%3Dnone"),
        back=64,
    ),
    Row(
        kind="assigned-secret-with-spaces",
        mark="SECRET",
        trigger=r"(?i)(?:passw|passphrase|pwd|secret)[A-Za-z0-9_]*[\"'\] \t]*[:=][:= \t]*[\"']",
        confirm=r"(?i)(?:passw(?:or)?d|passphrase|pwd|secret)[A-Za-z0-9_]{0,16}[\"'\]]{0,2}[ \t]{0,4}[:=]{1,2}[ \t]{0,4}(?:\"([^\"\\\n]{6,80})\"|'[^'\\\n]{6,80}')",
        check=judges.spaced,
        confirmed_by="context and entropy",
        yes=('password: "«x9 (Lk) 7!pq»"',),
        no=(
            'password = "Please enter it"',
            "r += f', secret=\"{encode(self.key)}2 x\"'",
            'shared_secret = "the one related to 2FA"',
        ),
    ),
    Row(
        kind="told-password",
        mark="SECRET",
        trigger=r"(?i)(?:pas{1,2}(?:word|wd|wrd|owrd|code|phrase)|psswd|\bpin|\bpwd?|(?:api|secret|access|private) key|token|secret|passwort|kennwort|contrase\xc3\xb1a|mot de passe|l\xc3\xb6senord|wachtwoord|has\xc5\x82o|senha|salasana|adgangskode|passord|jelsz\xc3\xb3|\xc5\x9fifre)s? |password'?s |\xd0\xbf\xd0\xb0\xd1\x80\xd0\xbe\xd0\xbb\xd1\x8c|\xe5\xaf\x86\xe7\xa0\x81|\xe5\xaf\x86\xe7\xa2\xbc|\xe3\x83\x91\xe3\x82\xb9\xe3\x83\xaf\xe3\x83\xbc\xe3\x83\x89|\xeb\xb9\x84\xeb\xb0\x80\xeb\xb2\x88\xed\x98\xb8",
        confirm=r"(?i)(?:\b(?:pas{1,2}(?:word|wd|wrd|owrd|code|phrase)|psswd|pin|pwd?|(?:api|secret|access|private) key|token|secret|passwort|kennwort|contrase\xc3\xb1a|mot de passe|l\xc3\xb6senord|wachtwoord|has\xc5\x82o|senha|salasana|adgangskode|passord|jelsz\xc3\xb3|\xc5\x9fifre)s?(?:(?: \([^()\n]{1,24}\))?(?: (?:for|to|of|on|f\xc3\xbcr|pour|para) [^\n.]{1,40}?)?(?: (?:is|was|ist|lautet|es|est|\xc3\xa9|\xc3\xa4r|to):?|'s)| \([^()\n]{1,24}\):)|(?:\xd0\xbf\xd0\xb0\xd1\x80\xd0\xbe\xd0\xbb\xd1\x8c|\xe5\xaf\x86\xe7\xa0\x81|\xe5\xaf\x86\xe7\xa2\xbc|\xe3\x83\x91\xe3\x82\xb9\xe3\x83\xaf\xe3\x83\xbc\xe3\x83\x89|\xeb\xb9\x84\xeb\xb0\x80\xeb\xb2\x88\xed\x98\xb8)(?: ?(?:\xe6\x98\xaf|\xe3\x81\xaf|\xd1\x8d\xd1\x82\xd0\xbe|:|=|\xe2\x80\x94|-)){1,2}) {0,2}(?:[\"'`]([A-Za-z]{2,16}(?: [A-Za-z]{2,16}){2,9})[\"'`]|[\"'`*]{0,3}([^\s\"'`]{4,200}))",
        check=judges.in_prose,
        confirmed_by="context",
        yes=(
            "the password is «Sommer2024!», ok?",
            "my wifi password is «swordfish».",
            "Mein Passwort ist «geheim42»",
            "the API key is `«9d71b1f2a8af6323»`",
            "password for the router is «Kj8xPq2m»",
            "pw is «Kj8xPq2m»",
            "Passwort lautet «Kj8xPq2m»",
            "password (temporary): «Kj8xPq2m»",
            "密码是«Kj8xPq2m»",
            "пароль: «Kj8xPq2m»",
        ),
        no=(
            "the password is required",
            "my password is wrong.",
            "the token is expired",
            "secret is safe",
            "the pin is too short",
            'Fatal("Password is incorrect.\\nexpected: x9")',
            "the user token is **removed** from it",
            "the password to access the site",
            "use the password to unlock.",
            "密码错误",
            "a secret to tell",
        ),
        reach=300,
        back=16,
    ),
    Row(
        kind="used-password",
        mark="SECRET",
        wake=r"(?i)[a-z0-9] (?:password|passcode|passphrase|passwort|key|token)[:= ]|\bpwd? \S{6}",
        trigger=r"(?i)(?:using|with|use|invalid|wrong|bad|try|tried) (?:the |my |our |this )?(?:[a-z0-9]{2,16} )?(?:password|passcode|passphrase|passwort|key|token)[:= ]|\bpwd? \S{6}",
        confirm=r"(?i)(?:\b(?:using|with|use|invalid|wrong|bad|try|tried) (?:the |my |our |this )?(?:[a-z0-9]{2,16} )?(?:password|passcode|passphrase|passwort|key|token)[:=]?|\b(?:pwd|pw)) [\"'`*]{0,3}([^\s\"'`]{6,100})",
        check=judges.used,
        confirmed_by="context and entropy",
        yes=(
            "[debug] using password «A8yaoUOWs8P5Xk»",
            "I tried my password «hK8$2mQ1z» twice",
            "[debug] using api key «e2OkYYXwOFBfiHLCiuu4GMh1o1Eo»",
        ),
        no=(
            "with password protection",
            "use the password manager",
            "invalid password: try again",
            "using key my_cache_entry_42",
            "with token 0a1b2c3d4e5f60718293a4b5c6d7e8f90a1b2c3d",
        ),
    ),
    Row(
        kind="set-password",
        mark="SECRET",
        trigger=r"(?i)\b(?:chang|set|reset|updat)[a-z]{0,4} [^\n]{0,24}(?:password|passwort|passcode|pwd?|pin)\b|(?:password|passwd|pwd|passwort)[\"'* ]{0,3}\||\becho [\"']?[^\s\"']{6,40}[\"']? ?\| ?(?:sudo|docker login|kinit|passwd)|\b(?:env|arg|set|setx|secret) [A-Z_]{0,24}(?:PASS|PWD|TOKEN|SECRET|KEY)",
        confirm=r"(?:(?i:\b(?:chang|set|reset|updat)[a-z]{0,4} (?:(?:my|the|your|our|his|her|their|this|a) )?(?:[a-z]+ ){0,2}(?:password|passwort|passcode|pwd?|pin)(?: (?:for|of|on) [^\n:]{1,30}?)?(?: to| as|:| =)|(?:password|passwd|pwd|passwort)[\"'* ]{0,3}\|)[ ]{0,20}[\"'`*]{0,3}"
        r"|\becho [\"']?|(?i:\b(?:ENV|ARG|set|setx|secret)) [A-Z0-9_]{0,24}(?:PASSWORD|PASSWD|PASS|PWD|TOKEN|SECRET|KEY)[A-Z0-9_]{0,16}[ =][\"']?)([^\s\"'`|]{6,100})",
        check=judges.set_as,
        confirmed_by="context and entropy",
        yes=(
            "I changed my password to «Kj8xPq2m» yesterday",
            "set password for ana: «Kj8xPq2m»",
            "| password | «Kj8xPq2m» |",
            "ENV MYSQL_ROOT_PASSWORD «Kj8xPq2m»",
            "echo '«Kj8xPq2m»' | sudo -S ls",
        ),
        no=(
            "reset your password to continue",
            "| password | string |",
            "| password | required |",
            "set the password to something-long",
            "changed the pin to pin13",
            "ENV API_KEY ${KEY}",
        ),
        reach=200,
    ),
    Row(
        kind="near-password",
        mark="SECRET",
        trigger=r"(?i)pass(?:word|wort|phrase|code|wd)|kennwort|contrase\xc3\xb1a|mot de passe|\bmdp\b|\bpwd?\b|\bpass (?:is|was|for|to|:)",
        confirm=r"(?i)\b(?:pass(?:word|wort|phrase|code|wd)|kennwort|contrase\xc3\xb1a|mot de passe|mdp|pwd?|pass)s?\b[^\n0-9=_{}<>\[\]/\\(]{0,48}?[ \"':*]([^\s\"'`<>|,;(){}\[\]=]{0,24}[0-9][^\s\"'`<>|,;(){}\[\]=]{0,40})",
        check=judges.near,
        confirmed_by="context and entropy",
        yes=(
            "so my pass is «Xk29-plum» and it fails",
            "password → «m0ntBlanc_42»",
            "Passwort für das WLAN: «Wolke7#Nord»",
            "the admin password was set to «T!gerlily5».",
            "mdp : «Zitrone!88x»",
        ),
        no=(
            "password hashing with SHA256 or PBKDF2",
            "the password of OAuth2Client is",
            "passwords since version 3.11.7b2",
            "password for user42",
            "password at 10:45am on 12/03/2024",
            "a password of 8-16 characters",
            "outer.update(password.translate(_trans_5C))",
            "password (see RFC7617, section 2.1)",
            "the passport number X12",
        ),
        reach=128,
    ),
    Row(
        kind="told-key",
        mark="SECRET",
        trigger=r"(?i)(?:key|token|secret|password|credential|passphrase)s?[ \"'`:=(<*]",
        confirm=r"(?i)\b(?:api|access|secret|auth|bearer|service|server|bot|app|deploy|webhook|consumer|signing|account|client|refresh|private|login|the|my|our|this)[ _-]?(?:key|token|secret|password|credential|passphrase)s?\b[^\n]{0,48}?[ \"'`:=(<*]([A-Za-z0-9_+/.~-]{20,}={0,2})|\b(?:key|token)(?: is| was|'s):? [\"'`*]{0,3}([A-Za-z0-9_+/.~-]{20,}={0,2})|\b(?:api|access|secret|auth|the) (?:key|token|secret|password)[^\n:.]{0,16}:[ ]?\r?\n\s{0,4}[\"'`*]{0,3}([A-Za-z0-9_+/.~-]{20,}={0,2})\s",
        check=judges.drawn_key,
        confirmed_by="context and entropy",
        needs=DIGIT,
        yes=(
            "here is my token «Zx8Yw7Vu6Ts5Rq4Po3Nm2Lk1» ok?",
            "use the secret `«a8F5f167f44F4964e6c998deE827110c»`",
            "my tmdb key is «0c4a9da23544537306608e79b8787d07», ok?",
        ),
        no=(
            "the key 0a1b2c3d4e5f60718293a4b5c6d7e8f90a1b2c3d",
            "the token my_very_long_variable_name_here",
            "my key com.example.package.ClassNameHere1",
            "[Private key/certificate containers (PKCS#12)](asn1crypto/pkcs12.py)",
        ),
        reach=400,
        back=120,
    ),
    Row(
        kind="told-key-before",
        mark="SECRET",
        trigger=r"(?i) (?:key|token|secret|password|passphrase|pin)\b",
        confirm=r"(?i)([A-Za-z0-9_!@#$%^&*+/.~-]{8,}={0,2})[\"'`]{0,3} (?:is|was|as) (?:my|the|our|your|his|her|their) (?:[a-z]+ ){0,2}(?:key|token|secret|password|passphrase|pin)\b",
        check=whole(judges.told_before),
        confirmed_by="context and entropy",
        needs=r"(?i) (?:is|was|as) (?:my|the|our|your|his|her|their) ",
        yes=("«Kj8xPq2mZz» is my password", "use «f7Qx92LmZpR4f7Qx92» as the API key"),
        no=("everything is the key", "Kubernetes is the token"),
        back=300,
        reach=80,
    ),
    Row(
        kind="lone-drawn-string",
        mark="SECRET",
        unspaced=r"[A-Za-z0-9]{32}",
        trigger=r"[A-Za-z]\d[A-Za-z0-9]{6}",
        confirm=r"(?:[ \"'`:=(\n])([A-Za-z0-9]{32,100})(?:[ \"'`,;:)\n.?!]|$)",
        check=judges.lone,
        confirmed_by="entropy",
        yes=("I pasted «qXcgcLBAnfdPcwnx0d1LzeZGEIWbXFzc» and it failed",),
        no=(
            "commit 0a1b2c3d4e5f60718293a4b5c6d7e8f90a1b2c3d",
            '"name":"_acme-challenge","content":"w6uP8Tcg6K2QR905Rms8iXTlksL6OD1KOWBxTK7wxPI"',
            "VeryLongJavaClassNameWithoutAnyReason2Factory",
            "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789",
            "class TestFY5253NearestEndMonthQuarter:",
            "ec1UEBhMCVVMxEzARBgNVBAgTCkNhbGlmb3JuaWEx+sdf/sdf\nQQGEwJVUzETMBEGA1UECBMKQ2FsaWZvcm5pYTE5MDsG\n",
        ),
        back=112,
        reach=128,
    ),
    Row(
        kind="wrapped-secret",
        mark="SECRET",
        trigger=r"(?i)(?:pass(?:word|wd)?|pwd|secret|token|api[_-]?key)[A-Za-z0-9_]*(?:>|[\"']?\s*\n\s*-?\s*[\"']?value[\"']?:|\([\"'])|type=[\"']?password[\"']?[^<>\n]{0,60} value=|basic_?auth\([\"']",
        confirm=r"(?i)(?:(?:pass(?:word|wd)?|pwd|secret|token|api[_-]?key)[A-Za-z0-9_]*(?:>(?:<!\[CDATA\[)?|[\"']?\s*\n\s*-?\s*[\"']?value[\"']?:[ \t]*[\"']?|\([\"'])|type=[\"']?password[\"']?[^<>\n]{0,60} value=[\"']|basic_?auth\([\"'][^\"'\n]{1,60}[\"'], ?[\"'])([^<>\s\"'\[\]]{4,200})",
        check=whole(judges.wrapped),
        confirmed_by="context and entropy",
        yes=(
            "<password>«Kj8xPq2m»</password>",
            "- name: DB_PASS\n  value: «x8Kq2!zz»",
            'client.setPassword("«Kj8xPq2m»")',
            '<input type="password" value="«Kj8xPq2m»">',
            "basic_auth('ana', '«Kj8xPq2m»')",
        ),
        no=(
            "<password>your-password</password>",
            "splitpasswd('user:passwd')",
            "getpass.getpass('Password:')",
            'LoadPassportFile("fixtures/invalidPassport1.json")',
            "getToken('user_name')",
            "tex_token('\\\\command{without argument}')",
            "<token>value</token>",
        ),
        reach=300,
    ),
    Row(
        kind="login-pair",
        mark="SECRET",
        trigger=r"(?i)(?:\bpass|\bpw|\bpwd)(?:word|wd)?[ :=]|\b(?:login|credentials?|creds)[: ]{1,2}[a-z0-9_.@-]{2,40} ?[/:|]",
        confirm=r"(?i)(?:\buser(?:name)?|\blogin|account)[ :=]+[^\n,/|]{1,60}[\n,/| ]+(?:and )?(?:pass|pw|pwd|passwd)(?:word)?[ :=]+[\"'`]?([^\s\"'`,;]{4,80})|\b(?:login|credentials?|creds)[: ]{1,2}[A-Za-z0-9_.@-]{2,40}(?: ?[/|] ?|:)([^\s\"'`,;/|]{6,80})",
        check=judges.beside_a_login,
        confirmed_by="context",
        needs=r"(?i)(?:user(?:name)?|login|account|credentials?|creds)[ :=]",
        yes=(
            "login ana / pw «Kj8xPq2m»",
            "machine h login ana password «Kj8xPq2m»",
            "login: ana / «Kj8xPq2m»",
            "credentials ana:«Kj8xPq2m»",
        ),
        no=("user login and password reset", "login / signup", "login: oauth2/authorize", "credentials: user / id_token2"),
        back=120,
    ),
    Row(
        kind="login-pair-in-settings",
        mark="SECRET",
        trigger=r"(?i)\buser(?:name)?[\"']?[ \t]*[:=]",
        confirm=r"(?i)\buser(?:name)?[\"']?[ \t]*[:=][ \t]*[\"']?[A-Za-z0-9_.@-]{2,60}[\"']?,?[ \t]{1,24}[\"']?(?:password|passwd|pass|pwd)[\"']?[ \t]*[:=][ \t]*[\"']?([^\s\"',;{}()\[\]<>]{3,80})[\s\"',}\]]",
        check=carrying.paired_password,
        confirmed_by="context",
        yes=("users: [{user: svc, password: «soon»} ]", '{"user": "bo", "pass": "«Kj8xPq2m»"}'),
        no=("{user: user, password: password}", '"username": "x", "password": "string"'),
    ),
    Row(
        kind="told-seed",
        mark="SECRET",
        trigger=r"(?i:seed)[^\n]{0,24}[(\"' ][A-Z0-9]{12}|# ?[A-Z0-9]{24}",
        confirm=r"(?i:seed)[^\n]{0,24}[(\"' ]([A-Z0-9]{40,64})\b|# ?([A-Z0-9]{50,64})\s",
        check=whole(lambda value: secrecy.classes(value) == 2 and secrecy.entropy(value) > 3.8),
        confirmed_by="context and entropy",
        source="base32 seeds, NATS among them",
        yes=('var seed = []byte("«SUAM7NKWQCN5ZEIBTBVLR3UKRLTVZFWHUZBFVAKJTUCUZNRFPGB»")',),
        no=("seed SUAM7", "# HEADING OF THE THING"),
        reach=96,
    ),
    Row(
        kind="aws-secret-key",
        mark="SECRET",
        specific=1,
        trigger=r"(?i:\baws|secret.?access)|AWS|AKIA|ASIA",
        confirm=r"(?i:aws|secret.?access|AKIA|ASIA)[^\n]{0,60}(?:\n[^\n]{0,40})?[^A-Za-z0-9/+]([A-Za-z0-9/+]{40})(?:[^A-Za-z0-9/+=]|$)",
        check=lambda buffer, start, end: (
            (start, end)
            if secrecy.classes(buffer[start:end]) >= 3
            and secrecy.entropy(buffer[start:end]) > 4
            and b"EXAMPLE" not in buffer[start:end]
            else None
        ),
        confirmed_by="context and entropy",
        source="AWS IAM: 40 characters of base64",
        yes=("aws_secret_access_key = «aB3dE5fG7hJ9kL1mN3pQ5rS7tU9vW1xY3zA5bC7/»",),
        no=("aws commit 0a1b2c3d4e5f60718293a4b5c6d7e8f90a1b2c3d",),
    ),
)
