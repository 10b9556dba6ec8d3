"""Everything that a person reads can be translated, and is answered in their language."""

from __future__ import annotations

import ast
import contextvars
import dataclasses
import inspect
import re
import shutil
import subprocess
from pathlib import Path

import msgspec
import pytest
from fastapi.testclient import TestClient
from typer.testing import CliRunner

from scripts.cli import app
from stream.events.transcripts import EndReason
from stream.settings import SettingsError
from tests.wallboard import pseudo
from tests.wallboard.door import PASSWORD, House
from tests.wallboard.office import CSRF, Office, furnish
from wallboard.access import Role, Scope
from wallboard.app import create_app
from wallboard.auth import invitations
from wallboard.auth.audit import What
from wallboard.language import best, figure, languages, speak
from wallboard.views import chains
from wallboard.webhooks import outbox
from wallboard.webhooks.formats import KINDS, Format
from workflow import chain
from workflow.callbacks import AttemptOutcome, CallbackState
from workflow.chain import Fault
from workflow.handling import RouteMode
from workflow.happenings import Cause
from workflow.hints import sayings
from workflow.patterns.guiding import BEYOND_AUTHORITY, GUARDRAIL
from workflow.patterns.reaching import RouteEnd
from workflow.policy import Severity
from workflow.routing import CancelReason, FailureReason

LOOKS = ("call", "record", "callback", "complaint", "report", "board", "stream")
REFUSALS = {
    *("HTTPException", "MemberError", "TokenError", "HookError", "OidcError", "Forbidden"),
    *("Denied", "Missing", "Incomplete"),
}
BACK_OFFICE = (
    *("/callbacks", "/callbacks?tab=overdue", "/callbacks?tab=due", "/callbacks?tab=kept"),
    *("/callbacks?tab=cancelled", "/incidents", "/incidents?from=nonsense", "/complaints"),
    *("/complaints?tab=overdue", "/complaints?tab=closed", "/complaints?find=nothing"),
    *("/patterns", "/patterns?zone=Nowhere", "/patterns?queue=nothing", "/board", "/account"),
    *("/my-call", "/calls/nowhere", "/calls/call-live-1", "/nowhere"),
)
ADMINISTRATION = (
    *("/admin/users", "/admin/users/alex", "/admin/tokens", "/admin/webhooks", "/admin/audit"),
    *("/admin/audit?day=nonsense", "/admin/users/nobody"),
)


def spoken(office: Office, folder: Path) -> Office:
    """An office in the language of brackets, whatever the browser asks for."""
    settings = msgspec.structs.replace(
        office.services.settings, language=pseudo.TAG, languages=str(folder)
    )
    office.services = dataclasses.replace(office.services, settings=settings)
    office.app = create_app(office.services)
    return office


@pytest.fixture
def tongues(tmp_path: Path) -> Path:
    return pseudo.build(tmp_path / "languages")


@pytest.fixture
def office(tmp_path: Path, tongues: Path) -> Office:
    found = spoken(Office(tmp_path), tongues)
    furnish(found)
    return found


def test_no_text_of_the_back_office_is_left_out_of_translation(office: Office) -> None:
    alex = office.as_("alex", Role.SUPERVISOR)
    alex.headers["accept"] = "text/html"
    listed = alex.get("/incidents").text
    records = sorted(set(re.findall(r'href="(/incidents/[^"?]+)"', listed)))
    assert len(records) > 2
    paths = [*BACK_OFFICE, *records, *(f"{one}/export.html" for one in records)]
    left = {path: pseudo.unmarked(alex.get(path).text, office.services) for path in paths}
    assert {path: texts for path, texts in left.items() if texts} == {}


def test_units_and_shares_of_the_patterns_are_texts_too(office: Office) -> None:
    page = office.as_("alex", Role.SUPERVISOR).get("/patterns", headers={"accept": "text/html"})
    unit = re.compile(r"\d⟧*\s*(s|min|h|%)(?!\w)")
    texts = list(pseudo.bare(page.text))
    assert {found[1] for text, _ in texts for found in unit.finditer(text)} >= {"s", "min", "%"}
    assert [text for text, rest in texts if unit.search(rest)] == []


def test_thousands_are_set_apart_as_the_language_does_it(tongues: Path) -> None:
    assert [figure(number) for number in (7, 999, 1000, 1234567)] == [
        *("7", "999", "1,000", "1,234,567"),
    ]
    bracketed = contextvars.copy_context()
    bracketed.run(speak, languages(tongues)["en-xa"])
    assert bracketed.run(figure, 1234567) == "1⟦,⟧234⟦,⟧567"


def test_in_english_every_page_has_texts_that_are_found_bare(tmp_path: Path) -> None:
    """Else the other tests of this kind would find nothing, whatever is left out."""
    office = Office(tmp_path)
    furnish(office)
    alex = office.as_("alex", Role.SUPERVISOR)
    alex.headers["accept"] = "text/html"
    for path in BACK_OFFICE:
        assert "Skip to content" in pseudo.unmarked(alex.get(path).text, office.services)


