"""The page that checks a receipt without us: served to everybody, and its own fence is the only one that lets a script run."""

from __future__ import annotations

import base64
import hashlib
import re
from typing import Any

from sayso.app.http import create_app
from sayso.app.stranger import verify_page
from sayso.proofs import SigningKey

BASE = "http://testserver"
KEY = SigningKey("example.com/log", bytes(range(32))).vkey()


def test_bo_who_has_no_link_gets_the_page_with_the_logs_key_filled_in(desk: Any, secret: bytes) -> None:
    from fastapi.testclient import TestClient

    client = TestClient(create_app(desk, secret=secret, base_url=BASE, secure=False, log_key=KEY), base_url=BASE)
    answer = client.get("/verify.html")
    assert answer.status_code == 200
    assert f'value="{KEY}"' in answer.text
    assert "set-cookie" not in answer.headers
    fence = answer.headers["content-security-policy"]
    assert fence.startswith(verify_page(KEY).fence)
    assert "frame-ancestors 'none'" in fence
    assert "unsafe" not in fence


def test_no_other_page_lets_a_script_run_and_the_persons_pages_lead_here(enter: Any) -> None:
    ana = enter("ana")
    for path in ("/", "/me/history", "/me/choice"):
        answer = ana.get(path)
        assert "script-src" not in answer.headers["content-security-policy"]
        assert "<script" not in answer.text
        assert ("/verify.html#lang=" in answer.text) is (path != "/me/choice")


VOCABULARIES = {
    "http://purl.org/dc/terms/",
    "http://www.w3.org/2001/XMLSchema#",
    "https://w3id.org/dpv#",
    "https://w3id.org/dpv/schema/dpv-27560#record",
}
"""What receipts in JSON-LD name their terms by: compared as words and never asked for, and the fence lets nothing out."""


def test_the_fence_names_the_one_script_and_the_one_style_by_digest() -> None:
    page = verify_page(KEY)
    for tag in ("script", "style"):
        (text,) = re.findall(rf"<{tag}>(.*?)</{tag}>", page.html, re.S)
        told = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        assert f"{tag}-src 'sha256-{told}'" in page.fence
    assert f'content="{page.fence}"' in page.html
    assert re.findall(r"""(?:src|href|action)\s*=\s*["']""", page.html) == []
    assert set(re.findall(r"https?://[^\s\"'`<]*", page.html)) == VOCABULARIES
    assert "default-src 'none'" in page.fence
    assert "@@" not in page.html


def test_the_key_is_a_value_and_leaves_the_script_as_it_is() -> None:
    plain, hostile = verify_page(), verify_page('"><script>alert(1)</script>@@SCRIPT@@')
    assert plain.fence == hostile.fence
    assert hostile.html.count("<script>") == 1
    assert 'value=""' in plain.html
