"""With any one rule switched off something planted goes unnoticed: no rule is there for show.

One small season per rule (its own cases over the common background) runs with every `make test`; the whole season per
rule in `make soak`.
"""

from __future__ import annotations

import pytest

from ledger.rules import Rule, all_rules
from ledger.seasons.planted.planting import SEEDS
from tests.seasons.planted_ledger import Background

SEED = "1"
BY_RULES = ("answers", "flags")
"""What rules can do: refuse, and flag."""

INSIDE = (*BY_RULES, "blocks", "claims")
NAMES = [rule.name for rule in all_rules()]


@pytest.fixture(scope="module")
def background(tmp_path_factory: pytest.TempPathFactory) -> Background:
    """The ordinary families of one season."""
    return Background.begin(tmp_path_factory.mktemp("background"), SEED)


def planted_for(rule: str) -> list[str]:
    """The cases that a rule finds."""
    return [seed.id for seed in SEEDS if rule in seed.rules]


@pytest.mark.parametrize("rule", all_rules(), ids=lambda rule: str(rule.name))
def test_a_rule_has_a_planted_case(rule: Rule) -> None:
    advice = "add a case to ledger/seasons/planted/cases/ and name the rule in it"
    assert planted_for(rule.name), f"nothing is planted that {rule.name} finds: {advice}"


def test_no_case_names_a_rule_that_is_not_there() -> None:
    assert {rule for seed in SEEDS for rule in seed.rules} <= set(NAMES)


def test_with_every_rule_on_the_rules_find_all_they_are_there_for(background: Background) -> None:
    result = background.told([seed.id for seed in SEEDS], BY_RULES)

    assert result is not None
    assert [row.case.id for row in result.rows if not row.ok] == []
    assert result.accused == ()


@pytest.mark.parametrize("rule", NAMES)
def test_without_a_rule_its_cases_go_unnoticed(background: Background, rule: str) -> None:
    result = background.told(planted_for(rule), BY_RULES, without_rule=rule)

    assert result is None or not result.ok


@pytest.mark.soak
@pytest.mark.parametrize("rule", NAMES)
def test_without_a_rule_the_whole_season_fails(background: Background, rule: str) -> None:
    result = background.told([seed.id for seed in SEEDS], INSIDE, without_rule=rule)

    assert result is None or not result.ok
