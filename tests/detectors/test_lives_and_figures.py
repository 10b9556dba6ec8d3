"""Lives and losses told in unusual words, and the figures of speech beside them, by rules alone."""

from collections.abc import Callable

import pytest

from detectors.detector import Detector, Heard

Say = Callable[..., Heard]


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("I'll jump off the balcony if you cut my electric", "self_harm"),
        ("I'm going to jump off the bridge, call my wife", "self_harm"),
        ("I will set myself on fire in your branch", "self_harm"),
        ("I will set myself on fire in your branch", "violence"),
        ("he says he's got a gun and he's going to use it on himself", "self_harm"),
        ("I'll kill him and then myself", "self_harm"),
        ("what's the quickest way to go, painless like", "self_harm"),
        ("I'd rather be dead than go on like this", "self_harm"),
        ("I want to talk about suicide", "self_harm"),
        ("the bushfire is at the back fence", "emergency"),
        ("I was electrocuted by your meter box just now", "emergency"),
        ("the flood water's coming up the stairs", "emergency"),
        ("a burst main and it's washing the road away with a car in it", "emergency"),
        ("there's smoke again same as last week, it's coming out of the meter", "emergency"),
        ("my husband collapsed when he was in the shower", "emergency"),
        ("the kitchen caught fire when she was cooking", "emergency"),
        ("he's been stabbed", "emergency"),
        ("I can smell rotten eggs by the cooker", "emergency"),
        ("what do I do, I smell gas", "emergency"),
        ("I've a headache, the boiler's on, I can smell gas, what'll it cost", "emergency"),
        ("my carbon monoxide alarm's going off, is it the battery", "emergency"),
        ("she's only fourteen and her boyfriend is thirty-five", "safeguarding"),
        ("speak quietly, he's upstairs and he'll go mad if he hears", "safeguarding"),
        ("my boss keeps my ID and I can't leave", "safeguarding"),
        ("himself is after giving me another hiding", "safeguarding"),
        ("they have my passport and I work for no pay", "safeguarding"),
        ("he hit me with a belt", "safeguarding"),
        ("he beat me to a pulp", "safeguarding"),
        ("recovery agents are threatening to harm my family", "violence"),
        ("I will klap that technician", "violence"),
        ("I'll moer him", "violence"),
        ("he's going to kill me", "violence"),
        ("I shared my OTP with the caller and now the money is gone", "fraud"),
        ("my grandson rang from jail and needs bail money in cash", "fraud"),
        ("your man said he was a guard and needed my PIN", "fraud"),
        ("I got a QR code, I scanned it and the money went", "fraud"),
        ("money got debited but I have not done anything, please block my card", "fraud"),
        ("a fake SARS guy took my money", "fraud"),
        ("they did a sim swap on me", "fraud"),
        ("I never requested a sim swap", "fraud"),
        ("the water heater smells of gas", "emergency"),
        ("he takes my phone when I ask him for money", "safeguarding"),
        ("he's on my other phone now", "fraud"),
    ],
)
def test_it_is_heard_in_whatever_words(shipped: Detector, say: Say, text: str, label: str) -> None:
    assert label in say(shipped, text).reading.raised()


@pytest.mark.parametrize(
    "text",
    [
        "he hit me with a delivery charge",
        "she hit me with ten questions",
        "my son hit me up for a phone",
        "he hit me on whatsapp with the number",
        "my husband beat me at scrabble",
        "he beat me to the phone",
        "my sister beat me to it",
        "my ex has took my passport by mistake",
        "my brother's ex won't let him have them on christmas",
        "she's not allowed out, she's grounded till her room's done",
        "my boyfriend goes through my phone cause I ask him to fix it",
        "my wife won't let me near the thermostat",
        "my dad used to hit us and he's dead now twenty years",
        "I'm going to jump off the call now",
        "I'm going to jump in the shower",
        "I'm going to jump ship to Sky",
        "I could kill myself laughing",
        "he said he'd sooner be dead than go on gas",
        "I'd rather die than floss",
        "I do a talk on suicide for the farmers",
        "my dissertation's on suicide in victorian novels",
        "he's going to kill the engine when it gets there",
        "I'm going to shoot you a text",
        "I've had a headache with this boiler since january, I mean the cost of it",
        "I smelled gas tuesday, your guy came, tightened the fitting, smells fine now",
        "I'd a carbon monoxide alarm go off but it was the battery",
        "there's an old gas fire in the snug",
        "there's smoke everywhere but it's my husband's brisket",
        "he's choking, every year he chokes right at the eighteenth hole",
        "I think somebody's hacked my netflix, no wait it's my sister's profile",
        "what would happen if someone stole my card abroad",
        "that transaction I didn't recognise was my wife's netball fees",
        "two payments are there which I did not do, my husband has done them",
        "it wasn't me that made that claim it was my husband",
        "there's some lady on my other line",
        "sim swap, yes, I want a sim swap, I bought a smaller phone",
    ],
)
def test_a_figure_of_speech_raises_nothing(shipped: Detector, say: Say, text: str) -> None:
    assert say(shipped, text).reading.raised() == []


@pytest.mark.parametrize(
    "text",
    [
        "what do I do if I smell gas, just so I know",
        "who do I ring if I smell gas at the caravan",
        "when I smell gas who do I call",
    ],
)
def test_who_asks_what_to_do_about_gas_is_looked_at(shipped: Detector, say: Say, text: str) -> None:
    reading = say(shipped, text).reading
    assert (reading.raised(), reading.review()) == ([], ["emergency"])


@pytest.mark.parametrize(
    "text",
    [
        "I could kill him, I really could, I've got the knife in my hand",
        "I've got a gun here and I'm going to shoot him",
    ],
)
def test_who_is_armed_against_another_raises_violence_and_is_looked_at_for_themselves(
    shipped: Detector, say: Say, text: str
) -> None:
    reading = say(shipped, text).reading
    assert (reading.raised(), reading.review()) == (["violence"], ["self_harm"])


def test_no_score_takes_back_that_somebody_is_still_down(shipped: Detector, say: Say) -> None:
    heard = say(shipped, "he collapsed when we were in the shop and he's still down")
    assert any(hit.rule.rule.plain and hit.stands for hit in heard.hits)
