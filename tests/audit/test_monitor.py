"""A monitor over real HTTP: what it follows, what it cries out about, and what it keeps as evidence."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from ledger.audit.monitoring.alarm import AlarmKind
from ledger.audit.monitoring.monitor import Look, Monitor
from ledger.audit.monitoring.state import MonitorState
from ledger.audit.public.trust import Trust
from ledger.audit.public.web import WebLog
from ledger.errors import FormatError, ProofError
from ledger.log import open_checkpoint
from ledger.log.fork import Fork
from ledger.log.policy import Policy, PolicyLog, PolicyWitness
from tests.audit import forged
from tests.audit.web import Server, hang_up, serving, status
from tests.log.tiny_log import TinyLog, log_key

NOW = 1_790_000_000_000
WITNESSED_AT = 1_777_561_445_000
"""When TinyLog's witnesses cosign, in milliseconds."""


@dataclass
class Watch:
    """A monitor, the server it looks at, and what it remembers."""

    server: Server
    folder: Path
    trust: Trust
    state: MonitorState | None = None
    stale_after: int | None = None

    def look(self, now: int = NOW) -> Look:
        self.server.asked.clear()
        with WebLog(self.server.url, seconds=3) as log:
            monitor = Monitor(log, self.trust, evidence=self.folder, stale_after=self.stale_after, at_once=2)
            found = monitor.look(self.state, now)
        self.state = MonitorState.parse(found.state.format())
        assert self.state == found.state
        return found

    def alarm(self, now: int = NOW) -> tuple[AlarmKind, str]:
        before = self.state
        found = self.look(now)
        assert found.alarm is not None
        assert found.new_entries == 0
        assert found.state.note == (None if before is None else before.note), "what was right is still remembered"
        return found.alarm.kind, found.alarm.problem.code

    @property
    def evidence(self) -> list[Path]:
        return sorted(self.folder.iterdir())


@pytest.fixture
def watch(tmp_path: Path) -> Iterator[Watch]:
    log = TinyLog.of(300, batch=100)
    with serving(log.files()) as server:
        made = Watch(server, tmp_path / "evidence", Trust((log.verifier,)))
        made.folder.mkdir()
        assert made.look().new_entries == 300
        yield made


# ---------------------------------------------------------------- following


def test_a_growing_log_is_followed_from_where_the_last_look_ended(watch: Watch) -> None:
    for size, new, fresh in ((300, 0, set()), (301, 1, {"tile/entries/001.p/45"}), (900, 599, {"tile/entries/001"})):
        watch.server.files = TinyLog.of(size, batch=100).files()

        found = watch.look()

        assert (found.alarm, found.new_entries) == (None, new)
        assert fresh <= set(watch.server.asked)
        assert "tile/entries/000" not in watch.server.asked, "what was walked is not walked again"
    assert watch.evidence == []


def test_every_growth_ends_at_the_same_state_as_one_look() -> None:
    log = TinyLog.of(1030, batch=100)
    trust = Trust((log.verifier,))
    with serving({}) as server:
        stepwise, at_once = (Watch(server, Path("unused"), trust) for _ in range(2))
        for size in (1, 255, 256, 257, 511, 512, 600, 1024, 1030):
            server.files = TinyLog.of(size, batch=100).files()
            stepwise.look()
        at_once.look()

    assert stepwise.state == at_once.state


def test_an_alarm_that_ends_is_told_as_well(watch: Watch) -> None:
    files, watch.server.files = watch.server.files, {}
    assert watch.alarm() == (AlarmKind.MISSING, "source-missing")
    assert watch.state is not None
    assert not watch.state.told

    watch.state = replace(watch.state, told=True)
    watch.alarm()
    assert watch.state.told, "the same alarm is not told twice"
    watch.server.files = files
    assert watch.look().alarm is None
    assert not watch.state.told


# ---------------------------------------------------------------- forks, rollbacks


@pytest.mark.parametrize(("size", "at"), [(700, 10), (700, 255), (700, 256), (700, 299), (300, 299), (512, 7)])
def test_a_fork_is_proven_and_kept(watch: Watch, size: int, at: int) -> None:
    watch.server.files = forged.forked(size, at).files()

    assert watch.alarm() == (AlarmKind.FORK, "log-forked")
    [file] = watch.evidence
    fork = Fork.parse(file.read_bytes())
    smaller, larger = fork.verify(watch.trust.keys)
    assert (smaller.checkpoint.size, larger.checkpoint.size) == (300, size)


def test_a_fork_behind_the_kept_size_is_proven_from_the_old_tree(watch: Watch) -> None:
    """The forked log is shorter; but the tree that was signed before is still served."""
    watch.server.files |= {"checkpoint": forged.forked(200, 50).files()["checkpoint"]}

    assert watch.alarm() == (AlarmKind.FORK, "log-forked")
    [file] = watch.evidence
    assert [each.checkpoint.size for each in Fork.parse(file.read_bytes()).verify(watch.trust.keys)] == [200, 300]


