"""Nobody passes without signing in; and signing in is not easily forced."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.wallboard.door import PASSWORD, Browser, House, link_in
from wallboard.access import Role
from wallboard.auth import invitations, members
from wallboard.auth.gate import COOKIE
from wallboard.auth.invitations import first_admin_link
from wallboard.auth.strangers import HOME, safe_next


@pytest.fixture
def house(tmp_path: Path) -> House:
    return House(tmp_path)


def test_no_page_opens_without_a_sign_in(house: House) -> None:
    browser = house.browser()
    for path in ("/account", "/admin/users", "/admin/tokens", "/admin/webhooks", "/admin/audit"):
        response = browser.open(path)
        assert response.status_code == 303, path
        assert response.headers["location"].startswith("/sign-in?next="), path


def test_no_change_is_taken_from_a_stranger(house: House) -> None:
    browser = house.browser()
    for path in ("/account", "/admin/users", "/admin/tokens", "/admin/webhooks", "/sign-out"):
        assert browser.send(path).headers.get("location") == "/sign-in", path


def test_the_api_answers_strangers_with_401(house: House) -> None:
    response = house.browser().client.get("/api/me")
    assert response.status_code == 401
    assert "www-authenticate" in response.headers


def test_a_person_signs_in_and_sees_who_they_are(house: House) -> None:
    browser = house.signed_in("bo")
    me = browser.client.get("/api/me").json()
    assert (me["id"], me["role"]) == ("bo", "supervisor")


def test_after_the_sign_in_one_is_where_one_wanted_to_be(house: House) -> None:
    house.person("bo")
    browser = house.browser()
    assert browser.sign_in("bo", next="/account").headers["location"] == "/account"


@pytest.mark.parametrize(
    "path",
    ["https://evil.example", "//evil.example", "/\\evil.example", "", "evil", "/a\nb", None],
)
def test_the_sign_in_sends_nobody_to_another_site(path: str | None) -> None:
    assert safe_next(path) == HOME


def test_the_answer_is_the_same_whatever_was_wrong(house: House) -> None:
    house.person("bo")
    wrong = house.browser().sign_in("bo", "not the password")
    unknown = house.browser().sign_in("zz", "not the password")
    assert wrong.status_code == unknown.status_code == 401
    told = [r.text.replace('value="bo"', "").replace('value="zz"', "") for r in (wrong, unknown)]
    assert _without_secrets(told[0]) == _without_secrets(told[1])


def _without_secrets(text: str) -> list[str]:
    return [line for line in text.splitlines() if 'type="hidden"' not in line]


def test_who_guesses_has_to_wait_longer_and_longer(house: House) -> None:
    house.person("bo")
    guesser = house.browser()
    waits = []
    for _ in range(9):
        response = guesser.sign_in("bo", "a guess of mine")
        if response.status_code == 429:
            waits.append(int(response.headers["retry-after"]))
            house.clock.pass_(seconds=waits[-1])
    assert len(waits) >= 2
    assert waits == sorted(waits)
    assert waits[-1] > waits[0]


def test_the_right_password_does_not_help_during_the_wait(house: House) -> None:
    house.person("bo")
    browser = house.browser()
    for _ in range(5):
        browser.sign_in("bo", "a guess of mine")
    assert browser.sign_in("bo").status_code == 429
    house.clock.pass_(seconds=2)
    assert browser.sign_in("bo").status_code == 303


def test_a_user_who_does_not_exist_is_braked_alike(house: House) -> None:
    browser = house.browser()
    codes = [browser.sign_in("ghost", "a guess of mine").status_code for _ in range(7)]
    assert codes[:5] == [401] * 5
    assert codes[-1] == 429


def test_who_is_guessed_at_from_everywhere_comes_in_from_where_they_were_before(
    house: House,
) -> None:
    house.person("bo")
    home, away = "2001:db8:1:2::5", "198.51.100.9"
    assert house.browser(home).sign_in("bo").status_code == 303
    house.clock.pass_(hours=24)
    for n in range(25):
        house.browser(f"10.0.0.{n}").sign_in("bo", "a guess of mine")
    assert house.browser(away).sign_in("bo").status_code == 429
    assert house.browser("2001:db8:1:2::77").sign_in("bo").status_code == 303


def test_the_cookie_is_for_http_alone_and_for_https_where_there_is_https(tmp_path: Path) -> None:
    house = House(tmp_path, public_url="https://board.example")
    house.person("bo")
    browser = house.browser()
    cookie = browser.sign_in("bo").headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=lax" in cookie
    assert "secure" in cookie


def test_a_session_planted_before_the_sign_in_is_worthless_after_it(house: House) -> None:
    browser = house.signed_in("bo")
    planted = browser.client.cookies[COOKIE]
    browser.sign_in("bo")
    assert browser.client.cookies[COOKIE] != planted
    other = house.browser()
    other.client.cookies.set(COOKIE, planted)
    assert other.open("/account").status_code == 303


def test_a_session_ends_by_itself(house: House) -> None:
    browser = house.signed_in("bo")
    house.clock.pass_(hours=12.1)
    assert browser.open("/account").status_code == 303


def test_who_signs_out_is_out(house: House) -> None:
    browser = house.signed_in("bo")
    kept = browser.client.cookies[COOKIE]
    browser.open("/account")
    browser.send("/sign-out")
    browser.client.cookies.set(COOKIE, kept)
    assert browser.open("/account").status_code == 303
    assert len(house.audited("sign_out")) == 1


def test_a_change_without_the_hidden_field_is_refused(house: House) -> None:
    browser = house.signed_in("bo")
    for field in ("", "wrong"):
        response = browser.client.post("/account", data={"theme": "dark", "csrf": field})
        assert response.status_code == 403
    assert browser.client.get("/api/me").json()["theme"] == "auto"


def test_the_hidden_field_or_the_header_lets_a_change_through(house: House) -> None:
    browser = house.signed_in("bo")
    browser.open("/account")
    assert browser.send("/account", theme="dark").status_code == 303
    header = {"x-hardstop-csrf": browser.client.get("/api/me").json()["csrf"]}
    response = browser.client.post("/account", data={"theme": "light"}, headers=header)
    assert response.status_code == 303
    assert browser.client.get("/api/me").json()["theme"] == "light"


def test_another_site_cannot_sign_a_browser_in(house: House) -> None:
    house.person("bo")
    browser = house.browser()
    fields = {"user": "bo", "password": PASSWORD}
    assert browser.client.post("/sign-in", data=fields).status_code == 403
    browser.open("/sign-in")
    forged = browser.client.post(
        "/sign-in",
        data={**fields, "csrf": browser.field},
        headers={"sec-fetch-site": "cross-site"},
    )
    assert forged.status_code == 403


def test_the_first_link_makes_the_first_administrator_and_no_second(house: House) -> None:
    link = first_admin_link(house.services.sessions, house.settings, house.clock())
    assert link is not None
    first, second = house.browser(), house.browser()
    assert first.join(link, user="ada", name="Ada").status_code == 303
    assert first.open("/admin/users").status_code == 200
    assert second.join(link, user="eve", name="Eve").status_code == 410
    assert first_admin_link(house.services.sessions, house.settings, house.clock()) is None


def test_a_link_of_an_earlier_start_is_void(house: House) -> None:
    links = [
        first_admin_link(house.services.sessions, house.settings, house.clock()) for _ in range(2)
    ]
    assert house.browser().join(str(links[0]), user="eve", name="Eve").status_code == 410
    assert house.browser().join(str(links[1]), user="ada", name="Ada").status_code == 303


def test_a_link_is_void_after_a_day(house: House) -> None:
    link = first_admin_link(house.services.sessions, house.settings, house.clock())
    house.clock.pass_(hours=24.1)
    assert house.browser().join(str(link), user="ada", name="Ada").status_code == 410


def test_looking_at_a_link_or_mistyping_does_not_use_it_up(house: House) -> None:
    link = str(first_admin_link(house.services.sessions, house.settings, house.clock()))
    browser = house.browser()
    short = browser.join(link, user="ada", name="Ada", password="short", again="short")
    assert short.status_code == 422
    assert "12 characters" in short.text
    assert browser.join(link, user="a b", name="Ada").status_code == 422
    assert browser.join(link, user="ada", name="Ada").status_code == 303


def _direct(house: House, user_id: str) -> str:
    """A link that lets a user in without a password, as the demo prints one."""
    profile = members.Profile(name=user_id.title(), role=Role.SUPERVISOR)
    with house.services.sessions.begin() as db:
        members.create(db, user_id, profile, house.clock())
        secret = invitations.invite(db, Role.SUPERVISOR, house.clock(), user_id, direct=True)
    return invitations.address(house.settings, secret)


def test_a_direct_link_lets_its_user_in_once_without_a_password(house: House) -> None:
    link = _direct(house, "demo")
    first, second = house.browser(), house.browser()
    assert "password" not in first.open(link).text
    joined = first.join(link, password="", again="")
    assert (joined.status_code, joined.headers["location"]) == (303, HOME)
    assert first.client.get("/api/me").json()["id"] == "demo"
    assert second.join(link, password="", again="").status_code == 410
    assert house.browser().sign_in("demo", "").status_code == 401


def test_a_direct_link_opened_again_in_the_same_browser_leads_to_the_board(house: House) -> None:
    link = _direct(house, "demo")
    browser, other = house.browser(), house.signed_in("bo")
    browser.join(link)
    assert browser.open(link).headers["location"] == HOME
    assert other.open(link).status_code == 410


def test_another_site_cannot_use_a_direct_link_on_somebodys_browser(house: House) -> None:
    link = _direct(house, "demo")
    browser = house.browser()
    assert browser.client.post(link).status_code == 422
    assert browser.client.get("/api/me").status_code == 401


def test_a_link_that_is_not_direct_asks_for_a_password_whatever_is_sent(house: House) -> None:
    link = str(first_admin_link(house.services.sessions, house.settings, house.clock()))
    answer = house.browser().join(link, user="eve", name="Eve", password="", again="", direct="1")
    assert answer.status_code == 422


def _admin(house: House) -> Browser:
    return house.signed_in("ada", Role.ADMIN)


def test_an_invitation_works_once(house: House) -> None:
    admin = _admin(house)
    admin.open("/admin/users")
    shown = admin.send("/admin/users", user="bo", name="Bo", role="supervisor")
    link = link_in(shown)
    assert house.browser().join(link).status_code == 303
    assert house.browser().join(link, password="another pass phrase").status_code == 410
    assert house.browser().sign_in("bo").status_code == 303


def test_a_closed_account_is_out_at_once(house: House) -> None:
    bo, admin = house.signed_in("bo"), _admin(house)
    admin.open("/admin/users/bo")
    assert admin.send("/admin/users/bo/active", active="no").status_code == 303
    assert bo.open("/account").status_code == 303
    assert bo.client.get("/api/me").status_code == 401
    assert house.browser().sign_in("bo").status_code == 401
    assert [line.ref for line in house.audited("user.deactivated")] == ["bo"]


def test_the_last_administrator_stays(house: House) -> None:
    admin = _admin(house)
    admin.open("/admin/users/ada")
    assert admin.send("/admin/users/ada/active", active="no").status_code == 422
    demoted = admin.send("/admin/users/ada", name="Ada", role="qa")
    assert demoted.status_code == 422
    assert admin.open("/admin/users").status_code == 200


def test_only_administrators_administer_and_who_tries_is_written_down(house: House) -> None:
    browser = house.signed_in("bo")
    assert browser.open("/admin/users").status_code == 403
    lines = house.audited("refused")
    assert [(line.user_id, line.ref) for line in lines] == [("bo", "GET /admin/users")]


def test_a_new_password_ends_the_other_sessions(house: House) -> None:
    here = house.signed_in("bo")
    there = house.browser()
    there.sign_in("bo")
    here.open("/account")
    changed = here.send(
        "/account/password", old=PASSWORD, password="nine blue bottles", again="nine blue bottles"
    )
    assert changed.status_code == 303
    assert here.open("/account").status_code == 200
    assert there.open("/account").status_code == 303
    assert house.browser().sign_in("bo", "nine blue bottles").status_code == 303


def test_one_ends_ones_own_sessions_and_nobody_elses(house: House) -> None:
    here, eve = house.signed_in("bo"), house.signed_in("eve")
    there = house.browser()
    there.sign_in("bo")
    page = here.open("/account").text
    sessions = [part.partition('"')[0] for part in page.split('name="session" value="')[1:]]
    eve.open("/account")
    for ends in (session for session in sessions if session != "others"):
        assert eve.send("/account/sessions/end", session=ends).status_code == 404
        assert here.send("/account/sessions/end", session=ends).status_code == 303
    assert there.open("/account").status_code == 303
    assert here.open("/account").status_code == 200


def test_names_are_shown_as_text(house: House) -> None:
    admin = _admin(house)
    admin.open("/admin/users")
    name = "<script>alert(1)</script>"
    shown = admin.send("/admin/users", user="bo", name=name, role="supervisor")
    assert name not in shown.text
    assert "&lt;script&gt;" in admin.open("/admin/users").text


def test_the_audit_log_is_found_by_person_and_day(house: House) -> None:
    admin = _admin(house)
    house.signed_in("bo")
    house.browser().sign_in("bo", "wrong password")
    found = admin.open("/admin/audit?person=bo&day=2026-09-21").text
    assert "sign_in.refused" in found
    assert "<td>Ada" not in found
    assert "Nothing was written down" in admin.open("/admin/audit?person=bo&day=2026-09-20").text
    assert "2026-11-28" in admin.open("/admin/audit?day=yesterday").text


def test_within_another_desktop_the_cookie_is_kept_apart_for_it(tmp_path: Path) -> None:
    desktop = "https://desktop.example"
    house = House(tmp_path, public_url="https://board.example", frame_ancestors=desktop)
    house.person("bo")
    browser = house.browser()
    for answer in (browser.open("/sign-in"), browser.sign_in("bo", next="/my-call")):
        for cookie in answer.headers.get_list("set-cookie"):
            for part in ("httponly", "secure", "samesite=none", "partitioned"):
                assert part in cookie.lower(), cookie
    for path, framed in (("/my-call", True), ("/sign-in", True), ("/board", False)):
        policy = browser.open(path).headers["content-security-policy"]
        assert (f"frame-ancestors {desktop}" in policy) is framed, path


def test_without_https_nothing_is_meant_for_other_sites(tmp_path: Path) -> None:
    house = House(tmp_path, frame_ancestors="https://desktop.example")
    house.person("bo")
    cookie = house.browser().sign_in("bo").headers["set-cookie"].lower()
    assert "samesite=lax" in cookie
    assert "partitioned" not in cookie
