"""Plain words of callers that must be heard, and routine talk that must not, by rules alone."""

from collections.abc import Callable

import pytest

from detectors.detector import Detector, Heard

Say = Callable[..., Heard]

TABLETS = "agent: have you taken any tablets"
PAYMENT = "agent: did you authorise this payment"


@pytest.mark.parametrize(
    ("turns", "label"),
    [
        # An overdose by its amount.
        (("I've had forty paracetamol and a bottle of vodka",), "self_harm"),
        ((TABLETS, "yes a whole box of paracetamol"), "self_harm"),
        ((TABLETS + " today", "I've had about forty"), "self_harm"),
        (("agent: have you taken anything", "yes the whole bottle"), "self_harm"),
        (("agent: have you taken an overdose", "about forty paracetamol"), "self_harm"),
        (("agent: have you taken an overdose", "yes"), "self_harm"),
        # A word about something else, or taken back.
        (("no nothing's wrong with the phone my mum's unconscious",), "emergency"),
        (("no it's not the phone my mum's unconscious",), "emergency"),
        (("it's not that I want to die it's that I can't live",), "self_harm"),
        (("I was going to say I'm not suicidal but that'd be a lie",), "self_harm"),
        # Answers.
        (
            ("agent: you're not thinking of doing anything silly are you", "I might be"),
            "self_harm",
        ),
        (("agent: have you ever felt that life isn't worth living", "every day"), "self_harm"),
        (("agent: is your child safe", "no"), "safeguarding"),
        # Said plainly.
        (("the whole house smells of gas",), "emergency"),
        (("now the flat's filling with smoke",), "emergency"),
        (("I've been run over and I'm in the road",), "emergency"),
        (("my epilepsy meds haven't come and I had two fits this morning",), "emergency"),
        (("the router's smoking and it's melted the socket",), "emergency"),
        (("there's a kid been left in a hot car in your car park",), "emergency"),
        (("there's a bomb on your flight",), "violence"),
        (("I'll blow up your mast if you don't move it",), "violence"),
        (("somebody should shoot the lot of you and it might be me",), "violence"),
        (("a package been left in the branch with wires coming out of it",), "violence"),
        (("I just hit my wife and I think I really hurt her",), "violence"),
        (("my wife's just told me she's going to drive her car into a wall",), "self_harm"),
        (("I'm gonna kms",), "self_harm"),
        (("the nurse hit my grandmother",), "safeguarding"),
        (("they took my passport and I have to work and I don't get paid",), "safeguarding"),
        (
            ("my mum with dementia is being shouted at and slapped by the carer",),
            "safeguarding",
        ),
        (
            ("they're taking my granddaughter abroad to be married and she's fifteen",),
            "safeguarding",
        ),
    ],
)
def test_a_life_at_risk_is_heard(
    shipped: Detector, say: Say, turns: tuple[str, ...], label: str
) -> None:
    assert label in say(shipped, *turns).reading.raised()


@pytest.mark.parametrize(
    "turns",
    [
        ("agent: have you taken anything for it", "yes two paracetamol"),
        (TABLETS, "no"),
        ("agent: how many photos did you take", "about thirty"),
        ("I've had forty tablets delivered and I only ordered ten",),
        ("agent: is your child safe", "yes she's with my mum"),
        ("I just hit my wife's car in the drive",),
        ("we're taking my daughter abroad to get married",),
        ("there was a bomb scare on the train so I'm late",),
        ("I'm not saying the phone line is dead my mum's is fine",),
    ],
)
def test_what_sounds_like_it_raises_nothing(
    shipped: Detector, say: Say, turns: tuple[str, ...]
) -> None:
    assert say(shipped, *turns).reading.raised() == []


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("any thoughts of suicide", "no"),
        ("any thoughts of suicide", "not recently"),
        ("are you having any thoughts of hurting yourself", "no"),
        (
            "are you having any thoughts of hurting yourself",
            "no no nothing like that I'm just tired",
        ),
    ],
)
def test_a_denial_is_always_looked_at(
    shipped: Detector, say: Say, question: str, answer: str
) -> None:
    reading = say(shipped, f"agent: {question}", answer).reading
    assert (reading.raised(), reading.review()) == ([], ["self_harm"])