def test_a_log_that_went_back_is_no_fork_by_itself(watch: Watch) -> None:
    watch.server.files = TinyLog.of(200, batch=100).files()

    assert watch.alarm() == (AlarmKind.ROLLBACK, "checkpoint-went-back")
    [file] = watch.evidence
    pair = Fork.parse(file.read_bytes())
    assert open_checkpoint(pair.larger.format(), watch.trust.keys).checkpoint.size == 300
    with pytest.raises(ProofError, match="fork-not-shown"):
        pair.verify(watch.trust.keys)


def test_after_an_alarm_the_true_log_is_followed_again(watch: Watch) -> None:
    watch.server.files = forged.forked(700, 10).files()
    watch.alarm()

    watch.server.files = TinyLog.of(700, batch=100).files()
    assert watch.look().new_entries == 400


# ---------------------------------------------------------------- what is new is not as it must be


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (forged.elsewhere, "entry-misplaced"),
        (forged.of_another_log, "entry-of-another-log"),
        (forged.unchained, "entry-chain-broken"),
        (forged.back_in_time, "entry-back-in-time"),
    ],
)
def test_a_new_entry_that_does_not_belong_there_is_named(watch: Watch, change: forged.Change, code: str) -> None:
    watch.server.files = forged.with_entry(400, 350, change).files()

    assert watch.alarm() == (AlarmKind.CONTENT, code)
    assert [each.name.split("-")[0] for each in watch.evidence] == ["checkpoint"]


def test_a_swapped_tile_is_named(watch: Watch) -> None:
    files = TinyLog.of(900, batch=100).files()
    watch.server.files = files | {"tile/0/002": files["tile/0/001"]}
    kind, code = watch.alarm()
    assert (kind, code) == (AlarmKind.CONTENT, "tile-differs")


def test_other_tiles_than_the_checkpoint_is_over_are_named(watch: Watch) -> None:
    """Nothing shows a fork here: the tree of the new checkpoint is kept back. The checkpoint is evidence for others."""
    watch.server.files |= {"checkpoint": TinyLog.of(301, batch=100).files()["checkpoint"]}
    assert watch.alarm() == (AlarmKind.MISSING, "tile-missing")

    other = forged.forked(301, 5).files()
    watch.server.files = other | {"checkpoint": TinyLog.of(301, batch=100).files()["checkpoint"]}
    assert watch.alarm() == (AlarmKind.CONTENT, "tiles-of-another-tree")
    assert len(watch.evidence) == 1


def test_a_cut_off_end_is_named(watch: Watch) -> None:
    watch.server.files = TinyLog.of(700, batch=100).files()
    del watch.server.files["tile/entries/002.p/188"]

    assert watch.alarm() == (AlarmKind.MISSING, "tile-missing")


# ---------------------------------------------------------------- signatures, witnesses, time


def test_an_unknown_key_is_named(watch: Watch) -> None:
    watch.server.files = replace(TinyLog.of(400), key=log_key("other")).files()

    assert watch.alarm() == (AlarmKind.SIGNATURE, "note-unsigned")


def test_a_changed_checkpoint_is_named(watch: Watch) -> None:
    watch.server.files["checkpoint"] = watch.server.files["checkpoint"].replace(b"\n300\n", b"\n301\n")

    assert watch.alarm() == (AlarmKind.SIGNATURE, "signature-invalid")


def watched(size: int) -> TinyLog:
    log = TinyLog.of(size, batch=100)
    log.witnesses = {f"witness.example/{number}": log_key(f"witness {number}") for number in range(3)}
    return log


def policy() -> Policy:
    log = watched(1)
    witnesses = [PolicyWitness(f"w{number}", key) for number, key in enumerate(log.witness_keys)]
    return Policy.of([PolicyLog(log.verifier)], witnesses, 2)


def test_another_log_of_the_same_policy_does_not_stand_in_for_the_one_followed(watch: Watch) -> None:
    other = TinyLog(origin="example.org/log/other", key=log_key("other"))
    other.append(*(f"statement {index}".encode() for index in range(400)))
    logs = [PolicyLog(other.verifier), PolicyLog(TinyLog().verifier)]
    watch.trust, watch.state = Trust((), Policy.of(logs, [], 0)), None
    assert watch.look().state.origin == "example.org/log/tiny"

    watch.server.files = other.files()
    assert watch.alarm() == (AlarmKind.SIGNATURE, "checkpoint-origin")


