"""Heads that workers signed: kept as they come, and what they prove of a record shown."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from sqlalchemy import select

from stream.events import IncidentEntry, IncidentHead
from stream.settings import SettingsError
from tests.wallboard.house import NOW, House, at
from tests.wallboard.office import Office
from wallboard.access import Role
from wallboard.app import create_app
from wallboard.settings import WallboardSettings
from wallboard.store.tables import Entry, Head
from wallboard.views.chains import ChainState, enough, in_words, proof_of
from workflow.chain import Content, EntryKind, blank
from workflow.incident import RecordState, append, head_of, incident_id
from workflow.retention import without_erased
from workflow.signing import sign

KEY = b"k" * 32
RECORD = incident_id("c1")
OURS = Ed25519PrivateKey.from_private_bytes(b"o" * 32)
BEFORE = Ed25519PrivateKey.from_private_bytes(b"b" * 32)
THEIRS = Ed25519PrivateKey.from_private_bytes(b"t" * 32)
KNOWN = (OURS.public_key(), BEFORE.public_key())


def written(
    *notes: str, signer: Ed25519PrivateKey = OURS
) -> tuple[list[IncidentEntry], list[IncidentHead]]:
    """A record with an entry for each note, and the head that was signed after each."""
    state, entries, heads = RecordState(), [], []
    for note in notes:
        kind = EntryKind.NOTE if note != "erased" else EntryKind.ERASED
        state, entry = append(
            state,
            kind,
            Content(note=note),
            call="c1",
            at_ms=NOW + len(entries),
            key=KEY,
            erased=tuple(range(1, len(entries) + 1)) if note == "erased" else (),
        )
        entries.append(msgspec.convert(msgspec.to_builtins(entry), IncidentEntry))
        signed = sign(head_of(state, "c1"), signer)
        values = msgspec.to_builtins(signed) | {"call_id": "c1", "at": at(NOW + len(entries))}
        heads.append(msgspec.convert(values | {"type": "incident.head"}, IncidentHead))
    return entries, heads


def test_a_head_that_fits_and_is_signed_proves_that_nothing_was_written_anew() -> None:
    entries, heads = written("one", "two", "three")
    chain = in_words(proof_of(entries, heads, KNOWN))
    assert (chain.state, chain.signed_number, chain.signature_checked) == (
        ChainState.INTACT,
        3,
        True,
    )
    assert chain.told[-1].endswith("matches; signed by the workers.")
    (open_point,) = chain.unproven
    assert "cut off together with its head" in open_point


def test_without_a_key_it_is_said_that_nobody_looked_at_the_signature() -> None:
    entries, heads = written("one", "two", signer=THEIRS)
    chain = in_words(proof_of(entries, heads))
    assert (chain.state, chain.signature_checked) == (ChainState.INTACT, False)
    assert "not checked" in chain.told[-1]
    assert "that the workers signed the head" in chain.unproven


def test_a_record_that_was_written_anew_as_a_whole_is_broken_by_its_first_head() -> None:
    _, heads = written("one", "two", "three")
    forged, theirs = written("one", "another", "three", signer=THEIRS)
    chain = in_words(proof_of(forged, heads, KNOWN))
    assert (chain.state, chain.bad) == (ChainState.BROKEN, 2)
    assert in_words(proof_of(forged, [*heads, *theirs], KNOWN)).bad == 2
    assert in_words(proof_of(forged)).state is ChainState.INTACT, "nothing else shows it"


def test_an_end_that_was_cut_off_is_shown_by_the_head_that_is_left() -> None:
    entries, heads = written("one", "two", "three")
    chain = in_words(proof_of(entries[:2], heads, KNOWN))
    assert (chain.state, chain.bad) == (ChainState.BROKEN, 3)


def test_heads_of_an_earlier_key_count_and_what_was_added_since_is_not_proven() -> None:
    entries, heads = written("one", "two", signer=BEFORE)
    more, _ = written("one", "two", "three")
    assert in_words(proof_of(entries, heads, KNOWN)).state is ChainState.INTACT
    chain = in_words(proof_of(more, heads, KNOWN))
    assert chain.signed_number == 2
    assert any("after entry 2" in open_point for open_point in chain.unproven)


def test_a_head_that_nobody_known_has_signed_proves_nothing_and_breaks_nothing() -> None:
    entries, heads = written("one", "two")
    _, forged = written("one", "another", "third", signer=THEIRS)
    chain = in_words(proof_of(entries, [*heads, *forged], KNOWN))
    assert (chain.state, chain.signed_number) == (ChainState.INTACT, 2)
    assert "3 heads are not signed with a key that is known here." in chain.told
    alone = in_words(proof_of(entries, forged, KNOWN))
    assert (alone.state, alone.signed_number) == (ChainState.FOREIGN, None)


def test_a_record_without_heads_says_so_where_there_is_a_key() -> None:
    entries, _ = written("one")
    assert in_words(proof_of(entries, (), KNOWN)).told[-1] == "No head of it was signed."
    assert len(in_words(proof_of(entries)).told) == 1


def test_heads_still_fit_when_words_are_erased() -> None:
    entries, heads = written("one", "two", "erased")
    chain = in_words(proof_of(without_erased(entries), heads, KNOWN))
    assert (chain.state, chain.signed_number) == (ChainState.INTACT, 3)


def test_words_that_somebody_took_out_are_missed_unless_the_wallboard_let_them_go() -> None:
    entries, heads = written("one", "two", "three")
    left = [entries[0], blank(entries[1]), entries[2]]
    chain = in_words(proof_of(left, heads, KNOWN))
    assert (chain.state, chain.bad) == (ChainState.BROKEN, 2)
    gone = in_words(proof_of(left, heads, KNOWN, let_go=True))
    assert gone.state is ChainState.INTACT
    assert any("at the end of their time" in line for line in gone.told)


def test_in_a_list_the_newest_head_is_enough_unless_nobody_known_has_signed_it() -> None:
    _, heads = written("one", "two")
    _, theirs = written("one", "two", "three", signer=THEIRS)
    assert enough(heads, KNOWN) == heads[-1:]
    assert enough([*heads, theirs[-1]], KNOWN) == [*heads, theirs[-1]]


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    built = House(tmp_path)
    yield built
    built.engine.dispose()


def as_json(event: msgspec.Struct) -> dict[str, Any]:
    made: dict[str, Any] = msgspec.to_builtins(event)
    return made


def test_heads_are_kept_once_and_a_second_one_of_an_entry_beside_the_first(house: House) -> None:
    entries, heads = written("one", "two")
    _, theirs = written("one", "another", signer=THEIRS)
    events = [as_json(event) for event in (*entries, *heads, *heads, theirs[1])]
    house.read("incidents", *events)
    with house.sessions() as db:
        kept = list(db.scalars(select(Head).order_by(Head.number)))
    assert [head.number for head in kept] == [1, 2, 2]
    assert kept[0].call_id == "c1"
    assert house.services.counts.by_name.get("broken", {}) == {}


@pytest.fixture
def office(tmp_path: Path) -> Office:
    office = Office(tmp_path)
    office.services = dataclasses.replace(office.services, signed_with=KNOWN)
    office.app = create_app(office.services)
    return office


def furnish(office: Office, heads: list[IncidentHead]) -> None:
    entries, _ = written("one", "two")
    seen = {"queue_id": "billing", "team_id": "north", "desk": "legal"}
    office.add(
        Entry(
            incident_id=RECORD,
            number=entry.number,
            call_id="c1",
            kind=entry.kind.value,
            at=NOW + entry.number,
            body=as_json(entry),
            handling="normal",
            mode="live",
            **seen,
        )
        for entry in entries
    )
    office.add(
        Head(
            incident_id=RECORD,
            number=head.number,
            digest=f"{head.number}",
            call_id="c1",
            at=NOW,
            body=as_json(head),
        )
        for head in heads
    )


def test_the_page_the_list_and_exports_say_what_the_newest_head_proves(office: Office) -> None:
    furnish(office, written("one", "two")[1])
    client = office.as_("quinn", Role.QA)
    page = client.get(f"/incidents/{RECORD}").text
    assert "Chain verified" in page
    assert "The newest signed head stands at entry 2 and matches; signed by the workers." in page
    chain = client.get(f"/api/incidents/{RECORD}").json()["chain"]
    assert (chain["signed_number"], chain["signature_checked"]) == (2, True)
    assert "Chain verified" in client.get("/incidents").text
    exported = client.get(f"/incidents/{RECORD}/export.json").json()
    assert [head["number"] for head in exported["heads"]] == [1, 2]
    assert exported["chain"]["state"] == "intact"


@pytest.mark.parametrize(
    ("heads", "state", "words"),
    [
        (written("one", "another", signer=OURS)[1], "broken", "Chain broken"),
        (written("one", "two", signer=THEIRS)[1], "foreign", "Signature not known"),
    ],
)
def test_a_record_that_a_head_speaks_against_is_not_shown_as_verified(
    office: Office, heads: list[IncidentHead], state: str, words: str
) -> None:
    furnish(office, heads)
    client = office.as_("quinn", Role.QA)
    assert client.get(f"/api/incidents/{RECORD}").json()["chain"]["state"] == state
    for path in (f"/incidents/{RECORD}", "/incidents"):
        page = client.get(path).text
        assert words in page
        assert "Chain verified" not in page
    assert "verified" not in client.get(f"/incidents/{RECORD}/export.html").text


def test_keys_are_read_from_the_files_that_the_settings_name(tmp_path: Path) -> None:
    names = []
    for name, key in (("new", OURS), ("old", BEFORE)):
        file = tmp_path / f"{name}.pem"
        pem = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        file.write_bytes(pem)
        names.append(str(file))
    settings = WallboardSettings(public_keys=", ".join(names))
    assert [key.public_bytes_raw() for key in settings.signed_with()] == [
        key.public_bytes_raw() for key in KNOWN
    ]
    assert WallboardSettings().signed_with() == ()


@pytest.mark.parametrize(
    ("content", "why"), [(None, "No such file"), (b"nothing", "no public key in PEM")]
)
def test_a_key_that_cannot_be_read_stops_the_start_and_is_named(
    tmp_path: Path, content: bytes | None, why: str
) -> None:
    file = tmp_path / "key.pem"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(SettingsError, match=why) as error:
        WallboardSettings(public_keys=str(file)).signed_with()
    assert "HARDSTOP_WALLBOARD_PUBLIC_KEYS" in str(error.value)
    assert str(file) in str(error.value)
