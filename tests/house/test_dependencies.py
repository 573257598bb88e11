"""What we depend on stands in three places that must agree: pyproject.toml, requirements/*.in, requirements/*.txt."""

from __future__ import annotations

import ast
import importlib.metadata
import sys
import tomllib

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.house.pins import pins, ranges
from tests.house.tree import ROOT

OURS = {"ledger", "api"}


def test_the_wheel_asks_for_the_same_ranges_as_the_requirements() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]

    assert [str(Requirement(line)) for line in project["dependencies"]] == [str(r) for r in ranges("runtime")]


@pytest.mark.parametrize("name", ["runtime", "tools", "test"])
def test_every_range_is_pinned_to_one_version_with_hashes(name: str) -> None:
    pinned = {pin.name: pin for pin in pins(name)}

    assert all(pin.hashes >= 1 for pin in pinned.values())
    for wanted in ranges(name):
        pin = pinned[canonicalize_name(wanted.name)]
        assert wanted.specifier.contains(pin.version, prereleases=True), f"{name}.txt is older than {name}.in: {wanted}"


def test_the_tests_run_on_the_versions_the_users_get() -> None:
    tested = {pin.name: pin.version for pin in pins("test")}

    for name in ("runtime", "tools"):
        assert {pin.name: pin.version for pin in pins(name)}.items() <= tested.items()


def test_every_import_of_the_ledger_is_a_declared_dependency() -> None:
    """Else it works here, where the tests brought the package, and fails in an empty environment."""
    declared = {canonicalize_name(wanted.name) for wanted in ranges("runtime")}
    # Parts of a declared dependency that are its public face: they cannot be absent while it is there.
    declared |= {canonicalize_name(name) for name in ("starlette", "click", "typing-extensions")}
    owners = importlib.metadata.packages_distributions()
    missing = {}
    for room in sorted(OURS):
        for file in sorted((ROOT / room).rglob("*.py")):
            for module in _imported(ast.parse(file.read_text(encoding="utf-8"))):
                if module in sys.stdlib_module_names or module in OURS:
                    continue
                if not declared & {canonicalize_name(owner) for owner in owners.get(module, [])}:
                    missing[module] = str(file.relative_to(ROOT))

    assert not missing


def _imported(tree: ast.AST) -> set[str]:
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.add(node.module.partition(".")[0])
    return found
