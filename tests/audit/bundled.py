"""A small valley's log with everything a bundle can hold, its bundles, and a workshop for forging them.

The story: families deliver, their coffee is pooled; a phone states and is retired, another is lost and vouched for; a
statement is withheld, one is corrected; a document is attached, another is personal; a pack is adopted anew.
"""

from __future__ import annotations

import hashlib
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ledger import SigningKey, canonical
from ledger.audit.bundles.make import Role, make_bundle
from ledger.audit.bundles.packing import MANIFEST, NOTE, Packer, ZipFiles
from ledger.audit.bundles.scope import scope_of
from ledger.audit.bundles.source import BundleSource
from ledger.log import Checkpoint, Entry, KeyKind, VerifierKey, entry_hash, leaf_hash, new_nodes, sign_checkpoint
from ledger.log.bundle_note import bundle_note
from ledger.log.note import Note, cosign_note
from ledger.log.policy import Policy, PolicyWitness
from ledger.log.tiles import bundle_entries, bundles_of, hash_tile, parse_bundle, tiles_of
from ledger.packs.catalogue import builtin
from tests.world import ORIGIN, OwnKey, World

WITNESSES = [SigningKey.derived(b"witnesses", name) for name in ("one", "two", "three")]
POLICY = Policy.of(
    (),
    [PolicyWitness(f"w{n}", VerifierKey(f"w{n}.example", KeyKind.COSIGNER, k.public)) for n, k in enumerate(WITNESSES)],
    2,
)
SCALE_TICKET = b"peso: 46.0 kg\n"
CARD = b"Persona 2, DNI 00000000\n"


@dataclass(frozen=True)
class Valley:
    """The world, what was told in it by name, and a checkpoint kept when half of it was told."""

    world: World
    lot: str
    other_lot: str
    withheld: int
    kept: bytes
    office: OwnKey
    retired: OwnKey

    @property
    def key(self) -> str:
        """The log's verifier key."""
        return self.world.ledger.verifier_key


def told(folder: Path) -> Valley:
    """Tell the story; over 256 entries, so that the tree has a full tile and one above it."""
    world = World.begin(folder)
    coop = world.coop()
    farms = [world.farm(coop) for _ in range(3)]
    phone, office = world.own_key(coop.id, "device", "phone"), world.own_key(coop.id, "organisation", "office")
    lost = world.own_key(coop.id, "device", "lost")
    lots = [world.deliver(farm, 50_000) for farm in farms]
    late = [phone.sign(world.delivery(farms[0], 40_000)) for _ in range(3)]
    world.say(late[0])
    kept = world.ledger.checkpoint()
    world.say_as_operator(world.revocation(phone, "retired", 2))
    world.say(late[1])
    unsent = lost.sign(world.delivery(farms[1], 30_000))
    world.say_as_operator(world.revocation(lost, "lost"))
    world.say(office.sign(world.draft("statement.vouched", {"jws": unsent.split(b"~")[0].decode()}, coop)))
    pooled = world.pool(coop, (lots[0], 50_000), (lots[1], 50_000))
    secret = world.say(world.delivery(farms[2], 20_000))
    world.ledger.withhold(secret.digest, reason="court-order")
    wrong = world.say(world.delivery(farms[2], 10_000))
    world.say(world.retraction(coop, wrong))
    for data, personal, about in ((SCALE_TICKET, False, lots[0]), (CARD, True, farms[1].producer)):
        digest = hashlib.sha256(data).hexdigest()
        world.ledger.put_document(digest, [data], media_type="text/plain", personal=personal)
        attached = {"document": digest, "kind": "ticket", "media_type": "text/plain", "size": len(data)}
        world.say(world.draft("document.attached", attached | {"about": [about], "personal": personal}, coop))
    pack = next(data for (kind, code), data in builtin().items() if (kind, code) == ("commodity", "coffee"))
    world.ledger.adopt_pack(pack + b"\n# The same again, for the season that begins.\n")
    while world.ledger.head().size < 300:
        world.batch(*(world.delivery(farms[2], 1_000) for _ in range(50)))
    return Valley(world, pooled, lots[2], secret.index or 0, kept, office, phone)


def bundled(valley: Valley, out: Path, what: str = "ALL", role: Role = "auditor", **more: Any) -> Path:
    """A bundle of the valley's log, with the witness policy in it."""
    source = BundleSource(valley.world.ledger, more.pop("checkpoint", None) or cosigned(valley))
    scope = scope_of(what, source.size, valley.world.ledger)
    make_bundle(source, scope, out, role=role, policy=POLICY.format(), **more)
    return out


def cosigned(valley: Valley) -> bytes:
    """The newest checkpoint with two of three cosignatures."""
    note = Note.parse(valley.world.ledger.checkpoint())
    lines = [cosign_note(note.text, f"w{n}.example", WITNESSES[n], 1_780_000_000) for n in (0, 1)]
    return note.with_signatures(lines).format()


