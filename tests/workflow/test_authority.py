"""Authority: what a role may promise, and which promises go beyond it."""

import pytest

from detectors.chunk import Chunk
from detectors.detector import Detector
from detectors.reading import Conversation
from detectors.vocabulary import Speaker
from workflow.authority import Authority, Beyond, Remedy, beyond
from workflow.duty import PersonRole
from workflow.policy import PolicyError, default_policy_text, load_policy, parse_policy

AGENT = Authority(refund_limit=50, credit_limit=25, currency="GBP", approver=PersonRole.SUPERVISOR)


@pytest.fixture(scope="module")
def detector() -> Detector:
    return Detector.from_policy(load_policy())


def offered(detector: Detector, text: str) -> Beyond | None:
    chunk = Chunk(call_id="c1", sequence=1, utterance_id="u1", text=text, speaker=Speaker.AGENT)
    reading = detector.read(chunk, Conversation())
    found = [beyond(AGENT, step, reading.turn.text) for step in reading.steps]
    return next((past for past in found if past is not None), None)


@pytest.mark.parametrize(
    ("text", "remedy", "amount"),
    [
        ("I'll refund you three hundred pounds.", Remedy.REFUND, 300),
        ("I can put £120.50 back on your card today.", Remedy.REFUND, 120.5),
        ("That's 300 pounds, and I'll refund that now.", Remedy.REFUND, 300),
        ("I can knock thirty quid off the bill", Remedy.CREDIT, 30),
        ("let me add a 40 pound credit to your account", Remedy.CREDIT, 40),
        ("I'm going to give you two hundred and fifty in compensation", Remedy.REFUND, 250),
    ],
)
def test_a_promise_above_the_limit_is_heard(
    detector: Detector, text: str, remedy: Remedy, amount: float
) -> None:
    past = offered(detector, text)
    assert past is not None
    assert (past.remedy, past.amount) == (remedy, amount)
    assert past.approver is PersonRole.SUPERVISOR
    assert past.quote == text


@pytest.mark.parametrize(
    "text",
    [
        "I'll refund you fifty pounds.",
        "I'll refund you 20 of the 300 pounds.",
        "You were charged 300 pounds. I'll refund the late fee.",
        "I can't refund 300 pounds.",
        "I'll ask my supervisor to refund you 300 pounds.",
        "I can see 300 pounds on the bill.",
        "I'll refund it within thirty days.",
        "If my manager approves it I'll refund you 300 pounds.",
    ],
)
def test_what_is_within_the_limit_or_no_promise_is_let_be(detector: Detector, text: str) -> None:
    assert offered(detector, text) is None


def test_the_default_policy_says_who_may_promise_what() -> None:
    table = load_policy().authority
    assert table[PersonRole.AGENT].approver is PersonRole.SUPERVISOR
    assert table[PersonRole.AGENT].refund_limit < table[PersonRole.SUPERVISOR].refund_limit


@pytest.mark.parametrize(
    ("old", "new", "where", "problem"),
    [
        ('approver = "supervisor"', 'approver = "agent"', "authority.agent.approver", "nobody"),
        ('approver = "manager"', 'approver = "specialist"', "supervisor.approver", "no [authority"),
        ('approver = "manager"', 'approver = "owner"', "authority.supervisor", "owner"),
        ("refund_limit = 50\n", "refund_limit = 900\n", "authority.agent.approver", "no more"),
        ("refund_limit = 50\n", "refund_limit = -1\n", "authority.agent.refund_limit", ">= 0"),
        ('currency = "GBP"', 'currency = "USD"', "authority.agent.approver", "not in USD"),
        ('currency = "GBP"', 'currency = "pounds"', "authority.agent.currency", "regex"),
        ("[authority.agent]", "[authority.agnet]", "authority.agnet", "no such name"),
    ],
)
def test_an_authority_that_cannot_work_is_named_with_its_line(
    old: str, new: str, where: str, problem: str
) -> None:
    text = default_policy_text()
    assert old in text
    with pytest.raises(PolicyError) as raised:
        parse_policy(text.replace(old, new, 1), source="policy.toml")
    mistake = raised.value.mistakes[0]
    assert mistake.line > 0
    assert where in str(mistake)
    assert problem in str(mistake)
