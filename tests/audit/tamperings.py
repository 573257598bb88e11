"""Ways to tamper with a bundle, each under its own name: by anybody who passes it on, and by the operator himself.

The operator holds the log's key: what he forges he hashes, chains and signs anew, so that only statements, their
signers, and what readers kept from before stand against him.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ledger import SigningKey, canonical, keys
from ledger.log import Entry, KeyKind, VerifierKey
from ledger.log.note import Note, sign_note
from ledger.statement import header, sign
from tests.audit.bundled import POLICY, Tampering, Valley, Workshop
from tests.world import OwnKey, named_bytes

THIEF = SigningKey.derived(b"thief", "key")


@dataclass(frozen=True)
class Case:
    """A tampering, the kind of failure verify.py must name, and whether it takes the log's key to make it."""

    name: str
    kind: str
    tamper: Tampering
    as_operator: bool


CASES: list[Case] = []


def anybody(kind: str) -> Callable[[Tampering], Tampering]:
    """Whoever passes the bundle on can do this."""
    return _case(kind, as_operator=False)


def operator(kind: str) -> Callable[[Tampering], Tampering]:
    """It takes the log's key: everything is signed anew afterwards."""
    return _case(kind, as_operator=True)


def _case(kind: str, *, as_operator: bool) -> Callable[[Tampering], Tampering]:
    def add(tamper: Tampering) -> Tampering:
        CASES.append(Case(tamper.__name__, kind, tamper, as_operator))
        return tamper

    return add


# ---------------------------------------------------------------- files


@anybody("file-altered")
def statement_edited(shop: Workshop, valley: Valley) -> None:
    shop.flip("statements/000.txt", 500)


@anybody("file-altered")
def report_edited(shop: Workshop, valley: Valley) -> None:
    shop.change("report.html", b"<h1>", b"<h1>Certified! ")


@anybody("file-altered")
def program_edited(shop: Workshop, valley: Valley) -> None:
    shop.change("verify.py", b"#!/usr/bin/env python3", b"#!/usr/bin/env python3 ")


@anybody("file-missing")
def file_removed(shop: Workshop, valley: Valley) -> None:
    del shop.files["statements/001.txt"]


@anybody("file-missing")
def report_left_out_and_the_list_made_anew(shop: Workshop, valley: Valley) -> None:
    del shop.files["report.html"]
    shop.listed_anew()


@anybody("manifest-malformed")
def manifest_that_says_more(shop: Workshop, valley: Valley) -> None:
    shop.listed_anew(approved_by="somebody")


@anybody("file-unlisted")
def file_added(shop: Workshop, valley: Valley) -> None:
    shop.files["documents/" + "0" * 64] = b"a certificate"


@anybody("file-name")
def path_out_of_the_folder(shop: Workshop, valley: Valley) -> None:
    shop.listed_anew()
    shop.said["files"].append({"path": "../../outside", "sha256": "0" * 64, "size": 0})
    shop.said["files"].sort(key=lambda each: each["path"])
    shop.files["manifest.json"] = canonical.encode(shop.said)


@anybody("manifest-malformed")
def manifest_with_a_space(shop: Workshop, valley: Valley) -> None:
    shop.change("manifest.json", b'{"files":', b'{"files": ')


@anybody("manifest-malformed")
def manifest_of_another_format(shop: Workshop, valley: Valley) -> None:
    shop.change("manifest.json", b"chaski.bundle/v1", b"chaski.bundle/v2")


# ---------------------------------------------------------------- the list of files, signed


@anybody("manifest-signature")
def list_made_anew_under_the_old_signature(shop: Workshop, valley: Valley) -> None:
    note = shop.files["manifest.note"]
    shop.change("report.html", b"<h1>", b"<h1>Certified! ")
    shop.listed_anew()
    shop.files["manifest.note"] = note


@anybody("manifest-signature")
def list_signed_by_a_thief(shop: Workshop, valley: Valley) -> None:
    shop.change("report.html", b"<h1>", b"<h1>Certified! ")
    shop.log_key = THIEF
    shop.listed_anew()


