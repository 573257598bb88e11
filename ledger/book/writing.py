"""Around the transaction of a batch: sealed values before it, signature and destruction after it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress

from ledger.book.enrolment import identity_documents
from ledger.book.heads import Heads
from ledger.book.moving import Moving
from ledger.book.persons import Persons
from ledger.errors import ConflictError
from ledger.facts import person_of
from ledger.facts.corrections import FactRetracted, FlagJustified
from ledger.facts.privacy import ErasureDone, StatementWithheld
from ledger.queries import Outcome
from ledger.statement import Statement, meant
from ledger.store.batch import Group, moment
from ledger.store.troubles import StoreError
from ledger.store.vault import Doomed, IdentityDocument, SealedValue
from ledger.values import day_of


class Writing(Moving):
    """The writer's side: what happens around the one transaction of a batch."""

    _heads: Heads

    before_writing: Callable[[], None] | None = None
    """Done once, before this process writes for the first time: asks the witnesses whether we stand behind."""

    def _append(self, groups: Sequence[Group]) -> list[list[Outcome]]:
        if self.before_writing is not None:
            self.before_writing()
            self.before_writing = None
        disclosed = {item.statement.digest: item for group in groups for item in group.items if item.disclosures}
        doomed: dict[str, Doomed] = {}
        has_withheld = False

        def to_vault(accepted: Sequence[Statement]) -> None:
            nonlocal has_withheld
            values: list[SealedValue] = []
            documents: list[IdentityDocument] = []
            for s in accepted:
                said = meant(s).fact
                has_withheld |= isinstance(said, StatementWithheld)
                if isinstance(said, ErasureDone):
                    _, books = self._journal.so_far()
                    persons = Persons(books, day_of(moment(self._clock())))
                    doomed[s.digest] = Doomed(*persons.belongings(said.person))
                    self._vault.doom(s.digest, doomed[s.digest])
                if s.digest in disclosed:
                    own = disclosed[s.digest].disclosures
                    holder = self._holder(s, accepted)
                    values += [SealedValue(s.digest, d.pointer, holder, d.text) for d in own]
                    documents += identity_documents(s, own)
            if values:
                self._vault.put(values, documents)

        outcomes, before, after = self._journal.append(groups, prepare=to_vault)
        if after.size > before.size:
            self._journal.read_back(before, after)
            self._vault.committed(o.digest for group in outcomes for o in group if o.digest in disclosed)
            # The floor stood at `before`, and the new nodes were computed from there: nothing else can be signed.
            self._heads.sign(after, grown=True)
        for digest, gone in doomed.items():
            self._destroy(digest, gone)
        if has_withheld:
            self._journal.tidy()
        return outcomes

    def _holder(self, statement: Statement, accepted: Sequence[Statement]) -> str:
        """Under whose key sealed values go; words about another statement go under the key of whom that is about."""
        fact = meant(statement).fact
        if isinstance(fact, FlagJustified | FactRetracted):
            beside = next((each.fact for each in accepted if each.digest == fact.statement), None)
            if beside is None:
                view, _ = self._journal.so_far()
                beside = meant(view.statement(view.index_of(fact.statement))).fact
            return person_of(beside) or statement.envelope.by
        return person_of(fact) or statement.envelope.by

    def _destroy(self, statement: str, doomed: Doomed) -> None:
        """Destroy what a statement of `erasure.done`, which is in the log, dooms."""
        self._vault.destroy(doomed)
        self._documents.destroy(doomed.documents)
        self._vault.destroyed(statement)

    def _sweep(self) -> None:
        """Clear the vault of what crashed batches left; another start will do where the books are busy or full."""
        if not self._vault.has_unsettled():
            return
        left: dict[str, Doomed] = {}

        def settle() -> None:
            self._vault.sweep(self._catalogue.which_stand)
            # Under the head lock: what another process is about to state must not be destroyed yet.
            left.update(self._vault.doomed())

        with suppress(ConflictError, StoreError):
            self._journal.alone(settle)
            for statement, doomed in left.items():
                self._destroy(statement, doomed)
