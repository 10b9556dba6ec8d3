"""Sign-in by OpenID Connect, against a provider on loopback."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
from joserfc.jwk import RSAKey

from tests.wallboard.door import Browser, House
from tests.wallboard.provider import CLIENT, SECRET, Provider, providing
from wallboard.store.tables import User


@pytest.fixture
def provider() -> Iterator[Provider]:
    with providing() as found:
        yield found


def _house(folder: Path, provider: Provider, **more: object) -> House:
    settings: dict[str, object] = {
        "oidc_issuer": provider.issuer,
        "oidc_client_id": CLIENT,
        "oidc_client_secret": SECRET,
        "oidc_roles": "cc-leads=supervisor,cc-admins=admin",
    }
    return House(folder, **(settings | more))


@pytest.fixture
def house(tmp_path: Path, provider: Provider) -> House:
    return _house(tmp_path, provider)


def _way_back(browser: Browser, next_path: str = "/account") -> str:
    """Go to the provider, and give the path on which it sends the browser back."""
    there = browser.open(f"/sign-in/oidc?next={next_path}").headers["location"]
    back = urlsplit(httpx.get(there).headers["location"])
    return f"{back.path}?{back.query}"


def _sign_in(house: House) -> tuple[Browser, httpx.Response]:
    browser = house.browser()
    return browser, browser.open(_way_back(browser))


def test_who_has_a_role_is_let_in_and_goes_where_they_wanted(
    house: House, provider: Provider
) -> None:
    provider.person |= {"desks": ["legal", "no-such-desk"], "queues": ["cards"]}
    browser, response = _sign_in(house)
    assert (response.status_code, response.headers["location"]) == (303, "/account")
    me = browser.client.get("/api/me").json()
    assert (me["id"], me["name"], me["role"]) == ("s-1", "Bo", "supervisor")
    assert (me["desks"], me["queues"]) == (["legal"], ["cards"])


def test_roles_come_from_the_claim_that_the_settings_name(
    tmp_path: Path, provider: Provider
) -> None:
    house = _house(tmp_path, provider, oidc_role_claim="realm_access.roles")
    provider.person |= {"realm_access": {"roles": ["cc-leads", "cc-admins"]}}
    browser, _ = _sign_in(house)
    assert browser.client.get("/api/me").json()["role"] == "admin"


def test_a_changed_role_holds_from_the_next_sign_in(house: House, provider: Provider) -> None:
    _sign_in(house)
    provider.person["roles"] = ["qa"]
    browser, _ = _sign_in(house)
    assert browser.client.get("/api/me").json()["role"] == "qa"


def test_who_has_no_role_is_not_let_in(house: House, provider: Provider) -> None:
    provider.person["roles"] = ["accounting"]
    _, response = _sign_in(house)
    assert response.status_code == 403
    assert "no role" in response.text
    assert len(house.audited("sign_in.refused")) == 1


@pytest.mark.parametrize(
    "spoil",
    [
        {"nonce": "another"},
        {"aud": "somebody else"},
        {"iss": "https://evil.example"},
        {"exp": 1_000},
        {"aud": [CLIENT, "other"], "azp": "other"},
    ],
)
def test_a_word_that_is_not_for_us_is_not_believed(
    house: House, provider: Provider, spoil: dict[str, object]
) -> None:
    provider.spoil = spoil
    _, response = _sign_in(house)
    assert response.status_code == 403


def test_a_word_signed_by_somebody_else_is_not_believed(house: House, provider: Provider) -> None:
    provider.signs_with = RSAKey.generate_key(2048, {"kid": "one"})
    _, response = _sign_in(house)
    assert response.status_code == 403


def test_the_way_back_works_in_the_browser_that_left_and_once(house: House) -> None:
    browser, other = house.browser(), house.browser()
    way = _way_back(browser)
    assert other.open(way).status_code == 403
    assert browser.open(way).status_code == 303
    assert browser.open(way).status_code == 403


def test_another_state_is_refused(house: House) -> None:
    browser = house.browser()
    way = _way_back(browser)
    assert browser.open(way.replace("state=", "state=x")).status_code == 403


def test_nobody_takes_over_an_account_that_has_a_password(
    tmp_path: Path, provider: Provider
) -> None:
    house = _house(tmp_path, provider, oidc_user_claim="preferred_username")
    house.person("bo")
    provider.person["preferred_username"] = "bo"
    _, response = _sign_in(house)
    assert response.status_code == 403


def test_a_closed_account_stays_closed(house: House, provider: Provider) -> None:
    _sign_in(house)
    with house.services.sessions.begin() as db:
        db.get_one(User, "s-1").active = False
    _, response = _sign_in(house)
    assert response.status_code == 403


def test_without_local_users_no_password_opens_anything(tmp_path: Path, provider: Provider) -> None:
    house = _house(tmp_path, provider, local_users=False)
    page = house.browser().open("/sign-in").text
    assert "/sign-in/oidc" in page
    assert "password" not in page
    assert house.browser().sign_in("bo").status_code == 403


def test_a_provider_that_is_away_is_said_so(tmp_path: Path, provider: Provider) -> None:
    house = _house(tmp_path, provider, oidc_issuer="http://127.0.0.1:9")
    response = house.browser().open("/sign-in/oidc")
    assert response.status_code == 502
    assert "cannot be reached" in response.text