@anybody("manifest-signature")
def list_signed_twice(shop: Workshop, valley: Valley) -> None:
    note = Note.parse(shop.files["manifest.note"])
    line = sign_note(note.text, "somebody", THIEF)
    shop.files["manifest.note"] = note.with_signatures([line]).format()


@anybody("manifest-signature")
def checkpoint_signature_put_under_the_list(shop: Workshop, valley: Valley) -> None:
    """Both are signed by one key: what is signed must say which of the two it is."""
    note = Note.parse(shop.files["manifest.note"])
    log_line = Note.parse(shop.files["log/checkpoint"]).signatures[0]
    shop.files["manifest.note"] = Note(note.text, (log_line,)).format()


# ---------------------------------------------------------------- unsigned, made to look right: the log itself stands


@anybody("statement-altered")
def statement_edited_and_listed(shop: Workshop, valley: Valley) -> None:
    jws = shop.lines()[30].split(" ")[1]
    head, payload, signature = jws.split(".")
    said = canonical.unb64url(payload).replace(b"2026", b"2025", 1)
    shop.put_line(30, f"{head}.{canonical.b64url(said)}.{signature}")
    shop.listed_anew()


@anybody("statement-altered")
def statement_put_in_the_place_of_another(shop: Workshop, valley: Valley) -> None:
    shop.put_line(280, shop.lines(1)[25].split(" ")[1])
    shop.listed_anew()


@anybody("statement-missing")
def statement_left_out(shop: Workshop, valley: Valley) -> None:
    shop.put_line(30, "not-included")
    shop.listed_anew()


@anybody("statement-missing")
def statements_file_left_out(shop: Workshop, valley: Valley) -> None:
    del shop.files["statements/001.txt"]
    shop.listed_anew()


@anybody("statement-missing")
def line_left_out(shop: Workshop, valley: Valley) -> None:
    data = shop.files["statements/001.txt"]
    shop.files["statements/001.txt"] = data[data.index(b"\n") + 1 :]
    shop.listed_anew()


@anybody("withheld-differs")
def statement_said_to_be_withheld(shop: Workshop, valley: Valley) -> None:
    shop.put_line(30, "withheld " + canonical.b64url(b"{}"))
    shop.listed_anew()


@anybody("withheld-differs")
def withheld_statement_restated_otherwise(shop: Workshop, valley: Valley) -> None:
    text = canonical.unb64url(shop.lines()[valley.withheld].split(" ")[2])
    heavier = text.replace(b"20000", b"90000")
    assert heavier != text
    shop.put_line(valley.withheld, "withheld " + canonical.b64url(heavier))
    shop.listed_anew()


@anybody("tile-altered")
def tile_changed(shop: Workshop, valley: Valley) -> None:
    shop.flip("log/tile/0/000", 100)
    shop.listed_anew()


@anybody("tile-altered")
def tile_cut_short(shop: Workshop, valley: Valley) -> None:
    shop.files["log/tile/0/000"] = shop.files["log/tile/0/000"][:-32]
    shop.listed_anew()


@anybody("tile-missing")
def tile_left_out(shop: Workshop, valley: Valley) -> None:
    del shop.files["log/tile/1/000.p/1"]
    shop.listed_anew()


@anybody("tile-missing")
def entries_left_out(shop: Workshop, valley: Valley) -> None:
    del shop.files["log/tile/entries/000"]
    del shop.files["statements/000.txt"]
    shop.listed_anew()


@anybody("tile-altered")
def entry_changed(shop: Workshop, valley: Valley) -> None:
    digest = Entry.parse(shop.entries()[30]).statement.hex().encode()
    shop.change("log/tile/entries/000", digest, b"0" * 64)
    shop.listed_anew()


@anybody("checkpoint-signature")
def checkpoint_of_a_larger_log(shop: Workshop, valley: Valley) -> None:
    """The whole tree grows by an entry; only the key is missing."""
    shop.log_key = THIEF
    shop.state(_signed(valley.office, "plot.retired/1", {}, valley))
    shop.log_key = None
    shop.listed_anew()


