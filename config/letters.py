"""The letters an office sends: which kinds there are, which words a letter may use, and whether a letter is sound."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from jinja2 import StrictUndefined, TemplateError, TemplateSyntaxError, meta
from jinja2.sandbox import SandboxedEnvironment

from config.loading_problems import did_you_mean
from config.text import Text

KINDS: Mapping[str, Text] = {
    "kickoff": Text(vi="mở đợt báo cáo, kèm biểu mẫu", en="opens the campaign and carries the blank form"),
    "receipt_complete": Text(vi="đã nhận đủ", en="everything arrived"),
    "receipt_problems": Text(vi="đã nhận, cần bổ sung", en="received, something is missing or wrong"),
    "receipt_late": Text(vi="đã nhận sau thời hạn", en="received after the deadline"),
    "receipt_replacement": Text(vi="đã nhận bản thay thế", en="a newer version was received"),
    "ask_unit": Text(vi="hỏi tên đơn vị gửi", en="asks which unit a mail is from"),
    "reminder": Text(vi="nhắc trước hạn", en="reminds before the deadline"),
    "overdue": Text(vi="nhắc sau hạn", en="reminds after the deadline"),
    "officer_alert": Text(vi="báo cán bộ: đơn vị chưa gửi", en="tells the officer who is missing"),
    "digest": Text(vi="tình hình hằng ngày cho cán bộ", en="the officer's daily summary"),
    "delivery": Text(vi="gửi bản tổng hợp cho cán bộ", en="delivers the consolidated report"),
    "chase": Text(vi="đôn đốc sau nhiều lần nhắc", en="chases after several reminders"),
    "question": Text(vi="đề nghị xác nhận số liệu", en="asks about a doubtful figure"),
    "correction": Text(vi="đề nghị sửa số liệu", en="asks to correct a figure, cell by cell"),
}

VARIABLES: Mapping[str, object] = {
    "campaign_title": "Tuần lễ hưởng ứng học tập suốt đời năm 2020",
    "campaign_short": "Tuần lễ HTSĐ 2020",
    "order_citation": "Kế hoạch của Ủy ban nhân dân huyện Tuần Giáo",
    "deadline_text": "trước ngày 15/10/2020",
    "deadline": "23:59 ngày 15/10/2020",
    "days_left": 3,
    "unit_name": "xã Quài Tở",
    "unit_office": "UBND xã Quài Tở",
    "office_name": "Phòng Giáo dục và Đào tạo huyện Tuần Giáo",
    "mailbox": "baocao@example.org",
    "contact_name": "Nguyễn Văn A",
    "contact_phone": "0215 000 0000",
    "received_at": "08:15 ngày 12/10/2020",
    "receipt_code": "HTSD2020-0017",
    "photo_count": "04",
    "photo_min": "03",
    "photo_max": "05",
    "key_figures": ("Số lớp bồi dưỡng, tập huấn: 02",),
    "problems": ("Mục 5: tổng số cuộc (3) nhỏ hơn tổng các hoạt động thành phần (4).",),
    "missing_items": ("Chưa có biểu tổng hợp số liệu.",),
    "changed_figures": ("Số tin bài: 03 thành 05",),
    "have_items": ("báo cáo tổng kết", "04 ảnh"),
    "status_text": "đã nhận được một phần báo cáo",
    "now": "08:00 ngày 12/10/2020",
    "n_received": 12,
    "n_total": 19,
    "n_complete": 10,
    "n_partial": 2,
    "n_missing": 7,
    "list_complete": ("xã Quài Tở",),
    "list_partial": ("xã Nà Sáy: còn thiếu 02 ảnh",),
    "list_missing": ("xã Pú Xi",),
    "n_waiting": 2,
    "actions": ("Xác nhận đơn vị của 01 thư",),
    "next_reminder": "08:00 ngày 14/10/2020",
    "final_call": "17:00 ngày 19/10/2020",
    "last_day": "15/10/2020",
    "subject": "báo cáo",
    "candidates": ("xã Quài Tở", "xã Quài Nưa"),
    "cutoff": "23:59 ngày 15/10/2020",
    "n_included": 17,
    "n_warnings": 3,
    "files": ("htsd-2020-v1.xlsx",),
    "area_name": "huyện Tuần Giáo",
    "version": 2,
    "rung": 1,
    "correction_until": "trước ngày 15/10/2020",
}
"""Every word a letter may use, with an example value: `docs/letters.md` explains them; the loader tries each letter with them."""


@lru_cache(maxsize=1)
def letter_environment() -> SandboxedEnvironment:
    """How letters are rendered everywhere: in a sandbox, plain text, an unknown word is an error."""
    return SandboxedEnvironment(
        undefined=StrictUndefined, autoescape=False, trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=False
    )


def render_letter(text: str, values: Mapping[str, object]) -> tuple[str, str]:
    """Subject and body of a letter filled with values; runs of empty lines left by unused parts are closed up.

    Raises:
        jinja2.TemplateError: when the letter uses a word that `values` lacks; a letter that passed `mistakes_in` does not.
    """
    return _laid_out(letter_environment().from_string(text).render(values))


def _laid_out(rendered: str) -> tuple[str, str]:
    subject, _, body = rendered.strip().partition("\n")
    paragraphs = "\n".join(line.rstrip() for line in body.strip().split("\n"))
    while "\n\n\n" in paragraphs:
        paragraphs = paragraphs.replace("\n\n\n", "\n\n")
    return " ".join(subject.split()), paragraphs + "\n"


@lru_cache(maxsize=1)
def _trial_values() -> tuple[Mapping[str, object], ...]:
    """The examples on several days, with and without lists, so that every branch of a usual letter is tried."""
    bare = {key: type(value)() for key, value in VARIABLES.items() if isinstance(value, str | tuple)}
    days = ({**VARIABLES, "days_left": left, "rung": rung} for rung, left in enumerate((7, 2, 1, 0, -2), start=1))
    return (*days, {**VARIABLES, **bare, "unit_name": "xã Quài Tở", "campaign_title": "Tuần lễ"})


@lru_cache(maxsize=64)
def mistakes_in(text: str) -> tuple[tuple[int | None, Text], ...]:
    """What is wrong with a letter, each with its line: bad Jinja2, unknown words, no subject, or a part that cannot be filled."""
    environment = letter_environment()
    try:
        tree = environment.parse(text)
        unknown = sorted(meta.find_undeclared_variables(tree) - set(VARIABLES))
        if unknown:
            return tuple((_line_of(text, name), _unknown(name)) for name in unknown)
        template = environment.from_string(tree)
        trials = [_laid_out(template.render(values)) for values in _trial_values()]
    except TemplateSyntaxError as error:
        return (
            (
                error.lineno,
                Text(vi=f"sai cú pháp của mẫu thư ({error.message})", en=f"not a valid template ({error.message})"),
            ),
        )
    except (TemplateError, TypeError, ValueError, ArithmeticError, LookupError, AttributeError) as error:
        return ((None, Text(vi=f"mẫu thư không điền được ({error})", en=f"the letter cannot be filled in ({error})")),)
    if not text.split("\n", 1)[0].strip() or not all(subject and body.strip() for subject, body in trials):
        return (
            (1, Text(vi="dòng đầu phải là tiêu đề thư, sau đó là nội dung", en="the first line is the subject, then the body")),
        )
    return ()


def _line_of(text: str, name: str) -> int | None:
    return next((number for number, line in enumerate(text.split("\n"), start=1) if name in line), None)


def _unknown(name: str) -> Text:
    hint = did_you_mean(name, VARIABLES)
    return Text(
        vi=f"không có từ {{{{ {name} }}}}{hint.vi or '; xem danh sách trong docs/letters.md'}",
        en=f"unknown word {{{{ {name} }}}}{hint.en or '; docs/letters.md lists them'}",
    )
