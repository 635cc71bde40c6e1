"""The page for host products: its code runs, and what it makes lets people in."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

HOST = Path(__file__).resolve().parents[2] / "docs" / "host.md"


def test_the_links_of_the_host_page_let_people_in(desk: Any) -> None:
    from fastapi.testclient import TestClient

    from sayso.app.http import create_app
    from sayso.app.views import PersonView

    blocks = re.findall(r"```python\n(.*?)```", HOST.read_text(), re.DOTALL)
    assert len(blocks) == 3
    names: dict[str, Any] = {}
    made = []
    for block in blocks:
        exec(compile(block, "docs/host.md", "exec"), names)
        made.append(names["officer"] if "officer =" in block else names["link"])
    desk.at = names["datetime"].now(names["UTC"])
    desk.people["p-7f3a"] = PersonView(account="p-7f3a", name="Pat", tier="pro", region="de", says={})
    base = "https://say.example"
    app = create_app(desk, secret=names["secret"], base_url=base, secure=True)
    assert len(set(made)) == 3
    for link, place in zip(made, ["/me/choice", "/officer", "/me/choice"], strict=True):
        client = TestClient(app, base_url=base, follow_redirects=False)
        page = client.get(link.removeprefix(base)).text
        fields = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', page))
        came = client.post("/enter", data=fields, headers={"sec-fetch-site": "same-origin"})
        assert came.headers["location"] == place
        assert client.get(place).status_code == 200