@anybody("checkpoint-signature")
def checkpoint_signature_flipped(shop: Workshop, valley: Valley) -> None:
    note = Note.parse(shop.files["log/checkpoint"])
    line = note.signatures[0]
    broken = type(line)(line.name, line.key_id, line.payload[:-1] + bytes([line.payload[-1] ^ 1]))
    shop.files["log/checkpoint"] = Note(note.text, (broken, *note.signatures[1:])).format()
    shop.listed_anew()


@anybody("checkpoint-signature")
def checkpoint_signature_left_out(shop: Workshop, valley: Valley) -> None:
    note = Note.parse(shop.files["log/checkpoint"])
    shop.files["log/checkpoint"] = Note(note.text, note.signatures[1:]).format()
    shop.listed_anew()


@anybody("checkpoint-differs")
def manifest_of_another_checkpoint(shop: Workshop, valley: Valley) -> None:
    shop.listed_anew(root="0" * 64)


@anybody("checkpoint-malformed")
def checkpoint_with_an_extension_line(shop: Workshop, valley: Valley) -> None:
    note = Note.parse(shop.files["log/checkpoint"])
    shop.files["log/checkpoint"] = Note(note.text + "more\n", note.signatures).format()
    shop.listed_anew()


@anybody("cosignature-invalid")
def cosignature_flipped(shop: Workshop, valley: Valley) -> None:
    note = Note.parse(shop.files["log/checkpoint"])
    log_line, first, second = note.signatures
    broken = type(first)(first.name, first.key_id, first.payload[:-1] + bytes([first.payload[-1] ^ 1]))
    shop.files["log/checkpoint"] = Note(note.text, (log_line, broken, second)).format()
    shop.listed_anew()


@anybody("cosignature-invalid")
def cosignature_moved_in_time(shop: Workshop, valley: Valley) -> None:
    note = Note.parse(shop.files["log/checkpoint"])
    log_line, first, second = note.signatures
    later = type(first)(first.name, first.key_id, (1_790_000_000).to_bytes(8, "big") + first.payload[8:])
    shop.files["log/checkpoint"] = Note(note.text, (log_line, later, second)).format()
    shop.listed_anew()


@anybody("quorum-missing")
def cosignatures_left_out(shop: Workshop, valley: Valley) -> None:
    note = Note.parse(shop.files["log/checkpoint"])
    shop.files["log/checkpoint"] = Note(note.text, note.signatures[:1]).format()
    shop.listed_anew()


@anybody("quorum-missing")
def policy_replaced_by_an_easier_one(shop: Workshop, valley: Valley) -> None:
    """The bundle's own policy counts for nothing where the reader brings one."""
    note = Note.parse(shop.files["log/checkpoint"])
    shop.files["log/checkpoint"] = Note(note.text, note.signatures[:2]).format()
    shop.files["log/policy"] = POLICY.format().replace(b" 2 ", b" 1 ")
    shop.listed_anew()


@anybody("policy-malformed")
def policy_that_counts_a_witness_twice(shop: Workshop, valley: Valley) -> None:
    shop.change("log/policy", b"w0 w1 w2", b"w0 w0 w1")
    shop.listed_anew()


# ---------------------------------------------------------------- what lies beside the log


@anybody("disclosure-differs")
def disclosed_value_changed(shop: Workshop, valley: Valley) -> None:
    digest, text = _disclosed(shop)
    salt, pointer, _ = _list(text)
    other = canonical.b64url(canonical.encode([salt, pointer, {"name": "Somebody Else"}]))
    shop.change("disclosures/000.txt", f"{digest} {text}".encode(), f"{digest} {other}".encode())
    shop.listed_anew()


@anybody("disclosure-differs")
def disclosed_value_moved_to_another_statement(shop: Workshop, valley: Valley) -> None:
    lines = shop.files["disclosures/000.txt"].decode().splitlines()
    (first, one), (second, other) = (line.split(" ") for line in lines[:2])
    lines[:2] = [f"{first} {other}", f"{second} {one}"]
    shop.files["disclosures/000.txt"] = "".join(f"{line}\n" for line in lines).encode()
    shop.listed_anew()


