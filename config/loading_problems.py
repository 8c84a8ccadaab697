"""Collects every mistake of the configuration, and says each in words that tell what to write instead."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from datetime import timedelta
from difflib import get_close_matches
from typing import TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic_core import ErrorDetails, PydanticCustomError

from config.errors import ConfigError, Problem
from config.text import Language, Text

OWN = "thubao"  # the type of the errors that our own checks raise inside pydantic


class Complaints:
    """The mistakes found so far, in one language."""

    def __init__(self, language: Language) -> None:
        self.language = language
        self.problems: list[Problem] = []

    def add(self, file: str, where: str | Text, text: Text) -> None:
        """Notes one mistake."""
        place = where if isinstance(where, str) else where.in_(self.language)
        problem = Problem(file=file, where=place, text=text.in_(self.language))
        if problem not in self.problems:
            self.problems.append(problem)

    def raise_if_any(self) -> None:
        """Ends the loading if anything is wrong.

        Raises:
            ConfigError: with every problem noted so far.
        """
        if self.problems:
            raise ConfigError(tuple(self.problems))


class Model(BaseModel):
    """What a table of a TOML file may hold: these keys and no other, of exactly these types."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


def wrong(text: Text) -> PydanticCustomError:
    """An error for pydantic that keeps both languages."""
    return PydanticCustomError(OWN, "{en}", {"vi": text.vi, "en": text.en})


def did_you_mean(word: str, known: Iterable[str]) -> Text:
    """A hint at the nearest known word, or an empty text."""
    near = get_close_matches(word, list(known), n=1, cutoff=0.6)
    if not near:
        return Text(vi="", en="")
    return Text(vi=f"; có phải là {near[0]}?", en=f"; did you mean {near[0]}?")


def one_of(value: object, known: Iterable[str]) -> Text:
    """That a value is none of the allowed words, which ones are, and which was probably meant."""
    words = list(known)
    hint = did_you_mean(str(value), words)
    listed = ", ".join(f'"{word}"' for word in words)
    return Text(vi=f"không nhận giá trị {value!r}; chỉ nhận {listed}{hint.vi}", en=f"{value!r} is not one of {listed}{hint.en}")


_EXAMPLES = {
    "name": '"baocao"',
    "timezone": '"Asia/Ho_Chi_Minh"',
    "language": '"vi"',
    "officers": '["canbo@example.org"]',
    "host": '"imap.example.org"',
    "port": "993",
    "security": '"tls"',
    "username": '"baocao@example.org"',
    "from": '"baocao@example.org"',
    "folders": '["INBOX"]',
    "dedicated": "true",
    "idle": "true",
    "daily_limit": "400",
    "forget_after": '"14d"',
    "poll_every": '"1m"',
    "sending": '"dry-run"',
    "listen": '"127.0.0.1:8080"',
    "id": '"htsd-2020"',
    "title": '"Tuần lễ học tập suốt đời 2020"',
    "starts": "2020-09-29",
    "closes": "2020-11-15",
    "deadline": "2020-10-15T23:59:59+07:00",
    "deadline_wording": '"trước ngày 15/10/2020"',
    "unknown_senders": '"file"',
    "narrative": '"required"',
    "form": '"required"',
    "photos": "{ min = 3, max = 5 }",
    "min": "3",
    "max": "5",
    "before": '["7d", "3d", "1d"]',
    "after": '["1d", "3d"]',
    "at": '"08:00"',
    "working_days_only": "true",
    "kickoff": "true",
    "at_deadline": "true",
    "recipients": '["canbo@example.org"]',
    "holidays": "[2020-10-20]",
    "extra_off": "[2020-10-16]",
    "extra_workdays": "[2020-10-17]",
    "code": '"5.book_fair"',
    "label": '"Hội sách"',
    "type": '"integer"',
    "role": '"leaf"',
    "columns": '["count", "people"]',
    "pair": '["count", "people"]',
    "aliases": '["cách viết khác"]',
    "header": '"Người"',
    "key": '"people"',
    "kind": '"quantity"',
    "severity": '"warning"',
    "scope": '"unit"',
    "vi": '"Lời nhắc"',
    "en": '"Message"',
    "heading": '"Kinh phí"',
    "year": "2020",
    "provider": '"google"',
    "client_id": '"..."',
    "required": "true",
}  # fmt: skip - what a right value of a key looks like, shown after a wrong or missing one

_KINDS: dict[str, Text] = {
    "string": Text(vi="một chuỗi trong ngoặc kép", en="a text in quotes"),
    "int": Text(vi="một số nguyên, không có ngoặc kép", en="a whole number without quotes"),
    "bool": Text(vi="true hoặc false, không có ngoặc kép", en="true or false, without quotes"),
    "list": Text(vi="một danh sách trong ngoặc vuông", en="a list in square brackets"),
    "dict": Text(vi="một bảng có các khóa riêng", en="a table with keys of its own"),
    "model": Text(vi="một bảng có các khóa riêng", en="a table with keys of its own"),
    "date": Text(vi="một ngày dạng năm-tháng-ngày, không có ngoặc kép", en="a date as year-month-day, without quotes"),
    "datetime": Text(
        vi="một thời điểm có giờ và múi giờ, không có ngoặc kép", en="an instant with time and zone, without quotes"
    ),
}  # keyed by the first word of pydantic's error types: string_type, int_type, model_type ...
_TABLES = frozenset({"office", "smtp", "storage", "web", "slots", "reminders", "consolidation"})
_SECRETS = frozenset({"password", "secret", "client_secret", "refresh_token", "token", "pass"})


