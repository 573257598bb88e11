"""Erasing persons' data when its time has come, and withholding a text as the last resort."""

from __future__ import annotations

from collections.abc import Sequence

from ledger.book.erasures import erasure_lines
from ledger.book.stating import Stating
from ledger.postings import post
from ledger.postings.privacy import restatement
from ledger.queries import ErasureLine, Outcome
from ledger.statement import restated_text
from ledger.store.batch import moment
from ledger.store.documents import Documents
from ledger.store.vault import Doomed
from ledger.values import day_of


class Erasing(Stating):
    """Erasure on request and by order: what is hidden, what is due, what was withheld."""

    _documents: Documents

    def erasures(self) -> list[ErasureLine]:
        """Every request for erasure: what is hidden, when retention ends, what would be or was destroyed."""
        with self._readers.books(None) as books:
            return erasure_lines(books, day_of(moment(self._clock())), self._vault.count)

    def erase_due(self) -> list[tuple[ErasureLine, Outcome]]:
        """Destroy what is due and state `erasure.done` for each, as operator; the rules are asked before anything goes.

        Keys, disclosures, blind index and personal documents go when the statement is in the log; a crash in between
        is made good at the next start. What was destroyed before and came back, with a backup or with what somebody
        stated since, is destroyed again.
        """
        done = []
        today = day_of(moment(self._clock()))
        self.repeat_erasures()
        for line in self.erasures():
            if line.state == "due":
                counted = [{"kind": kind, "count": count} for kind, count in line.destroys.items()]
                body = {"erasure": line.erasure, "person": line.person, "done_on": today, "destroyed": counted}
                done.append((line, self.state_as_operator("erasure.done/1", body)))
        return done

    def repeat_erasures(self) -> int:
        """Destroy again what was stated as destroyed; returns for how many requests there was something to destroy.

        A backup may have brought it back, or somebody stated it anew.
        """
        again = 0
        for line in self.erasures():
            if line.state == "done":
                with self._persons() as persons:
                    gone = Doomed(*persons.belongings(line.person))
                again += any(self._vault.count(gone.holders).values())
                self._vault.destroy(gone)
                self._documents.destroy(gone.documents)
        return again

    def withhold(self, id_or_digest: str, *, reason: str, mask: Sequence[str] = ()) -> Outcome:
        """As operator, take a statement's text out of the ledger and restate what it means; the last resort.

        `mask` names members of its marks (name, district, sector, code, number) whose words go as well. Raises
        RefusedError where the rules say no.
        """
        with self._readers.log_view() as view:
            statement = view.statement(view.index_of(id_or_digest))
        restated = restatement(statement, post(statement), mask=mask)
        body = {"statement": statement.digest, "reason": reason, "restated": restated_text(restated)}
        return self.state_as_operator("statement.withheld/1", body)
