"""Differently tampered ZIPs: verify.py and `chaski verify` name each by its kind, with an exit code of its own."""

from __future__ import annotations

import hashlib
import json
import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.audit.bundles.check import CODES, check_bundle
from ledger.audit.bundles.standalone import verify as program
from ledger.errors import FormatError, LedgerError, ProofError
from ledger.log import KeyKind, VerifierKey
from ledger.log.policy import Policy
from ledger.rules.identity import NEVER_DELEGABLE
from ledger.rules.privacy import NOT_WITHHELD
from tests.audit.bundled import POLICY, WITNESSES, Valley, Workshop, bundled, told, verify_py
from tests.audit.tamperings import CASES, Case


@pytest.fixture(scope="module")
def valley(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Valley]:
    valley = told(tmp_path_factory.mktemp("valley"))
    yield valley
    valley.world.ledger.close()


@pytest.fixture(scope="module")
def whole(valley: Valley, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return bundled(valley, tmp_path_factory.mktemp("bundle") / "whole.zip")


def tampered(case: Case, whole: Path, valley: Valley) -> Workshop:
    shop = Workshop.of(whole, valley.world.ledger._log_key if case.as_operator else None)
    case.tamper(shop, valley)
    if shop.log_key is not None:
        shop.listed_anew()
    return shop


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_tampered_bundle_is_named_by_its_kind(case: Case, whole: Path, valley: Valley, tmp_path: Path) -> None:
    shop = tampered(case, whole, valley)
    options: list[str] = []
    if case.kind == "key-differs":
        options = ["--key", valley.key]
    if case.kind == "quorum-missing":
        (tmp_path / "policy").write_bytes(POLICY.format())
        options = ["--policy", "../policy"]
    if case.kind.startswith("kept-"):
        (tmp_path / "kept").write_bytes(valley.kept)
        options = ["--checkpoint", "../kept"]
    run = verify_py(shop.unpacked(tmp_path / "x"), *options, "--json")

    said = json.loads(run.stdout)
    assert (said["intact"], said.get("kind")) == (False, case.kind), said
    assert run.returncode == program.KINDS[case.kind][0] == said["exit"]
    assert run.stderr == ""
    key = valley.key if case.kind == "key-differs" else None
    policy = POLICY.format() if case.kind == "quorum-missing" else None
    kept = valley.kept if case.kind.startswith("kept-") else None
    with pytest.raises(LedgerError) as refused:
        check_bundle(shop.zipped(tmp_path / "x.zip"), key=key, policy=policy, kept=kept)
    assert [problem.code for problem in refused.value.problems] == [CODES[case.kind]]


def test_there_are_more_than_twenty_ways_and_each_kind_is_met(whole: Path) -> None:
    met = {case.kind for case in CASES}
    assert len(CASES) > 40
    # Met in tests of their own below.
    assert program.KINDS.keys() - met == {"kept-malformed", "kept-unprovable", "unreadable"}
    assert CODES.keys() == program.KINDS.keys()


def test_a_forged_log_under_a_new_key_is_intact_but_says_that_nobody_vouched_for_the_key(
    whole: Path, valley: Valley, tmp_path: Path
) -> None:
    case = next(case for case in CASES if case.kind == "key-differs")
    run = verify_py(tampered(case, whole, valley).unpacked(tmp_path / "x"))

    assert run.returncode == 0
    assert "key not checked against an outside copy" in run.stdout
    assert valley.key not in run.stdout


def test_what_is_no_checkpoint_of_this_log_cannot_be_compared(whole: Path, valley: Valley, tmp_path: Path) -> None:
    folder = Workshop.of(whole).unpacked(tmp_path / "x")
    for number, kept in enumerate((b"nothing", valley.kept.replace(b"valle", b"otro!"), valley.kept[:-5] + b"AAA=\n")):
        (tmp_path / "kept").write_bytes(kept)
        run = verify_py(folder, "--checkpoint", "../kept")
        assert run.returncode == program.KINDS["kept-malformed"][0], (number, run.stdout)


def test_a_period_that_cannot_be_compared_with_a_kept_checkpoint_says_so(valley: Valley, tmp_path: Path) -> None:
    world = valley.world
    size = world.ledger.head().size
    path = bundled(valley, tmp_path / "x.zip", f"{size - 2}..{size}", "reader")
    folder = Workshop.of(path).unpacked(tmp_path / "x")
    (tmp_path / "kept").write_bytes(valley.kept)
    for missing in ("log/tile/0/000", "log/tile/entries/000"):
        assert (folder / missing).exists()

    # The tile with the facts about keys is here, so this one can be compared; one in a tile that is not, cannot.
    assert verify_py(folder, "--checkpoint", "../kept").returncode == 0
    tree = program.Tree(program.Files(str(folder)), size)
    tree.files.names.discard("log/tile/0/000")
    facts = program.Facts(world.ledger.origin)
    facts.log_keys.append(_key(valley))
    with pytest.raises(program.Failed) as failed:
        program._check_kept(tree, facts, valley.kept, program.ed25519)
    assert failed.value.kind == "kept-unprovable"


def _key(valley: Valley) -> program.VerifierKey:
    key = program.parse_verifier_key(valley.key)
    assert key is not None
    return key


def test_a_size_nobody_could_write_down_is_answered_at_once(whole: Path, tmp_path: Path) -> None:
    shop = Workshop.of(whole)
    size = str(shop.said["size"]).encode()
    shop.change("log/checkpoint", b"\n" + size + b"\n", b"\n9223372036854775000\n")
    shop.listed_anew(size=9007199254740991)
    assert verify_py(shop.unpacked(tmp_path / "a")).returncode == program.KINDS["checkpoint-differs"][0]

    shop.change("log/checkpoint", b"\n9223372036854775000\n", b"\n9007199254740991\n")
    shop.listed_anew()
    assert verify_py(shop.unpacked(tmp_path / "b")).returncode in {10, program.KINDS["tile-missing"][0]}


def test_a_forged_name_does_not_command_the_terminal(whole: Path, tmp_path: Path) -> None:
    shop = Workshop.of(whole)
    shop.listed_anew(role="\x1b[2J\x1b[1mauditor")
    run = verify_py(shop.unpacked(tmp_path / "x"))

    assert run.returncode == 0
    assert "\x1b" not in run.stdout


def test_what_is_no_key_is_not_compared(whole: Path, tmp_path: Path) -> None:
    run = verify_py(Workshop.of(whole).unpacked(tmp_path / "x"), "--key", "ledger.example/log/valle")

    assert run.returncode == 2
    assert "no verifier key" in run.stderr


def test_a_link_in_the_folder_is_not_followed(whole: Path, tmp_path: Path) -> None:
    folder = Workshop.of(whole).unpacked(tmp_path / "x")
    target = tmp_path / "policy"
    (folder / "log" / "policy").rename(target)
    (folder / "log" / "policy").symlink_to(target)

    assert verify_py(folder).returncode == program.KINDS["file-unlisted"][0]


@pytest.mark.parametrize("name", ["log/policy", "left-behind"])
def test_a_pipe_in_the_folder_is_not_waited_for(whole: Path, tmp_path: Path, name: str) -> None:
    folder = Workshop.of(whole).unpacked(tmp_path / "x")
    (folder / name).unlink(missing_ok=True)
    os.mkfifo(folder / name)

    assert verify_py(folder).returncode == program.KINDS["file-unlisted"][0]


def test_a_number_of_a_million_digits_is_answered_at_once() -> None:
    """Pythons before 3.10.7 read digits in the square of their number: so does this one where it is let."""
    limit = sys.get_int_max_str_digits()
    sys.set_int_max_str_digits(0)
    try:
        started = time.perf_counter()
        for refused in (b"9" * 2_000_000, b"[-" + b"1" * 2_000_000 + b"]"):
            with pytest.raises(ValueError, match="number"):
                program.parse_json(refused, 1 << 31)
        assert program.kid_of("9" * 2_000_000) is None
        assert time.perf_counter() - started < 1
    finally:
        sys.set_int_max_str_digits(limit)


_KEYS = [VerifierKey(f"w{n}.example", KeyKind.COSIGNER, key.public).format() for n, key in enumerate(WITNESSES)]
_LOG = VerifierKey("log.example/x", KeyKind.LOG, WITNESSES[0].public).format()
_WEAK = VerifierKey("w.example", KeyKind.COSIGNER, (1).to_bytes(32, "little")).format()


@pytest.mark.parametrize(
    "text",
    [
        POLICY.format().decode(),
        f"witness a {_KEYS[0]}\nquorum a\n",
        f"witness a\u00a0b {_KEYS[0]}\nquorum a\u00a0b\n",
        f"witness a {_KEYS[0]}\nquorum\u3000a\n",
        f"witness a {_KEYS[0]}\r\nquorum a\r\n",
        f"witness a {_KEYS[0]}\x1cquorum\nquorum a\n",
        f"witness a {_KEYS[0]}\nquorum a",
        f"witness a {_KEYS[0]}\nquorum a\nquorum none\n",
        f"quorum a\nwitness a {_KEYS[0]}\n",
        f"witness a {_KEYS[0]}\nwitness b {_KEYS[0]}\nquorum a\n",
        f"witness a {_WEAK}\nquorum a\n",
        f"witness \udce9 {_KEYS[0]}\nquorum \udce9\n",
        f"witness a \udce9{_KEYS[0]}\nquorum a\n",
        f"log {_LOG}\nlog {_LOG}\nquorum none\n",
        f"log {_LOG} https://log.example\nquorum none\n",
        f"log {_KEYS[0]}\nquorum none\n",
        f"witness a {_KEYS[0]}\ngroup g 1 a a\nquorum g\n",
        f"witness a {_KEYS[0]}\ngroup g 2 a\nquorum g\n",
        f"witness a {_KEYS[0]}\ngroup a any a\nquorum a\n",
        f"witness none {_KEYS[0]}\nquorum none\n",
        "".join(f"group g{n} any g{n - 1}\n" if n else f"witness g0 {_KEYS[0]}\n" for n in range(70)) + "quorum g69\n",
        "#" * 70_000 + "\nquorum none\n",
        "quorum none\n",
        "",
    ],
)
def test_verify_py_reads_a_policy_as_the_ledger_does(text: str) -> None:
    data = text.encode("utf-8", "surrogateescape")
    try:
        expected = Policy.parse(data)
    except FormatError:
        with pytest.raises(program.Failed) as failed:
            program.parse_policy(data, "policy")
        assert failed.value.kind == "policy-malformed"
        return
    found = program.parse_policy(data, "policy")
    assert found.quorum == expected.quorum
    assert {name: key.text for name, key in found.witnesses.items()} == {
        each.name: each.key.format() for each in expected.witnesses
    }


def test_a_log_key_outside_the_main_subgroup_is_unsound(whole: Path) -> None:
    shop = Workshop.of(whole)
    origin = str(shop.said["origin"])
    for weak in ((1).to_bytes(32, "little"), b"\xff" * 32):
        with pytest.raises(program.Failed) as failed:
            program.Facts(origin)._log_key(7, VerifierKey(origin, KeyKind.LOG, weak).format())
        assert failed.value.kind == "key-unsound"


def test_verify_py_knows_what_may_never_be_withheld() -> None:
    assert program.NOT_WITHHELD == NOT_WITHHELD


def test_a_key_whose_name_is_no_text_is_no_key(whole: Path) -> None:
    assert program.parse_verifier_key("\udce9" + _LOG) is None


def test_what_a_desktop_leaves_behind_is_passed_over(whole: Path, tmp_path: Path) -> None:
    folder = Workshop.of(whole).unpacked(tmp_path / "x")
    (folder / "log" / ".DS_Store").write_bytes(b"\0")

    assert verify_py(folder).returncode == 0


def test_a_bundle_the_check_stumbles_over_is_not_intact(
    whole: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = Workshop.of(whole).unpacked(tmp_path / "x")
    monkeypatch.setattr(program, "check", lambda *_: 1 // 0)

    assert program.main([str(folder)]) == program.KINDS["unreadable"][0]
    assert "THE BUNDLE IS NOT INTACT." in capsys.readouterr().out


def test_a_folder_in_the_place_of_a_file_is_no_bundle(whole: Path, tmp_path: Path) -> None:
    folder = Workshop.of(whole).unpacked(tmp_path / "x")
    (folder / "manifest.json").unlink()
    (folder / "manifest.json").mkdir()
    (folder / "manifest.json" / "verify.py").write_bytes(b"")
    broken = verify_py(folder)
    assert broken.returncode == program.KINDS["file-missing"][0]

    assert verify_py(folder, "--policy", "nowhere").returncode == 2


@settings(max_examples=60)
@given(data=st.data())
def test_any_flipped_bit_of_any_file_is_found(data: st.DataObject, whole: Path) -> None:
    shop = Workshop.of(whole)
    path = data.draw(st.sampled_from(sorted(shop.files)))
    at = data.draw(st.integers(0, len(shop.files[path]) * 8 - 1))
    changed = bytearray(shop.files[path])
    changed[at // 8] ^= 1 << at % 8
    shop.files[path] = bytes(changed)

    with pytest.raises(program.Failed):
        program.check(_Held(shop.files), program.Trust(), program.ed25519, program.on_cores(1, lambda *_: None))


@settings(max_examples=150)
@given(data=st.data())
def test_any_flipped_bit_of_the_zip_itself_is_found(
    data: st.DataObject, whole: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    changed = bytearray(whole.read_bytes())
    at = data.draw(st.integers(0, len(changed) * 8 - 1) | st.integers(len(changed) * 8 - 16_000, len(changed) * 8 - 1))
    changed[at // 8] ^= 1 << at % 8
    broken = tmp_path_factory.mktemp("flipped") / "x.zip"
    broken.write_bytes(changed)

    with pytest.raises(ProofError):
        check_bundle(broken)


@pytest.mark.parametrize("cut", [1, 22, 1000, 100_000])
def test_a_zip_cut_short_or_with_more_behind_it_is_refused(whole: Path, tmp_path: Path, cut: int) -> None:
    data = whole.read_bytes()
    for broken in (data[:-cut], data + b"\0" * cut):
        (tmp_path / "x.zip").write_bytes(broken)
        with pytest.raises(ProofError, match="bundle-zip-altered"):
            check_bundle(tmp_path / "x.zip")


def test_verify_py_knows_what_nobody_may_leave_to_the_node() -> None:
    assert program.NEVER_DELEGABLE == NEVER_DELEGABLE


def test_the_program_of_an_older_version_is_no_fault(whole: Path, valley: Valley, tmp_path: Path) -> None:
    shop = Workshop.of(whole, valley.world.ledger._log_key)
    shop.files["verify.py"] += b"# an older version\n"
    shop.listed_anew()

    assert not check_bundle(shop.zipped(tmp_path / "x.zip")).own_program


def test_it_prints_its_own_digest(whole: Path, tmp_path: Path) -> None:
    folder = Workshop.of(whole).unpacked(tmp_path / "x")
    digest = hashlib.sha256((folder / "verify.py").read_bytes()).hexdigest()

    assert f"This program has the SHA-256 {digest}." in verify_py(folder).stdout


class _Held(program.Files):
    """Files in memory."""

    def __init__(self, files: dict[str, bytes]) -> None:
        self.files = files
        self.names = set(files)

    def read(self, path: str) -> bytes:
        if path not in self.files:
            raise program.Failed("file-missing", path)
        return self.files[path]