def test_nor_one_of_administration_and_what_it_refuses(office: Office) -> None:
    sam = office.as_("sam", Role.ADMIN, password="kept as a hash")
    office.as_("alex", Role.SUPERVISOR)
    sam.headers["accept"] = "text/html"
    pages = [sam.get(path) for path in ADMINISTRATION]

    def send(path: str, **fields: object) -> None:
        pages.append(sam.post(path, data={"csrf": CSRF, **fields}))

    send("/admin/users", user="new", name="New", role="agent")
    send("/admin/users", user="new", name="New", role="king")
    send("/admin/users", user="new", name="New", role="desk", desks=["nowhere"])
    send("/admin/users", user="new", name="", role="qa")
    send("/admin/users", user="not so", name="New", role="qa")
    send("/admin/users", user="alex", name="New", role="qa")
    send("/admin/users", user="new", name="New", role="qa")
    send("/admin/users/sam", name="Sam", role="qa")
    send("/admin/users/sam/active", active="no")
    send("/admin/users/new/link")
    send("/admin/tokens", name="Wall", scopes=["read"], days="soon")
    send("/admin/tokens", name="Wall", scopes=["all"])
    send("/admin/tokens", name="", scopes=["read"])
    send("/admin/tokens", name="Wall", scopes=["read"], days="9999")
    send("/admin/tokens", name="Wall", scopes=["read"], days="9")
    hook = {"name": "Case system", "url": "https://cases.example/x", "kinds": ["alert"]}
    for wrong in (
        *({"name": ""}, {"url": "nothing"}, {"url": "https://a:b@cases.example"}, {"kinds": []}),
        *({"kinds": ["turn"]}, {"format": "fax"}, {"url": "https://[x"}, {"url": "https://a b"}),
    ):
        send("/admin/webhooks", **{**hook, **wrong})
    send("/admin/webhooks", **hook)
    send("/account", time_zone="Nowhere")
    send("/account", theme="pink")
    send("/account", time_zone="Europe/Paris")
    pages.append(sam.get("/account?done=1"))
    for old, password, again in (
        ("wrong", "", ""),
        *((PASSWORD, one, two) for one, two in (("a" * 12, "b"), ("short", "short"))),
    ):
        send("/account/password", old=old, password=password, again=again)
    send("/account/sessions/end", session="gone")
    pages.append(sam.get("/admin/audit"))
    left = {(page.request.url.path, *pseudo.unmarked(page.text, office.services)) for page in pages}
    assert [one for one in left if len(one) > 1] == []


def test_nor_one_that_strangers_read(tmp_path: Path, tongues: Path) -> None:
    house = House(tmp_path, languages=str(tongues), language=pseudo.TAG)
    house.person("ann")
    link = house.settings.base_url + "/welcome/"
    with house.services.sessions.begin() as db:
        link += invitations.invite(db, Role.ADMIN, house.clock())
    stranger = house.browser()
    pages = [stranger.open("/sign-in"), stranger.open("/welcome/nothing")]
    pages += [stranger.join(link, user="x y"), stranger.join(link, user="bea", again="other")]
    pages += [stranger.client.post("/sign-in", data={"user": "ann", "csrf": "old"})]
    pages += [stranger.sign_in("ann", "wrong") for _ in range(12)]
    pages += [stranger.open("/sign-in/oidc/back?code=1")]
    left = {(page.request.url.path, *pseudo.unmarked(page.text, house.services)) for page in pages}
    assert [one for one in left if len(one) > 1] == []
    assert {page.status_code for page in pages} >= {200, 401, 403, 429}


def test_what_is_refused_is_said_in_a_text_that_is_marked() -> None:
    bare, marked = [], 0
    for file in pseudo.ROOT.rglob("*.py"):
        for call in ast.walk(ast.parse(file.read_text())):
            if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Name):
                continue
            if call.func.id not in REFUSALS or not call.args:
                continue
            said = call.args[-1]
            if isinstance(said, ast.JoinedStr) or isinstance(getattr(said, "value", None), str):
                bare.append(f"{file.name}:{said.lineno}")
            marked += isinstance(said, ast.Call)
    assert bare == []
    assert marked > 50


@pytest.mark.parametrize(
    ("wanted", "given"),
    [
        ("", "en"),
        ("fr", "en"),
        ("en-XA", "en-XA"),
        ("fr-CH, en-xa;q=0.5, en;q=0.4", "en-XA"),
        ("en-xa;q=0, en", "en"),
        ("en-GB, en-XA;q=0.9", "en"),
        ("en-XA;q=nonsense", "en"),
        ("*", "en"),
    ],
)
def test_a_browser_is_answered_in_the_language_that_it_likes_best(
    tongues: Path, wanted: str, given: str
) -> None:
    assert best(languages(tongues), wanted).tag == given


def test_two_people_read_one_page_in_two_languages(tmp_path: Path, tongues: Path) -> None:
    stranger = House(tmp_path, languages=str(tongues)).browser()
    stranger.client.headers["accept-language"] = "en-XA"
    first = stranger.open("/sign-in").text
    stranger.client.headers["accept-language"] = "en"
    second = stranger.open("/sign-in").text
    assert '<html lang="en-XA"' in first
    assert "⟦Sign in⟧" in first
    assert '<html lang="en"' in second
    assert "⟦" not in second


