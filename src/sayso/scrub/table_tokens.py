"""Kinds: keys and tokens whose issuer gave them a shape of their own."""

# ruff: noqa: E501 - a pattern and its examples are read in one piece

from __future__ import annotations

import zlib
from functools import lru_cache

from sayso.scrub import checks, secrecy
from sayso.scrub.row import Check, Found, Row, whole

_BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


def _drawn(buffer: bytes, start: int, end: int) -> Found:
    """Return the place of a token that is not a row of x or the word EXAMPLE."""
    return (start, end) if _issued(buffer[start:end]) else None


@lru_cache(256)  # several rows know the same token
def _issued(value: bytes) -> bool:
    low = value.lower()
    if b"xxxx" in low or b"****" in low or (b"example" in low and b"." not in value) or (b"your" in low[:16] and b"key" in low):
        return False
    body = value[max(value.rfind(b"_", 0, 14), value.rfind(b"-", 0, 14)) + 1 :]
    return len(set(body)) > 5 and secrecy.varied(body, 2.2)


def _token(
    kind: str,
    wake: str,
    shape: str,
    *yes: str,
    no: tuple[str, ...] = (),
    check: Check = _drawn,
    by: str = "shape",
    source: str = "gitleaks rules; the issuer's own pages",
    specific: int = 0,
) -> Row:
    """Return a row for a token that begins in its own way; `shape` may hold one group, the part to mask."""
    return Row(
        kind=kind,
        mark="SECRET",
        trigger=wake,
        confirm=shape,
        check=check,
        confirmed_by=by,
        source=source,
        back=32,
        reach=512,
        yes=yes,
        no=no,
        specific=specific,
    )


def github_checksum(value: bytes) -> bool:
    """Return whether the last six characters are the CRC-32 of the ones before, in base 62 (GitHub, April 2021)."""
    number, text = zlib.crc32(value[4:34]), ""
    for _ in range(6):
        number, rest = divmod(number, 62)
        text = _BASE62[rest] + text
    return text.encode() == value[34:40]


