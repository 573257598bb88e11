"""Finding out, before a fact is queued, that a person is on the programme's register already.

Judge never reads a sealed value, so what the node finds with the blind index becomes an open field of
the fact it signs: `also_enrolled`. What a party signs itself is not looked into.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final

from ledger.errors import NotFoundError
from ledger.facts.parties import PartyRegistered
from ledger.facts.producers import ProducerEnrolled
from ledger.statement import Disclosure, Statement, disclosed_value
from ledger.store.vault import IdentityDocument, normal_document

ENROLLED: Final = "producer.enrolled/1"

Beside = dict[tuple[str, str], str]
"""Who is enrolled by the same request: (programme, document number) to producer, the first one counts."""


def document_of(person: object) -> str | None:
    """The document number inside a person's sealed value: `{"document": "PE-DNI 00000023"}`, or its kind and number."""
    said = person.get("document") if isinstance(person, Mapping) else None
    if isinstance(said, Mapping):
        said = f"{said.get('kind', '')} {said.get('number', '')}"
    return said if isinstance(said, str) and normal_document(said).strip("|") else None


def identity_documents(statement: Statement, disclosures: Sequence[Disclosure]) -> Iterator[IdentityDocument]:
    """The document number a person was entered under, for the blind index of the party that entered them."""
    fact = statement.fact
    if not isinstance(fact, ProducerEnrolled | PartyRegistered):
        return
    holder = fact.producer if isinstance(fact, ProducerEnrolled) else fact.party
    for disclosure in disclosures:
        document = document_of(disclosed_value(disclosure.text)) if disclosure.pointer == "/person" else None
        if document is not None:
            yield IdentityDocument(statement.digest, statement.actor, document, holder)


def twins(
    fact: Mapping[str, Any],
    party: str,
    beside: Beside,
    *,
    stated: Callable[[str], object],
    find: Callable[[str, str], list[str]],
) -> tuple[str, ...]:
    """Producers of the same programme with the document number of the person a fact enrols; () for any other fact.

    `stated` gives the fact that stands under an id (raises NotFoundError): a fact sent again says the same again,
    whatever was found since, and so gets the first receipt. `find` gives producers by programme and document.
    """
    body, sealed = fact.get("body"), fact.get("sealed")
    if fact.get("fact") != ENROLLED or not isinstance(body, Mapping) or not isinstance(sealed, Mapping):
        return ()
    document = document_of(sealed.get("/person"))
    if document is None:
        return ()
    try:
        standing = stated(str(fact.get("id")))
    except NotFoundError:
        producer, programme = str(body.get("producer")), str(fact.get("for") or party)
        first = beside.setdefault((programme, normal_document(document)), producer)
        return tuple(sorted({*find(programme, document), first} - {producer}))
    return standing.also_enrolled if isinstance(standing, ProducerEnrolled) else ()
