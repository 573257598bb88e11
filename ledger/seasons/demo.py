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
from ledger.seasons.handing_out import hand_out
from ledger.seasons.narrate import claim_lines, families, kept_claims, kilograms
from ledger.seasons.refusals import Refusal, tell_refusals, try_sales
from ledger.seasons.story import Story
from ledger.seasons.telling import Telling
from ledger.seasons.voice import Say, Voice, silent
from ledger.values import receipt_code
from ledger.words import Language

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
    receipt_code: str


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
    refused: tuple[Refusal, ...]
    page: str
    bundle: str


def run(
    out: Path,
    seed: str = "chaski",
    say: Say = silent,
    *,
    public_url: str = stage.PUBLIC_URL,
    render_page: RenderPage | None = None,
    language: Language = "en",
    program: str = "chaski",
) -> DemoReport:
    """Build the demo in `out`, replacing an earlier one there; the same seed gives the same log, byte for byte.

    `program` is how the reader has to type the command that comes next.
    `say` is told each line as it comes. Raises ProofError demo-not-as-promised where a tampering goes
    unnoticed or the untouched copy does not pass.
    """
    voice = Voice(say, language)
    database = _fresh(out)
    with tempfile.TemporaryDirectory(prefix="chaski-demo-") as scratch:
        built = _build(database, Path(scratch, "older"), seed, public_url, voice)
        (out / "kept.checkpoint").write_text(built.kept_checkpoint, encoding="utf-8")
        # The clock of the season stops here; from now on the ledger lives in our time, as `serve` opens it.
        with Ledger.open(str(database)) as ledger:
            lots = tuple(_trace(ledger, story, built, out) for story in built.stories)
            for lot, story in zip(lots, built.stories, strict=True):
                _tell_lot(ledger, lot, story, voice, language)
            tell_refusals(ledger, built.refused, voice, language)
            _tell_reach(ledger, built.stories[0], voice)
            page = _page(ledger, lots[0], out, render_page)
            _verify(ledger, voice)
            bundle = hand_out(ledger, out, voice, language)
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
                refused=built.refused,
                page=page,
                bundle=bundle,
            )
        foreign = _foreign(Path(scratch, "foreign", DATABASE), seed, public_url)
        evidence = Evidence(built.kept_checkpoint, built.older_copy, foreign)
        voice.tell("Six tamperings, each with a copy of its own:")
        found = []
        for attack in attack_all(database, Path(scratch, "tampered"), evidence, voice):
            _tell_attack(attack, voice)
            found.append(attack)
        report = replace(report, attacks=tuple(found))
    _as_promised(report)
    _write_summary(report)
    _close(report, voice, program)
    return report


@dataclass(frozen=True, slots=True)
class _Built:
    """The ledger as it was built: its stories, the flags put up, digests by statement, and what was kept aside."""

    stories: tuple[Story, ...]
    flags: Mapping[str, int]
    digests: Mapping[str, str]
    kept_checkpoint: str
    older_copy: Path
    refused: tuple[Refusal, ...]


def _fresh(out: Path) -> Path:
    """An empty place for the demo: what an earlier demo left is removed, and nothing else."""
    out.mkdir(parents=True, exist_ok=True)
    for path in [*out.glob(f"{DATABASE}*"), *(out / name for name in _OURS)]:
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)
    return out / DATABASE


def _build(database: Path, older: Path, seed: str, public_url: str, voice: Voice) -> _Built:
    ledger, clock = stage.new_ledger(database, seed, public_url=public_url)
    with ledger:
        stories = tuple(stage.stories_of(ledger, seed).values())
        for story in stories:
            voice.tell(
                "{name}: {families} families, {facts} facts",
                name=story.cooperative_name,
                families=story.families,
                facts=f"{len(story.drafts):,}",
            )
        telling = Telling(ledger, clock, stories)
        telling.run(until=telling.total * OLDER_PERCENT // 100)
        older_copy = tamper.copy_ledger(database, older)
        telling.run()
        head = ledger.head()
        voice.tell(
            "{facts} facts stand in the log {origin}, each judged by the rules, signed and chained.",
            facts=f"{head.size:,}",
            origin=ledger.origin,
        )
        # Tried on the last day of the season: a sale is judged on the day it is stated.
        refused = tuple(refusal for story in stories for refusal in try_sales(ledger, story))
        return _Built(stories, telling.flags, telling.digests, head.checkpoint, older_copy, refused)


def _trace(ledger: Ledger, story: Story, built: _Built, out: Path) -> TracedLot:
    """Trace a story's lot, and write its labels and the receipts of some farmers whose goods are in it."""
    view, trace = ledger.lot(story.traced), ledger.trace(story.traced)
    label = labels.label_of(view, ledger.public_url, demonstration=True)
    stem = f"labels/{story.name}-{view.lot}"
    _write(out / f"{stem}.svg", labels.svg(label))
    _write(out / f"{stem}.png", labels.png(label))
    _write(out / f"{stem}.html", labels.a4([label] * 10))
    receipts: list[str] = []
    codes: list[str] = []
    for receipt in story.receipts(RECEIPTS):
        name = f"receipts/{story.name}-{receipt.number}.tlog-proof"
        _write(out / name, ledger.receipt(built.digests[receipt.statement]))
        receipts.append(name)
        codes.append(receipt_code(built.digests[receipt.statement]))
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
        receipt_code=codes[0],
    )


