"""Doubts that lie on a whole form: another year's, one read from a picture, forms at odds. Said once, in words."""

from __future__ import annotations

from dataclasses import replace

from config.campaign import Severity
from config.text import Text
from parsers.form_year import Said, marked
from parsers.values import DocumentFate, Finding, FormReading, ValueStatus
from service.rules.judge import Contribution, Elsewhere, judge
from service.rules.submission import Submission
from tests.service.papers import (
    CAMPAIGN,
    UNIT,
    blank_form,
    closed,
    everything,
    on,
    photos,
    report,
    sent,
    sound_figures,
    whole_form,
    with_value,
    workbook,
)

BOOKS = ("4.books", "count")
FIGURES = sound_figures()


def judged(*contributions: Contribution) -> Submission:
    return judge(CAMPAIGN, UNIT, contributions, (), Elsewhere())


def of_2019(books: int) -> FormReading:
    return marked(whole_form({**FIGURES, BOOKS: books}), Said(title="NĂM 2019", sheet="", around=""), 2020)


def figure(submission: Submission) -> tuple[object, ValueStatus]:
    value = submission.value(*BOOKS)
    assert value is not None
    return value.value, value.status


def read_from_a_picture(form: FormReading) -> FormReading:
    values = tuple(
        replace(each, status=ValueStatus.CONFIRM, warnings=("from_picture",)) if each.value is not None else each
        for each in form.values
    )
    return replace(form, values=values)


def about(submission: Submission, code: str) -> list[Finding]:
    return [each for each in submission.findings if each.code == code]


def test_a_form_of_last_year_alone_is_one_question_with_every_figure_to_be_confirmed() -> None:
    submission = judged(sent(1, on(6), workbook(of_2019(99))))
    assert figure(submission) == (99, ValueStatus.CONFIRM)
    (asked,) = about(submission, "F-YEAR")
    assert "biểu mẫu ghi năm 2019" in asked.text.vi.lower()
    assert not [each for each in submission.findings if each.code.startswith("N-")]


def test_beside_this_years_form_last_years_is_left_out_without_a_question() -> None:
    present, past = workbook(whole_form({**FIGURES, BOOKS: 7}), "2020.xlsx"), workbook(of_2019(99), "2019.xlsx")
    for papers in ((present, past), (past, present)):
        submission = judged(sent(1, on(6), *papers))
        assert figure(submission) == (7, ValueStatus.OK)
        assert not about(submission, "V-TWO-FORMS")
        fate = next(each for each in submission.documents if each.path == "2019.xlsx")
        assert fate.fate is DocumentFate.IGNORED
        assert "năm khác" in fate.why.vi


def test_a_later_form_of_last_year_does_not_replace_this_years_and_is_told() -> None:
    first = sent(1, on(6), workbook(whole_form({**FIGURES, BOOKS: 7})))
    submission = judged(first, sent(2, on(7), workbook(of_2019(99), "2019.xlsx")))
    assert figure(submission) == (7, ValueStatus.OK)
    (told,) = about(submission, "V-OTHER-YEAR")
    assert "2019.xlsx" in told.text.vi


def test_a_correction_under_the_same_wrong_title_replaces_the_first() -> None:
    submission = judged(sent(1, on(6), workbook(of_2019(99))), sent(2, on(7), workbook(of_2019(100), "sua.xlsx")))
    assert figure(submission) == (100, ValueStatus.CONFIRM)


def test_a_form_read_from_a_picture_is_one_question_beside_the_cells_that_are_doubtful_themselves() -> None:
    form = read_from_a_picture(whole_form(FIGURES))
    odd = with_value(form, *BOOKS, raw="3OO", warnings=("ocr_suspect", "from_picture"))
    submission = judged(sent(1, on(6), workbook(odd, "anh.jpg", kind="image/jpeg")))
    (told,) = about(submission, "N-from_picture")
    count = sum(each.status is ValueStatus.CONFIRM for each in submission.values)
    assert f"{count} ô" in told.text.vi
    assert "anh.jpg" in told.text.vi
    assert [each.code for each in submission.findings if each.code.startswith("N-")] == ["N-from_picture", "N-ocr_suspect"]