@anybody("disclosure-differs")
def disclosure_told_twice(shop: Workshop, valley: Valley) -> None:
    data = shop.files["disclosures/000.txt"]
    shop.files["disclosures/000.txt"] = data[: data.index(b"\n") + 1] + data
    shop.listed_anew()


@anybody("document-differs")
def document_changed(shop: Workshop, valley: Valley) -> None:
    (path,) = (path for path in shop.files if path.startswith("documents/"))
    shop.change(path, b"46.0", b"96.0")
    shop.listed_anew()


@anybody("document-differs")
def document_smuggled_in(shop: Workshop, valley: Valley) -> None:
    data = b"a certificate nobody attached"
    shop.files[f"documents/{hashlib.sha256(data).hexdigest()}"] = data
    shop.listed_anew()


@anybody("pack-differs")
def pack_changed(shop: Workshop, valley: Valley) -> None:
    path = next(path for path in sorted(shop.files) if path.startswith("packs/"))
    shop.files[path] += b"# softer\n"
    shop.listed_anew()


@anybody("pack-differs")
def pack_left_out(shop: Workshop, valley: Valley) -> None:
    del shop.files[next(path for path in sorted(shop.files) if path.startswith("packs/"))]
    shop.listed_anew()


@anybody("pack-differs")
def pack_added(shop: Workshop, valley: Valley) -> None:
    shop.files[f"packs/{hashlib.sha256(b'# soft').hexdigest()}.toml"] = b"# soft"
    shop.listed_anew()


@anybody("pack-differs")
def other_version_of_the_rules(shop: Workshop, valley: Valley) -> None:
    shop.listed_anew(rules_version=99)


# ---------------------------------------------------------------- another log altogether


@anybody("key-differs")
def whole_log_forged_under_another_key(shop: Workshop, valley: Valley) -> None:
    """A log like ours from the first entry on, under keys of the forger's: only a key from outside tells them apart."""
    genesis = _payload(shop, 0)
    genesis["body"]["log_key"] = VerifierKey(str(genesis["log"]), KeyKind.LOG, THIEF.public).format()
    genesis["body"]["operator"]["key"] = canonical.b64url(THIEF.public)
    jws = sign(genesis, THIEF).jws
    shop.log_key = THIEF
    entry = Entry.parse(shop.entries()[0])
    first = Entry(entry.origin, 0, entry.recorded_at, entry.previous, hashlib.sha256(jws).digest())
    shop.log_over([first.format()])
    for path in [path for path in shop.files if path.startswith(("statements/", "disclosures/", "documents/"))]:
        del shop.files[path]
    shop.statements_over([jws.decode()])
    adopted = {pack["digest"] for pack in genesis["body"]["packs"]}
    for path in [path for path in shop.files if path.startswith("packs/") and path[6:-5] not in adopted]:
        del shop.files[path]


@anybody("kept-forked")
def history_rewritten_by_the_operator(shop: Workshop, valley: Valley) -> None:
    """Signed, chained, hashed anew: only a checkpoint kept from before shows that it was another."""
    shop.log_key = _log_key(valley)
    entries = shop.entries()
    old = Entry.parse(entries[10])
    entries[10] = Entry(old.origin, 10, old.recorded_at, old.previous, b"\1" * 32).format()
    shop.log_over(entries)
    shop.put_line(10, "not-included")
    shop.listed_anew(scope={"kind": "lot", "lot": valley.lot})


@anybody("kept-ahead")
def log_cut_short_by_the_operator(shop: Workshop, valley: Valley) -> None:
    shop.log_key = _log_key(valley)
    shop.log_over(shop.entries()[:10])
    lines = [line.partition(" ")[2] for line in shop.lines()[:10]]
    for path in [path for path in shop.files if path.startswith(("statements/", "disclosures/", "documents/"))]:
        del shop.files[path]
    shop.statements_over(lines)
    _packs_as_adopted(shop)


# ---------------------------------------------------------------- the operator against his own log


