"""Sealed values in the clear: who may see which, and who was entered under a document number."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

from ledger.book.persons import Persons
from ledger.book.reading import Reading
from ledger.statement import disclosed_value
from ledger.store.batch import moment
from ledger.store.vault import Vault
from ledger.values import day_of


class Sealed(Reading):
    """What stands sealed in facts, asked of the vault."""

    _vault: Vault

    def disclosures(self, id_or_digest: str, *, party: str | None = None) -> Mapping[str, object]:
        """The clear values of a fact's sealed fields, by pointer, from the vault: those that `party` may see.

        A party sees its own, that of the persons it enrolled and itself; one with the role auditor also what a producer
        consented to (scope `personal-data`); others nothing. Without a party it is the operator at the machine, who
        holds the keys. What is hidden, destroyed or withheld is absent, for everybody.
        """
        with self._readers.log_view() as view:
            statement = view.statement(view.index_of(id_or_digest))
        if statement.is_withheld:
            return {}
        with self._persons() as persons:
            found = self._vault.disclosures(
                statement.digest,
                lambda holder: (
                    not persons.is_hidden(holder) and (party is None or persons.may_see(party, holder, statement))
                ),
            )
        return {pointer: disclosed_value(text) for pointer, text in found.items()}

    def disclosure_texts(self, digests: Sequence[str], *, party: str | None = None) -> Mapping[str, Sequence[str]]:
        """The disclosures themselves of statements by their digests, in the order of their pointers, as `disclosures`.

        They are what a sealed field's hash was made of: whoever is handed one can check that.
        """
        found: dict[str, Sequence[str]] = {}
        with self._persons() as persons, self._readers.log_view() as view:
            for digest in digests:
                statement = None if party is None else view.statement(view.index_of(digest))
                texts = self._vault.disclosures(
                    digest,
                    lambda holder, of=statement: (  # type: ignore[misc]
                        not persons.is_hidden(holder) and (of is None or persons.may_see(str(party), holder, of))
                    ),
                )
                if texts:
                    found[digest] = [texts[pointer] for pointer in sorted(texts)]
        return found

    def find_person(self, document: str, *, programme: str) -> list[str]:
        """The persons a programme (the party that enrolled them) entered under a document number `PE-DNI 00000023`.

        Found by a blind index under the programme's own key; never those who asked for erasure, nor what a
        correction took back.
        """
        standing: list[str] = []
        with self._persons() as persons:
            for holder, digest in self._vault.find(programme, document):
                if self._catalogue.stands(digest) and persons.enrolled(holder) and not persons.is_hidden(holder):
                    standing.append(holder)
        return sorted(set(standing))

    @contextmanager
    def _persons(self) -> Iterator[Persons]:
        """Questions about persons, put to the books as they stand now."""
        with self._readers.books(None) as books:
            yield Persons(books, day_of(moment(self._clock())))
