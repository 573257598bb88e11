"""Which problem codes the source can produce, found by reading it: the words must cover exactly these."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
CODE = re.compile(r"[a-z0-9]+(-[a-z0-9]+)+")


@dataclass(frozen=True, slots=True)
class Use:
    """A code as it stands in a file."""

    code: str
    file: str
    line: int


def files() -> list[Path]:
    """Every Python file of the two packages."""
    return [path for room in ("ledger", "api") for path in sorted((ROOT / room).rglob("*.py"))]


def literals() -> set[str]:
    """Every string that stands in the source: a code among them may be in use."""
    return {
        node.value
        for path in files()
        for node in ast.walk(_tree(path))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }


def uses() -> list[Use]:
    """Every code the source surely uses: given to Problem, to a function that hands its `code` on to Problem, or in
    a table of codes.
    """
    trees = {path: _tree(path) for path in files()}
    makers = _makers(trees.values())
    return [
        Use(code, path.relative_to(ROOT).as_posix(), line)
        for path, tree in trees.items()
        for code, line in _codes_in(tree, makers)
    ]


def _codes_in(tree: ast.Module, makers: dict[str, int]) -> Iterator[tuple[str, int]]:
    tables, choosers = _tables(tree), _choosers(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and _name(node.func) in makers:
            given = _argument(node, makers[_name(node.func)])
            if isinstance(given, ast.Subscript):
                yield from ((code, node.lineno) for code in _strings(tables.get(_name(given.value), given)))
            elif isinstance(given, ast.Call) and _name(given.func) in choosers:
                yield from ((code, node.lineno) for code in choosers[_name(given.func)])
            elif given is not None:
                yield from ((code, node.lineno) for code in _strings(given))
        elif isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None and _is_table(node):
            yield from ((code, node.lineno) for code in _strings(node.value))


def _tables(tree: ast.Module) -> dict[str, ast.expr]:
    """Module-level dictionaries by name: a code may be looked up in one."""
    return {
        target.id: node.value
        for node in tree.body
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Dict)
        for target in node.targets
        if isinstance(target, ast.Name)
    }


def _choosers(tree: ast.Module) -> dict[str, list[str]]:
    """What each function of the module may return, where that looks like codes: `Problem(_code_of(error))`."""
    return {
        function.name: [
            code
            for node in ast.walk(function)
            if isinstance(node, ast.Return) and node.value is not None
            for code in _strings(node.value)
        ]
        for function in tree.body
        if isinstance(function, ast.FunctionDef)
    }


def _makers(trees: Iterable[ast.Module]) -> dict[str, int]:
    """Names of callables that take a code, with its place among the arguments: Problem, and whoever hands on to it."""
    functions = [
        (node, index)
        for tree in trees
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef)
        for index in [_place_of_code(node)]
        if index is not None
    ]
    makers = {"Problem": 0}
    grown = True
    while grown:
        grown = False
        for node, index in functions:
            if node.name in makers or not _hands_on(node, makers):
                continue
            makers[node.name] = index
            grown = True
    return makers


def _place_of_code(node: ast.FunctionDef) -> int | None:
    names = [argument.arg for argument in (*node.args.posonlyargs, *node.args.args)]
    names = names[1:] if names[:1] in (["self"], ["cls"]) else names
    return names.index("code") if "code" in names else None


def _hands_on(node: ast.FunctionDef, makers: dict[str, int]) -> bool:
    return any(
        isinstance(call, ast.Call)
        and _name(call.func) in makers
        and isinstance(given := _argument(call, makers[_name(call.func)]), ast.Name)
        and given.id == "code"
        for call in ast.walk(node)
    )


def _argument(call: ast.Call, place: int) -> ast.expr | None:
    for keyword in call.keywords:
        if keyword.arg == "code":
            return keyword.value
    # A list of options may come before the code; what stands there must then look like one.
    return call.args[place] if len(call.args) > place else None


def _strings(value: ast.expr) -> list[str]:
    """The codes an expression can come out as: a literal, either side of an if, the values of a table."""
    if isinstance(value, ast.Constant):
        return [value.value] if isinstance(value.value, str) and CODE.fullmatch(value.value) else []
    if isinstance(value, ast.IfExp):
        return [*_strings(value.body), *_strings(value.orelse)]
    if isinstance(value, ast.Dict):
        return [code for item in value.values for code in _strings(item)]
    if isinstance(value, ast.Call) and _name(value.func) == "get":
        return [code for item in value.args[1:] for code in _strings(item)]
    return []


def _is_table(node: ast.Assign | ast.AnnAssign) -> bool:
    targets = node.targets if isinstance(node, ast.Assign) else [node.target]
    return any(isinstance(each, ast.Name) and each.id in {"_CODES", "_OF_KIND", "CODES", "code"} for each in targets)


def _name(function: ast.expr) -> str:
    if isinstance(function, ast.Name):
        return function.id
    return function.attr if isinstance(function, ast.Attribute) else ""


def _tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), str(path))
