"""What every fact is: a frozen, closed record in the past tense, with its type written beside it."""

from __future__ import annotations

import types
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import Annotated, Any, ClassVar, NamedTuple, Union, get_args, get_origin

from pydantic import BaseModel

from ledger.values import Births, Names, SealedField, Value

_TYPES: dict[str, type[Fact]] = {}


class Fact(Value):
    """Base of all facts. A class states its `TYPE` as `theme.verb/version`; that registers it."""

    TYPE: ClassVar[str]

    @classmethod
    def __pydantic_init_subclass__(cls, **kwargs: object) -> None:
        """Register the class under its type; two classes under one type are a programming error."""
        super().__pydantic_init_subclass__(**kwargs)
        if "TYPE" not in cls.__dict__:
            return
        if cls.TYPE in _TYPES:
            msg = f"two classes state {cls.TYPE}"
            raise TypeError(msg)
        _TYPES[cls.TYPE] = cls


def known_types() -> Mapping[str, type[Fact]]:
    """Every registered fact class by its type."""
    return types.MappingProxyType(_TYPES)


class Reference(NamedTuple):
    """An id inside a fact: where it stands, which kinds it may be, and whether this fact gives birth to it."""

    where: str
    thing: str
    kinds: tuple[str, ...]
    born: bool


_Step = tuple[str, bool]  # field name, is it a list


class _Spot(NamedTuple):
    path: tuple[_Step, ...]
    marker: Names | Births | SealedField


def references(fact: Fact) -> list[Reference]:
    """Every id the fact names, in field order."""
    return [
        Reference(where, thing, kinds, born)
        for path, kinds, born in _named(type(fact))
        for where, thing in _found(fact, path)
    ]


def sealed_fields(fact: Fact) -> list[tuple[str, str]]:
    """(JSON pointer in the body, digest) of every sealed field that is present."""
    return [found for path in sealable_paths(type(fact)) for found in _found(fact, path)]


@cache
def sealable_paths(fact_class: type[Fact]) -> tuple[tuple[tuple[str, bool], ...], ...]:
    """The paths (field, is a list) of all sealed fields a class may hold."""
    return tuple(spot.path for spot in _spots(fact_class) if isinstance(spot.marker, SealedField))


@cache
def _named(fact_class: type[Fact]) -> tuple[tuple[tuple[_Step, ...], tuple[str, ...], bool], ...]:
    """The paths of all ids a class names, with the kinds each may be and whether it is born."""
    return tuple(
        (spot.path, (marker.kind,) if isinstance(marker, Births) else marker.kinds, isinstance(marker, Births))
        for spot in _spots(fact_class)
        if not isinstance(marker := spot.marker, SealedField)
    )


def _found(fact: Fact, path: tuple[_Step, ...]) -> Iterable[tuple[str, str]]:
    name, is_list = path[0]
    if is_list or len(path) > 1:
        return _reach(fact, path, "")
    # Most ids stand at the top of a fact, and every statement passes here.
    value = getattr(fact, name)
    return () if value is None else ((f"/{name}", str(value)),)


def _reach(value: object, path: tuple[_Step, ...], where: str) -> Iterator[tuple[str, str]]:
    if value is None:
        return
    if not path:
        yield where, str(value)
        return
    (name, is_list), rest = path[0], path[1:]
    inner = getattr(value, name)
    if not is_list:
        yield from _reach(inner, rest, f"{where}/{name}")
        return
    for place, item in enumerate(inner or ()):
        yield from _reach(item, rest, f"{where}/{name}/{place}")


@cache
def _spots(model: type[BaseModel]) -> tuple[_Spot, ...]:
    spots: list[_Spot] = []
    for name, field in model.model_fields.items():
        for inner, is_list in _unwrap(field.annotation, field.metadata):
            step: _Step = (name, is_list)
            if isinstance(inner, Names | Births | SealedField):
                spots.append(_Spot((step,), inner))
            else:
                spots.extend(_Spot((step, *spot.path), spot.marker) for spot in _spots(inner))
    return tuple(spots)


def _unwrap(
    annotation: Any, metadata: list[Any], *, in_list: bool = False
) -> Iterator[tuple[Names | Births | SealedField | type[BaseModel], bool]]:
    """Walk through Optional, Annotated and tuple to the markers and models inside."""
    for marker in metadata:
        if isinstance(marker, Names | Births | SealedField):
            yield marker, in_list
    origin = get_origin(annotation)
    if origin is Annotated:
        inner, *inner_metadata = get_args(annotation)
        yield from _unwrap(inner, inner_metadata, in_list=in_list)
    elif origin in (Union, types.UnionType):
        for option in get_args(annotation):
            yield from _unwrap(option, [], in_list=in_list)
    elif origin is tuple:
        yield from _unwrap(get_args(annotation)[0], [], in_list=True)
    elif isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation, in_list


def person_of(fact: Fact) -> str | None:
    """Under whose key the fact's sealed values belong; None where it names nobody: then under the stater's own.

    The first producer or household named, else a person born; else the plot or herd it is about, which has a key of
    its own because its holder is said elsewhere; else the subject of an inspection or a document.
    """
    named = references(fact)
    for kinds in (("producer",), ("household",), ("party",), ("plot",), ("herd",), ("plot", "herd")):
        for reference in named:
            if reference.kinds == kinds and (kinds != ("party",) or reference.born):
                return reference.thing
    return next((each.thing for each in named if "producer" in each.kinds and "plot" in each.kinds), None)