def test_a_few_cells_read_from_a_picture_are_named_one_by_one() -> None:
    form = with_value(whole_form(FIGURES), *BOOKS, status=ValueStatus.CONFIRM, warnings=("from_picture",))
    (told,) = about(judged(sent(1, on(6), workbook(form))), "N-from_picture")
    assert told.where == BOOKS[0]
    assert "D20" in told.text.vi


def test_a_cell_struck_through_is_asked_about_in_its_own_words() -> None:
    form = with_value(whole_form(FIGURES), *BOOKS, status=ValueStatus.CONFIRM, warnings=("struck_out",))
    (told,) = about(judged(sent(1, on(6), workbook(form))), "N-struck_out")
    assert "gạch ngang" in told.text.vi
    assert "ảnh" not in told.text.vi


def test_two_forms_at_odds_are_said_in_words() -> None:
    one = workbook(whole_form(FIGURES), "a.xlsx")
    other = workbook(
        whole_form(
            {key: each + 1 if isinstance(each, int) and key[0] != "7.communes" else each for key, each in FIGURES.items()}
        ),
        "b.xlsx",
    )
    submission = judged(sent(1, on(6), one, other))
    (told,) = about(submission, "N-two_forms_differ")
    assert "đề nghị xác nhận biểu nào đúng" in told.text.vi
    assert about(submission, "V-TWO-FORMS")
    assert all("Số liệu cần được xác nhận" not in each.text.vi for each in submission.findings)


def test_one_figure_that_differs_between_two_files_is_a_question_in_words() -> None:
    one, other = workbook(whole_form({**FIGURES, BOOKS: 7}), "a.xlsx"), workbook(whole_form({**FIGURES, BOOKS: 8}), "b.xlsx")
    submission = judged(sent(1, on(6), one, other))
    (told,) = about(submission, "V-TWO-FORMS")
    assert all(words in told.text.vi for words in ("a.xlsx", "b.xlsx", "“7”", "“8”"))
    assert figure(submission)[1] is ValueStatus.CONFIRM


def test_what_only_one_of_two_differing_versions_gives_is_no_complement_of_the_other() -> None:
    without = {key: each for key, each in FIGURES.items() if key != BOOKS}
    news = ("2", "count")
    for planned, done in ((3, 5), (5, 5)):
        first, second = whole_form({**without, news: done}), whole_form({**FIGURES, news: planned, BOOKS: 70})
        for papers in ((first, second), (second, first)):
            submission = judged(sent(1, on(6), *(workbook(each, f"{number}.xlsx") for number, each in enumerate(papers))))
            assert figure(submission) == (70, ValueStatus.OK if planned == done else ValueStatus.CONFIRM)


def test_a_file_that_could_not_be_read_is_named_in_a_whole_sentence() -> None:
    plain = Finding(code="D-UNREADABLE", severity=Severity.WARNING, where="a.zip/b.doc", text=Text(vi="tệp bị hỏng", en="broken"))
    (told,) = about(judged(sent(1, on(6), closed("b.doc", "application/msword", plain))), "D-UNREADABLE")
    assert told.text.vi == "Tệp “b.doc”: tệp bị hỏng."
    words = Text(vi="PDF bị hỏng, đề nghị gửi lại.", en="PDF is damaged.")
    paper = replace(closed("c.pdf", "application/pdf"), why=words)
    (told,) = about(judged(sent(1, on(6), paper)), "D-UNREADABLE")
    assert told.text.vi == "Tệp “c.pdf”: PDF bị hỏng, đề nghị gửi lại."


def test_an_amount_beyond_reason_is_asked_about_once() -> None:
    huge = {**FIGURES, ("10.other", "money"): 9_000_000_000, ("10", "money"): 9_000_000_000}
    form = with_value(whole_form(huge), "10.other", "money", status=ValueStatus.CONFIRM, warnings=("implausible",))
    submission = judged(sent(1, on(6), workbook(form)))
    asked = [each.code for each in submission.findings if each.where == "10.other" and each.severity is not Severity.INFO]
    assert asked == ["V-10-HUGE"]


