"""The demo: four seasons in one ledger, a lot of each traced, everything verified, and six tamperings found.

Everything lands in one folder: the ledger, QR labels, farmers' receipts, a lot page, and summary.json.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import orjson

from ledger import labels
from ledger.book import Ledger
from ledger.errors import Problem, ProofError
from ledger.seasons import stage, tamper
from ledger.seasons.attacks import Attack, Evidence, attack_all
from ledger.seasons.narrate import Say, families, kilograms, silent
from ledger.seasons.story import Story
from ledger.seasons.telling import Telling

RenderPage = Callable[[Ledger, str], str]
"""Makes the HTML page of a lot; handed in from outside, because the ledger does not know the API."""

DATABASE: Final = "chaski.db"
OLDER_PERCENT: Final = 85
"""The older copy is made when so many percent of the facts stand."""

RECEIPTS: Final = 3
TOKEN_DAYS: Final = 365
TOKEN_SCOPES: Final = ("facts:write", "facts:read", "lots:read", "documents:write")
_OURS: Final = ("labels", "receipts", "pages", "summary.json", "kept.checkpoint")


@dataclass(frozen=True, slots=True)
class TracedLot:
    """One lot of the demo: where its page is, its label, and what its trace found."""

    commodity: str
    lot: str
    path: str
    url: str
    label: str
    grams: int
    families: int
    deliveries: int
    receipts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DemoReport:
    """What `run` made. Paths in the lots are relative to the folder."""

    folder: Path
    database: Path
    origin: str
    log_path: str
    verifier_key: str
    public_url: str
    token: str
    facts: int
    root: str
    lots: tuple[TracedLot, ...]
    flags: Mapping[str, int]
    attacks: tuple[Attack, ...]
    page: str


def run(
    out: Path,
    seed: str = "chaski",
    say: Say = silent,
    *,
    public_url: str = stage.PUBLIC_URL,
    render_page: RenderPage | None = None,
) -> DemoReport:
    """Build the demo in `out`, replacing an earlier one there; the same seed gives the same log, byte for byte.

    `say` is told each line as it comes. Raises ProofError demo-not-as-promised where a tampering goes
    unnoticed or the untouched copy does not pass.
    """
    database = _fresh(out)
    with tempfile.TemporaryDirectory(prefix="chaski-demo-") as scratch:
        built = _build(database, Path(scratch, "older"), seed, public_url, say)
        (out / "kept.checkpoint").write_text(built.kept_checkpoint, encoding="utf-8")
        # The clock of the season stops here; from now on the ledger lives in our time, as `serve` opens it.
        with Ledger.open(str(database)) as ledger:
            lots = tuple(_trace(ledger, story, built, out) for story in built.stories)
            for lot in lots:
                say(
                    f"  {lot.commodity}: lot {lot.lot}, {kilograms(lot.grams)}"
                    f" from {lot.families} families in {lot.deliveries} deliveries"
                )
            page = _page(ledger, lots[0], out, render_page)
            _verify(ledger, say)
            report = DemoReport(
                folder=out,
                database=database,
                origin=ledger.origin,
                log_path=f"/{ledger.origin.partition('/')[2]}",
                verifier_key=ledger.verifier_key,
                public_url=public_url,
                token=_token(ledger, built.stories[0]),
                facts=ledger.head().size,
                root=ledger.head().root,
                lots=lots,
                flags=built.flags,
                attacks=(),
                page=page,
            )
        foreign = _foreign(Path(scratch, "foreign", DATABASE), seed, public_url)
        evidence = Evidence(built.kept_checkpoint, built.older_copy, foreign)
        say("Six tamperings, each with a copy of its own:")
        report = replace(report, attacks=tuple(attack_all(database, Path(scratch, "tampered"), evidence)))
    _tell_attacks(report, say)
    _write_summary(report)
    _close(report, say)
    return report


@dataclass(frozen=True, slots=True)
class _Built:
    """The ledger as it was built: its stories, the flags put up, digests by statement, and what was kept aside."""

    stories: tuple[Story, ...]
    flags: Mapping[str, int]
    digests: Mapping[str, str]
    kept_checkpoint: str
    older_copy: Path


def _fresh(out: Path) -> Path:
    """An empty place for the demo: what an earlier demo left is removed, and nothing else."""
    out.mkdir(parents=True, exist_ok=True)
    for path in [*out.glob(f"{DATABASE}*"), *(out / name for name in _OURS)]:
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)
    return out / DATABASE


def _build(database: Path, older: Path, seed: str, public_url: str, say: Say) -> _Built:
    ledger, clock = stage.new_ledger(database, seed, public_url=public_url)
    with ledger:
        stories = tuple(stage.stories_of(ledger, seed).values())
        for story in stories:
            say(f"{story.cooperative_name}: {story.families} families, {len(story.drafts):,} facts")
        telling = Telling(ledger, clock, stories)
        telling.run(until=telling.total * OLDER_PERCENT // 100)
        older_copy = tamper.copy_ledger(database, older)
        telling.run()
        head = ledger.head()
        say(f"{head.size:,} facts stand in the log {ledger.origin}, each judged by the rules, signed and chained.")
        return _Built(stories, telling.flags, telling.digests, head.checkpoint, older_copy)


def _trace(ledger: Ledger, story: Story, built: _Built, out: Path) -> TracedLot:
    """Trace a story's lot, and write its labels and the receipts of some farmers whose goods are in it."""
    view, trace = ledger.lot(story.traced), ledger.trace(story.traced)
    label = labels.label_of(view, ledger.public_url, demonstration=True)
    stem = f"labels/{story.name}-{view.lot}"
    _write(out / f"{stem}.svg", labels.svg(label))
    _write(out / f"{stem}.png", labels.png(label))
    _write(out / f"{stem}.html", labels.a4([label] * 10))
    receipts = []
    for receipt in story.receipts(RECEIPTS):
        name = f"receipts/{story.name}-{receipt.number}.tlog-proof"
        _write(out / name, ledger.receipt(built.digests[receipt.statement]))
        receipts.append(name)
    return TracedLot(
        commodity=story.commodity,
        lot=view.lot,
        path=f"/L/{view.lot}",
        url=labels.lot_url(ledger.public_url, view.lot),
        label=f"{stem}.svg",
        grams=view.grams,
        families=len(families(trace.contributions)),
        deliveries=len(trace.contributions),
        receipts=tuple(receipts),
    )


