"""Kinds: passwords, keys and sessions that only the words around them give away."""

# ruff: noqa: E501 - a pattern and its examples are read in one piece

from __future__ import annotations

from sayso.scrub import judges, secrecy
from sayso.scrub.row import Row, whole

_KEY = (
    r"(?:pass(?:word|wd|phrase|code|wort)?|passwd|pwd|psw|secret|token|api[_.-]?key|apikey|access[_-]?key|(?:private|secret|signing|encryption|auth|account|client|master|shared|"
    r"storage|licen[cs]e|app|application|consumer|service|subscription|primary|secondary|admin|deploy|webhook|session|csrf|api|hmac|ssh|rsa|wifi|wpa)[ _.-]?(?:key|secret|pass|token|id)|nkey|seed|credentials?|"
    r"auth|cookie|session|contrase\xc3\xb1a|mot de passe|has\xc5\x82o|kennwort|senha|\w*key)"
)
_TAIL = r"[A-Za-z0-9_]{0,24}(?:[.-][A-Za-z0-9_]{1,16}){0,2}"
_OPERATOR = r"[ \t]{0,24}(?::[ \t]{0,2}[A-Za-z]{2,12}[ \t]{0,2}=|:=|=>|!=|\?=|\|\|=|={1,3}|:)[ \t]{0,24}"
_QUOTE = r"(?:\\{0,2}[\"'`])"


_VALUE_END = r"[^\s\"'`,;<>(){}\[\]\\]"