@operator("signature-invalid")
def statement_with_a_forged_signature(shop: Workshop, valley: Valley) -> None:
    shop.state(_signed(valley.office, "plot.retired/1", {}, valley, forged=True))


@operator("key-not-authorised")
def statement_by_a_key_nobody_authorised(shop: Workshop, valley: Valley) -> None:
    shop.state(_signed(OwnKey(valley.office.party, "organisation", THIEF), "plot.retired/1", {}, valley))


@operator("key-not-authorised")
def statement_before_its_key_was_authorised(shop: Workshop, valley: Valley) -> None:
    shop.state(_signed(valley.office, "plot.retired/1", {}, valley), at=4)
    shop.said["scope"] = {"kind": "lot", "lot": valley.lot}


@operator("key-revoked")
def statement_by_a_retired_key_after_its_last_good_number(shop: Workshop, valley: Valley) -> None:
    shop.state(_signed(valley.retired, "plot.retired/1", {}, valley, seq=3))


@operator("key-not-for-this")
def statement_of_another_party_under_ones_own_key(shop: Workshop, valley: Valley) -> None:
    shop.state(_signed(valley.office, "plot.retired/1", {}, valley, by=valley.world.operator.id))


@operator("key-not-for-this")
def farmers_word_signed_by_the_node(shop: Workshop, valley: Valley) -> None:
    node = OwnKey(valley.world.operator.id, "node", valley.world.ledger.node_key)
    shop.state(_signed(node, "delivery.confirmed/1", {}, valley, by=valley.office.party))


@operator("key-not-for-this")
def device_statement_without_a_number(shop: Workshop, valley: Valley) -> None:
    device = OwnKey(valley.office.party, "device", SigningKey.derived(b"device", "unnumbered"))
    origin = str(shop.said["origin"])
    proof = device.key.sign(keys.possession_message(origin, device.party, device.key.public))
    body = _authorisation(valley, device.key.public, proof) | {"kind": "device", "party": device.party}
    shop.state(_signed(_operator(valley), "key.authorised/1", body, valley, by=valley.world.operator.id))
    shop.state(_signed(device, "plot.retired/1", {}, valley))


@operator("key-unsound")
def key_enrolled_without_its_holder(shop: Workshop, valley: Valley) -> None:
    body = _authorisation(valley, THIEF.public, bytes(64))
    shop.state(_signed(_operator(valley), "key.authorised/1", body, valley, by=valley.world.operator.id))


@operator("key-unsound")
def key_of_small_order_enrolled(shop: Workshop, valley: Valley) -> None:
    body = _authorisation(valley, (1).to_bytes(32, "little"), bytes(64))
    shop.state(_signed(_operator(valley), "key.authorised/1", body, valley, by=valley.world.operator.id))


@operator("key-unsound")
def key_enrolled_with_no_proof_at_all(shop: Workshop, valley: Valley) -> None:
    body = _authorisation(valley, THIEF.public, b"")
    del body["proof"]
    shop.state(_signed(_operator(valley), "key.authorised/1", body, valley, by=valley.world.operator.id))


@operator("withheld-differs")
def revocation_withheld(shop: Workshop, valley: Valley) -> None:
    """A key that was revoked works again where the revocation is taken out: that text may never go."""
    index = next(n for n in range(256) if n != valley.withheld and _payload(shop, n)["fact"] == "key.revoked/1")
    said = _payload(shop, index)
    restated = {"at": said["at"], "by": said["by"], "fact": said["fact"], "id": said["id"], "key": valley.office.kid}
    digest = Entry.parse(shop.entries()[index]).statement.hex()
    text = canonical.encode(restated)
    body = {"statement": digest, "reason": "court-order", "restated": text.decode()}
    shop.state(_signed(_operator(valley), "statement.withheld/1", body, valley, by=valley.world.operator.id))
    shop.put_line(index, "withheld " + canonical.b64url(text))


@operator("key-not-authorised")
def key_enrolled_by_a_stranger(shop: Workshop, valley: Valley) -> None:
    proof = THIEF.sign(keys.possession_message(shop.said["origin"], valley.world.operator.id, THIEF.public))
    body = _authorisation(valley, THIEF.public, proof)
    shop.state(_signed(valley.office, "key.authorised/1", body, valley))