def _tell_lot(ledger: Ledger, lot: TracedLot, story: Story, voice: Voice, language: Language) -> None:
    """A traced lot with what it carries; and, where that is another one, a lot of which only a share is kept."""
    voice.tell(
        "  {commodity}: lot {lot}, {weight} from {families} families in {deliveries} deliveries",
        commodity=lot.commodity,
        lot=lot.lot,
        weight=kilograms(lot.grams),
        families=lot.families,
        deliveries=lot.deliveries,
    )
    for line in claim_lines(ledger.lot(lot.lot).claims, voice, language):
        voice.line(f"    {line}")
    if story.shared not in ("", lot.lot):
        voice.tell("    Lot {lot}, where goods of all families were put together:", lot=story.shared)
        for line in claim_lines(kept_claims(ledger.lot(story.shared)), voice, language):
            voice.line(f"      {line}")


def _tell_reach(ledger: Ledger, story: Story, voice: Voice) -> None:
    """What would be concerned if the certificate that most of a season leans on were suspended."""
    reach = ledger.blast_radius(story.leans_on)
    voice.tell(
        "If the certificate of {name} were suspended: {lots} lots to look at, {weight} still with {holders} holders",
        name=story.cooperative_name,
        lots=f"{reach.lots:,}",
        weight=kilograms(sum(reach.held_grams.values())),
        holders=len(reach.held_grams),
    )


def _page(ledger: Ledger, lot: TracedLot, out: Path, render_page: RenderPage | None) -> str:
    """Write the page a buyer sees behind the QR code; without a renderer there is none."""
    if render_page is None:
        return ""
    name = f"pages/{lot.commodity}-{lot.lot}.html"
    _write(out / name, render_page(ledger, lot.lot))
    return name


def _verify(ledger: Ledger, voice: Voice) -> None:
    found = ledger.verify(workers=1)
    voice.tell(
        "The log is verified: {statements} statements, {signatures} signatures, {entries} entries, {nodes} nodes.",
        statements=f"{found.statements:,}",
        signatures=f"{found.signatures:,}",
        entries=f"{found.entries:,}",
        nodes=f"{found.nodes:,}",
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


def _tell_attack(attack: Attack, voice: Voice) -> None:
    found = voice.phrase("passes")
    if attack.codes:
        found = voice.phrase("found by {finder} ({codes})", finder=attack.found_by, codes=", ".join(attack.codes))
    voice.line(f"  {attack.title}: {attack.done}: {found}")
    if attack.note:
        voice.line(f"    {attack.note}")


def _as_promised(report: DemoReport) -> None:
    unexpected = [attack.name for attack in report.attacks if not attack.as_expected]
    unexpected += [refusal.code for refusal in report.refused if not refusal.as_expected]
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
                "receipt_code": lot.receipt_code,
            }
            for lot in report.lots
        },
        "page": report.page,
        "bundle": report.bundle,
        "refused": [refusal.code for refusal in report.refused],
        "attacks": {attack.name: list(attack.codes) for attack in report.attacks},
    }
    _write(
        report.folder / "summary.json", orjson.dumps(summary, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)
    )


def _close(report: DemoReport, voice: Voice, program: str) -> None:
    heads = [voice.phrase(head) for head in ("product", "lot", "weight", "families", "label")]
    rows = [[lot.commodity, lot.lot, kilograms(lot.grams), str(lot.families), lot.label] for lot in report.lots]
    voice.line()
    for row in [heads, *rows]:
        voice.line(f"{row[0]:14}{row[1]:18}{row[2]:>14}{row[3]:>10}  {row[4]}")
    voice.line()
    voice.tell(
        "The log's key, to check bundle.zip and receipts with, from outside of them: {key}", key=report.verifier_key
    )
    port = urlsplit(report.public_url).port or 80
    voice.tell("Next: {command}", command=f"{program} serve --database {report.database} --port {port}")
    voice.tell("then open {address}", address=f"{report.public_url}{report.lots[0].path}")
    voice.tell("and a farmer's receipt {address}", address=f"{report.public_url}/r/{report.lots[0].receipt_code}")


def _write(path: Path, content: str | bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode() if isinstance(content, str) else content)
