"""Write docs/facts/: one page per fact type and an index, from the models, the words beside them and the examples.

    python -m docs.make_fact_pages [--check]

The models stay lean and the pages stay true: names, shapes and what is required come from the code, the meaning of
each field from fields.toml, the names of shapes from shapes.toml. What has no words, and words without a field,
are mistakes (`unworded`, `unused_words`).
"""

from __future__ import annotations

import ast
import inspect
import sys
import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple, TypeAlias, get_args

from ledger.facts import THEMES, Fact, known_types, names
from ledger.values import MAX_INTEGER, Births, Names, Value
from tests.vectors.examples import all_examples, clear_values, example
from tests.vectors.make_fact_vectors import pretty

FOLDER = Path(__file__).resolve().parent / "facts"
EVERYWHERE = "fields"
TITLES = {
    "log": "The log",
    "parties": "Parties",
    "producers": "Producers and households",
    "land": "Land and herds",
    "agreements": "Agreements",
    "certificates": "Certificates",
    "deliveries": "Deliveries and other stock coming in",
    "lots": "Lots in hand and on their way",
    "trade": "Contracts, sales and pledges",
    "payments": "Prices and payments",
    "premium": "Premium",
    "corrections": "Statements about statements",
    "audits": "Audits",
}
"""The themes in the order of the index; a theme without a title follows under its own name."""

Schema: TypeAlias = "Mapping[str, Any]"
Model: TypeAlias = "type[Value]"


class Shape(NamedTuple):
    """How a field is written, its unit ("" for none), and the value class inside it, if it holds one."""

    text: str
    unit: str = ""
    inside: Model | None = None


class FieldRow(NamedTuple):
    """One field as the page shows it."""

    name: str
    shape: Shape
    required: str
    meaning: str


# ---------------------------------------------------------------- shapes


def shape_of(node: ast.expr, schema: Schema, module: ModuleType) -> Shape:
    """Say how an annotation is written: its names from the source, its limits from the JSON schema of the field."""
    match node:
        case ast.BinOp(left=inner):  # `X | None`; the schema calls it anyOf
            return shape_of(inner, schema["anyOf"][0], module)
        case ast.Subscript(value=ast.Name(id="Annotated"), slice=ast.Tuple(elts=[inner, *_])):
            return shape_of(inner, schema, module)
        case ast.Subscript(value=ast.Name(id="tuple"), slice=ast.Tuple(elts=[inner, *_])):
            item = shape_of(inner, schema["items"], module)
            least = f" of at least {schema['minItems']}" if "minItems" in schema else ""
            return item._replace(text=f"list{least}: {item.text}")
        case ast.Subscript(value=ast.Name(id="Literal")):
            return _one_of(schema)
        case ast.Name(id=name):
            return _named(name, schema, module)
        case _:
            msg = f"no words for the annotation {ast.unparse(node)}"
            raise LookupError(msg)


def _named(name: str, schema: Schema, module: ModuleType) -> Shape:
    stands_for = getattr(module, name, None)
    if isinstance(stands_for, type) and issubclass(stands_for, Value):
        return Shape(f"[{name}](#{name.lower()})", inside=stands_for)
    if hasattr(names, name):
        return Shape(_id_words(name))
    if "enum" in schema:
        return _one_of(schema)
    shape = _shapes()[name]
    return Shape(_limited(shape["shape"], schema) if name in {"int", "str"} else shape["shape"], shape.get("unit", ""))


def _limited(text: str, schema: Schema) -> str:
    """A plain type with the limits that stand at its field."""
    if "pattern" in schema:
        return f"{text} that matches `{schema['pattern']}`"
    if schema.get("minimum", -MAX_INTEGER) == -MAX_INTEGER:
        return text
    most = schema["maximum"]
    return f"{text} from {schema['minimum']}" + ("" if most == MAX_INTEGER else f" to {most}")


def _one_of(schema: Schema) -> Shape:
    return Shape(", ".join(f"`{word}`" for word in schema["enum"]))


def _id_words(name: str) -> str:
    for marker in get_args(getattr(names, name))[1:]:
        if isinstance(marker, Births):
            return f"new id: {marker.kind}"
        if isinstance(marker, Names):
            return f"id: {', '.join(marker.kinds)}"
    msg = f"{name} names nothing"
    raise LookupError(msg)