def test_programs_are_refused_in_their_language_too(tmp_path: Path, tongues: Path) -> None:
    client = TestClient(House(tmp_path, languages=str(tongues)).app)
    told = client.get("/api/board", headers={"accept-language": "en-XA"}).json()["detail"]
    assert told == "⟦sign in, or send a token⟧"


def test_a_language_that_is_not_there_stops_the_start(tmp_path: Path, tongues: Path) -> None:
    with pytest.raises(SettingsError, match="LANGUAGE: no 'de', but auto, en, en-xa"):
        House(tmp_path, language="de", languages=str(tongues))
    with pytest.raises(SettingsError, match=r"LANGUAGES: .*nowhere"):
        House(tmp_path, languages=str(tmp_path / "nowhere"))
    (tongues / pseudo.TAG / "scripts.json").write_text("[]")
    with pytest.raises(SettingsError, match=r"LANGUAGES: .*scripts\.json"):
        House(tmp_path, languages=str(tongues))


def test_what_a_translation_lacks_stays_english(tmp_path: Path) -> None:
    (tmp_path / "l" / "de").mkdir(parents=True)
    (tmp_path / "l" / "de" / "scripts.json").write_text('{"board.title": "Tafel"}')
    german = languages(tmp_path / "l")["de"]
    assert german.scripts["board.title"] == "Tafel"
    assert german.scripts["card.claim"] == "Claim"
    assert german.texts.gettext("Sign in") == "Sign in"


def test_translators_get_every_text_in_a_file_that_gettext_reads(tmp_path: Path) -> None:
    done = CliRunner().invoke(app, ["wallboard-texts", str(tmp_path)])
    assert done.exit_code == 0, done.output
    told = (tmp_path / "wallboard.pot").read_text()
    for text in ("Sign in", "%(name)s is invited.", "no role '%(role)s'; roles are %(known)s"):
        assert f'\nmsgid "{text}"\nmsgstr ""\n' in told
    assert '\nmsgid_plural "%(num)s entries"\n' in told
    if msgfmt := shutil.which("msgfmt"):
        check = [msgfmt, "--check-header", "--check-format", "-o", "/dev/null"]
        subprocess.run([*check, tmp_path / "wallboard.pot"], check=True)


def test_the_names_that_pages_show_of_closed_sets_are_all_texts() -> None:
    texts = languages()["en"].scripts
    names = {
        "audit": [*What, *(f"looked.{what}" for what in LOOKS)],
        "role": Role,
        "kind": KINDS,
        "scope": Scope,
        "callback": CallbackState,
        "attempt": AttemptOutcome,
        "fault": Fault,
        "end": RouteEnd,
        "rule": [*sayings(), f"{GUARDRAIL}{BEYOND_AUTHORITY}"],
        "severity": Severity,
        "format": Format,
        "how": RouteMode,
        "cause": Cause,
        "ended": EndReason,
        "failure": [*FailureReason, *CancelReason],
        "delivery": (outbox.WAITING, outbox.DELIVERED, outbox.GIVEN_UP),
    }
    for kind, members in names.items():
        assert [one for one in members if f"{kind}.{one}" not in texts] == [], kind


def test_sentences_about_a_chain_are_all_translated(tongues: Path) -> None:
    """Those that workers make: each as `workflow.chain` writes it, so that none is forgotten."""
    makers = (chain._first_fault, chain._out_of_place, chain.fault_of, chain._unproven)
    source = "".join(map(inspect.getsource, makers))
    parts = re.findall(r'f?"((?:it|its|the|a second|entry|that) [^"]+)"', source)
    said = {re.sub(r"\{(?!open_end)[^}]+\}", "7", part) for part in parts if " " in part}
    bracketed = contextvars.copy_context()
    bracketed.run(speak, languages(tongues)["en-xa"])
    told = {bracketed.run(chains.said, part.replace("{open_end}", "")) for part in said}
    assert len(told) > 12
    assert [one for one in told if not one.startswith("⟦")] == []


def test_no_function_hides_the_mark_that_it_calls() -> None:
    """`for _, value in …` in a function that says `_("…")` fails as that line is reached."""
    for file in pseudo.ROOT.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                names = [one for one in ast.walk(node) if isinstance(one, ast.Name)]
                uses = {type(one.ctx) for one in names if one.id == "_"}
                hidden = uses >= {ast.Load, ast.Store} or "_" in (a.arg for a in node.args.args)
                assert not hidden or ast.Load not in uses, f"{file.name}: {node.name}"


def test_whatever_an_agent_may_be_found_to_have_said_has_a_text() -> None:
    from workflow.hints import HintKind
    from workflow.patterns import guiding

    english = msgspec.json.decode((pseudo.ROOT / "static" / "texts" / "en.json").read_bytes())
    kinds = (HintKind.GUARDRAIL, HintKind.LANDMINE)
    names = {name for kind in kinds for name in guiding.names_of(kind)}
    assert len(names) > 20
    assert {name for name in names if f"rule.{name}" not in english} == set()