@operator("key-not-authorised")
def rules_adopted_by_a_stranger(shop: Workshop, valley: Valley) -> None:
    shop.state(_signed(valley.office, "rules.adopted/1", {"version": 2}, valley))


@operator("statement-twice")
def second_statement_under_one_id(shop: Workshop, valley: Valley) -> None:
    taken = _payload(shop, 40)["id"]
    shop.state(_signed(valley.office, "plot.retired/1", {}, valley, id=taken))


@operator("statement-malformed")
def statement_that_reads_in_two_ways(shop: Workshop, valley: Valley) -> None:
    payload = canonical.encode(_envelope(valley, "plot.retired/1", {}, valley.office.party))
    shop.state(_jws(valley.office.key, payload[:-1] + b',"fact":"plot.mapped/1"}'))


@operator("statement-malformed")
def statement_for_another_log(shop: Workshop, valley: Valley) -> None:
    shop.state(_signed(valley.office, "plot.retired/1", {}, valley, log="ledger.example/log/other"))


@operator("statement-malformed")
def statement_with_a_longer_header(shop: Workshop, valley: Valley) -> None:
    head = canonical.b64url(
        canonical.encode({"alg": "Ed25519", "kid": valley.office.kid, "typ": "chaski-fact+jws", "x": 1})
    )
    payload = canonical.b64url(canonical.encode(_envelope(valley, "plot.retired/1", {}, valley.office.party)))
    signature = canonical.b64url(valley.office.key.sign(f"{head}.{payload}".encode()))
    shop.state(f"{head}.{payload}.{signature}".encode())


@operator("entry-chain")
def entry_that_does_not_follow(shop: Workshop, valley: Valley) -> None:
    entries = shop.entries()
    old = Entry.parse(entries[30])
    entries[30] = Entry(old.origin, 30, old.recorded_at, b"\1" * 32, old.statement).format()
    shop.log_over(entries, chained=False)


@operator("entry-chain")
def time_that_goes_back(shop: Workshop, valley: Valley) -> None:
    jws = _signed(valley.office, "plot.retired/1", {}, valley)
    shop.state(jws, recorded_at="2020-01-01T00:00:00.000Z")


@operator("entry-malformed")
def entry_with_another_index(shop: Workshop, valley: Valley) -> None:
    entries = shop.entries()
    old = Entry.parse(entries[30])
    entries[30] = Entry(old.origin, 31, old.recorded_at, old.previous, old.statement).format()
    shop.log_over(entries, chained=False)


@operator("entry-malformed")
def entry_of_another_log(shop: Workshop, valley: Valley) -> None:
    entries = shop.entries()
    old = Entry.parse(entries[30])
    entries[30] = Entry("ledger.example/log/other", 30, old.recorded_at, old.previous, old.statement).format()
    shop.log_over(entries, chained=False)


@operator("checkpoint-signature")
def log_key_rotated_and_the_old_one_still_used(shop: Workshop, valley: Valley) -> None:
    new = VerifierKey(str(shop.said["origin"]), KeyKind.LOG, THIEF.public).format()
    old = _log_key(valley)
    agreed = canonical.b64url(old.sign(keys.rotation_message(str(shop.said["origin"]), new)))
    body = {"log_key": new, "old_key_signature": agreed}
    shop.state(_signed(_operator(valley), "log.key-rotated/1", body, valley, by=valley.world.operator.id))


@operator("key-not-authorised")
def log_key_rotated_without_the_old_one(shop: Workshop, valley: Valley) -> None:
    new = VerifierKey(str(shop.said["origin"]), KeyKind.LOG, THIEF.public).format()
    body = {"log_key": new, "old_key_signature": canonical.b64url(bytes(64))}
    shop.state(_signed(_operator(valley), "log.key-rotated/1", body, valley, by=valley.world.operator.id))


