"""Making an audit bundle: one ZIP with which a stranger checks a log offline (docs/bundle.md).

The same log at the same size gives the same bytes, on every machine: nothing in a bundle comes from a clock, and the
ZIP has one spelling. Everything is read at one size, that of the checkpoint, however the log grows meanwhile.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Final, Literal, NamedTuple

from ledger.audit.bundles.about_lot import Spoken, about_lot
from ledger.audit.bundles.count import BundleCount
from ledger.audit.bundles.facts import BundleFacts
from ledger.audit.bundles.manifest import Manifest
from ledger.audit.bundles.packing import MANIFEST, NOTE, Packer
from ledger.audit.bundles.report import draw_report
from ledger.audit.bundles.scope import Scope
from ledger.audit.bundles.source import BundleSource, read_logged
from ledger.audit.public.files import tile_bytes
from ledger.canonical import b64url, unb64url
from ledger.errors import FormatError, NotFoundError, Problem
from ledger.log.tiles import WIDTH, TileId, bundles_of, tiles_of
from ledger.queries.logged import Logged
from ledger.words import Language

Role = Literal["reader", "auditor"]
"""A reader gets statements, an auditor what is sealed in them too."""

_DIGEST: Final = re.compile(rb"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Made:
    """A bundle that was written: where, how large, of what, and whether the log's key signed its list of files."""

    path: Path
    bytes: int
    manifest: Manifest
    is_signed: bool
    count: BundleCount


class _Wanted(NamedTuple):
    """Which statements go in, and for whom."""

    indexes: set[int]
    role: Role
    party: str | None


def make_bundle(
    source: BundleSource,
    scope: Scope,
    out: Path,
    *,
    role: Role = "reader",
    party: str | None = None,
    policy: bytes | None = None,
    language: Language = "es",
    progress: Callable[[int, int], None] | None = None,
) -> Made:
    """Write the bundle to `out`, all of it or nothing.

    `role` auditor adds disclosures of what is sealed: all that are not hidden, or with `party` those it may see.
    `policy` is the witness policy the node works under. Raises NotFoundError for a lot nobody bore, FormatError
    bundle-too-large, ConflictError where a text was withheld meanwhile.
    """
    chosen = _chosen(source, scope)
    numbers = _tiles(source, scope, chosen)
    count, facts = BundleCount(), BundleFacts()
    with Packer() as packer:
        packer.add("verify.py", files("ledger.audit.bundles.standalone").joinpath("verify.py").read_bytes())
        packer.add("log/checkpoint", source.checkpoint)
        if policy is not None:
            packer.add("log/policy", policy)
        for tile in _log_tiles(source, scope, numbers):
            packer.add(f"log/{tile.format()}", tile_bytes(source.reading, tile))
        for done, number in enumerate(numbers):
            _add_statements(packer, source, number, _Wanted(chosen, role, party), facts, count)
            if progress is not None:
                progress(done + 1, len(numbers))
        facts.check_withheld()
        for digest in facts.packs:
            packer.add(f"packs/{digest}.toml", source.reading.pack_data(digest))
        for digest, data in source.documents(sorted(facts.named)):
            packer.add(f"documents/{digest}", data)
            count.documents += 1
        manifest = Manifest(source.origin, source.size, source.root.hex(), scope, facts.rules_version, role)
        packer.add("report.html", draw_report(source, manifest, facts, count, policy, language).encode())
        packer.add(MANIFEST, manifest.format(packer.packed()))
        packer.add(NOTE, source.note(packer.digest(MANIFEST)))
        size = _write(packer, out)
    return Made(out, size, manifest, source.signs, count)


def _chosen(source: BundleSource, scope: Scope) -> set[int]:
    """The indexes whose statements go into the bundle."""
    if scope.kind == "all":
        return set(range(source.size))
    always = {0, *source.log_facts()}
    if scope.kind == "period":
        return always | set(range(scope.first, scope.after))
    spoken = [Spoken.of(each.index, read_logged(each)) for each in source.statements(0, source.size)]
    found = about_lot(spoken, scope.lot)
    if not found:
        raise NotFoundError(Problem("lot-unknown", "", scope.lot))
    return always | found


def _tiles(source: BundleSource, scope: Scope, chosen: set[int]) -> list[int]:
    """The numbers of the tiles of entries that go in: all of them, but for a period's bundle those it needs."""
    if scope.kind != "period":
        return list(range((source.size + WIDTH - 1) // WIDTH))
    return sorted({index // WIDTH for index in chosen})


def _log_tiles(source: BundleSource, scope: Scope, numbers: Sequence[int]) -> Iterator[TileId]:
    """The public files: whole, but of a period's bundle only what leads from its entries to the root.

    The last tile of a level, where it is not full, is part of every way to the root.
    """
    wanted = set(numbers)
    for tile in tiles_of(source.size):
        if scope.kind != "period" or tile.level != 0 or tile.number in wanted or tile.width != WIDTH:
            yield tile
    for tile in bundles_of(source.size):
        if tile.number in wanted:
            yield tile


def _add_statements(
    packer: Packer,
    source: BundleSource,
    number: int,
    wanted: _Wanted,
    facts: BundleFacts,
    count: BundleCount,
) -> None:
    """The statements of one tile of entries, a line per index, and beside them what is disclosed of them."""
    first = number * WIDTH
    here = list(source.statements(first, min(first + WIDTH, source.size)))
    lines, shown = [], []
    for each in here:
        if each.index not in wanted.indexes and each.jws is not None:
            count.not_included += 1
            lines.append(f"{each.index} not-included\n")
        elif each.jws is None:
            count.withheld += 1
            facts.withheld(each)
            lines.append(f"{each.index} withheld {b64url(each.restated or b'')}\n")
        else:
            count.statements += 1
            payload = _payload(each)
            facts.take(each, payload)
            facts.named.update(match.decode() for match in _DIGEST.findall(payload))
            shown.append(each.digest)
            lines.append(f"{each.index} {each.jws.decode()}\n")
    path = TileId("entries", number).format().removeprefix("tile/entries/")
    packer.add(f"statements/{path}.txt", "".join(lines).encode())
    if wanted.role == "auditor":
        found = source.disclosures(shown, wanted.party)
        opened = [f"{digest} {text}\n" for digest in shown for text in found.get(digest, ())]
        count.disclosures += len(opened)
        if opened:
            packer.add(f"disclosures/{path}.txt", "".join(opened).encode())


def _payload(logged: Logged) -> bytes:
    return unb64url((logged.jws or b"").split(b".")[1].decode())


def _write(packer: Packer, out: Path) -> int:
    """Under another name first, so that whoever looks never finds half a bundle."""
    part = out.with_name(f"{out.name}.part")
    try:
        with part.open("wb") as file:
            size = packer.write(file)
            file.flush()
            os.fsync(file.fileno())
        part.replace(out)
    except OSError as error:
        details = {"reason": error.strerror or ""}
        raise FormatError(Problem("file-not-writable", found=str(out), details=details, retry="after-change")) from None
    finally:
        with suppress(OSError):
            part.unlink(missing_ok=True)
    return size