@cache
def _shapes() -> dict[str, dict[str, str]]:
    return tomllib.loads((FOLDER / "shapes.toml").read_text(encoding="utf-8"))


# ---------------------------------------------------------------- fields


@cache
def words() -> dict[str, dict[str, str]]:
    """The sentences of fields.toml: shared ones under `fields`, the others under fact type or value class."""
    return tomllib.loads((FOLDER / "fields.toml").read_text(encoding="utf-8"))


def table_name(model: Model) -> str:
    """Where fields.toml keeps the words that hold for this model alone."""
    return model.TYPE if issubclass(model, Fact) else model.__name__


def meaning(model: Model, name: str) -> str | None:
    """The sentence for a field: the model's own before the shared one."""
    return words().get(table_name(model), {}).get(name) or words()[EVERYWHERE].get(name)


def rows(model: Model) -> list[FieldRow]:
    """The fields of a model in its own order."""
    module = inspect.getmodule(model)
    if module is None:
        msg = f"{model.__name__} stands in no module"
        raise LookupError(msg)
    schema = model.model_json_schema()["properties"]
    found = []
    for name in model.model_fields:
        annotation = ast.parse(model.__annotations__[name], mode="eval").body
        required = _required(model, name)
        found.append(FieldRow(name, shape_of(annotation, schema[name], module), required, meaning(model, name) or ""))
    return found


def _required(model: Model, name: str) -> str:
    field = model.model_fields[name]
    if field.is_required():
        return "yes"
    if field.default is None or field.default == ():
        return "no"
    shown = str(field.default).lower() if isinstance(field.default, bool) else field.default
    return f"no, else `{shown}`"


def models_of(model: Model) -> Iterator[Model]:
    """A model and the value classes inside it, each once, outermost first."""
    waiting, seen = [model], {model}
    while waiting:
        current = waiting.pop(0)
        yield current
        for row in rows(current):
            inside = row.shape.inside
            if inside is not None and inside not in seen:
                seen.add(inside)
                waiting.append(inside)


def unworded() -> list[str]:
    """Every field without a sentence."""
    return sorted(
        {
            f"{table_name(model)} {row.name}"
            for fact in known_types().values()
            for model in models_of(fact)
            for row in rows(model)
            if not row.meaning
        }
    )


def unused_words() -> list[str]:
    """Every sentence that no page shows."""
    used = set()
    for fact in known_types().values():
        for model in models_of(fact):
            own = words().get(table_name(model), {})
            used |= {(table_name(model) if row.name in own else EVERYWHERE, row.name) for row in rows(model)}
    return sorted(f"{table} {name}" for table, lines in words().items() for name in lines if (table, name) not in used)


# ---------------------------------------------------------------- pages


def page_name(fact_type: str) -> str:
    """`lot.harvested/1` is described in `lot.harvested.1.md`."""
    return f"{fact_type.replace('/', '.')}.md"


def page(fact_type: str) -> str:
    """One fact: what it says, its fields, the values inside it and an example."""
    fact = known_types()[fact_type]
    theme = fact.__module__.rpartition(".")[2]
    parts = [
        f"# {fact_type}",
        _docstring(fact),
        f"Class `{fact.__name__}` in `ledger/facts/{theme}.py`. All facts: [by theme](README.md).",
    ]
    for model in models_of(fact):
        if model is fact:
            parts.append("## Fields")
        else:
            parts += [f"### {model.__name__}", _docstring(model)]
        parts.append(_table(model))
    parts += ["## Example", all_examples()[fact_type][0].story, f"```json\n{pretty(example(fact_type))}```"]
    clear = clear_values(fact_type)
    if clear:
        parts.append("Behind the sealed fields, by JSON pointer into the body (RFC 6901); these go to the vault:")
        parts.append(f"```json\n{pretty(clear)}```")
    parts.append(
        f"The signed statement, its bytes and its digest: [tests/vectors/facts/{fact_type.replace('/', '.')}.json]"
        f"(../../tests/vectors/facts/{fact_type.replace('/', '.')}.json)."
    )
    return "\n\n".join(parts) + "\n"


def _docstring(model: Model) -> str:
    return inspect.cleandoc(model.__doc__ or "")


