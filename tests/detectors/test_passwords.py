"""Passwords and answers to security questions, in whatever words they come."""

from time import process_time

import pytest

from detectors.asking import OTHER, request_in, standing
from detectors.reading import Turn
from detectors.redaction import redact
from detectors.vocabulary import Speaker
from detectors.window import agent_before

ASKED = "can you confirm your password"
PET = "what was the name of your first pet"
SCHOOL = "what's the answer to your security question what was your first school"


def left_of(*turns: str) -> list[str]:
    """What is left of turns read in order; "agent: …" is the agent's."""
    before: tuple[Turn, ...] = ()
    for number, turn in enumerate(turns):
        speaker = Speaker.AGENT if turn.startswith("agent: ") else Speaker.CUSTOMER
        led = standing(before, speaker)
        asked = "" if speaker is Speaker.AGENT else agent_before(before)
        text, _ = redact(turn.removeprefix("agent: "), asked, led.own, led.wanted)
        before = (*before, Turn(utterance_id=f"u{number}", speaker=speaker, text=text))
    return [turn.text for turn in before]


@pytest.mark.parametrize(
    ("answer", "left"),
    [
        ("buttercup", "[password]"),
        ("yeah um buttercup", "yeah um [password]"),
        ("sure buttercup", "sure [password]"),
        ("well buttercup I think", "well [password] I think"),
        ("it is buttercup", "it is [password]"),
        ("it should be buttercup", "it should be [password]"),
        ("I think it might be buttercup", "I think it might be [password]"),
        ("um yes it should be buttercup", "um yes it should be [password]"),
        ("it used to be buttercup", "it used to be [password]"),
        ("oh erm it's buttercup I think", "oh erm it's [password] I think"),
        ("um buttercup please", "um [password] please"),
        ("try Buttercup22!", "try [password]!"),
        ("hunter2!x", "[password]"),
        ("buttercup with a capital B", "[password] with a capital B"),
        ("it's all lowercase bluehorse", "it's all lowercase [password]"),
        ("yes it's rover and where's my bill", "yes it's [password] and where's my bill"),
        ("arsenal or chelsea", "[password] or [password]"),
        ("it's either rover or fido", "it's either [password] or [password]"),
        ("it says here jones", "it says here [password]"),
        ("capital J o n e s two two", "[password]"),
    ],
)
def test_a_password_is_heard_in_what_is_said_around_it(answer: str, left: str) -> None:
    assert redact(answer, agent_said=ASKED)[0] == left


@pytest.mark.parametrize(
    "answer",
    [
        "hello?",
        "pardon",
        "no idea sorry",
        "yes of course",
        "um I can't remember",
        "okay hang on a second",
        "I don't have one",
        "why do you need it",
        "which one the online one",
        "fire away",
        "two seconds",
        "someone's shouting",
        "it says the link expired",
        "it's been stolen",
        "help me",
        "he's here",
        "it's suicide for me now",
        "yeah I want to die",
        "there's somebody in the house",
        "I'm scared he's outside",
    ],
)
def test_what_else_is_answered_to_the_question_for_a_password_stays(answer: str) -> None:
    assert redact(answer, agent_said=ASKED) == (answer, ())


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("password tiger22", "password [password]"),
        (
            "my login is jsmith and the password tiger",
            "my login is jsmith and the password [password]",
        ),
        ("the username's jsmith password Tiger_22", "the username's jsmith password [password]"),
        ("I've been using P@ssw0rd1 as the password", "I've been using [password] as the password"),
        ("Tiger99 is my password", "[password] is my password"),
        ("I used rover as my password", "I used [password] as my password"),
        (
            "I changed it to Winterfell22 the password I mean",
            "I changed it to [password] the password I mean",
        ),
        ("I changed my password to buttercup", "I changed my password to [password]"),
        (
            "the answer to my security question is open sesame",
            "the answer to my security question is [password]",
        ),
        ("the password for my account is tiger22", "the password for my account is [password]"),
        ("the password I use is buttercup", "the password I use is [password]"),
        ("my password's still buttercup I think", "my password's still [password] I think"),
        ("my password is rover he's got a knife", "my password is [password] he's got a knife"),
    ],
)
def test_a_password_is_named_in_many_ways(text: str, left: str) -> None:
    assert redact(text)[0] == left


