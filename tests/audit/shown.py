"""A log shown to an auditor as somebody wants it seen: the true one, with some of what it says replaced."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from ledger import Ledger
from ledger.audit.replay.replay import replay
from ledger.audit.replay.replayed import Replayed
from ledger.audit.whole.ledger import WholeLedger
from ledger.audit.whole.log import ShownHead
from ledger.queries.logged import Logged
from tests.world import Draft, World


@dataclass
class Shown:
    """What stands in the ledger, but for what is replaced: lines by a function over all of them, packs by digest."""

    ledger: Ledger
    lines: Callable[[list[Logged]], list[Logged]] = list
    packs: dict[str, bytes] = field(default_factory=dict)
    replaced_head: ShownHead | None = None
    name: str = "shown"

    def __post_init__(self) -> None:
        self._true = WholeLedger(self.ledger)

    def head(self) -> ShownHead:
        return self.replaced_head or self._true.head()

    def statements(self) -> Iterator[Logged]:
        yield from self.lines(list(self._true.statements()))

    def pack(self, digest: str) -> bytes:
        return self.packs.get(digest) or self._true.pack(digest)


def judged(world: World, **replaced: Any) -> Replayed:
    """The world's log judged again, as it is or with something replaced."""
    return replay(Shown(world.ledger, **replaced))


def found(replayed: Replayed) -> list[tuple[str, int, list[str]]]:
    """Every deviation: how, where, and the codes."""
    return [(each.kind, each.index, [problem.code for problem in each.problems]) for each in replayed.deviations]


def slip_in(world: World, draft: Draft) -> int:
    """What an insider with the node's key does: sign a fact and write it past the rules. Returns its index.

    `replay` of the journal posts and never judges: entries, tree, books and head all agree afterwards.
    """
    ledger = world.ledger
    statement, _ = ledger._signer.statement(draft.unsigned(), party=draft.by, hand=None)
    size = ledger.head().size
    ledger._journal.replay([(statement, world.clock())])
    # The log's key signs what stands there, as it would after any other process has written.
    ledger.head()
    return size
