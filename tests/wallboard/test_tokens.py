"""Services come with tokens, and do what their scopes say."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from fastapi import HTTPException
from fastapi.testclient import TestClient

from tests.wallboard.door import House
from wallboard.access import Role, Scope, Viewer
from wallboard.auth import tokens
from wallboard.auth.audit import Looks
from wallboard.auth.gate import SignedIn, scope_for
from wallboard.store.tables import Token


@pytest.fixture
def house(tmp_path: Path) -> House:
    built = House(tmp_path)

    @built.app.post("/api/probe")
    def probe(viewer: SignedIn) -> str:
        return viewer.id

    @built.app.get("/api/probe/{call_id}")
    def look(call_id: str, looked_at: Looks) -> str:
        if call_id == "none":
            raise HTTPException(404, "there is no such call")
        looked_at("call", call_id)
        return call_id

    return built


def _issued(house: House, *scopes: Scope, days: int | None = None) -> str:
    with house.services.sessions.begin() as db:
        _, secret = tokens.issue(
            db,
            name="dashboard",
            scopes=scopes,
            days=days,
            created_by="ada",
            now=house.clock(),
        )
    return secret


def _client(house: House, secret: str) -> TestClient:
    headers = {"authorization": f"Bearer {secret}"}
    return TestClient(house.app, follow_redirects=False, headers=headers)


def test_a_token_reads_with_the_scope_read(house: House) -> None:
    client = _client(house, _issued(house, Scope.READ))
    assert client.get("/api/me").json()["scopes"] == ["read"]


def test_a_token_without_the_scope_is_refused(house: House) -> None:
    client = _client(house, _issued(house, Scope.STREAM))
    refused = client.get("/api/me")
    assert refused.status_code == 403
    assert "'read'" in refused.json()["detail"]
    assert _client(house, _issued(house, Scope.READ)).post("/api/probe").status_code == 403


def test_a_token_acts_with_the_scope_act_and_needs_no_hidden_field(house: House) -> None:
    client = _client(house, _issued(house, Scope.ACT))
    assert client.post("/api/probe").json().startswith("token:")


def test_the_stream_has_a_scope_of_its_own() -> None:
    assert scope_for("GET", "/api/stream") is Scope.STREAM
    assert scope_for("GET", "/api/board") is Scope.READ
    assert scope_for("DELETE", "/api/board") is Scope.ACT
    assert scope_for("GET", "/board") is None


def test_tokens_open_no_pages(house: House) -> None:
    client = _client(house, _issued(house, *Scope))
    for path in ("/account", "/admin/users", "/admin/tokens"):
        assert client.get(path).status_code == 403, path


def test_an_expired_token_opens_nothing(house: House) -> None:
    client = _client(house, _issued(house, Scope.READ, days=1))
    house.clock.pass_(hours=23.9)
    assert client.get("/api/me").status_code == 200
    house.clock.pass_(hours=0.2)
    assert client.get("/api/me").status_code == 401


def test_an_invented_token_opens_nothing(house: House) -> None:
    assert _client(house, "hswb_invented").get("/api/me").status_code == 401
    assert _client(house, "").get("/api/me").status_code == 401


def test_an_administrator_makes_a_token_that_is_shown_once_and_revokes_it(house: House) -> None:
    admin = house.signed_in("ada", Role.ADMIN)
    admin.open("/admin/tokens")
    shown = admin.send("/admin/tokens", name="dashboard", scopes=["read", "stream"], days="30")
    found = re.search(r"hswb_[\w-]+", shown.text)
    assert found is not None
    assert "hswb_" not in admin.open("/admin/tokens").text
    client = _client(house, found[0])
    assert client.get("/api/me").status_code == 200
    with house.services.sessions() as db:
        token = db.query(Token).one()
    assert found[0] not in (token.digest, token.token_id)
    admin.send(f"/admin/tokens/{token.token_id}/revoke")
    assert client.get("/api/me").status_code == 401


def test_a_token_needs_a_name_and_scopes(house: House) -> None:
    admin = house.signed_in("ada", Role.ADMIN)
    admin.open("/admin/tokens")
    assert admin.send("/admin/tokens", name="dashboard").status_code == 422
    assert admin.send("/admin/tokens", scopes=["read"]).status_code == 422
    assert admin.send("/admin/tokens", name="x", scopes=["root"]).status_code == 422
    assert admin.send("/admin/tokens", name="x", scopes=["read"], days="soon").status_code == 422


def test_who_looked_at_which_call_is_written_down_once_for_one_look(house: House) -> None:
    browser = house.signed_in("bo")
    for _ in range(3):
        assert browser.client.get("/api/probe/call-7").status_code == 200
    browser.client.get("/api/probe/none")
    assert [(line.user_id, line.ref) for line in house.audited("looked.call")] == [("bo", "call-7")]
    house.clock.pass_(seconds=301)
    browser.client.get("/api/probe/call-7")
    assert len(house.audited("looked.call")) == 2


def test_a_services_viewer_has_the_role_of_a_service(house: House) -> None:
    seen: list[Viewer] = []

    @house.app.get("/api/who")
    def who(viewer: SignedIn) -> None:
        seen.append(viewer)

    _client(house, _issued(house, Scope.READ)).get("/api/who")
    assert seen[0].role is Role.SERVICE
