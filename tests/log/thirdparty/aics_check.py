"""Check evidence (evidence.py, as JSON on standard input) with aics-tlog; run by aics.py under a Python of its own."""

from __future__ import annotations

import json
import sys
from base64 import b64decode

from aics_tlog import (  # type: ignore[import-not-found]  # installed where this program runs, not here
    FileSystemTileReader,
    audit_tiles,
    parse_checkpoint,
    parse_note,
    parse_vkey,
    verify_checkpoint,
    verify_consistency,
    verify_leaf_inclusion,
)


def main() -> None:
    given = json.load(sys.stdin)
    note = parse_note(b64decode(given["note"]))
    log_key = parse_vkey(given["verifierKey"])
    witnesses = [parse_vkey(key) for key in given["witnessKeys"]]
    result = verify_checkpoint(note, log_key, witnesses, quorum=len(witnesses), expected_origin=log_key.name)
    if not result.ok:
        sys.exit(f"checkpoint: {result}")
    checkpoint = parse_checkpoint(note.text)
    for each in given["inclusions"]:
        hashes = [b64decode(one) for one in each["hashes"]]
        entry = b64decode(each["entry"])
        if not verify_leaf_inclusion(entry, each["index"], checkpoint.size, hashes, checkpoint.root):
            sys.exit(f"entry {each['index']}")
    for each in given["consistencies"]:
        hashes = [b64decode(one) for one in each["hashes"]]
        if not verify_consistency(each["size"], checkpoint.size, b64decode(each["root"]), checkpoint.root, hashes):
            sys.exit(f"size {each['size']}")
    if given["files"] is not None:
        # Raises for the first tile or bundle that does not lead to the root.
        audit_tiles(FileSystemTileReader(given["files"]), checkpoint.size, checkpoint.root)
    sys.stdout.write(f"{len(given['inclusions']) + len(given['consistencies'])}\n")


if __name__ == "__main__":
    main()
