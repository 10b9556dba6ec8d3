"""What personal data is, said and written in the ways callers use; and what only looks like it."""

import pytest

from detectors.digits import runs_of, words_of
from detectors.redaction import redact

GOES = [
    "my card is 4111 1111 1111 1111",
    "4111-1111-1111-1111",
    "4111111111111111",
    "it's 378282246310005",
    "four one one one one one one one one one one one one one one one",
    "four one double one one one one one one one one one one one one one one",
    "forty one eleven eleven eleven eleven eleven eleven eleven",
    "forty-one eleven eleven eleven eleven eleven eleven eleven",
    "five five double five treble five five double five double five four four four four",
    "four thousand one hundred eleven eleven eleven eleven eleven eleven eleven",
    "it's four one one one, um, one one one one, uh, one one one one and then one one one one",
    "4111 yeah 1111 okay 1111 and 1111",
    "my card number is 4111 1111",
    "card number four one one one one one one one",
    "the long number is 5500 0000 0000 0004",
    "amex 3782 822463 10005",
    "my card was 4500 4500 4500 4500",
    "it's 5555-4444-3333-1112",
    "it's 4111111111111112",
    "four five zero one four five zero one four five zero one four five zero one",
    "the last four are not enough it's 4012 8888 8888 1881",
    "the cvv is 123",
    "cvv one two three",
    "security code is 4 5 6",
    "the three digits on the back are nine oh two",
    "my pin is one two three four",
    "my pin's 1234",
    "pin number double four double two",
    "the code you sent is 482913",
    "the one time passcode is four eight two nine one three",
    "verification code 990 112",
    "the code is 482913",
    "the code they texted me was five five oh one nine two",
    "sort code 12-34-56 account 12345678",
    "sort code twenty thirty forty and account number one two three four five six seven eight",
    "account number oh oh one two three four five six",
    "my account is 00123456",
    "my account there's one two three four five six seven eight",
    "routing number 021000021",
    "routing number oh two one oh oh oh oh two one",
    "bsb 062-000 account 12345678",
    "bsb is oh six two triple oh",
    "GB29 NWBK 6016 1331 9268 19",
    "IBAN is gb29nwbk60161331926819",
    "iban g b two nine n w b k six oh one six one three three one nine two six eight one nine",
    "IE29 AIBK 9311 5212 3456 78",
    "transit number 12345 account 1234567",
    "it's 078-05-1120",
    "my social is 078 05 1120",
    "my social security number is oh seven eight oh five one one two oh",
    "ssn 078051120",
    "social is zero seven eight, zero five, eleven twenty",
    "AB 12 34 56 C",
    "QQ 12 34 56 C",
    "my ni number is QQ 12 34 56 C",
    "my national insurance number is q q one two three four five six c",
    "national insurance ab123456c",
    "a b twelve thirty four fifty six c",
    "sin is 046 454 286",
    "my social insurance number is oh four six four five four two eight six",
    "tfn 123 456 782",
    "my tax file number is one two three four five six seven eight two",
    "medicare number is 2123 45670 1",
    "medicare two one two three four five six seven oh one",
    "pps number 1234567T",
    "my p p s is one two three four five six seven t",
    "passport number 925665416",
    "passport is nine two five six six five four one six",
    "driver's license is D1234567",
    "licence number is MORGA 753116 SM9IJ",
    "nhs number 943 476 5919",
    "write to jo.b+x@example.co.uk please",
    "john dot smith at example dot com",
    "it's j o h n 7 at gmail dot com",
    "mary underscore jones at yahoo dot co dot uk",
    "email is bob smith at hotmail dot com",
    "s m i t h at outlook dot com",
    "my email's sarah at example dot ie",
    "jane.doe@example.com",
    "call (415) 555-1234",
    "on 07700 900123",
    "+44 20 7946 0958",
    "oh seven seven double oh nine oh oh one two three",
    "my number is four one five five five five one two three four",
    "my mobile is 0412 345 678",
    "reach me on 555-0142",
    "call me on oh eight seven one two three four five six seven",
    "phone's 087 123 4567",
    "it's plus four four seven seven double oh nine double oh one two three",
    "i was born on the third of may nineteen sixty",
    "date of birth 03/04/1980",
    "dob is 3 4 80",
    "my date of birth is the twelfth of march eighty two",
    "date of birth is march 3rd 1982",
    "born 12 august 1975",
    "d o b twenty first of the eleventh seventy two",
    "birthday is the fourth of july 1981",
    "my birthday's june ninth nineteen ninety",
    "my password is hunter2",
    "the password is h u n t e r two",
    "my memorable word is rover",
    "mother's maiden name is kowalski",
    "password's capital b l u e seven",
    "my passphrase is blue horse",
]
STAYS = [
    "you charged me 4,500.00 dollars twice",
    "i have forty thousand followers",
    "at 9:30 on the 3rd of june 2024",
    "order number 4155551234",
    "my order is 77 42 91 03",
    "my claim number is 123456789",
    "my case number is one two three four five six seven eight",
    "reference is four five six seven eight nine oh one",
    "card ending 4321",
    "the card ending in four three two one",
    "i called 3 times in 2 weeks and waited ninety minutes",
    "i was born in 1962",
    "my password is not working",
    "look at bigbank dot com",
    "call nine one one",
    "one of the two or three people i spoke to",
    "flight BA 2490 on the 14th",
    "flight two four nine zero to boston",
    "my flight is united 1175",
    "meter reading is 04521",
    "the meter reading is oh four five two one",
    "the reading's 12345.6",
    "it was 1,200 pounds",
    "twelve hundred dollars",
    "two hundred and fifty pounds",
    "i owe five thousand six hundred and twenty dollars",
    "it's $1,234,567.89",
    "my account was charged 1,234.56",
    "my account balance is 10,500.75",
    "my account balance is 10 500",
    "on my account there's 120, 250 and 80",
    "on my account there were 1200, 2500 and 80",
    "on 2/12/2024 and 3/12/2024",
    "my account was closed on 12/12/2024",
    "2024-12-02 10:30:00",
    "20:30:00, 11:45:00 and 12:50:10",
    "i had 2500, 3000, 4000, 2600 on it",
    "the readings were 41235 41298 41350",
    "four payments of 4500 4500 4500 4500",
    "£45.99 a month",
    "between 2019 and 2024",
    "since twenty twenty one",
    "in nineteen ninety nine",
    "nineteen eighty four was a good book",
    "24/7 support",
    "ten to twelve people",
    "i've got 3 kids aged 4 6 and 9",
    "they're four six and nine",
    "we waited from 9 to 5",
    "it's 10 15 on a tuesday",
    "quarter past three",
    "my zip is 90210",
    "postcode SW1A 1AA",
    "i live at 1600 pennsylvania avenue",
    "flat 12 34 king street",
    "policy number 99887766",
    "tracking number 1Z999AA10123456784",
    "invoice 2024 0155",
    "serial number 123456789012",
    "model number 4410 dash 22",
    "booking reference K7P4QZ",
    "room 1204 on the 12th floor",
    "we're at gate 24 b",
    "channel 4 and channel 7",
    "press 1 then 2",
    "step 1 2 and 3",
    "one two three testing",
    "he's six foot two",
    "it weighs 200 pounds",
    "the temperature was 98.6",
    "50 percent off",
    "5 out of 10",
    "version 14.2.1",
    "windows 11",
    "route 66",
    "10 downing street",
    "i've been on hold for 45 minutes",
    "i called on the 1st the 2nd and the 3rd",
    "that was in march 2022",
    "the bill for march 2022 was 84.20",
    "ticket number 00123456",
    "crime number 2024 55512",
    "two thousand and five hundred",
    "my pin isn't working",
    "the card was declined three times",
    "a million times",
    "ninety nine times out of a hundred",
    "my account has 4 users",
    "my phone is 3 years old",
    "i have two phones and three cards",
    "the password reset email never came",
    "my security code didn't arrive in 10 minutes",
    "the apartment is 2 bed 1 bath 950 square feet",
    "call me at 5 30",
    "call me on tuesday at three",
    "ring me on the 21st of march",
]