def explain(error: ErrorDetails, known: Iterable[str]) -> Text:
    """One of pydantic's errors in both languages. `known` are the keys that may stand in the same table."""
    key = str(error["loc"][-1]) if error["loc"] else ""
    context = error.get("ctx", {})
    if error["type"] == OWN:
        return Text(vi=str(context["vi"]), en=str(context["en"]))
    if error["type"] == "extra_forbidden":
        return _unknown_key(key, known)
    example = f"{key} = {_EXAMPLES[key]}" if key in _EXAMPLES else ""
    if error["type"] == "missing":
        shown = example or (f"[{key}]" if key in _TABLES else f"{key} = ...")
        return Text(vi=f"thiếu khóa {key}; đề nghị ghi: {shown}", en=f"the key {key} is missing; write: {shown}")
    if error["type"] in {"enum", "literal_error"}:
        return one_of(error["input"], re.findall(r"'([^']*)'", str(context.get("expected", ""))))
    kind = _KINDS.get(error["type"].removesuffix("_type").removesuffix("_parsing").split("_")[0])
    if kind is None:
        return Text(vi=f"giá trị không hợp lệ ({error['msg']})", en=error["msg"])
    got = repr(error["input"])[:60]
    tail = Text(vi=f"; ví dụ: {example}" if example else "", en=f"; for example: {example}" if example else "")
    return Text(vi=f"phải là {kind.vi}, hiện là {got}{tail.vi}", en=f"must be {kind.en}, not {got}{tail.en}")


def _unknown_key(key: str, known: Iterable[str]) -> Text:
    if key in _SECRETS:
        return Text(
            vi=f"không ghi mật khẩu trong tệp này; xóa dòng {key} và dùng {key}_env (tên biến môi trường) hoặc {key}_file",
            en=f"no secret may stand in this file; remove {key} and use {key}_env (name of a variable) or {key}_file",
        )
    hint = did_you_mean(key, known)
    if not hint.en:
        listed = ", ".join(known)
        hint = Text(vi=f"; các khóa được dùng ở đây: {listed}", en=f"; the keys allowed here: {listed}")
    return Text(vi=f"không có khóa {key}{hint.vi}", en=f"unknown key {key}{hint.en}")


def known_keys(model: type[BaseModel], path: tuple[int | str, ...]) -> list[str]:
    """The keys of the table in which the last name of `path` stands."""
    current: type[BaseModel] | None = model
    for name in path[:-1]:
        if isinstance(name, int) or current is None:
            continue
        field = next((each for key, each in current.model_fields.items() if (each.alias or key) == name), None)
        current = _model_in(field.annotation) if field is not None else None
    return [] if current is None else [each.alias or key for key, each in current.model_fields.items()]


def _model_in(annotation: object) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    inner = (_model_in(each) for each in getattr(annotation, "__args__", ()))
    return next((each for each in inner if each is not None), None)


M = TypeVar("M", bound=BaseModel)


def validated(model: type[M], values: dict[str, object], report: Callable[[tuple[int | str, ...], Text], None]) -> M | None:
    """The values as a model, or None after every mistake was reported with its path."""
    try:
        return model.model_validate(values)
    except ValidationError as error:
        for each in error.errors(include_url=False):
            report(each["loc"], explain(each, known_keys(model, each["loc"])))
        return None


_DURATION = re.compile(r"\s*(\d{1,6})\s*([wdhms])\s*")
_SECONDS = {"w": 604_800, "d": 86_400, "h": 3_600, "m": 60, "s": 1}


def duration(value: object) -> timedelta:
    """A length of time written as "7d", "12h", "1m" or "90s".

    Raises:
        PydanticCustomError: for anything else; pydantic turns it into a problem.
    """
    match = _DURATION.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        raise wrong(
            Text(
                vi=f"không hiểu khoảng thời gian {value!r}; ghi số và đơn vị, ví dụ "
                '"7d" (ngày), "12h" (giờ), "30m" (phút), "90s" (giây)',
                en=f'cannot read the length of time {value!r}; write a number and a unit, such as "7d", "12h", "30m" or "90s"',
            )
        )
    return timedelta(seconds=int(match[1]) * _SECONDS[match[2]])


_ADDRESS = re.compile(r"[^@\s<>()\[\]\"',;:]+@(?:localhost|[^@\s<>()\[\]\"',;:.]+(?:\.[^@\s<>()\[\]\"',;:.]+)+)")


def is_address(value: str) -> bool:
    """Whether a text is one bare e-mail address."""
    return _ADDRESS.fullmatch(value) is not None


def address(value: str) -> str:
    """A bare e-mail address.

    Raises:
        PydanticCustomError: for anything else; pydantic turns it into a problem.
    """
    if not is_address(value):
        raise wrong(bad_address(value))
    return value


def bad_address(value: str) -> Text:
    """What to write instead of something that is no address."""
    return Text(
        vi=f"{value!r} không phải địa chỉ thư điện tử; chỉ ghi địa chỉ, ví dụ ubnd.xa@huyen.example",
        en=f"{value!r} is not an e-mail address; write the bare address, such as office@district.example",
    )
