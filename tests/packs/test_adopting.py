"""A log begins with every built-in pack, and what is adopted later takes the place of what was."""

from __future__ import annotations

import pytest

from ledger.errors import FormatError
from ledger.packs.catalogue import builtin
from tests.world import World


def test_a_new_log_adopts_every_built_in_pack(world: World) -> None:
    ledger = world.ledger
    adopted = {"commodity": ledger.packs(), "scheme": ledger.schemes(), "framework": ledger.frameworks()}

    assert {(kind, code) for kind, packs in adopted.items() for code in packs} == set(builtin())


def test_a_scheme_adopted_later_is_the_one_in_force(world: World) -> None:
    changed = builtin()["scheme", "fairtrade"].replace(b'version = "2026.1"', b'version = "2027.1"')

    world.ledger.adopt_pack(changed)

    assert world.ledger.schemes()["fairtrade"].version == "2027.1"


def test_a_framework_of_ones_own_is_adopted_beside_the_others(world: World) -> None:
    own = builtin()["framework", "best-practice"].replace(b'code = "best-practice"', b'code = "our-practice"')

    world.ledger.adopt_pack(own)

    assert {"best-practice", "our-practice"} <= set(world.ledger.frameworks())


def test_a_scheme_without_a_source_is_not_adopted(world: World) -> None:
    hidden = builtin()["scheme", "fsc"].replace(
        b'volume = { value = "none", source = "project",', b'volume = { value = "none",'
    )

    with pytest.raises(FormatError) as refused:
        world.ledger.adopt_pack(hidden)

    assert [(problem.code, problem.where) for problem in refused.value.problems] == [
        ("pack-key-missing", "/volume/source")
    ]
    assert world.ledger.schemes()["fsc"].version == "2026.1"