@pytest.mark.parametrize(
    "turns",
    [
        (PAYMENT, "no"),
        ("agent: did you approve this payment", "nope"),
        ("agent: did you make this payment", "no I didn't"),
        ("agent: was that transaction you", "definitely not"),
        ("agent: was that you", "no"),
        ("agent: is this a genuine transaction", "no"),
        ("agent: did you set up a new payee", "no I haven't touched it"),
        ("agent: was it you that changed the email address", "no"),
        ("agent: did you request a new sim", "no"),
        ("agent: did you give anyone remote access to your computer", "yes"),
        ("agent: did you click on the link and put your details in", "yeah I did"),
        ("agent: has anyone told you to lie to us", "I'm not supposed to say"),
        ("I've got a man on my computer now he's got that any desk thing on",),
        ("my dad's just bought six hundred pounds of gift cards because somebody told him to",),
        ("you say I changed my address but I didn't so who did",),
    ],
)
def test_a_victim_of_fraud_is_heard(shipped: Detector, say: Say, turns: tuple[str, ...]) -> None:
    assert say(shipped, *turns).reading.raised() == ["fraud"]


@pytest.mark.parametrize(
    "turns",
    [
        (PAYMENT, "yes"),
        (PAYMENT, "no my husband did"),
        ("agent: did you make a payment last month", "no not yet"),
        ("agent: did you make the payment", "no I get paid friday"),
        ("agent: did you set up a direct debit", "no"),
        ("agent: was that you", "no that was my wife"),
        ("I don't recognise this number that's been calling me is it one of yours",),
        ("do I need to worry about identity theft if I threw the statement in the bin",),
        ("I got scammed by the parking machine it ate my coins haha",),
        ("I want to report a pothole to the council",),
        ("report fly tipping to the council",),
        ("do I report it to you or to the council",),
        ("I need to report a change of circumstances to the council for my council tax",),
        ("I need to report a burst water main to the council",),
        ("the letter says I can go to the ombudsman if I'm unhappy but I'm not",),
        ("is this call about the FCA letter everybody got",),
        ("I'm calling from the financial ombudsman service about a case reference",),
    ],
)
def test_routine_talk_raises_nothing(shipped: Detector, say: Say, turns: tuple[str, ...]) -> None:
    assert say(shipped, *turns).reading.raised() == []


@pytest.mark.parametrize(
    ("text", "raised"),
    [
        ("does the policy cover suicide it's for our group scheme documents", False),
        ("is suicide covered on the policy it's for an HR booklet", False),
        ("what's your cover for suicide", False),
        ("does my life insurance cover suicide", True),
        ("would my wife still get the payout if it was suicide", True),
    ],
)
def test_who_asks_of_a_policy_is_looked_at_and_who_asks_for_themselves_is_raised(
    shipped: Detector, say: Say, text: str, raised: bool
) -> None:
    reading = say(shipped, text).reading
    assert reading.raised() == (["self_harm"] if raised else [])
    assert raised or reading.review() == ["self_harm"]


@pytest.mark.parametrize(
    ("turns", "label"),
    [
        (("I'm not saying I won't sue",), "legal_threat"),
        (("I never wanted to involve solicitors but you've forced my hand",), "legal_threat"),
        (("my lawyer said not to bother talking to you so expect the papers",), "legal_threat"),
        (
            ("I took my last insurer to court and I won and I'll do the same with you",),
            "legal_threat",
        ),
        (("agent: do you want to escalate to the ombudsman", "yes please"), "regulator"),
        (("I'm going to report you to the council",), "regulator"),
        (("I already tweeted about it and I'm going to keep tweeting",), "media"),
        (("don't be surprised when you see this on the news",), "media"),
    ],
)
def test_a_threat_is_heard(shipped: Detector, say: Say, turns: tuple[str, ...], label: str) -> None:
    assert say(shipped, *turns).reading.raised() == [label]


def test_who_does_not_say_that_they_will_sue_does_not_threaten(shipped: Detector, say: Say) -> None:
    assert say(shipped, "I'm not saying I will sue").reading.raised() == []