def _page(ledger: Ledger, lot: TracedLot, out: Path, render_page: RenderPage | None) -> str:
    """Write the page a buyer sees behind the QR code; without a renderer there is none."""
    if render_page is None:
        return ""
    name = f"pages/{lot.commodity}-{lot.lot}.html"
    _write(out / name, render_page(ledger, lot.lot))
    return name


def _verify(ledger: Ledger, say: Say) -> None:
    found = ledger.verify()
    say(
        f"The whole log verified: {found.statements:,} statements, {found.signatures:,} signatures,"
        f" {found.entries:,} entries and {found.nodes:,} nodes re-hashed."
    )


def _token(ledger: Ledger, story: Story) -> str:
    """The demo co-operative's token. Its secret follows from the seed, as every key of the demo: for trying out."""
    secret = story.world.bytes_of("token", 32)
    return ledger.create_token(
        party=story.cooperative, scopes=TOKEN_SCOPES, days=TOKEN_DAYS, label="demo", secret=secret
    )


def _foreign(database: Path, seed: str, public_url: str) -> str:
    """The checkpoint of another log that gives itself the same name but cannot have its key."""
    other, _ = stage.new_ledger(database, f"{seed}, but another", public_url=public_url)
    with other:
        return other.head().checkpoint


def _tell_attacks(report: DemoReport, say: Say) -> None:
    for attack in report.attacks:
        found = f"found by {attack.found_by} ({', '.join(attack.codes)})" if attack.codes else "passes, as it must"
        say(f"  {attack.name}: {attack.done}: {found}")
        if attack.note:
            say(f"    {attack.note}")
    unexpected = [attack.name for attack in report.attacks if not attack.as_expected]
    if unexpected:
        raise ProofError([Problem("demo-not-as-promised", "", name) for name in unexpected])


def _write_summary(report: DemoReport) -> None:
    summary = {
        "origin": report.origin,
        "log_path": report.log_path,
        "verifier_key": report.verifier_key,
        "public_url": report.public_url,
        "token": report.token,
        "facts": report.facts,
        "root": report.root,
        "kept_checkpoint": "kept.checkpoint",
        "lots": {
            lot.commodity: {
                "lot": lot.lot,
                "path": lot.path,
                "url": lot.url,
                "label": lot.label,
                "grams": lot.grams,
                "families": lot.families,
                "receipts": list(lot.receipts),
            }
            for lot in report.lots
        },
        "page": report.page,
        "attacks": {attack.name: list(attack.codes) for attack in report.attacks},
    }
    _write(
        report.folder / "summary.json", orjson.dumps(summary, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)
    )


def _close(report: DemoReport, say: Say) -> None:
    say("")
    say(f"{'commodity':14}{'lot':18}{'weight':>14}{'families':>10}  label")
    for lot in report.lots:
        say(f"{lot.commodity:14}{lot.lot:18}{kilograms(lot.grams):>14}{lot.families:>10}  {lot.label}")
    say("")
    say(f"Next: chaski serve --database {report.database} --port {urlsplit(report.public_url).port or 80}")
    say(f"then open {report.public_url}{report.lots[0].path}")


def _write(path: Path, content: str | bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode() if isinstance(content, str) else content)
