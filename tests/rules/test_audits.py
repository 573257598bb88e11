"""Audits: who opens and attests them, and what they may say."""

from __future__ import annotations

import pytest

from tests.rules.test_privacy import audit
from tests.world import World


def attesting(audit_id: str | None, **changes: object) -> dict[str, object]:
    """What somebody attests to."""
    said = {"audit": audit_id, "size": 3, "root": "ab" * 32, "rules_version": 1, "result": "passed"}
    return {name: value for name, value in (said | changes).items() if value is not None}


@pytest.mark.rule("auditor_speaks", "accepts")
@pytest.mark.rule("audit_runs_forward", "accepts")
@pytest.mark.rule("attested_log_was_there", "accepts")
def test_a_certifier_opens_an_audit_and_attests_to_it(world: World) -> None:
    auditor = world.certifier()
    opened = audit(world, auditor, world.coop())
    world.say(opened)
    world.say(world.draft("audit.attested", attesting(opened["audit"]), auditor))
    world.say(world.draft("audit.attested", attesting(None), auditor))


@pytest.mark.rule("auditor_speaks", "refuses")
def test_nobody_audits_itself(world: World) -> None:
    coop = world.coop()
    assert world.refused(audit(world, coop, coop)) == ["role-required"]
    assert world.refused(world.draft("audit.attested", attesting(None), coop)) == ["role-required"]


@pytest.mark.rule("audit_runs_forward", "refuses")
def test_an_audit_does_not_end_before_it_begins(world: World) -> None:
    auditor, coop = world.certifier(), world.coop()
    assert world.refused(audit(world, auditor, coop, period_to="2025-12-31")) == ["period-reversed"]
    assert world.refused(audit(world, auditor, coop, ends_on="2026-06-11")) == ["period-reversed"]


@pytest.mark.rule("attested_log_was_there", "refuses")
def test_nobody_attests_to_entries_to_come_or_to_anothers_audit(world: World) -> None:
    auditor = world.certifier()
    opened = audit(world, auditor, world.coop())
    world.say(opened)
    assert world.refused(world.draft("audit.attested", attesting(None, size=5000), auditor)) == ["size-unknown"]
    other = world.certifier("Otra Certificadora")
    found = world.refused(world.draft("audit.attested", attesting(opened["audit"]), other))
    assert found == ["audit-of-another"]


def test_an_audit_is_never_taken_back(world: World) -> None:
    auditor = world.certifier()
    opened = world.say(audit(world, auditor, world.coop()))
    assert world.refused(world.retraction(auditor, opened)) == ["not-correctable"]
