"""Witness policies as c2sp.org/tlog-policy writes them."""

from __future__ import annotations

from itertools import combinations
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.errors import FormatError, ProofError
from ledger.keys import SigningKey
from ledger.log import KeyKind, VerifierKey
from ledger.log.policy import Policy, PolicyLog, PolicyWitness
from tests.log.tiny_log import ORIGIN, TinyLog, log_key


def key(label: str, kind: KeyKind = KeyKind.COSIGNER, name: str | None = None) -> VerifierKey:
    return VerifierKey(name or f"witness.example/{label}", kind, SigningKey.derived(b"policy", label).public)


LOG = key("log", KeyKind.LOG, ORIGIN).format()
X1, X2, X3, Y1, Y2, Y3 = (key(each).format() for each in ("x1", "x2", "x3", "y1", "y2", "y3"))

# The example of the specification, with keys.
EXAMPLE = f"""log {LOG}

witness X1 {X1}
witness X2 {X2}
witness X3 {X3}
group X-witnesses 2 X1 X2 X3

witness Y1 {Y1}
witness Y2 {Y2}
witness Y3 {Y3}
group Y-witnesses any Y1 Y2 Y3

group X-and-Y all X-witnesses Y-witnesses
quorum X-and-Y
"""


def test_the_example_of_the_specification_means_what_it_says() -> None:
    policy = Policy.parse(EXAMPLE.encode())
    x, y = [key(f"x{n}") for n in (1, 2, 3)], [key(f"y{n}") for n in (1, 2, 3)]

    for size in range(7):
        for some in combinations([*x, *y], size):
            enough = sum(each in x for each in some) >= 2 and any(each in y for each in some)
            assert policy.is_met_by(some) == enough


def test_the_example_of_the_docs_is_a_policy() -> None:
    page = (Path(__file__).resolve().parents[2] / "docs" / "witnesses.md").read_text(encoding="utf-8")
    (example,) = [block for block in page.split("```")[1::2] if "quorum" in block]
    policy = Policy.parse(example.lstrip("\n").encode())

    assert not policy.is_met_by(policy.witness_keys[:1])
    assert policy.is_met_by(policy.witness_keys[1:])


def test_blanks_tabs_comments_and_urls_are_read() -> None:
    text = (
        f"# for the mill\n\t\n  log \t{LOG} https://ledger.example/log/valle \n \t# a witness\nwitness caf\u00e9 {X1} "
    )
    policy = Policy.parse(f"{text}\thttps://w.example/x/\nquorum caf\u00e9\n".encode())

    assert policy.logs[0].url == "https://ledger.example/log/valle"
    assert (policy.witnesses[0].name, policy.witnesses[0].url) == ("caf\u00e9", "https://w.example/x/")
    assert policy.is_met_by([key("x1")])
    assert not policy.is_met_by([key("x2")])


def test_names_are_octets_not_letters() -> None:
    """The Kelvin sign is not the letter K, and a name need not be UTF-8 at all."""
    data = f"witness K {X1}\nwitness \u212a {X2}\n".encode() + b"witness \xff " + f"{X3}\n".encode() + b"quorum \xff\n"
    policy = Policy.parse(data)

    assert policy.is_met_by([key("x3")])
    assert not policy.is_met_by([key("x1"), key("x2")])
    assert policy.format() == data
    assert policy.witnesses[2].shown == "\ufffd"


def test_no_quorum_needs_nobody() -> None:
    policy = Policy.parse(b"quorum none\n")

    assert policy.is_met_by([])


