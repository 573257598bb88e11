"""A reader who pinned a key the log has replaced since is led to the new one, and by nobody else than that key."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from api.app import create_app
from ledger.audit.monitoring.alarm import AlarmKind
from ledger.audit.monitoring.monitor import Monitor
from ledger.audit.public.check import check_public
from ledger.audit.public.export import export
from ledger.audit.public.folder import FolderLog
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
from tests.log.tiny_log import TinyLog, log_key


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


def test_an_exported_folder_follows_a_rotation(world: World, tmp_path: Path) -> None:
    """The folder carries the list of keys, and goes on where the old key signs no more."""
    old = pinned(world.ledger)
    folder = tmp_path / "public"
    export(world.ledger, folder)
    assert (folder / "keys").read_bytes() == Succession(old.keys[0]).format()
    kept = (folder / "checkpoint").read_bytes()
    world.ledger.rotate_log_key(overlap=False)

    export(world.ledger, folder)

    log = FolderLog(folder)
    with pytest.raises(LedgerError):
        check_public(log, old)
    assert check_public(log, following(old, log), kept=kept).size == world.ledger.head().size
    assert export(world.ledger, folder).written == 0


def test_a_folder_of_somebody_elses_keys_leads_nowhere(world: World, tmp_path: Path) -> None:
    old = pinned(world.ledger)
    world.ledger.rotate_log_key(overlap=False)
    export(world.ledger, tmp_path)
    thief = VerifierKey(world.ledger.origin, KeyKind.LOG, SigningKey.from_seed(b"t" * 32).public)
    (tmp_path / "keys").write_bytes(Succession(thief).format())

    assert following(old, FolderLog(tmp_path)) == old


def test_a_monitor_that_is_running_follows_a_rotation(world: World, source: Served, tmp_path: Path) -> None:
    monitor = Monitor(source, pinned(world.ledger), evidence=tmp_path)
    first = monitor.look(None, 1)
    world.ledger.rotate_log_key(overlap=False)

    found = monitor.look(first.state, 2)

    assert (found.alarm, found.new_entries) == (None, 1)
    world.ledger.rotate_log_key(overlap=False)
    assert monitor.look(found.state, 3).alarm is None


def test_a_monitor_is_not_led_to_a_key_nobody_handed_the_log_to(world: World, source: Served, tmp_path: Path) -> None:
    monitor = Monitor(source, pinned(world.ledger), evidence=tmp_path)
    first = monitor.look(None, 1)
    thief = TinyLog(origin=world.ledger.origin, key=log_key("thief"))
    thief.append(*(b"%d" % number for number in range(300)))
    source.instead["checkpoint"] = thief.note().format()

    alarm = monitor.look(first.state, 2).alarm

    assert alarm is not None
    assert alarm.kind is AlarmKind.SIGNATURE