def test_a_log_is_followed_under_its_next_key(watch: Watch) -> None:
    rotated = TinyLog.of(400, batch=100)
    rotated.key = log_key("next")
    watch.server.files = rotated.files()
    assert watch.alarm() == (AlarmKind.SIGNATURE, "note-unsigned")

    watch.trust = Trust((rotated.verifier,))
    assert watch.look().new_entries == 100


def test_too_few_witnesses_are_named_and_the_log_is_not_followed(watch: Watch) -> None:
    watch.trust = Trust((), policy())
    note = watched(400).note()
    watch.server.files = watched(400).files() | {"checkpoint": replace(note, signatures=note.signatures[:2]).format()}

    assert watch.alarm() == (AlarmKind.QUORUM, "quorum-missing")
    watch.server.files = watched(400).files()
    assert watch.look().new_entries == 100


def test_a_fork_is_told_before_missing_witnesses(watch: Watch) -> None:
    watch.trust = Trust((), policy())
    watch.server.files = forged.forked(400, 10).files()

    assert watch.alarm() == (AlarmKind.FORK, "log-forked")


def test_a_checkpoint_that_is_shown_for_ever_is_stale(watch: Watch) -> None:
    watch.stale_after = 3600
    assert watch.look(NOW + 3_600_000).alarm is None

    found = watch.look(NOW + 3_601_000)

    assert found.alarm is not None
    assert (found.alarm.kind, found.alarm.problem.code) == (AlarmKind.STALE, "checkpoint-stale")
    watch.server.files = TinyLog.of(301, batch=100).files()
    assert watch.look(NOW + 9_000_000).alarm is None


def test_with_witnesses_their_clock_says_how_old_a_checkpoint_is(watch: Watch) -> None:
    watch.trust, watch.stale_after, watch.state = Trust((), policy()), 600, None
    watch.server.files = watched(300).files()

    assert watch.look(WITNESSED_AT + 600_000).alarm is None
    found = watch.look(WITNESSED_AT + 601_000)
    assert found.alarm is not None
    assert found.alarm.kind is AlarmKind.STALE


# ---------------------------------------------------------------- the server


def test_a_server_that_misbehaves_is_told_apart_from_a_log_that_does(watch: Watch) -> None:
    server = watch.server
    cases = {
        AlarmKind.UNREACHABLE: [hang_up, status(503), server.drip(b"")],
        AlarmKind.SERVER: [
            status(302, location="https://elsewhere.example/"),
            server.pour(b"HTTP/1.0 200 OK\r\n\r\n", b"A" * 4096),
        ],
        AlarmKind.MISSING: [status(404)],
    }
    for kind, answers in cases.items():
        for answer in answers:
            server.instead["checkpoint"] = answer
            assert watch.alarm()[0] is kind


def test_looking_for_ever_opens_no_more_connections(watch: Watch) -> None:
    with WebLog(watch.server.url) as log:
        monitor = Monitor(log, watch.trust, evidence=watch.folder, at_once=4)
        state = None
        for size in (300, 600, 900, 1200):
            watch.server.files = TinyLog.of(size, batch=100).files()
            state = monitor.look(state, NOW).state

    assert watch.server.connections <= 1 + 4 + 1, "the fixture's first look had one of its own"


def test_a_monitor_without_a_key_is_refused(watch: Watch) -> None:
    watch.trust = Trust()

    with pytest.raises(FormatError, match="option-missing"):
        watch.look()


def test_the_state_of_another_log_is_refused(watch: Watch) -> None:
    watch.trust = Trust((replace(watch.trust.keys[0], name="example.org/log/other"),))

    with pytest.raises(FormatError, match="monitor-other-log"):
        watch.look()


# ---------------------------------------------------------------- the state file


def test_a_state_written_is_the_state_read(watch: Watch, tmp_path: Path) -> None:
    assert watch.state is not None
    watch.state.write(tmp_path / "state")

    assert MonitorState.read(tmp_path / "state") == watch.state
    assert MonitorState.read(tmp_path / "none") is None


def test_a_damaged_state_is_refused(watch: Watch) -> None:
    assert watch.state is not None
    good = watch.state.format()
    for bad in (
        b"",
        b"{}\n",
        good[:-1],
        good + b"\n",
        good.replace(b"chaski.monitor/v1", b"chaski.monitor/v2"),
        good.replace(b'"size":256', b'"size":255'),
        good.replace(b'"size":256', b'"size":512'),
        good.replace(b'"origin":"example.org/log/tiny"', b'"origin":"example.org/log/tidy"'),
        good.replace(b'"peaks":["', b'"peaks":["00'),
        good.replace(b'"peaks":["', b'"peaks":["zz'),
        good.replace(b'"looked_at":', b'"looked_at":"'),
    ):
        assert bad != good
        with pytest.raises(FormatError, match="monitor-state-malformed"):
            MonitorState.parse(bad)