@operator("key-not-authorised")
def genesis_signed_by_a_key_that_came_later(shop: Workshop, valley: Valley) -> None:
    """At index 0 nobody has authorised anybody: the key the genesis itself names as the operator's signs it."""
    jws = sign(_payload(shop, 0), THIEF).jws
    entries = shop.entries()
    old = Entry.parse(entries[0])
    entries[0] = Entry(old.origin, 0, old.recorded_at, old.previous, hashlib.sha256(jws).digest()).format()
    shop.log_over(entries)
    shop.put_line(0, jws.decode())
    _enrol_thief(shop, valley)


@operator("key-unsound")
def log_key_brought_back(shop: Workshop, valley: Valley) -> None:
    """A key that was replaced for a reason is named once more, and every handover on the way is signed for."""
    origin, old = str(shop.said["origin"]), _log_key(valley)
    first, second = (VerifierKey(origin, KeyKind.LOG, key.public).format() for key in (old, THIEF))
    for new, signer in ((second, old), (first, THIEF)):
        agreed = canonical.b64url(signer.sign(keys.rotation_message(origin, new)))
        body = {"log_key": new, "old_key_signature": agreed}
        shop.state(_signed(_operator(valley), "log.key-rotated/1", body, valley, id=valley.world.new_id("rotation")))


@operator("withheld-differs")
def retraction_withheld(shop: Workshop, valley: Valley) -> None:
    """Without the text nobody sees that a delivery was taken back: what was corrected may never be withheld."""
    _withhold(shop, valley, _index_of(shop, "fact.retracted/1"))


@operator("withheld-differs")
def text_withheld_under_a_key_that_came_later(shop: Workshop, valley: Valley) -> None:
    """Nobody checks the signature of a text that is gone, so at least its key must have been good by then."""
    _enrol_thief(shop, valley)
    _withhold(shop, valley, _undisclosed(shop), key=THIEF.thumbprint)


@operator("withheld-differs")
def text_withheld_under_a_key_of_somebody_else(shop: Workshop, valley: Valley) -> None:
    _withhold(shop, valley, _undisclosed(shop), key=valley.office.kid, by=valley.world.operator.id)


@operator("withheld-differs")
def text_withheld_a_second_time_and_restated_otherwise(shop: Workshop, valley: Valley) -> None:
    text = canonical.unb64url(shop.lines()[valley.withheld].split(" ")[2])
    heavier = text.replace(b"20000", b"90000")
    assert heavier != text
    body = {
        "statement": Entry.parse(shop.entries()[valley.withheld]).statement.hex(),
        "reason": "court-order",
        "restated": heavier.decode(),
    }
    shop.state(_signed(_operator(valley), "statement.withheld/1", body, valley))
    shop.put_line(valley.withheld, "withheld " + canonical.b64url(heavier))


@operator("entry-malformed")
def entry_recorded_on_a_day_there_is_not(shop: Workshop, valley: Valley) -> None:
    jws = _signed(valley.office, "plot.retired/1", {}, valley)
    index = shop.state(jws, recorded_at="2026-12-31T23:59:59.999Z")
    texts = shop.entries()
    texts[index] = texts[index].replace(b"2026-12-31T23:59:59.999Z", b"2026-99-99T99:99:99.999Z")
    shop.log_over(texts, chained=False)


@operator("manifest-malformed")
def manifest_with_a_number_as_text(shop: Workshop, valley: Valley) -> None:
    shop.said["rules_version"] = "1"


@operator("manifest-malformed")
def manifest_whose_period_says_more(shop: Workshop, valley: Valley) -> None:
    shop.said["scope"] = {"kind": "period", "first": 0, "after": 300, "complete": True}


# ---------------------------------------------------------------- tools


def _log_key(valley: Valley) -> SigningKey:
    return valley.world.ledger._log_key


def _operator(valley: Valley) -> OwnKey:
    return OwnKey(valley.world.operator.id, "organisation", valley.world.ledger.operator_key)