@pytest.mark.parametrize("text", GOES)
def test_personal_data_goes_and_no_long_run_of_it_is_left(text: str) -> None:
    left, kinds = redact(text)
    assert kinds
    assert max((len(run.digits) for run in runs_of(words_of(left))), default=0) < 5, left


@pytest.mark.parametrize("text", STAYS)
def test_what_a_supervisor_must_read_stays(text: str) -> None:
    assert redact(text) == (text, ())


def test_the_tables_are_long_enough_to_mean_something() -> None:
    assert len(set(GOES)) >= 80
    assert len(set(STAYS)) >= 60


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("QQ 12 34 56 C", "[national id]"),
        ("my ni number is QQ 12 34 56 C ok", "my ni number is [national id] ok"),
        ("a b twelve thirty four fifty six c", "[national id]"),
        ("pps number 1234567T", "pps number [national id]"),
        ("iban is gb29nwbk60161331926819", "iban is [account]"),
        ("my pin's 1234", "my pin's [security code]"),
        ("email is bob smith at hotmail dot com", "email is [email]"),
        ("my passphrase is blue horse and thanks", "my passphrase is [password] and thanks"),
        ("it's 4111, um, 1111 and then 1111 okay 1111", "it's [card] and then [card] okay [card]"),
    ],
)
def test_all_of_it_goes(text: str, left: str) -> None:
    assert redact(text)[0] == left


def test_an_iban_with_a_wrong_check_digit_is_some_other_code() -> None:
    assert redact("the label on it says ab12cdefgh34567 I think")[1] == ()


@pytest.mark.parametrize(
    ("agent", "answer"),
    [
        ("oh dear I lost my card once too", "oh really"),
        ("a new phone is about thirty pounds", "six thirty tonight then"),
        ("I dropped the phone there sorry", "oh, okay, um"),
    ],
)
def test_talk_of_a_thing_is_no_request_for_its_number(agent: str, answer: str) -> None:
    assert redact(answer, agent_said=agent) == (answer, ())


def test_a_number_read_digit_by_digit_is_taken_out_of_every_piece() -> None:
    heard: list[str] = []
    for piece in ("it's four", "oh", "one two um", "eight", "eight and then", "double eight"):
        said = redact(piece, "can I take the card number?", " ".join(heard[-3:]))[0]
        heard.append(said)
    assert heard[2:] == ["[card] um", "[card]", "[card] and then", "[card]"]