ROWS = (
    Row(
        kind="assigned-secret",
        mark="SECRET",
        trigger=r"(?i)(?:pass|pwd|psw|secret|token|key|credential|auth|cookie|session|seed|wort|senha|contrase|has\xc5\x82o|kennwort)[A-Za-z0-9_.\-]*[\"'`\])\\* \t]*[:=?|!]",
        confirm=r"(?i)"
        + _KEY
        + _TAIL
        + r"[\\\"'`\])*]{0,4}"
        + _OPERATOR
        + r"(?:(?:b|f|r|u|rb|@|str\(|string\(|env\([\"'\w]+, ?)?"
        + _QUOTE
        + r")?("
        + _VALUE_END
        + r"{4,}(?:[ ,;(){}\[\]<>]"
        + _VALUE_END
        + r"+){0,0})",
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
        ),
        back=48,
        reach=512,
    ),
    Row(
        kind="assigned-secret-with-spaces",
        mark="SECRET",
        trigger=r"(?i)(?:passw|passphrase|pwd|secret)[A-Za-z0-9_]*[\"'\] \t]*[:=][:= \t]*[\"']",
        confirm=r"(?i)(?:passw(?:or)?d|passphrase|pwd|secret)[A-Za-z0-9_]{0,16}[\"'\]]{0,2}[ \t]{0,4}[:=]{1,2}[ \t]{0,4}(?:\"([^\"\\\n]{6,80})\"|'[^'\\\n]{6,80}')",
        check=judges.spaced,
        confirmed_by="context and entropy",
        yes=('password: "«x9 (Lk) 7!pq»"',),
        no=('password = "Please enter it"', 'shared_secret = "the one related to 2FA"'),
    ),
    Row(
        kind="told-password",
        mark="SECRET",
        trigger=r"(?i)(?:password|passwd|passcode|passphrase|\bpin|(?:api|secret|access|private) key|token|secret|passwort|kennwort|contrase\xc3\xb1a|mot de passe)s? ",
        confirm=r"(?i)\b(?:password|passwd|passcode|passphrase|pin|(?:api|secret|access|private) key|token|secret|passwort|kennwort|contrase\xc3\xb1a|mot de passe)s?(?: (?:for|to|of) [^\n.]{1,40}?)? (?:is|was|ist|es|est):? [\"'`*]{0,3}([^\s\"'`]{4,200})",
        check=judges.in_prose,
        confirmed_by="context",
        yes=(
            "the password is «Sommer2024!», ok?",
            "my wifi password is «swordfish».",
            "Mein Passwort ist «geheim42»",
            "the API key is `«9d71b1f2a8af6323»`",
            "password for the router is «Kj8xPq2m»",
        ),
        no=(
            "the password is required",
            "my password is wrong.",
            "the token is expired",
            "secret is safe",
            "the pin is too short",
            'Fatal("Password is incorrect.\\nexpected: x9")',
        ),
        reach=300,
        back=16,
    ),
    Row(
        kind="used-password",
        mark="SECRET",
        trigger=r"(?i)(?:using|with|use|invalid|wrong|bad|try|tried) (?:the |my |our |this )?(?:[a-z0-9]{2,16} )?(?:password|passcode|passphrase|passwort|key|token)[:= ]",
        confirm=r"(?i)\b(?:using|with|use|invalid|wrong|bad|try|tried) (?:the |my |our |this )?(?:[a-z0-9]{2,16} )?(?:password|passcode|passphrase|passwort|key|token)[:=]? [\"'`*]{0,3}([^\s\"'`]{6,100})",
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
        kind="told-key",
        mark="SECRET",
        trigger=r"(?i)(?:key|token|secret|password|credential|passphrase)s?[ \"'`:=(<*]",
        confirm=r"(?i)\b(?:api|access|secret|auth|bearer|service|account|client|refresh|private|login|the|my|our|this)[ _-]?(?:key|token|secret|password|credential|passphrase)s?\b[^\n]{0,48}?[ \"'`:=(<*]([A-Za-z0-9_+/.~-]{20,}={0,2})|\b(?:key|token) (?:is|was):? [\"'`*]{0,3}([A-Za-z0-9_+/.~-]{20,}={0,2})",
        check=judges.drawn_key,
        confirmed_by="context and entropy",
        yes=(
            "here is my token «Zx8Yw7Vu6Ts5Rq4Po3Nm2Lk1» ok?",
            "use the secret `«a8F5f167f44F4964e6c998deE827110c»`",
            "my tmdb key is «0c4a9da23544537306608e79b8787d07», ok?",
        ),
        no=(
            "the key 0a1b2c3d4e5f60718293a4b5c6d7e8f90a1b2c3d",
            "the token my_very_long_variable_name_here",
            "my key com.example.package.ClassNameHere1",
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
        ),
        back=112,
        reach=128,
    ),
    Row(
        kind="wrapped-secret",
        mark="SECRET",
        trigger=r"(?i)(?:pass(?:word|wd)?|pwd|secret|token|api[_-]?key)[A-Za-z0-9_]*(?:>|[\"']?\s*\n\s*-?\s*[\"']?value[\"']?:|\([\"'])",
        confirm=r"(?i)(?:pass(?:word|wd)?|pwd|secret|token|api[_-]?key)[A-Za-z0-9_]*(?:>|[\"']?\s*\n\s*-?\s*[\"']?value[\"']?:[ \t]*[\"']?|\([\"'])([^<>\s\"']{4,200})",
        check=whole(judges.wrapped),
        confirmed_by="context and entropy",
        yes=("<password>«Kj8xPq2m»</password>", "- name: DB_PASS\n  value: «x8Kq2!zz»", 'client.setPassword("«Kj8xPq2m»")'),
        no=(
            "<password>your-password</password>",
            "splitpasswd('user:passwd')",
            "getpass.getpass('Password:')",
            'LoadPassportFile("fixtures/invalidPassport1.json")',
            "getToken('user_name')",
            "<token>value</token>",
        ),
        reach=300,
    ),
    Row(
        kind="login-pair",
        mark="SECRET",
        trigger=r"(?i)(?:\bpass|\bpw|\bpwd)(?:word|wd)?[ :=]",
        confirm=r"(?i)(?:\buser(?:name)?|\blogin|account)[ :=]+[^\n,/|]{1,60}[\n,/| ]+(?:and )?(?:pass|pw|pwd|passwd)(?:word)?[ :=]+[\"'`]?([^\s\"'`,;]{4,80})",
        check=judges.in_prose,
        confirmed_by="context",
        yes=("login ana / pw «Kj8xPq2m»", "machine h login ana password «Kj8xPq2m»"),
        no=("user login and password reset",),
        back=120,
    ),
    Row(
        kind="login-pair-in-settings",
        mark="SECRET",
        trigger=r"(?i)\buser(?:name)?[\"']?[ \t]*[:=]",
        confirm=r"(?i)\buser(?:name)?[\"']?[ \t]*[:=][ \t]*[\"']?[A-Za-z0-9_.@-]{2,60}[\"']?,?[ \t]{1,24}[\"']?(?:password|passwd|pass|pwd)[\"']?[ \t]*[:=][ \t]*[\"']?([^\s\"',;{}()\[\]<>]{3,80})[\s\"',}\]]",
        check=judges.paired_password,
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
    Row(
        kind="auth-header",
        mark="SECRET",
        trigger=r"(?i)bearer [A-Za-z0-9]|authorization[\"']?[ ]?:|x-[a-z-]*(?:key|token|secret|auth)[\"']?[ ]?:|api-?(?:key|token)[\"']?[ ]?:|private-token",
        confirm=r"(?i)(?:\bbearer[ :]+|authorization[\"']?[ ]?:[ ]*[\"']?(?:(?:token|apikey|api-token|key|digest|negotiate|aws4-hmac-sha256|bot|oauth)[ =]+)?|(?:\bx-[a-z-]*(?:key|token|secret|auth)|\bapi-?(?:key|token)|private-token)[\"']?[ ]?:[ ]*[\"']?)([A-Za-z0-9._~+/@!$%^*-]{8,}=*[A-Za-z0-9._~+/@=!$%^*-]*)",
        check=judges.bearer,
        confirmed_by="context and entropy",
        source="RFC 6750, RFC 9110",
        yes=(
            "Authorization: Bearer «9d71b1f2a8af63230e82»",
            "-H 'X-API-Key: «3a16750d-d363-41a4»'",
            "Private-Token: «kL9mN2pQ4rS6»",
        ),
        no=("Authorization: Bearer <token>", "Authorization: Bearer YOUR_TOKEN", "the bearer certificate"),
        reach=2048,
    ),
    Row(
        kind="basic-auth",
        mark="SECRET",
        trigger=r"(?i)basic [A-Za-z0-9+/]{8}",
        confirm=r"(?i)\bbasic[ :]+([A-Za-z0-9+/]{8,400}={0,2})",
        check=whole(secrecy.basic_credentials),
        confirmed_by="base64",
        source="RFC 7617",
        yes=("Authorization: Basic «YW5hOmhLOCQybVEx»",),
        no=("basic understanding", "Basic authentication"),
        reach=512,
    ),
    Row(
        kind="cookie",
        mark="SECRET",
        trigger=r"(?i)cookie[\"']?:|(?:sess(?:ion)?(?:id|_id)?|sid|phpsessid|jsessionid|connect\.sid|csrftoken|auth_token|remember_token|__Secure-[\w-]+)=",
        confirm=r"(?i)\b(?:sess(?:ion)?[_-]?(?:id|token)?|sid|phpsessid|jsessionid|asp\.net_sessionid|connect\.sid|csrftoken|xsrf-token|auth_token|remember_token|__secure-[\w-]+|__host-[\w-]+|laravel_session|_[a-z]+_session)=([A-Za-z0-9%._~+/:=-]{12,})",
        check=judges.bearer,
        confirmed_by="context and entropy",
        source="RFC 6265",
        yes=("Cookie: PHPSESSID=«r2t5uvjq435r4q7ib3vtdjq120»; a=b",),
        no=("session=start_of_something",),
    ),
    Row(
        kind="url-password",
        mark="SECRET",
        trigger=r"://[^\s:/@\"'<>]{0,64}:[^\s/@]",
        confirm=r"[A-Za-z][A-Za-z0-9+.-]{1,20}://[^\s:/@\"'<>]{0,128}:([^\s/@\"'<>]{2,256})@[A-Za-z0-9\[%$_{]",
        check=judges.url_password,
        source="RFC 3986, userinfo",
        yes=("postgres://ana:«hK8x2mQ1»@db/x", "nats://ivan:«pass»@127.0.0.1", "redis://:«p4ssW0rd77»@cache:6379"),
        no=(
            "postgres://user:password@localhost/db",
            "http://localhost:8080/@x",
            "e.g. nats://derek:pass@localhost:4222",
            "https://${USER}:${PASS}@x",
        ),
    ),
    Row(
        kind="url-userinfo-token",
        mark="SECRET",
        trigger=r"://[A-Za-z0-9_-]{20,}@",
        confirm=r"://([A-Za-z0-9_-]{20,256})@",
        check=whole(secrecy.random_looking),
        confirmed_by="entropy",
        yes=("https://«a8f5f167f44f4964e6c998dee827110c»@host/x",),
        no=("https://continuous-integration-user@host/x",),
    ),
    Row(
        kind="url-token",
        mark="SECRET",
        trigger=r"(?i)[?&;](?:[a-z_-]*token|api_?key|apikey|key|sig|signature|password|passwd|pwd|secret|client_secret|auth|code|x-amz-signature|x-amz-security-token|x-goog-signature|jwt|sv)=",
        confirm=r"(?i)[?&;](?:[a-z_-]*token|api_?key|apikey|key|sig|signature|password|passwd|pwd|secret|client_secret|auth|code|x-amz-signature|x-amz-security-token|x-goog-signature|jwt)=([A-Za-z0-9%._~+/:-]{8,}=*)",
        check=whole(
            lambda value: not secrecy.placeholder(value) and (secrecy.has_digit_and_letter(value) or not secrecy.wordlike(value))
        ),
        confirmed_by="context and entropy",
        yes=("https://x.example/a?access_token=«f7Qx92LmZpR4»&b=1", "?sig=«aB3%2FdE5fG7hJ9kL1mN3%3D»"),
        no=("?key=YOUR_API_KEY", "&key=asdf1234", "?code=authorization"),
        reach=1024,
    ),
    Row(
        kind="command-password",
        mark="SECRET",
        trigger=r"(?i)--(?:password|passwd|pass|token|api-?key|secret|auth-token)[ =]| -[pw] ?[\"']?[^ -]|PGPASSWORD=|MYSQL_PWD=",
        confirm=r"(?i)(?:--(?:password|passwd|pass|token|api-?key|secret|auth-token)[ =][\"']?|\b(?:mysql|mysqldump|mariadb)\b[^\n|;]{0,80} -p[\"']?|\b(?:sshpass)\b[^\n|;]{0,20} -p ?[\"']?|ldapsearch[^\n|;]{0,120} -w [\"']?|(?:PGPASSWORD|MYSQL_PWD)=[\"']?)([^\s\"'|;]{4,120})",
        check=whole(judges.commanded),
        confirmed_by="context",
        yes=("mysql -u ana -p«hK8x2mQ1» db", "tool --password «Kj8xPq2m»", "sshpass -p '«Kj8xPq2m»' ssh x"),
        no=("--password PASSWORD", "tool --token $TOKEN", "mysql -u ana -p"),
        back=140,
    ),
    Row(
        kind="curl-user",
        mark="SECRET",
        trigger=r" (?:-u|--user|-U|--proxy-user)[ =]",
        confirm=r"(?:-u|--user|-U|--proxy-user)[ =][ \"']*([^\s\"':]{0,80}:(?:[\"'])?[^\s\"']{3,120})",
        check=whole(judges.credentials),
        confirmed_by="context",
        source="curl(1)",
        yes=("curl -u «elastic:P@ssw0rd$1» https://x", "curl --user '«j.smith:dB2yF6@qL9v»' y"),
        no=("curl -u user:password x", "curl -u $USER:$PASS x"),
        back=8,
        reach=320,
    ),
    Row(
        kind="sql-password",
        mark="SECRET",
        trigger=r"(?i)identified (?:with [\w']+ )?by|(?:with|encrypted) password|password\('",
        confirm=r"(?i)(?:identified (?:with [\w']+ )?by|(?:with|encrypted) password|password\()[ ]*'([^'\n]{4,120})'",
        check=whole(secrecy.not_placeholder),
        confirmed_by="context",
        yes=("CREATE USER ana IDENTIFIED BY '«Kj8xPq2m»';", "ALTER ROLE ana WITH PASSWORD '«Kj8xPq2m»'"),
        no=("IDENTIFIED BY 'password'",),
    ),
    Row(
        kind="password-hash",
        mark="HASH",
        trigger=r"\$(?:2[abxy]|[156y]|argon2i?d?|scrypt|pbkdf2[\w-]*|\w{2})\$",
        confirm=r"(\$(?:2[abxy]|\d\w)\$\d\d\$[./A-Za-z0-9]{20,60}|\$[156y]\$[^\s$:]{2,20}\$[./A-Za-z0-9]{22,90}|\$argon2i?d?\$v=\d+\$[^\s$]{4,40}\$[A-Za-z0-9+/]{8,90}\$[A-Za-z0-9+/=]{20,120}|pbkdf2_sha256\$\d+\$[^\s$]+\$[A-Za-z0-9+/=]{20,90})",
        source="crypt(5)",
        yes=("hash «$2a$10$N9qo8uLOickgx2ZMRZoMyeIjZAgcfl7p92ldGxad68LJZdL17lhWy»",),
        no=("costs $1$ or $5$",),
    ),
    Row(
        kind="docker-auth",
        mark="SECRET",
        trigger=r"\"auth\" ?: ?\"|_auth ?=",
        confirm=r"(?:\"auth\" ?: ?\"|_auth ?= ?\"?)([A-Za-z0-9+/]{12,400}={0,2})",
        check=whole(secrecy.basic_credentials),
        confirmed_by="base64",
        yes=('"auth": "«YW5hOmhLOCQybVEx»"',),
        no=('"auth": "required"',),
    ),
    Row(
        kind="seed-phrase",
        mark="SECRET",
        trigger=r"(?i)(?:seed|recovery|mnemonic|backup|secret|wallet)[ -]?(?:recovery )?(?:phrase|words?|seed)",
        confirm=r"(?i:(?:seed|recovery|mnemonic|backup|secret|wallet)[ -]?(?:recovery )?(?:phrase|words?|seed)s?)[^\n:]{0,40}?[\"'`: =\n]{1,4}(?:is |are )?[\"'`]?((?:\d{1,2}[.)] ?)?[a-z]{3,8}(?:[ ,\n]{1,3}(?:\d{1,2}[.)] ?)?[a-z]{3,8}){11,23})",
        check=judges.seed_phrase,
        confirmed_by="context",
        source="BIP 39: 12 to 24 words",
        yes=("my seed phrase: «legal winner thank year wave sausage worth useful legal winner thank yellow»",),
        no=("a seed phrase is a list of words",),
        reach=400,
    ),
    Row(
        kind="one-time-code",
        mark="SECRET",
        trigger=r"(?i)(?:code|otp|password|\bpin)[^\d\n]*\d{4}|otpauth://",
        confirm=r"(?i)(?:(?:verification|one[- ]time|login|auth\w*|2fa|confirmation) (?:code|password|pin)|\botp|\bpin(?: code| number)?)(?: (?:for [^\n.]{1,30} )?(?:is|was))?[ :=]{1,3}([0-9]{4,8})\b|otpauth://[^\s\"']{10,300}",
        confirmed_by="context",
        yes=("your verification code is «482913»", "my PIN is «4829»"),
        no=("pin 13 is ground", "error code 40412"),
        back=64,
    ),
)