@dataclass
class Workshop:
    """A bundle taken apart: whoever holds `log_key` can forge more than whoever does not."""

    files: dict[str, bytes]
    log_key: SigningKey | None = None
    said: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def of(cls, path: Path, log_key: SigningKey | None = None) -> Workshop:
        """Take a bundle's ZIP apart."""
        with ZipFiles(path) as zipped:
            files = {name: zipped.read(name) for name in zipped.names}
        said = canonical.load(files[MANIFEST], max_bytes=1 << 24, max_list=1 << 24)
        assert isinstance(said, dict)
        return cls(files, log_key, dict(said))

    # ------------------------------------------------------------ changing

    def change(self, path: str, old: bytes, new: bytes) -> None:
        """Put other bytes into a file; the old ones must be there."""
        assert old in self.files[path], (path, old)
        self.files[path] = self.files[path].replace(old, new, 1)

    def flip(self, path: str, at: int = -1) -> None:
        """Flip one bit of a file."""
        data = bytearray(self.files[path])
        data[at] ^= 1
        self.files[path] = bytes(data)

    def lines(self, number: int = 0) -> list[str]:
        """The lines of a file of statements."""
        return self.files[f"statements/{number:03d}.txt"].decode().splitlines()

    def put_line(self, index: int, text: str) -> None:
        """Another line for an index."""
        lines = self.lines(index // 256)
        lines[index % 256] = f"{index} {text}"
        self.files[f"statements/{index // 256:03d}.txt"] = "".join(f"{line}\n" for line in lines).encode()

    # ------------------------------------------------------------ making it look right again

    def listed_anew(self, **said: Any) -> None:
        """The manifest over the files as they are now; its note signed with the log's key if that is at hand."""
        self.said |= said
        self.said["files"] = [
            {"path": path, "sha256": hashlib.sha256(data).hexdigest(), "size": len(data)}
            for path, data in sorted(self.files.items())
            if path not in {MANIFEST, NOTE}
        ]
        self.files[MANIFEST] = canonical.encode(self.said)
        digest = hashlib.sha256(self.files[MANIFEST]).hexdigest()
        self.files[NOTE] = bundle_note(str(self.said["origin"]), digest, self.log_key)

    def entries(self) -> list[bytes]:
        """The texts of all entries."""
        size = int(self.said["size"])
        return [entry for tile in bundles_of(size) for entry in parse_bundle(tile, self.files[f"log/{tile.format()}"])]

    def state(self, jws: bytes, *, at: int | None = None, recorded_at: str = "") -> int:
        """As operator: put a statement into the log, at its end or in the place of another, without asking any rule."""
        entries = self.entries()
        index = len(entries) if at is None else at
        before = Entry.parse(entries[index - 1])
        digest = hashlib.sha256(jws).digest()
        entry = Entry(ORIGIN, index, recorded_at or before.recorded_at, entry_hash(entries[index - 1]), digest)
        lines = [line.partition(" ")[2] for number in range((len(entries) + 255) // 256) for line in self.lines(number)]
        self.log_over([*entries[:index], entry.format(), *entries[index + 1 :]])
        self.statements_over([*lines[:index], jws.decode(), *lines[index + 1 :]])
        return index

    def statements_over(self, lines: list[str]) -> None:
        """The files of statements over these lines, one per index."""
        for number in range((len(lines) + 255) // 256):
            some = enumerate(lines[number * 256 : (number + 1) * 256], number * 256)
            self.files[f"statements/{number:03d}.txt"] = "".join(f"{i} {line}\n" for i, line in some).encode()

    def log_over(self, entries: list[bytes], *, chained: bool = True) -> None:
        """Entries chained, hashed into tiles, and signed with the log's key, as the operator can."""
        assert self.log_key is not None
        if chained:
            for index in range(1, len(entries)):
                old = Entry.parse(entries[index])
                previous = entry_hash(entries[index - 1])
                entries[index] = Entry(old.origin, index, old.recorded_at, previous, old.statement).format()
        for path in [path for path in self.files if path.startswith("log/tile/")]:
            del self.files[path]
        growth = new_nodes(0, [leaf_hash(entry) for entry in entries], lambda *_: b"")
        nodes = {(level, number): digest for level, number, digest in growth.nodes}
        for tile in tiles_of(len(entries)):
            self.files[f"log/{tile.format()}"] = hash_tile(tile, lambda *at: nodes[at])
        for tile in bundles_of(len(entries)):
            span = tile.entries()
            self.files[f"log/{tile.format()}"] = bundle_entries(entries[span.start : span.stop])
        checkpoint = Checkpoint(ORIGIN, len(entries), growth.root)
        self.files["log/checkpoint"] = sign_checkpoint(checkpoint, [self.log_key]).format()
        self.said |= {"size": len(entries), "root": growth.root.hex()}

    # ------------------------------------------------------------ handing it over

    def zipped(self, out: Path) -> Path:
        """The ZIP, in the form Chaski writes."""
        with Packer() as packer, out.open("wb") as file:
            for path, data in self.files.items():
                packer.add(path, data)
            packer.write(file)
        return out

    def unpacked(self, folder: Path) -> Path:
        """The folder somebody unpacks the ZIP into."""
        for path, data in self.files.items():
            target = folder / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(data)
        return folder


def verify_py(folder: Path, *options: str, python: str = sys.executable) -> subprocess.CompletedProcess[str]:
    """Run the bundle's own program as a stranger does: isolated, without site packages, from the folder it lies in."""
    command = [python, "-I", "-S", "verify.py", *options]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=120, check=False)


Tampering = Callable[[Workshop, Valley], None]