def _table(model: Model) -> str:
    found = rows(model)
    with_units = any(row.shape.unit for row in found)
    head = ["field", "shape", *(["unit"] if with_units else []), "required", "meaning"]
    lines = [head, ["---"] * len(head)]
    for row in found:
        unit = [row.shape.unit] if with_units else []
        lines.append([f"`{row.name}`", row.shape.text, *unit, row.required, row.meaning])
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def index() -> str:
    """All facts by theme, each with the first sentence of its page."""
    parts = ["# Facts", _OPENING]
    order = [*(theme for theme in TITLES if theme in THEMES), *(theme for theme in THEMES if theme not in TITLES)]
    for theme in order:
        module = sys.modules[f"ledger.facts.{theme}"]
        parts += [f"## {TITLES.get(theme, theme.capitalize())}", _theme_table(module)]
    parts += ["## The envelope", _ENVELOPE]
    return "\n\n".join(parts) + "\n"


def _theme_table(module: ModuleType) -> str:
    lines = ["| fact | says |", "| --- | --- |"]
    for fact_type, fact in known_types().items():
        if fact.__module__ == module.__name__:
            lines.append(f"| [{fact_type}]({page_name(fact_type)}) | {_docstring(fact).splitlines()[0]} |")
    return "\n".join(lines)


_OPENING = """\
What can be stated. A fact is the `body` of a signed statement; [the envelope](#the-envelope) around it says who states
it, when, and in which log. Every page here is made by `python -m docs.make_fact_pages` from the models in
`ledger/facts/`, the words in `fields.toml` and the examples in `tests/vectors/examples/`: change those, not the pages.

Ids are 16 characters of Crockford base32. A *new id* is made by whoever creates the thing; every other id must stand
already. Mass is whole grams, or millilitres or pieces where the form is counted so. A *sealed* field holds the digest
of a disclosure: base64url of SHA-256 of the base64url of `[salt, pointer, value]` (RFC 9901). A field that is not
required is left out where there is nothing to say."""

_ENVELOPE = """\
| member | required | meaning |
| --- | --- | --- |
| `fact` | yes | The type and version of the body, as in `lot.harvested/1`. |
| `id` | yes | The statement's own id, once per log; the same id with other content is a conflict. |
| `log` | yes | The name of the log the statement is for. |
| `by` | yes | The party that states it. |
| `at` | yes | When it happened, RFC 3339 with the signer's offset; its day is the day as written. |
| `nonce` | yes | 16 random bytes, base64url, so that no public digest can be confirmed by guessing. |
| `body` | yes | The fact. |
| `for` | no | The principal, where the stating party acts under a mandate. |
| `basis` | no | How the stating party knows: `witnessed`, `document` or `told`. |
| `basis_document` | no | The digest of the document it rests on. |
| `hand` | no | The pseudonym of the user whose hand it was. |
| `seen` | no | Size and root of the last checkpoint the signer had verified. |
| `replaces` | no | The digest of the statement this one corrects. |
| `seq` | device keys | The running number of the key, from 1. |"""


def pages() -> dict[str, str]:
    """Every page by file name."""
    return {"README.md": index(), **{page_name(fact_type): page(fact_type) for fact_type in known_types()}}


def differences() -> list[str]:
    """The pages that are missing, not as generated, or of no known type."""
    wanted = pages()
    found = {path.name: path.read_text(encoding="utf-8") for path in FOLDER.glob("*.md")}
    return sorted(name for name in wanted.keys() | found.keys() if wanted.get(name) != found.get(name))


def main(arguments: list[str]) -> int:
    """Write the pages, or with --check say which are not as generated (exit code 1)."""
    if arguments not in ([], ["--check"]):
        print(__doc__, file=sys.stderr)
        return 2
    mistakes = [f"{field} has no words" for field in unworded()]
    mistakes += [f"words without a field: {field}" for field in unused_words()]
    if arguments:
        mistakes += [f"docs/facts/{name} is not as generated" for name in differences()]
    for mistake in mistakes:
        print(mistake, file=sys.stderr)
    if arguments or mistakes:
        return 1 if mistakes else 0
    wanted = pages()
    for path in FOLDER.glob("*.md"):
        if path.name not in wanted:
            path.unlink()
    for name, text in wanted.items():
        (FOLDER / name).write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