ROWS = (
    _token(
        "aws-access-key",
        r"(?:AKIA|ASIA|AGPA|AIDA|AROA|ABIA|ACCA|A3T[A-Z0-9])[A-Z0-9]{4}",
        r"\b((?:AKIA|ASIA|AGPA|AIDA|AROA|ABIA|ACCA|A3T[A-Z0-9])[A-Z2-7]{16})\b",
        "id «AKIA·QYLPMN5HFIQR7BBB»",
        no=("AKIA·IOSFODNN7EXAMPLE", "TODAYINASIAASACKOFRICEFELLOVER"),
    ),
    _token(
        "aws-bedrock-key",
        r"ABSK|bedrock-api-key-",
        r"\b(ABSK[A-Za-z0-9+/]{100,}={0,2}|bedrock-api-key-[A-Za-z0-9+/=]{60,})",
        "«ABSK·" + "QmVkcm9ja0FQSUtleS1k9Xz2" * 6 + "»",
    ),
    _token(
        "google-api-key",
        r"AIza[0-9A-Za-z_-]{4}",
        r"\b(AIza[0-9A-Za-z_-]{35})",
        "key «AIza·SyD9tSrke72PouQMnMX-a7eZSW0jkFMBWY0»",
        no=("AIza·" + "a" * 35,),
    ),
    _token(
        "google-oauth-secret",
        r"GOCSPX-|ya29\.|\b1//0",
        r"\b(GOCSPX-[A-Za-z0-9_-]{20,40}|ya29\.[A-Za-z0-9_-]{20,}|1//0[A-Za-z0-9_-]{30,})",
        "«GOCSPX-·aB3dE5fG7hJ9kL1mN3pQ5rS7tU9v»",
    ),
    _token(
        "github-token",
        r"gh[pousr]_[A-Za-z0-9]{8}",
        r"\b(gh[pousr]_[A-Za-z0-9]{36,255})",
        "t=«ghp_·16C7e42F292c6912E7710c838347Ae178B4a»",
        no=("ghp_" + "x" * 36,),
    ),
    _token(
        "github-fine-grained-token",
        r"github_pat_",
        r"\b(github_pat_[A-Za-z0-9_]{36,255})",
        "«github_pat_·11ABCDE7Y0q9XzW3vU5tSr_LmNoPqRsTuVwXyZ0123456789aBcDeFgHiJkLmNoPqRsTuVwXyZ0123»",
    ),
    _token(
        "gitlab-token",
        r"\bgl(?:pat|dt|rt|cbt|ptt|ft|imt|agent|oas|soat|ffct)-|\bGR1348941",
        r"\b(gl(?:pat|dt|rt|cbt|ptt|ft|imt|agent|oas|soat|ffct)-[A-Za-z0-9_=.-]{20,300}|GR1348941[A-Za-z0-9_-]{20})",
        "«glpat-·kL9mN2pQ4rS6tU8vW0xY»",
    ),
    _token(
        "bitbucket-atlassian-token",
        r"AT(?:ATT|BB|CTT)[A-Za-z0-9]",
        r"\b(ATATT3[A-Za-z0-9_=-]{60,300}|ATBB[A-Za-z0-9]{28,32}|ATCTT3[A-Za-z0-9_=-]{60,300})",
        "«ATBB·aB3dE5fG7hJ9kL1mN3pQ5rS7tU9v»",
    ),
    _token(
        "slack-token",
        r"xox[a-z](?:\.xox[a-z])?-|xapp-",
        r"(?i)\b(xox[a-z](?:\.xox[a-z])?-[A-Za-z0-9-]{10,250}|xapp-\d-[A-Za-z0-9-]{20,250})",
        "«xoxb-·263594206564-2343594206574-FGqddMF8t08v8N7Oq4i57vs1»",
        no=("xoxb-Slack_BOT_TOKEN",),
    ),
    _token(
        "slack-webhook",
        r"hooks\.slack\.com/",
        r"((?:https?://)?hooks\.slack\.com/(?:services|workflows|triggers)/[A-Za-z0-9+/]{30,90})",
        "«https://hooks.slack.com/services/T0DC·UJB1Q/B0DD08H5G/bJtrpFi1fO1JMCcwLx8uZyAg»",
    ),
    _token(
        "teams-webhook",
        r"webhook\.office\.com/",
        r"((?:https?://[A-Za-z0-9-]+\.)?webhook\.office\.com/webhookb2/[A-Za-z0-9@/-]{60,250})",
        "«https://acme.webhook.office.com/webhookb2/·4f3a2b1c-0d9e-8f7a-6b5c-4d3e2f1a0b9c@9c8b7a6f-5e4d-3c2b-1a0f-9e8d7c6b5a4f/IncomingWebhook/0a1b2c3d4e5f60718293a4b5c6d7e8f9/x»",
    ),
    _token(
        "discord-token",
        r"discord(?:app)?\.com/api/webhooks/|\b[MNO][A-Za-z\d]{23}",
        r"((?:https?://)?discord(?:app)?\.com/api/webhooks/\d{15,20}/[A-Za-z0-9_-]{50,80})|\b[MNO][A-Za-z\d]{23,25}\.[\w-]{6}\.[\w-]{27,40}",
        "«https://discord.com/api/webhooks/1012345678901234567/·aB3dE5fG7hJ9kL1mN3pQ5rS7tU9vW1xY3zA5bC7dE9fG1hI3jK5lM7nO9pQ1rS3tU5v»",
    ),
    _token(
        "stripe-key",
        r"(?:[sr]k_(?:live|test|prod)|whsec)_",
        r"\b((?:[sr]k_(?:live|test|prod)|whsec)_[A-Za-z0-9+/=]{10,120})",
        "«sk_live_·4eC39HqLyjWDarjtT1zdp7dc»",
    ),
    _token(
        "square-key",
        r"\bsq0[a-z]{3}-|\bEAAA[A-Za-z0-9]",
        r"\b(sq0[a-z]{3}-[A-Za-z0-9_-]{22,43}|EAAA[A-Za-z0-9_-]{56,60})\b",
        "«sq0csp-·aB3dE5fG7hJ9kL1mN3pQ5rS7tU9vW1xY3zA5bC7dE9f»",
    ),
    _token(
        "shopify-token",
        r"\bshp(?:at|ca|pa|ss)_",
        r"\b(shp(?:at|ca|pa|ss)_[A-Fa-f0-9]{32})\b",
        "«shpat_·0a1b2c3d4e5f60718293a4b5c6d7e8f9»",
    ),
    _token(
        "openai-key",
        r"\bsk-[A-Za-z0-9_-]|T3BlbkFJ",
        r"\b(sk-(?:proj-|svcacct-|admin-|None-|or-v1-)?[A-Za-z0-9_-]{20,250})",
        "«sk-proj-·aB3dE5fG7hJ9kL1mN3pQ5T3BlbkFJrS7tU9vW1xY3zA5bC7dE9f»",
        "key is «sk-·Zx8Yw7Vu6Ts5Rq4Po3Nm2Lk1Ji0Hg9Fe8Dc7Ba6»",
        no=("sk-xxxxxxxxxxxxxxxxxxxxxxxx", "task-oriented-dialogue-systems-are", "sk-your-key-here"),
    ),
    _token(
        "anthropic-key",
        r"sk-ant-",
        r"\b(sk-ant-[a-z0-9]{2,12}-[A-Za-z0-9_-]{20,200})",
        "«sk-ant-api03-·aB3dE5fG7hJ9kL1mN3pQ5rS7tU9vW1xY3zA5bC7dE9fG1hI3jK5lM7nO9pQ1rS3tU5vW7xY9zA1bC3dE5fG7hI9jAA»",
        specific=1,  # than a key of OpenAI, which begins alike
    ),
    _token(
        "huggingface-token",
        r"\bhf_[A-Za-z]{4}|api_org_",
        r"\b(hf_[A-Za-z0-9]{30,40}|api_org_[A-Za-z0-9]{30,40})\b",
        "«hf_·QwErTyUiOpAsDfGhJkLzXcVbNmQaWsEdRf»",
    ),
    _token(
        "ai-service-key",
        r"\b(?:gsk_|r8_|pplx-|xai-|nvapi-|fw_|tvly-|co_|csk-)[A-Za-z0-9]{6}",
        r"\b((?:gsk_|r8_|pplx-|xai-|nvapi-|fw_|tvly-|csk-)[A-Za-z0-9_-]{24,120})\b",
        "«gsk_·aB3dE5fG7hJ9kL1mN3pQ5rS7tU9vW1xY3zA5bC7dE9fG1hI3jK5l»",
        "«r8_·aB3dE5fG7hJ9kL1mN3pQ5rS7tU9vW1xY3zA5b»",
    ),
    _token(
        "npm-token",
        r"\bnpm_[A-Za-z0-9]{8}|_authToken",
        r"\b(npm_[A-Za-z0-9]{36})\b|_authToken ?= ?[A-Za-z0-9-]{20,80}",
        "«npm_·aB3dE5fG7hJ9kL1mN3pQ5rS7tU9vW1xY3zA5»",
    ),
    _token(
        "pypi-token",
        r"pypi-AgE",
        r"\b(pypi-AgE[A-Za-z0-9_-]{50,400})",
        "«pypi-·AgEIcHlwaS5vcmcCJGFhYWFhYWFhLWJiYmItY2NjYy1kZGRkLWVlZWVlZWVlZWVlZQACKlszLCJ»",
    ),
    _token(
        "package-token",
        r"rubygems_|dckr_pat_|NuGet|oy2[a-z0-9]",
        r"\b(rubygems_[a-f0-9]{48}|dckr_pat_[A-Za-z0-9_-]{20,60}|oy2[a-z0-9]{43})\b",
        "«dckr_pat_·aB3dE5fG7hJ9kL1mN3pQ5rS7tU9»",
    ),
    _token(
        "sendgrid-key",
        r"\bSG\.[A-Za-z0-9_-]{4}",
        r"\b(SG\.[A-Za-z0-9_-]{16,32}\.[A-Za-z0-9_-]{20,80})",
        "«SG.·aB3dE5fG7hJ9kL1mN3pQ5r.S7tU9vW1xY3zA5bC7dE9fG1hI3jK5lM7nO9pQ1rS3tU»",
    ),
    _token(
        "mail-service-key",
        r"\bkey-[0-9a-f]{8}|-us\d{1,2}\b|xkeysib-",
        r"\b(key-[0-9a-f]{32}|[0-9a-f]{32}-us\d{1,2}|xkeysib-[a-f0-9]{64}-[A-Za-z0-9]{16})\b",
        "«0a1b2c3d4e5f60718293a4b5c6d7e8f9·-us20»",
    ),
    _token(
        "twilio-key",
        r"\b(?:AC|SK)[0-9a-f]{8}",
        r"\b((?:AC|SK)[0-9a-f]{32})\b",
        "sid «AC·0a1b2c3d4e5f60718293a4b5c6d7e8f9»",
        no=("AC0a1b2c3d",),
    ),
    _token(
        "telegram-bot-token",
        r"\d{6}:A[A-Za-z0-9_-]",
        r"\b(\d{6,16}:A[A-Za-z0-9_-]{34})\b",
        "bot «123456789:·AAF9xY3zA5bC7dE9fG1hI3jK5lM7nO9pQ1r»",
    ),
    _token(
        "azure-storage-key",
        r"AccountKey|SharedAccessKey",
        r"(?:AccountKey|SharedAccessKey)=([A-Za-z0-9+/]{40,90}={0,2})",
        "AccountName=a;AccountKey=«aB3dE5fG7hJ9kL1mN3pQ5rS7tU9vW1xY3zA5bC7dE9fG1hI3jK5lM7nO9pQ1rS3tU5vW7xY9zA1bC3dE5fG7h==»;",
    ),
    _token(
        "azure-client-secret",
        r"[78]Q~",
        r"(?:^|[^A-Za-z0-9_~.-])([A-Za-z0-9_~.-]{3}[78]Q~[A-Za-z0-9_~.-]{31,34})(?:[^A-Za-z0-9_~.-]|$|\.$)",
        "s=«bP88Q·~rcBcYjzzOhg1Hnn76Wm3jGgakZiZ.8vMgR»",
    ),
    _token("databricks-token", r"\bdapi[0-9a-f]{8}", r"\b(dapi[0-9a-f]{32}(?:-\d)?)\b", "«dapi·0a1b2c3d4e5f60718293a4b5c6d7e8f9»"),
    _token(
        "hosting-token",
        r"\b(?:do[opr]_v1_|dp\.(?:pt|st|ct)\.|fo1_|fm[12]_|fm2_|FlyV1|pul-|pnu_|rdme_|nfp_|rnd_|sbp_|pscale_|HRKU-|vercel_|xoxp|dop_)[A-Za-z0-9._-]{4}",
        r"\b((?:do[opr]_v1_[a-f0-9]{64}|dp\.(?:pt|st|ct)\.[A-Za-z0-9._-]{40,60}|fo1_[\w-]{43}|fm[12][ar]?_[A-Za-z0-9+/]{100,}={0,3}|pul-[a-f0-9]{40}|pnu_[a-zA-Z0-9]{36}|rdme_[a-z0-9]{70}|nfp_[A-Za-z0-9]{36,40}|rnd_[A-Za-z0-9]{24,40}|sbp_[a-f0-9]{40}|pscale_(?:tkn|pw|oauth)_[A-Za-z0-9_.=-]{32,64}|HRKU-[A-Za-z0-9_-]{36,62}))",
        "«dop_v1_·0a1b2c3d4e5f60718293a4b5c6d7e8f90a1b2c3d4e5f60718293a4b5c6d7e8f9»",
    ),
    _token(
        "monitoring-token",
        r"\b(?:glsa_|glc_|eyJrIjoi|sntrys_|sntryu_|NRAK-|NRII-|NRJS-|dt0c01\.|ico-)",
        r"\b(glsa_[A-Za-z0-9]{32}_[A-Fa-f0-9]{8}|glc_[A-Za-z0-9+/]{32,400}={0,3}|eyJrIjoi[A-Za-z0-9]{70,400}={0,3}|sntrys_[A-Za-z0-9_=+/-]{60,300}|sntryu_[a-f0-9]{64}|NR(?:AK|II|JS)-[A-Za-z0-9_-]{19,42}|dt0c01\.[A-Z0-9]{24}\.[A-Z0-9]{64}|ico-[A-Za-z0-9]{32})",
        "«glsa_·aB3dE5fG7hJ9kL1mN3pQ5rS7tU9vW1xY_0a1b2c3d»",
    ),
    _token(
        "vault-token",
        r"\bhv[bsr]\.|atlasv1\.|[ :=\"']s\.[A-Za-z0-9]{24}\b",
        r"(?:\b(hv[bsr]\.[A-Za-z0-9_-]{24,300})|[A-Za-z0-9]{14}\.atlasv1\.[A-Za-z0-9_=-]{60,70}|(?:[ :=\"'])s\.[A-Za-z0-9]{24}\b)",
        "«hvs.·CAESIP2jTxc9S2K7Z6CtcFWQv7aB3dE5fG7hJ9kL1mN3pQ5r»",
    ),
    _token(
        "team-tool-key",
        r"\b(?:lin_api_|ntn_|secret_|PMAK-|figd_|shippo_|tfp_|API-|pat\.|s-s4t2|EZ[AT]K|LTAI|ops_eyJ|A3-|AKCp|cmVmd|sgp_|sm_[aps]at_|p8e-|4b1d|fio-u-|duffel_|sha256~|dG9rO|CFPAT-|key[A-Za-z0-9]{14}\b|patt?[A-Za-z0-9]{14}\.)",
        r"\b(lin_api_[A-Za-z0-9]{40}|ntn_\d{11}[A-Za-z0-9]{35}|secret_[A-Za-z0-9]{43}|PMAK-[a-f0-9]{24}-[a-f0-9]{34}|figd_[A-Za-z0-9_-]{40}|shippo_(?:live|test)_[a-f0-9]{40}|tfp_[A-Za-z0-9_.=-]{59}|API-[A-Z0-9]{26}|pat\.[\w-]{22}\.[0-9a-f]{24}\.[\w]{20}|s-s4t2(?:ud|af)-[a-f0-9]{64}|EZ[AT]K[A-Za-z0-9]{54}|LTAI[A-Za-z0-9]{12,24}|ops_eyJ[A-Za-z0-9+/]{100,}={0,3}|A3-[A-Z0-9]{6}-(?:[A-Z0-9]{11}|[A-Z0-9]{6}-[A-Z0-9]{5})-[A-Z0-9]{5}-[A-Z0-9]{5}-[A-Z0-9]{5}|AKCp[A-Za-z0-9]{69}|cmVmd[A-Za-z0-9]{59}|sgp_(?:[A-Fa-f0-9]{16}_|local_)?[A-Fa-f0-9]{40}|sm_[aps]at_[A-Za-z0-9]{16}|p8e-[A-Za-z0-9]{32}|4b1d[A-Za-z0-9]{38}|fio-u-[A-Za-z0-9_=-]{64}|duffel_(?:test|live)_[A-Za-z0-9_=-]{43}|sha256~[A-Za-z0-9_-]{43}|CFPAT-[A-Za-z0-9_-]{43}|pat[A-Za-z0-9]{14}\.[a-f0-9]{64})\b",
        "«lin_api_·aB3dE5fG7hJ9kL1mN3pQ5rS7tU9vW1xY3zA5bC7d»",
        "«API-·ZNRMR7SL6L3ATMOIK7GKJDKLPY»",
        no=("secret_name_of_the_thing",),
    ),
    _token(
        "facebook-token",
        r"EAA[MC][A-Za-z0-9]|\d{13,16}(?:\||%7C)",
        r"(?i)\b(EAA[MC][a-z0-9]{100,}|\d{13,16}(?:\||%7C)[a-z0-9_-]{27})",
        "token «1308742762612587|·rhoK1cbv0DOU_RTX_87O4MkX7AI»",
    ),
    _token(
        "cloudflare-origin-key",
        r"\bv1\.0-[0-9a-f]{8}",
        r"\b(v1\.0-[0-9a-f]{24}-[0-9a-f]{146})\b",
        "«v1.0-·" + "0a1b2c3d4e5f60718293a4b5" + "-" + ("0a1b2c3d4e5f60718293a4b5c6d7e8f9" * 5)[:146] + "»",
    ),
    _token(
        "age-key",
        r"AGE-SECRET-KEY-1",
        r"\b(AGE-SECRET-KEY-1[QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L]{58})",
        "«AGE-SECRET-KEY-·1QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7LQPZRY9X8GF2TVDW0S3JN54KHCE»",
    ),
    _token(
        "nats-seed",
        r"\bS[ACNOUX][A-Z2-7]{8}",
        r"\b(S[ACNOUX][A-Z2-7]{56})\b",
        "seed «SU·ACNAWTKQCN5ZEIBTBVLR3UKRLTVZFWHUZBFVAKJTUCUZNRFPGBXQ2TTY»",
    ),
    _token(
        "jwt",
        r"eyJ[A-Za-z0-9_-]{8}",
        r"\b(eyJ[A-Za-z0-9_-]{6,}\.(?:eyJ|ey)?[A-Za-z0-9_-]{6,}(?:\.[A-Za-z0-9_-]{4,}){0,3})",
        "Bearer «eyJhbGciOiJIUzI1NiJ9.·eyJzdWIiOiIxMjM0In0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U»",
        source="RFC 7519",
    ),
    _token(
        "jwt-base64",
        r"ZXlK[A-Za-z0-9+/]{8}",
        r"\b(ZXlK(?:[A-Za-z0-9+/]{40,})={0,2})",
        "«ZXlKaGJHY2lPaUpJVXpJMU5pSXNJblI1Y0NJNklrcFhWQ0o5·LmV5SjFjMlZ5SWpvaVlXNWhJbjA=»",
        source="RFC 7519 once more in base64",
    ),
    Row(
        kind="private-key",
        mark="SECRET",
        trigger=r"-----BEGIN[ A-Z0-9_-]*(?:PRIVATE|SECRET)|BEGIN [A-Z ]*NKEY SEED|PuTTY-User-Key-File",
        confirm=r"(-----BEGIN [A-Z0-9 _-]{0,40}(?:PRIVATE|SECRET) KEY(?: BLOCK)?-----(?:[A-Za-z0-9+/=\s\\:,.()@<>\"'|#*_]|--?[^-])*?(?:-----END [A-Z0-9 _-]{0,40}(?:PRIVATE|SECRET) KEY(?: BLOCK)?-----)"
        r"|-----BEGIN [A-Z0-9 _-]{0,40}(?:PRIVATE|SECRET) KEY(?: BLOCK)?-----(?:(?:[\s>|\"'+,#*]|\\[nrt])*(?:[A-Za-z][A-Za-z-]{2,15}: ?[^\n]{1,80}|[A-Za-z0-9+/=]{16,}))*"
        r"|-----BEGIN [A-Z ]*NKEY SEED-----[\s/#*>|]*[A-Z0-9]{50,64}|PuTTY-User-Key-File-\d:[\s\S]*?Private-MAC: ?[0-9a-f]+)",
        check=whole(lambda value: len(value) > 64),
        source="RFC 7468, RFC 4880, OpenSSH, PuTTY",
        back=8,
        reach=16384,
        yes=(
            "«-----BEGIN RSA PRIVATE KEY-----\nMIIEpQIBAAKCAQEAn6/O8li+SX4m98LLYt/PKSzEmQ++ZBD7Loh9P13f4yQ92EF3\nyxR5MsXFu9PRsABC\n-----END RSA PRIVATE KEY-----»",
            "cut: «-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQDAC4AWkdwKYSd8»\n... and then I lost it",
            '"k": "«-----BEGIN PRIVATE KEY-----\\nMIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcw\\n-----END PRIVATE KEY-----»\\n"',
        ),
        no=("-----BEGIN PUBLIC KEY-----\nMIIBIjAN\n-----END PUBLIC KEY-----", "look for -----BEGIN RSA PRIVATE KEY----- in it"),
    ),
    Row(
        kind="bitcoin-address",
        mark="WALLET",
        unspaced=r"\b[13LMDmn2][1-9A-HJ-NP-Za-km-z]{25}|\b(?:bc|ltc)1[02-9ac-hj-np-z]{11}",
        trigger=r"[A-Za-z]\d[A-Za-z0-9]{6}|\b[13][1-9A-HJ-NP-Za-km-z]{9}|\bbc1[02-9ac-hj-np-z]{6}|\bltc1[02-9a-z]{6}",
        confirm=r"\b([13LMDmn2][1-9A-HJ-NP-Za-km-z]{25,34}|(?:bc|ltc)1[02-9ac-hj-np-z]{11,71})\b",
        check=whole(lambda value: checks.bech32(value) if value[:3] in (b"bc1", b"ltc") else checks.base58check(value)),
        confirmed_by="checksum",
        source="base58check, BIP 173, BIP 350",
        yes=("pay «1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa» now", "«bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4»"),
        no=("1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNb", "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t5"),
        back=40,
        reach=96,
    ),
    Row(
        kind="ethereum-address",
        mark="WALLET",
        unspaced=r"\b0x[0-9A-Fa-f]{8}",
        trigger=r"\b0x[0-9A-Fa-f]{40}\b",
        confirm=r"\b(0x[0-9A-Fa-f]{40})\b",
        check=whole(lambda value: len(set(value[2:].lower())) > 4),
        canon=str.lower,
        source="Ethereum yellow paper",
        yes=("to «0x52908400098527886E0F7030069857D2E4169EE7».",),
        no=("0x0000000000000000000000000000000000000000", "0xdeadbeef"),
        back=4,
        reach=8,
    ),
    Row(
        kind="wallet-private-key",
        mark="SECRET",
        unspaced=r"\b[5KLc][1-9A-HJ-NP-Za-km-z]{20}|\b[xyz]prv[1-9A-HJ-NP-Za-km-z]{8}|(?i:private[ _-]?key[^0-9]{1,12}0x)",
        trigger=r"[A-Za-z]\d[A-Za-z0-9]{6}|\b[xyz]prv[A-Za-z0-9]{8}|(?i:private[ _-]?key[^0-9\n]{0,12}0x)",
        confirm=r"\b([5KLc][1-9A-HJ-NP-Za-km-z]{50,51}|[xyz]prv[1-9A-HJ-NP-Za-km-z]{100,112})\b|(?i:private[ _-]?key[^0-9]{1,12}0x[0-9a-f]{64})\b",
        check=lambda buffer, start, end: (
            (start, end) if buffer[start : start + 1] not in b"5KLc" or checks.base58check(buffer[start:end]) else None
        ),
        confirmed_by="checksum",
        source="Bitcoin WIF, BIP 32",
        yes=("WIF «5HueCGU8rMjxEXxiPuD5BDku4MkFqeZyd4dZ1jvhTVqvbTLvyTJ».",),
        no=("5HueCGU8rMjxEXxiPuD5BDku4MkFqeZyd4dZ1jvhTVqvbTLvyTK",),
        back=48,
        reach=140,
    ),
    Row(
        kind="other-wallet",
        mark="WALLET",
        unspaced=r"\b4[0-9AB][1-9A-HJ-NP-Za-km-z]{20}|\baddr1[a-z0-9]{20}|(?i:\bsolana?\b|\bwallet|\bxrp\b|ripple|solscan)",
        trigger=r"\b4[0-9AB][1-9A-HJ-NP-Za-km-z]{93}\b|\baddr1[a-z0-9]{20}|(?i:\bsolana?\b|\bwallet|\bxrp\b|ripple|solscan)",
        confirm=r"\b(4[0-9AB][1-9A-HJ-NP-Za-km-z]{93}|addr1[a-z0-9]{50,110})\b|(?i:(?:solana?|wallet)(?: wallet)?(?: address)?(?: is)?[ :=]{1,3}|solscan\.io/account/)[1-9A-HJ-NP-Za-km-z]{32,44}\b|(?i:\bxrp|ripple)[^0-9\n]{0,24}?\b(r[1-9A-HJ-NP-Za-km-z]{24,34})\b",
        source="Monero, Cardano, Solana",
        yes=("xmr «4" + "9" + "AbCdEfGhJk" * 9 + "AbC" + "»",),
        no=("my wallet is lost",),
    ),
)