def test_a_blank_form_sent_first_is_no_question_once_the_filled_one_is_here() -> None:
    blank = workbook(blank_form(), "mau.xlsx")
    assert about(judged(sent(1, on(6), blank)), "V-TEMPLATE")
    assert not about(judged(sent(1, on(6), blank), sent(2, on(7), workbook(whole_form(FIGURES)))), "V-TEMPLATE")


def test_a_mail_cut_short_is_told_while_the_report_is_not_complete() -> None:
    cut = Finding(code="M-DAMAGED", severity=Severity.WARNING, where="", text=Text(vi="Thư bị cắt.", en="The mail is cut."))
    odd = replace(cut, code="M-AMBIGUOUS")
    damaged = replace(sent(1, on(6), workbook(whole_form(FIGURES))), findings=(cut, odd))
    assert [bool(about(judged(damaged), code)) for code in ("M-DAMAGED", "M-AMBIGUOUS")] == [True, True]
    added = judged(damaged, sent(2, on(7), report(), *photos(4)))
    assert [bool(about(added, code)) for code in ("M-DAMAGED", "M-AMBIGUOUS")] == [False, True]
    anew = judged(damaged, sent(2, on(7), *everything({**FIGURES, BOOKS: 7})))
    assert not about(anew, "M-AMBIGUOUS")


def test_a_replaced_file_that_comes_again_is_used_and_asked_about() -> None:
    old, new = workbook(whole_form({**FIGURES, BOOKS: 7}), "cu.xlsx"), workbook(whole_form({**FIGURES, BOOKS: 9}), "moi.xlsx")
    there = judged(sent(1, on(6), old), sent(2, on(7), new))
    assert figure(there) == (9, ValueStatus.OK)
    assert not about(there, "V-CAME-BACK")
    back = judged(sent(1, on(6), old), sent(2, on(7), new), sent(3, on(8), old))
    assert figure(back)[0] == 7
    (told,) = about(back, "V-CAME-BACK")
    assert "cu.xlsx" in told.text.vi
    anew = judged(sent(1, on(6), old), sent(2, on(7), new), sent(3, on(8), old), sent(4, on(9), new))
    assert figure(anew)[0] == 9
    other = workbook(whole_form({**FIGURES, BOOKS: 11}), "khac.xlsx")
    assert not about(judged(sent(1, on(6), old), sent(2, on(7), new), sent(3, on(8), old), sent(4, on(9), other)), "V-CAME-BACK")


def test_a_form_of_remarks_alone_is_asked_about() -> None:
    blank = whole_form({})
    remark = replace(blank.values[0], column="note", value="Do mưa lũ", status=ValueStatus.OK)
    (asked,) = about(judged(sent(1, on(6), workbook(replace(blank, values=(*blank.values, remark))))), "V-NO-FIGURES")
    assert "Do mưa lũ" in asked.text.vi
    assert not about(judged(sent(1, on(6), workbook(whole_form({BOOKS: 0})))), "V-NO-FIGURES")
    unread = with_value(blank, *BOOKS, raw="?", status=ValueStatus.REJECT)
    assert not about(judged(sent(1, on(6), workbook(unread))), "V-NO-FIGURES")


def test_a_cell_of_a_word_table_is_named_once() -> None:
    tables = [
        replace(form, sheet=name, values=tuple(replace(each, sheet=name, cell=f"{name}R3C4") for each in form.values))
        for name, form in (("T1", whole_form(FIGURES)), ("T2", whole_form({**FIGURES, BOOKS: 999})))
    ]
    (told,) = about(judged(sent(1, on(6), replace(workbook(tables[0]), forms=tuple(tables)))), "V-TWO-FORMS")
    assert "T1R3C4" in told.text.vi
    assert "!" not in told.text.vi