def _payload(shop: Workshop, index: int) -> dict[str, Any]:
    jws = shop.lines(index // 256)[index % 256].split(" ")[1]
    said = canonical.load(canonical.unb64url(jws.split(".")[1]))
    assert isinstance(said, dict)
    return said


def _envelope(valley: Valley, fact: str, body: dict[str, Any], by: str, **more: Any) -> dict[str, Any]:
    return {
        "fact": fact,
        "id": valley.world.new_id("forged"),
        "log": valley.world.ledger.origin,
        "by": by,
        "at": "2026-06-12T20:00:00-05:00",
        "nonce": canonical.b64url(named_bytes("forged", 16)),
        "body": body,
        **more,
    }


def _signed(
    own: OwnKey, fact: str, body: dict[str, Any], valley: Valley, *, forged: bool = False, **more: Any
) -> bytes:
    """A statement of whatever, under a key, past every door."""
    by = more.pop("by", own.party)
    payload = canonical.encode(_envelope(valley, fact, body, by, **more))
    return _jws(own.key, payload, forged=forged)


def _jws(key: SigningKey, payload: bytes, *, forged: bool = False) -> bytes:
    signing_input = header(key.thumbprint) + b"." + canonical.b64url_bytes(payload)
    signature = bytearray(key.sign(signing_input))
    signature[0] ^= forged
    return signing_input + b"." + canonical.b64url_bytes(bytes(signature))


def _authorisation(valley: Valley, public: bytes, proof: bytes) -> dict[str, Any]:
    return {
        "party": valley.world.operator.id,
        "key": canonical.b64url(public),
        "kind": "organisation",
        "proof": canonical.b64url(proof),
    }


def _index_of(shop: Workshop, fact: str) -> int:
    """Where the first statement of a kind lies whose text is there."""
    lines = enumerate(shop.lines())
    return next(n for n, line in lines if " withheld " not in line and _payload(shop, n)["fact"] == fact)


def _undisclosed(shop: Workshop) -> int:
    """Where a delivery lies of which nothing is disclosed."""
    told = shop.files["disclosures/000.txt"].decode()
    digests = [Entry.parse(entry).statement.hex() for entry in shop.entries()[:256]]
    lines = enumerate(shop.lines())
    return next(
        n
        for n, line in lines
        if " withheld " not in line and digests[n] not in told and _payload(shop, n)["fact"] == "lot.harvested/1"
    )


def _withhold(shop: Workshop, valley: Valley, index: int, **said: Any) -> None:
    """As operator: say that a text is withheld, and put what is restated of it in its place."""
    text = shop.lines()[index].split(" ")[1]
    told = _payload(shop, index)
    kid = canonical.load(canonical.unb64url(text.split(".")[0]))["kid"]  # type: ignore[index, call-overload]
    restated = {name: told[name] for name in ("at", "by", "fact", "id")} | {"key": kid} | said
    digest = Entry.parse(shop.entries()[index]).statement.hex()
    body = {"statement": digest, "reason": "court-order", "restated": canonical.encode(restated).decode()}
    shop.state(_signed(_operator(valley), "statement.withheld/1", body, valley))
    shop.put_line(index, "withheld " + canonical.b64url(canonical.encode(restated)))


def _enrol_thief(shop: Workshop, valley: Valley) -> None:
    """A key of the operator's own making, enrolled at the end of the log as it should be."""
    origin, party = str(shop.said["origin"]), valley.world.operator.id
    proof = THIEF.sign(keys.possession_message(origin, party, THIEF.public))
    body = _authorisation(valley, THIEF.public, proof)
    shop.state(_signed(_operator(valley), "key.authorised/1", body, valley, id=valley.world.new_id("enrolled")))


def _disclosed(shop: Workshop) -> tuple[str, str]:
    digest, text = shop.files["disclosures/000.txt"].decode().splitlines()[0].split(" ")
    return digest, text


def _list(text: str) -> list[Any]:
    said = canonical.load(canonical.unb64url(text))
    assert isinstance(said, list)
    return said


def _packs_as_adopted(shop: Workshop) -> None:
    adopted = {pack["digest"] for pack in _payload(shop, 0)["body"]["packs"]}
    for path in [path for path in shop.files if path.startswith("packs/") and path[6:-5] not in adopted]:
        del shop.files[path]
