"""Going outside the company, by rules alone: a threat is heard, a mention in passing is not."""

from collections.abc import Callable

import pytest

from detectors.detector import Detector, Heard

Say = Callable[..., Heard]


@pytest.mark.parametrize(
    ("said", "label"),
    [
        # An elected representative, about the company or with a plan.
        ("I've written to my MP about the way you treat pensioners", "regulator"),
        ("I rang my councillor about you", "regulator"),
        ("I'm going to write to my congressman about this", "regulator"),
        # An ombudsman: what a letter says, and what the caller makes of it.
        ("the letter says I can go to the ombudsman so that's where I'm going", "regulator"),
        ("if you can't sort it I'll go to the ombudsman", "regulator"),
        ("the ombudsman ruled against you and you still haven't paid", "regulator"),
        ("I don't want an apology, I want the ombudsman's address", "regulator"),
        # What a regulator says against the company.
        ("the FCA says you can't do that to me", "regulator"),
        ("BBB says you got till Friday to answer me", "regulator"),
        ("the ombudsman's number is in front of me and I'm ringing them next", "regulator"),
        # The press and public places of New Zealand, India and South Africa.
        ("I'm going to Carte Blanche with this", "media"),
        ("I'll send this to News24", "media"),
        ("I'm taking this to Stuff", "media"),
        ("I will go to NDTV with all the passengers", "media"),
        ("I'm putting it on HelloPeter", "media"),
        # Publicity that is no praise.
        ("this is going viral", "media"),
        ("I've got ninety thousand followers and you're the next video", "media"),
        # Courts and papers.
        ("see you at the CCMA then", "legal_threat"),
        ("I want the address for service of legal documents", "legal_threat"),
        ("don't make me sue you", "legal_threat"),
        ("my solicitor said sue and I said let's do it", "legal_threat"),
        ("I've taken legal advice about what you did", "legal_threat"),
        # A lawyer or a counsellor who acts for the caller.
        ("I've an attorney handling this, don't contact me directly", "represented"),
        ("my solicitor's dealing with it", "represented"),
        ("I'm under debt review", "represented"),
    ],
)
def test_going_outside_is_heard(shipped: Detector, say: Say, said: str, label: str) -> None:
    assert label in say(shipped, said).reading.raised()


@pytest.mark.parametrize(
    ("said", "label"),
    [
        ("I rang my MP about the potholes", "regulator"),
        ("I phoned the MP's office about parking and they said it's council", "regulator"),
        ("I did write my congressman on that bill when it came up", "regulator"),
        (
            "I've spoken to my councillor about the bus stop, that's a different thing, this is"
            " my sink",
            "regulator",
        ),
        ("my bill says if I'm unhappy I can go to the ombudsman", "regulator"),
        ("the booklet says I can go to the ombudsman if I'm not happy", "regulator"),
        (
            "the letter says I've a right to go to the ombudsman but I'm happy with what you've"
            " done",
            "regulator",
        ),
        ("the ombudsman's number here on the back of the bill", "regulator"),
        ("are there trading standards for roses", "regulator"),
        ("HIQA were in, the report's on the hall table", "regulator"),
        ("I was reading on the CFPB site that you've got to", "regulator"),
        ("ComReg's map says I've fibre", "regulator"),
        ("Ofcom says I can text to switch", "regulator"),
        ("BBB says you're A plus", "regulator"),
        ("I was told that APRA makes the bank test my loan", "regulator"),
        ("I'll go to the mirror and check", "media"),
        ("I'm flying to India today", "media"),
        ("the local radio does the bingo from us Thursdays", "media"),
        ("I've put it all over Facebook that you lot are the best", "media"),
        ("I've already written about you on Tripadvisor, ten out of ten", "media"),
        (
            "I've got about a hundred thousand followers so I need unlimited upload what plans do"
            " you have",
            "media",
        ),
        ("I'll file the papers in my folder", "legal_threat"),
        ("I'm suing for peace here, ha", "legal_threat"),
        ("my lawyer friend said sue and I said nonsense", "legal_threat"),
        ("I've taken legal advice about the boundary, that's with my brother", "legal_threat"),
        ("my dad's got a lawyer because of the inheritance", "legal_threat"),
        (
            "my lawyer will be sending you the papers, it's for my aunt's estate",
            "legal_threat",
        ),
        ("I don't have an attorney handling this", "represented"),
    ],
)
def test_a_mention_is_no_threat(shipped: Detector, say: Say, said: str, label: str) -> None:
    assert label not in say(shipped, said).reading.raised()


@pytest.mark.parametrize(
    ("said", "label"),
    [
        ("I'm leaving you for Three", "churn_threat"),
        ("port my number out, I'm going to MTN", "churn_threat"),
        ("I'm moving my home loan to another bank", "churn_threat"),
        ("twenty years I've been with you and I'm off", "churn_threat"),
        ("put me on the DND registry", "do_not_call"),
        ("I rang on Monday, Tuesday and yesterday", "repeat_contact"),
        ("I've been passed around five departments", "repeat_contact"),
        ("every week I call and every week it's the same", "repeat_contact"),
        ("go back to your own country", "agent_abuse"),
        ("go back where you came from", "agent_abuse"),
        ("is it because I'm a traveller", "discrimination"),
        ("she told me go back to your own country", "discrimination"),
        (
            "your fella put through an order I never asked for to get his commission",
            "misconduct",
        ),
        ("I'm waiting for my Centrelink", "hardship"),
        ("I'd like compensation for the days I missed work", "complaint"),
    ],
)
def test_signals_in_plain_words_are_heard(
    shipped: Detector, say: Say, said: str, label: str
) -> None:
    assert label in say(shipped, said).reading.raised()


@pytest.mark.parametrize(
    ("said", "label"),
    [
        ("I'm going to chase this up tomorrow", "churn_threat"),
        ("why did you stop calling me about the appointment", "do_not_call"),
        ("every month I call to pay my bill", "repeat_contact"),
        ("somebody told me go back to your own country", "agent_abuse"),
        ("go back to your own country", "discrimination"),
        ("I want the lounge because I'm a frequent traveller", "discrimination"),
        ("I'm waiting for my Centrelink letter", "hardship"),
        ("I would like a workers compensation form", "complaint"),
    ],
)
def test_everyday_words_like_signals_are_none(
    shipped: Detector, say: Say, said: str, label: str
) -> None:
    assert label not in say(shipped, said).reading.raised()