REFUSED = {
    "no quorum": (f"log {LOG}\n", "quorum-missing"),
    "two quorums": ("quorum none\nquorum none\n", "quorum-twice"),
    "cut off in a name": (f"witness X {X1}\nwitness X-and-Y {X2}\nquorum X", "no-newline"),
    "unknown word": ("logs x\nquorum none\n", "line-unknown"),
    "upper case": ("QUORUM none\n", "line-unknown"),
    "a carriage return": ("quorum none\r\n", "control-character"),
    "a no-break space for a space": ("quorum\u00a0none\n", "line-unknown"),
    "a comment after a line": ("quorum none # for now\n", "line-unknown"),
    "a witness named before it is there": (f"quorum X\nwitness X {X1}\n", "name-unknown"),
    "a group of nobody": ("group G any\nquorum G\n", "line-unknown"),
    "a group in itself": (f"witness X {X1}\ngroup G any X G\nquorum G\n", "name-unknown"),
    "none in a group": (f"witness X {X1}\ngroup G any X none\nquorum G\n", "name-unknown"),
    "none as a name": (f"witness none {X1}\nquorum none\n", "name-taken"),
    "one name twice": (f"witness X {X1}\nwitness X {X2}\nquorum X\n", "name-taken"),
    "a group named as a witness": (f"witness X {X1}\ngroup X any X\nquorum X\n", "name-taken"),
    "one key twice": (
        f"witness X {X1}\nwitness Y {key('x1', name='other.example/w').format()}\nquorum X\n",
        "key-twice",
    ),
    "one witness in two groups": (
        f"witness X {X1}\ngroup A any X\ngroup B any X\ngroup C all A B\nquorum C\n",
        "member-twice",
    ),
    "one witness twice in a group": (f"witness X {X1}\ngroup A 2 X X\nquorum A\n", "member-twice"),
    "more than there are": (f"witness X {X1}\ngroup A 2 X\nquorum A\n", "threshold"),
    "none of them": (f"witness X {X1}\ngroup A 0 X\nquorum A\n", "threshold"),
    "a number with a zero before it": (f"witness X {X1}\ngroup A 01 X\nquorum A\n", "threshold"),
    "a number in other digits": (f"witness X {X1}\ngroup A \u0661 X\nquorum A\n", "threshold"),
    "a log's key for a witness": (f"witness X {LOG}\nquorum X\n", "key-kind"),
    "a witness's key for a log": (f"log {X1}\nquorum none\n", "key-kind"),
    "a damaged key": (f"witness X {X1[:-2]}AA\nquorum X\n", "key-malformed"),
    "a key of small order": (
        f"witness X {VerifierKey('w.example/x', KeyKind.COSIGNER, bytes(32)).format()}\nquorum X\n",
        "key-malformed",
    ),
    "three words too many": (f"witness X {X1} http://a http://b\nquorum X\n", "line-unknown"),
    "far too long": ("#" * 70_000 + "\nquorum none\n", "too-long"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_no_policy_is_refused_with_the_reason(case: str) -> None:
    text, reason = REFUSED[case]

    with pytest.raises(FormatError) as caught:
        Policy.parse(text.encode())

    assert caught.value.problems[0].code == "policy-malformed"
    assert caught.value.problems[0].details["reason"] == reason


def test_the_line_that_is_wrong_is_named() -> None:
    with pytest.raises(FormatError) as caught:
        Policy.parse(f"# one\nlog {LOG}\n\nwitness X\nquorum none\n".encode())

    assert caught.value.problems[0].found == 4


def test_at_least_as_many_as_the_format_asks_for_are_read() -> None:
    witnesses = [f"witness w{n} {key(f'many-{n}').format()}\n" for n in range(32)]
    logs = [f"log {key(f'log {n}', KeyKind.LOG, f'l.example/{n}').format()}\n" for n in range(32)]
    groups = ["group g0 any w0\n", *(f"group g{n} all g{n - 1} w{n}\n" for n in range(1, 32))]
    policy = Policy.parse("".join([*logs, *witnesses, *groups, "quorum g31\n"]).encode())

    assert policy.is_met_by([key(f"many-{n}") for n in range(32)])
    assert not policy.is_met_by([key(f"many-{n}") for n in range(31)])


def test_a_checkpoint_is_taken_only_with_its_quorum() -> None:
    log = TinyLog.of(11)
    log.witnesses = {f"w.example/{n}": log_key(f"witness {n}") for n in (1, 2, 3)}
    witnesses = [PolicyWitness(f"w{n}", each) for n, each in enumerate(log.witness_keys)]
    two_of_three = Policy.of([PolicyLog(log.verifier)], witnesses, 2)

    assert len(two_of_three.open_checkpoint(log.note().format()).cosignatures) == 3
    assert Policy.parse(two_of_three.format()) == two_of_three

    log.witnesses = {name: each for name, each in log.witnesses.items() if name == "w.example/1"}
    with pytest.raises(ProofError, match="quorum-missing"):
        two_of_three.open_checkpoint(log.note().format())
    Policy.of([PolicyLog(log.verifier)], witnesses, 0).open_checkpoint(log.note().format())


def test_a_checkpoint_of_another_log_is_not_taken_however_many_cosign_it() -> None:
    log = TinyLog.of(11)
    log.witnesses = {"w.example/1": log_key("witness 1")}
    witnesses = [PolicyWitness("w1", log.witness_keys[0])]
    policy = Policy.of([PolicyLog(TinyLog(key=log_key("other")).verifier)], witnesses, 1)

    with pytest.raises(ProofError, match="note-unsigned"):
        policy.open_checkpoint(log.note().format())


@given(data=st.binary(max_size=300), place=st.integers(0, len(EXAMPLE)))
def test_whatever_is_read_is_a_policy_or_refused(data: bytes, place: int) -> None:
    example = EXAMPLE.encode()
    for text in (data, data + b"\n", example[:place] + data + example[place:]):
        try:
            found = Policy.parse(text)
        except FormatError:
            continue
        assert Policy.parse(found.format()) == found


@given(st.data())
def test_a_policy_made_by_a_program_reads_back_and_counts_as_one_would_by_hand(data: st.DataObject) -> None:
    count = data.draw(st.integers(1, 6))
    needed = data.draw(st.integers(1, count))
    witnesses = [PolicyWitness(f"w{n}", key(f"w{n}"), data.draw(st.sampled_from(["", "http://w.example/a"])))
                 for n in range(count)]  # fmt: skip
    policy = Policy.of([], witnesses, needed)
    some = data.draw(st.lists(st.sampled_from([each.key for each in witnesses]), unique=True))

    assert Policy.parse(policy.format()) == policy
    assert policy.is_met_by(some) == (len(some) >= needed)
