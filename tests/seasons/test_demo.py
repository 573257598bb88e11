"""The demo as a newcomer finds it: a folder with a ledger, labels, receipts, a page and a summary that all agree."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ledger.book import Ledger
from ledger.log.note import VerifierKey
from ledger.log.proof import TlogProof, verify_proof
from ledger.seasons.demo import DemoReport, run

URL = "http://127.0.0.1:8080"


class Shown:
    """A demo that was run, and everything it said."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.lines: list[str] = []
        (folder / "mine.txt").write_text("not the demo's")
        (folder / "labels").mkdir()
        (folder / "labels" / "old.svg").write_text("left by an earlier demo")
        self.report: DemoReport = run(folder, "chaski", self.lines.append, public_url=URL, render_page=_page)
        self.summary = json.loads((folder / "summary.json").read_text())


def _page(ledger: Ledger, lot: str) -> str:
    return f"<!doctype html><title>{ledger.lot(lot).lot}</title>"


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> Shown:
    return Shown(tmp_path_factory.mktemp("demo"))


def test_the_origin_is_the_public_host_and_the_logs_path_and_the_name_of_its_key(shown: Shown) -> None:
    summary = shown.summary

    assert summary["origin"] == "127.0.0.1:8080" + summary["log_path"] == "127.0.0.1:8080/log/demo"
    assert VerifierKey.parse(summary["verifier_key"]).name == summary["origin"]
    assert summary["public_url"] == URL


def test_the_summary_counts_what_the_ledger_holds(shown: Shown) -> None:
    with Ledger.open(str(shown.report.database)) as ledger:
        assert shown.summary["facts"] == ledger.head().size
        assert shown.summary["root"] == ledger.head().root
        assert ledger.verify(checkpoint=(shown.folder / "kept.checkpoint").read_text()).size == ledger.head().size


def test_one_lot_per_commodity_has_its_page_and_labels(shown: Shown) -> None:
    lots = shown.summary["lots"]

    assert set(lots) == {"coffee", "cocoa", "dragon-fruit", "alpaca-fibre"}
    for lot in lots.values():
        assert lot["path"] == f"/L/{lot['lot']}"
        label = shown.folder / lot["label"]
        assert label.read_text().startswith("<svg")
        assert label.with_suffix(".png").read_bytes().startswith(b"\x89PNG")
        assert "<!doctype html>" in label.with_suffix(".html").read_text()
    page = shown.folder / shown.summary["page"]
    assert lots["coffee"]["lot"] in page.read_text()


def test_farmers_receipts_prove_their_deliveries(shown: Shown) -> None:
    receipts = [shown.folder / name for lot in shown.summary["lots"].values() for name in lot["receipts"]]
    key = VerifierKey.parse(shown.summary["verifier_key"])

    assert len(receipts) == 12
    with Ledger.open(str(shown.report.database)) as ledger:
        for receipt in receipts:
            index = TlogProof.parse(receipt.read_bytes()).index
            assert verify_proof(receipt.read_bytes(), ledger.entry(index), key).entry.index == index


def test_the_demo_co_operative_can_use_its_token_today(shown: Shown) -> None:
    with Ledger.open(str(shown.report.database)) as ledger:
        token = ledger.token(shown.summary["token"])
        assert token is not None
        assert "facts:write" in token.scopes
        lot = ledger.lot(shown.report.lots[0].lot)
        packed = ledger.fact(lot.statement).envelope["body"]
        assert isinstance(packed, dict)
        body = {
            "facility": packed["facility"],
            "counted_on": "2026-10-01",
            "counts": [{"lot": lot.lot, "grams": 0}],
        }
        fact = {"id": ledger.new_id(), "fact": "stock.counted/1", "at": "2026-10-01T09:00:00-05:00", "body": body}
        (outcome,) = ledger.check([ledger.prepare_unsigned(fact, party=token.party)])

    assert outcome.status == "checked", outcome.problems


def test_it_shows_six_tamperings_and_a_control(shown: Shown) -> None:
    attacks = shown.summary["attacks"]

    assert attacks.pop("control") == []
    assert len(attacks) == 6
    assert all(codes for codes in attacks.values())


def test_it_says_what_each_lot_carries_and_what_is_refused(shown: Shown) -> None:
    said = "\n".join(shown.lines)

    assert "    EU organic: carried; 18,975 kg of 18,975 kg from " in said
    assert "    forest conservation agreement: carried; 18,975 kg of 18,975 kg from " in said
    assert "      forest conservation agreement: not carried; " in said
    assert "    The plot was in conversion." in said
    assert "    Of the licensed volume 420 kg are left." in said
    assert "If the certificate of Cooperativa Agraria Nube Alta (ejemplo) were suspended: " in said
    assert shown.summary["refused"] == ["claim-not-carried", "volume-overdrawn"]


def test_it_ends_with_a_table_and_the_next_command(shown: Shown) -> None:
    assert shown.report.verifier_key in shown.lines[-4]
    assert shown.lines[-3] == f"Next: chaski serve --database {shown.report.database} --port 8080"
    assert shown.lines[-2] == f"then open {URL}/L/{shown.report.lots[0].lot}"
    assert shown.lines[-1] == f"and a farmer's receipt {URL}/r/{shown.report.lots[0].receipt_code}"
    assert any(line.startswith("coffee") and "18,975 kg" in line for line in shown.lines[-10:])


def test_what_an_earlier_demo_left_is_gone_and_what_is_not_the_demos_stays(shown: Shown) -> None:
    assert not (shown.folder / "labels" / "old.svg").exists()
    assert (shown.folder / "mine.txt").read_text() == "not the demo's"
