"""A reader who pinned a key the log has replaced since is led to the new one, and by nobody else than that key."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from api.app import create_app
from ledger.audit.public.check import check_public
from ledger.audit.public.following import following
from ledger.audit.public.trust import Trust
from ledger.book import Ledger
from ledger.errors import LedgerError, NotFoundError, Problem, ProofError
from ledger.keys import SigningKey, rotation_message
from ledger.log import KeyKind, VerifierKey
from ledger.log.succession import Handover, Succession
from ledger.settings import Settings
from tests.api import world as worlds
from tests.api.world import World


class Served:
    """The public log as its server gives it out, or as somebody in between does."""

    name = "test"

    def __init__(self, client: TestClient) -> None:
        self.client = client
        self.instead: dict[str, bytes] = {}

    def checkpoint(self) -> bytes:
        return self.read("checkpoint")

    def read(self, path: str) -> bytes:
        if path in self.instead:
            return self.instead[path]
        answer = self.client.get(f"/log/demo/{path}")
        if answer.status_code != 200:
            raise NotFoundError(Problem("source-missing", found=path))
        return answer.content


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    world = worlds.found(tmp_path)
    with world.ledger:
        yield world


@pytest.fixture
def source(world: World) -> Iterator[Served]:
    with TestClient(create_app(world.ledger, Settings())) as client:
        yield Served(client)


def pinned(ledger: Ledger) -> Trust:
    return Trust((VerifierKey.parse(ledger.verifier_key),))


def test_an_old_pin_leads_to_the_key_that_signs_today(world: World, source: Served) -> None:
    old = pinned(world.ledger)
    kept = world.ledger.checkpoint()
    world.ledger.rotate_log_key(overlap=False)
    with pytest.raises(LedgerError):
        check_public(source, old)

    found = check_public(source, following(old, source), kept=kept)

    assert found.size == world.ledger.head().size


def test_while_both_sign_the_old_pin_is_enough(world: World, source: Served) -> None:
    old = pinned(world.ledger)
    world.ledger.rotate_log_key()

    assert following(old, source) == old
    assert check_public(source, old).size == world.ledger.head().size


def test_a_list_that_somebody_else_wrote_leads_nowhere(world: World, source: Served) -> None:
    """The server gives out a log of its own under a key of its own, and a list that names it."""
    old = pinned(world.ledger)
    world.ledger.rotate_log_key(overlap=False)
    thief = SigningKey.from_seed(b"t" * 32)
    named = VerifierKey(world.ledger.origin, KeyKind.LOG, thief.public)
    good = world.ledger.succession()
    assert good is not None
    forged = Handover(named, thief.sign(rotation_message(world.ledger.origin, named.format())))
    line = f"{named.format()} ".encode() + good.format().splitlines()[2].split(b" ")[1] + b"\n"
    first, second, third = good.format().splitlines(keepends=True)
    for listed in (
        Succession(named).format(),
        first + second + line,
        first + second + third + line,
        b"nothing of the kind",
        first + named.format().encode() + b"\n" + third,
    ):
        source.instead["keys"] = listed
        assert following(old, source) == old
    with pytest.raises(ProofError):
        Succession(old.keys[0], (forged,))


def test_a_stranger_to_the_log_is_led_nowhere(world: World, source: Served) -> None:
    stranger = VerifierKey(world.ledger.origin, KeyKind.LOG, SigningKey.from_seed(b"s" * 32).public)

    assert following(Trust((stranger,)), source).keys == (stranger,)
    assert following(Trust(), source) == Trust()
