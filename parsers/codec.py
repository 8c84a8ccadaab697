"""Values to JSON and back, by their type annotations. Used between processes and in the database; never pickle."""

from __future__ import annotations

import dataclasses
import functools
import sys
import types
import typing
from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import Enum
from typing import Any, TypeVar, Union, get_args, get_origin

from config.errors import ParseError

T = TypeVar("T")
_MISFITS = (KeyError, TypeError, ValueError, AttributeError, ArithmeticError)
"""What values raise that do not fit their type; decimals and durations raise the last."""
_RETURNS, _MOMENTS = 128, 1_024
"""Texts so short return in thousands of values (codes, columns, cells, hashes, names of documents) and are kept once, and so
are moments: the figures of ten thousand units take half the memory."""


def to_plain(value: object) -> Any:
    """A value of frozen dataclasses as dict, list, str, int, bool and None, fit for `json.dumps`.

    Fields that equal their default are left out, so stored rows stay small and old rows survive a new field.
    """
    kind: Any = type(value)
    return value if kind in _AS_THEY_ARE else _plainer(kind)(value)


_AS_THEY_ARE = frozenset({str, int, float, bool, type(None)})


@functools.cache
def _plainer(kind: Any) -> Callable[[Any], Any]:
    """How values of this class become plain, found out once a class."""
    if issubclass(kind, Enum):
        return lambda value: value.value
    if issubclass(kind, datetime | date):
        return lambda value: value.isoformat()
    if issubclass(kind, timedelta):
        return lambda value: value.total_seconds()
    if issubclass(kind, Decimal):
        return str
    if dataclasses.is_dataclass(kind):
        return _dataclass_plainer(kind)
    if issubclass(kind, Mapping):
        return lambda value: {key: to_plain(item) for key, item in value.items()}
    if issubclass(kind, tuple | list | frozenset):
        return lambda value: [to_plain(item) for item in value]
    if issubclass(kind, str | int | float):
        return lambda value: value
    message = f"{kind.__name__} has no plain form"
    raise TypeError(message)


def _dataclass_plainer(kind: Any) -> Callable[[Any], Any]:
    fields = tuple((field.name, field.default) for field in dataclasses.fields(kind))

    def plain(value: Any) -> Any:
        made = {}
        for name, default in fields:
            item = getattr(value, name)
            if default is dataclasses.MISSING or item != default:
                made[name] = item if type(item) in _AS_THEY_ARE else to_plain(item)
        return made

    return plain


def from_plain(kind: type[T], plain: object) -> T:
    """The value of dataclass `kind` that `to_plain` made `plain` from. ParseError when it does not fit."""
    try:
        return typing.cast("T", _builder(typing.cast("Any", kind))(plain))
    except _MISFITS as error:
        message = f"stored {kind.__name__} does not fit: {error}"
        raise ParseError(message) from error


@functools.cache
def _builder(kind: Any) -> Callable[[Any], Any]:
    origin = get_origin(kind)
    if origin in (Union, types.UnionType):
        return _union(tuple(_builder(each) for each in get_args(kind)), get_args(kind))
    if origin is tuple and get_args(kind)[-1] is not Ellipsis:
        items = tuple(_builder(each) for each in get_args(kind))
        return lambda plain: tuple(build(each) for build, each in zip(items, _sequence(plain), strict=True))
    if origin in (tuple, list, frozenset):
        item = _builder(get_args(kind)[0])
        return lambda plain: origin([item(each) for each in _sequence(plain)])
    if origin is not None and issubclass(origin, Mapping):
        item = _builder(get_args(kind)[1])
        return lambda plain: {key: item(each) for key, each in plain.items()}
    if dataclasses.is_dataclass(kind):
        return _dataclass_builder(kind)
    return _scalar(kind)


def _sequence(plain: Any) -> list[Any]:
    if isinstance(plain, list):
        return plain
    if isinstance(plain, tuple):
        return list(plain)
    message = f"expected a list, found {type(plain).__name__}"  # a text would come apart into its letters
    raise TypeError(message)


def _text(plain: Any) -> str:
    if type(plain) is str:
        return sys.intern(plain) if len(plain) <= _RETURNS else plain
    if isinstance(plain, str):
        return plain
    message = f"expected str, found {type(plain).__name__}"
    raise TypeError(message)


def _scalar(kind: Any) -> Callable[[Any], Any]:
    if kind is type(None):
        return lambda _plain: None
    if kind is str:
        return _text
    if kind in (datetime, date):
        return functools.lru_cache(maxsize=_MOMENTS)(kind.fromisoformat)
    if kind is timedelta:
        return lambda plain: timedelta(seconds=plain)
    if isinstance(kind, type) and issubclass(kind, Enum | Decimal):
        return kind
    if kind in (Any, object):
        return lambda plain: plain

    def checked(plain: Any) -> Any:
        if isinstance(plain, kind):
            return plain
        message = f"expected {kind.__name__}, found {type(plain).__name__}"
        raise TypeError(message)

    return checked


def _union(builders: tuple[Callable[[Any], Any], ...], kinds: tuple[Any, ...]) -> Callable[[Any], Any]:
    tried = tuple(builder for builder, kind in zip(builders, kinds, strict=True) if kind is not type(None))

    def build(plain: Any) -> Any:
        if plain is None:
            return None
        for builder in tried:
            try:
                return builder(plain)
            except _MISFITS:
                continue
        message = f"{plain!r} is none of {kinds}"
        raise TypeError(message)

    return build


def _dataclass_builder(kind: Any) -> Callable[[Any], Any]:
    hints = typing.get_type_hints(kind)
    builders: dict[str, Callable[[Any], Any]] | None = None

    def build(plain: Any) -> Any:
        nonlocal builders
        if builders is None:  # resolved at first use, so that types may name each other
            builders = {field.name: _builder(hints[field.name]) for field in dataclasses.fields(kind)}
        known = builders
        return kind(**{name: known[name](item) for name, item in plain.items() if name in known})

    return build
