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
from wallboard.access import Role
from wallboard.auth import invitations
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
        "oidc_roles": "cc-leads=supervisor,cc-quality=qa,cc-desks=desk,cc-agents=agent,"
        "cc-admins=admin",
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


def test_once_roles_are_named_only_what_is_named_counts(tmp_path: Path, provider: Provider) -> None:
    house = _house(tmp_path, provider, oidc_roles="cc-leads=supervisor")
    provider.person["roles"] = ["admin", "cc-leads"]
    browser, _ = _sign_in(house)
    assert browser.client.get("/api/me").json()["role"] == "supervisor"
    provider.person["roles"] = ["admin"]
    assert _sign_in(house)[1].status_code == 403


def test_where_no_roles_are_named_their_own_names_count(tmp_path: Path, provider: Provider) -> None:
    house = _house(tmp_path, provider, oidc_roles="")
    provider.person["roles"] = ["qa", "cc-admins"]
    browser, _ = _sign_in(house)
    assert browser.client.get("/api/me").json()["role"] == "qa"


def test_a_changed_role_holds_from_the_next_sign_in(house: House, provider: Provider) -> None:
    _sign_in(house)
    provider.person["roles"] = ["cc-quality"]
    browser, _ = _sign_in(house)
    assert browser.client.get("/api/me").json()["role"] == "qa"


NOTHING: dict[str, object] = {"queues": None, "teams": None, "desks": None, "agent_id": None}


def _as(provider: Provider, role: str, **more: object) -> None:
    provider.person |= {**NOTHING, "roles": [role], **more}


def test_queues_are_texts_or_numbers_one_or_several(house: House, provider: Provider) -> None:
    for given, kept in (
        ("cards", ["cards"]),
        (["cards", " loans "], ["cards", "loans"]),
        ([4711, 4712], ["4711", "4712"]),
        (4711, ["4711"]),
        (["*"], ["*"]),
    ):
        _as(provider, "cc-leads", queues=given)
        browser, _ = _sign_in(house)
        assert browser.client.get("/api/me").json()["queues"] == kept


@pytest.mark.parametrize(
    ("claim", "given"),
    [
        ("queues", [{"id": "cards"}]),
        ("teams", {"id": "cards"}),
        ("desks", ["cards", ["loans"]]),
        ("agent_id", 4.7),
        ("roles", True),
    ],
)
def test_a_claim_that_cannot_be_read_refuses_the_sign_in(
    house: House, provider: Provider, claim: str, given: object
) -> None:
    _as(provider, "cc-admins", **{claim: given})
    _, response = _sign_in(house)
    assert response.status_code == 403
    assert f"The claim {claim} of your account cannot be read" in response.text
    assert "cards" not in response.text
    assert len(house.audited("sign_in.refused")) == 1


def test_an_id_that_is_too_long_to_keep_refuses_the_sign_in(
    house: House, provider: Provider
) -> None:
    _as(provider, "cc-leads", queues=["cards", "x" * 201])
    _, response = _sign_in(house)
    assert response.status_code == 403


@pytest.mark.parametrize(
    ("role", "names"),
    [
        ("cc-leads", "no queue and no team"),
        ("cc-quality", "no queue and no team"),
        ("cc-desks", "no desk of the policy"),
        ("cc-agents", "agent id"),
    ],
)
def test_who_lacks_what_the_role_is_bounded_by_is_not_let_in(
    house: House, provider: Provider, role: str, names: str
) -> None:
    for nothing in (None, [], [""]):
        _as(provider, role, **dict.fromkeys(NOTHING, nothing))
        _, response = _sign_in(house)
        assert response.status_code == 403
        assert names in response.text


def test_who_loses_every_queue_comes_in_no_more(house: House, provider: Provider) -> None:
    assert _sign_in(house)[1].status_code == 303
    provider.person["queues"] = []
    assert _sign_in(house)[1].status_code == 403
    with house.services.sessions() as db:
        assert db.get_one(User, "s-1").queues == ["cards"]


@pytest.mark.parametrize(
    ("role", "more"),
    [
        ("cc-leads", {"teams": "north"}),
        ("cc-desks", {"desks": ["legal"]}),
        ("cc-agents", {"agent_id": 1042}),
        ("cc-admins", {}),
    ],
)
def test_nobody_needs_what_the_role_does_not_go_by(
    house: House, provider: Provider, role: str, more: dict[str, object]
) -> None:
    _as(provider, role, **more)
    assert _sign_in(house)[1].status_code == 303


def test_a_site_may_say_that_everybody_sees_every_queue(tmp_path: Path, provider: Provider) -> None:
    house = _house(tmp_path, provider, oidc_queues_claim="*")
    _as(provider, "cc-leads", teams=["north"])
    browser, _ = _sign_in(house)
    me = browser.client.get("/api/me").json()
    assert (me["queues"], me["teams"]) == (["*"], ["north"])


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


def test_without_local_users_no_link_lets_anybody_in(tmp_path: Path, provider: Provider) -> None:
    """Nor does one set a password, which would keep its user from coming by the provider."""
    house = _house(tmp_path, provider, local_users=False)
    _as(provider, "cc-admins")
    admin, _ = _sign_in(house)
    admin.open("/admin/users")
    made = admin.send("/admin/users", user="lee", name="Lee", role="supervisor")
    assert made.status_code == 200
    assert "company account" in made.text
    assert "/welcome/" not in made.text
    with house.services.sessions.begin() as db:
        # Of the days when there were local users.
        link = invitations.invite(db, Role.SUPERVISOR, house.clock(), "lee")
        direct = invitations.invite(db, Role.SUPERVISOR, house.clock(), "s-1", direct=True)
    for secret in (link, direct):
        for answer in (house.browser().open(f"/welcome/{secret}"), house.browser().join(secret)):
            assert answer.status_code == 403
            assert "company account" in answer.text
    _as(provider, "cc-leads", sub="lee", queues=["cards"])
    assert _sign_in(house)[1].status_code == 303


def test_a_provider_that_is_away_is_said_so(tmp_path: Path, provider: Provider) -> None:
    house = _house(tmp_path, provider, oidc_issuer="http://127.0.0.1:9")
    response = house.browser().open("/sign-in/oidc")
    assert response.status_code == 502
    assert "cannot be reached" in response.text