@pytest.mark.parametrize(
    "text",
    [
        "reset my password please",
        "the password does not work",
        "I changed my password yesterday and now I can't get in",
        "I changed the password to something else",
        "I reset the password to get into my account",
        "my password was hacked and they took two hundred pounds",
        "my password was leaked",
        "my password is being used by my ex husband",
        "the password for the account that was hacked",
        "the password to my email was stolen",
        "the password you sent me is useless",
        "the password I was given was temporary",
        "what's my login and the password again",
        "my email is wrong and the password page is blank",
        "he made me give him my password and he hit me",
        "you've set my password to expire",
        "the password is all I need",
        "it keeps saying invalid username and password combination",
        "I asked for it to be changed to friday the password thing is separate",
        "I used my daughter's name as the password",
        "I set it as my password",
        "I've tried my password 3 times",
        "the password reset link expired after 24 hours",
    ],
)
def test_talk_of_a_password_stays(text: str) -> None:
    assert redact(text) == (text, ())


@pytest.mark.parametrize(
    ("question", "answer", "left"),
    [
        (PET, "smokey", "[password]"),
        (PET, "he was called smokey", "he was called [password]"),
        (PET, "we had a cat called smokey", "we had a cat called [password]"),
        (PET, "smokey the cat", "[password] the cat"),
        (SCHOOL, "St Marys", "[password]"),
        (SCHOOL, "St Mary's Primary School", "[password]"),
        ("and your mother's maiden name", "sure it was o'brien", "sure it was [password]"),
        ("where did you grow up", "um leeds", "um [password]"),
    ],
)
def test_the_answer_to_a_security_question_is_a_password(
    question: str, answer: str, left: str
) -> None:
    assert redact(answer, agent_said=question)[0] == left


@pytest.mark.parametrize(
    "said",
    [
        "when did you get your first car",
        "did you tell anyone your password",
        "have you forgotten your password",
        "I'll reset your password for you is that okay",
    ],
)
def test_not_every_word_of_a_secret_asks_for_it(said: str) -> None:
    assert request_in(said) == OTHER


def test_a_password_that_is_put_right_is_taken_out_again() -> None:
    left = left_of(f"agent: {SCHOOL}", "St Marys", "no Fluffy")
    assert left[1:] == ["[password]", "no [password]"]
    assert left_of(f"agent: {ASKED}", "it's rover", "sorry it's fido")[2] == "sorry it's [password]"


def test_a_password_is_waited_for_while_the_caller_ponders() -> None:
    assert left_of(f"agent: {ASKED}", "um hang on", "let me think", "rover")[-1] == "[password]"
    assert left_of(f"agent: {ASKED}", "agent: no rush", "agent: take your time", "rover")[-1] == (
        "[password]"
    )
    assert left_of("my password is", "rover")[-1] == "[password]"


@pytest.mark.parametrize("after", ["okay great", "is that right", "yeah go on"])
def test_what_is_said_after_a_password_is_none(after: str) -> None:
    assert left_of(f"agent: {ASKED}", "it's rover", after)[-1] == after


def test_what_is_said_after_talk_of_a_password_is_none() -> None:
    assert left_of("I forgot my password", "agent: right", "lovely weather")[-1] == "lovely weather"


@pytest.mark.parametrize("said", ["I changed it to ", "password ", "as the password ", "um "])
def test_passwords_are_looked_for_in_time_that_grows_with_the_text(said: str) -> None:
    def seconds(times: int) -> float:
        taken = []
        for _ in range(3):
            begun = process_time()
            redact(said * times + "password", agent_said=ASKED)
            taken.append(process_time() - begun)
        return min(taken)

    seconds(100)
    assert seconds(8_000) < 28 * max(seconds(1_000), 0.01)
