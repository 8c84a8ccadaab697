"""What a unit has delivered so far: slots, versions, trust, doubts, and the officer's rulings."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from itertools import permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config.campaign import Requirement, Severity, Slot
from config.text import Text
from parsers.values import DocumentFate, Finding, ValueStatus
from service.rules.judge import Contribution, Elsewhere, judge, nothing_from
from service.rules.rulings import Ruling, RulingKind
from service.rules.submission import Content, SlotState, Submission, Trust
from tests.service.papers import (
    CAMPAIGN,
    UNIT,
    blank_form,
    closed,
    everything,
    on,
    part_of_form,
    photo,
    photos,
    report,
    sent,
    sound_figures,
    whole_form,
    with_value,
    workbook,
)

PDF = "application/pdf"
BOOKS = ("4.books", "count")
FIGURES = sound_figures()


def judged(*contributions: Contribution, rulings: tuple[Ruling, ...] = (), elsewhere: Elsewhere | None = None) -> Submission:
    return judge(CAMPAIGN, UNIT, contributions, rulings, elsewhere or Elsewhere())


def ruling(kind: RulingKind, at: datetime, number: int = 1, **more: object) -> Ruling:
    return Ruling(decision=number, kind=kind, at=at, **more)  # type: ignore[arg-type]  # fields of a ruling


def codes(submission: Submission) -> list[str]:
    return [each.code for each in submission.findings]


def fates(submission: Submission) -> dict[tuple[int, str], DocumentFate]:
    return {(each.message, each.path): each.fate for each in submission.documents}


def slot_states(submission: Submission) -> dict[Slot, SlotState]:
    return {each.slot: each.state for each in submission.slots}


def figure(submission: Submission, key: tuple[str, str] = BOOKS) -> int | str | None:
    value = submission.value(*key)
    assert value is not None
    return value.value


def books(count: int | None, figures: dict[tuple[str, str], int | str] | None = None) -> dict[tuple[str, str], int | str]:
    changed = dict(figures or FIGURES)
    if count is None:
        del changed[BOOKS]
    else:
        changed[BOOKS] = count
    return changed


# --- slots and completion ------------------------------------------------------------------------------------------------


def test_nothing_sent_is_missing_never_zero() -> None:
    submission = nothing_from(CAMPAIGN, UNIT)
    assert submission.content is Content.MISSING
    assert submission.values == ()
    assert not submission.complete
    assert set(slot_states(submission).values()) == {SlotState.MISSING}


def test_everything_in_one_mail_is_received_at_that_moment() -> None:
    submission = judged(sent(1, on(8), *everything()))
    assert submission.content is Content.RECEIVED
    assert (submission.version, submission.completed_at) == (1, on(8))
    assert set(slot_states(submission).values()) == {SlotState.OK}
    assert not submission.provisional


def test_several_mails_make_one_report_complete_when_the_last_part_came() -> None:
    form, narrative, *pictures = everything()
    submission = judged(
        sent(1, on(6), form), sent(2, on(7), narrative), sent(3, on(9), *pictures[:2]), sent(4, on(12), pictures[2])
    )
    assert submission.completed_at == on(12)
    assert [each.slots for each in submission.versions] == [(Slot.FORM,), (Slot.NARRATIVE,), (Slot.PHOTOS,), (Slot.PHOTOS,)]
    assert submission.first_received_at == on(6)
    form_slot = submission.slot(Slot.FORM)
    assert form_slot is not None
    assert form_slot.received_at == on(6)


def test_too_few_photos_is_partial() -> None:
    form, narrative, *pictures = everything()
    submission = judged(sent(1, on(6), form, narrative, *pictures[:2]))
    assert submission.content is Content.PARTIAL
    assert slot_states(submission)[Slot.PHOTOS] is SlotState.PARTIAL
    assert "V-PHOTO" in codes(submission)


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_the_order_in_which_mails_are_handed_in_does_not_matter(order: tuple[int, ...]) -> None:
    mails = (
        sent(1, on(6), workbook(whole_form(FIGURES))),
        sent(2, on(7), report(), *photos(3)),
        sent(3, on(8), workbook(whole_form(books(77)), "sua.xlsx")),
    )
    assert judged(*(mails[each] for each in order)) == judged(*mails)


def test_a_blank_form_is_no_report() -> None:
    submission = judged(sent(1, on(6), workbook(blank_form())))
    assert submission.content is Content.MISSING
    assert submission.version == 0
    assert submission.values == ()


def test_blank_is_not_zero() -> None:
    submission = judged(sent(1, on(6), workbook(whole_form(books(None))), report(), *photos(3)))
    value = submission.value(*BOOKS)
    assert value is not None
    assert (value.value, value.status) == (None, ValueStatus.EMPTY)


def test_a_blank_total_keeps_its_blank_beside_the_sum_of_its_parts() -> None:
    figures = dict(FIGURES)
    total = figures.pop(("1", "count"))
    value = judged(sent(1, on(6), workbook(whole_form(figures)))).value("1", "count")
    assert value is not None
    assert (value.value, value.suggest) == (None, total)


def test_slots_that_a_campaign_does_not_have_are_not_asked_for() -> None:
    campaign = replace(CAMPAIGN, photos=None, narrative=Requirement.OFF)
    submission = judge(campaign, UNIT, (sent(1, on(6), *everything()),), (), Elsewhere())
    assert [each.slot for each in submission.slots] == [Slot.FORM]
    assert submission.content is Content.RECEIVED
    assert submission.sections == ()
    assert submission.photos == ()


# --- versions of the form ------------------------------------------------------------------------------------------------


def test_a_newer_form_replaces_the_older_and_the_difference_is_kept() -> None:
    before = FIGURES[BOOKS]
    submission = judged(sent(1, on(6), *everything()), sent(2, on(8), workbook(whole_form(books(1250)), "sua.xlsx")))
    assert figure(submission) == 1250
    (change,) = submission.versions[1].changes
    assert (change.indicator, change.before, change.after) == ("4.books", before, 1250)
    assert fates(submission)[1, "Bieu so lieu.xlsx"] is DocumentFate.SUPERSEDED
    assert fates(submission)[2, "sua.xlsx"] is DocumentFate.USED
    assert submission.completed_at == on(6)


def test_a_cell_that_the_newer_form_leaves_blank_is_asked_about() -> None:
    submission = judged(sent(1, on(6), *everything()), sent(2, on(8), workbook(whole_form(books(None)), "sua.xlsx")))
    assert figure(submission) is None
    (lost,) = [each for each in submission.findings if each.code == "V-LOST"]
    assert str(FIGURES[BOOKS]) in lost.text.vi
    assert lost.severity is Severity.WARNING


def test_the_question_about_a_lost_figure_ends_when_it_is_stated_again_and_not_before() -> None:
    mails = [sent(1, on(6), *everything()), sent(2, on(8), workbook(whole_form(books(None)), "a.xlsx"))]
    other = {**books(None), ("3", "count"): 99}
    mails.append(sent(3, on(9), workbook(whole_form(other), "b.xlsx")))
    assert "V-LOST" in codes(judged(*mails))
    mails.append(sent(4, on(10), workbook(part_of_form({BOOKS: 5}), "c.xlsx")))
    submission = judged(*mails)
    assert figure(submission) == 5
    assert "V-LOST" not in codes(submission)


def test_the_question_about_one_column_outlives_a_change_of_the_other() -> None:
    people, count = ("4.donors", "people"), ("4.donors", "count")
    lost = dict(FIGURES)
    lost[people] = 40
    first = sent(1, on(6), workbook(whole_form(lost)))
    without = {key: value for key, value in lost.items() if key != people}
    second = sent(2, on(7), workbook(whole_form(without), "a.xlsx"))
    third = sent(3, on(8), workbook(part_of_form({count: 3}), "b.xlsx"))
    assert "V-LOST" in codes(judged(first, second, third))


def test_something_unreadable_that_becomes_blank_is_asked_about() -> None:
    odd = with_value(whole_form(FIGURES), *BOOKS, value=None, raw="3-4 nghìn", status=ValueStatus.REJECT, warnings=("range",))
    submission = judged(sent(1, on(6), workbook(odd)), sent(2, on(7), workbook(whole_form(books(None)), "a.xlsx")))
    assert any(each.code == "V-LOST" and "3-4 nghìn" in each.text.vi for each in submission.findings)


def test_a_form_of_a_few_rows_replaces_only_these() -> None:
    part = part_of_form({BOOKS: 31, ("2", "count"): None})
    submission = judged(sent(1, on(6), *everything()), sent(2, on(8), workbook(part, "bo sung.xlsx")))
    assert figure(submission) == 31
    assert figure(submission, ("2", "count")) == FIGURES["2", "count"]
    assert len(submission.versions[1].changes) == 1
    assert fates(submission)[1, "Bieu so lieu.xlsx"] is DocumentFate.USED
    assert "V-LOST" not in codes(submission)
    (stays,) = [each for each in submission.findings if each.code == "V-STAYS"]  # the row is there, and says nothing
    assert (stays.where, str(FIGURES["2", "count"]) in stays.text.vi) == ("2", True)
    again = sent(3, on(9), workbook(part_of_form({("2", "count"): 4}), "them.xlsx"))
    assert "V-STAYS" not in codes(judged(sent(1, on(6), *everything()), sent(2, on(8), workbook(part, "bo sung.xlsx")), again))


def test_a_whole_form_with_hardly_a_figure_corrects_these_and_asks_once_about_the_others() -> None:
    first = sent(1, on(6), *everything())
    sparse = sent(2, on(8), workbook(whole_form({BOOKS: 31}), "sua.xlsx"))
    submission = judged(first, sparse)
    assert figure(submission) == 31
    assert figure(submission, ("2", "count")) == FIGURES["2", "count"]
    (kept,) = [each for each in submission.findings if each.code in {"V-KEPT", "V-LOST"}]
    assert (kept.code, str(len(FIGURES) - 1) in kept.text.vi) == ("V-KEPT", True)
    assert "V-KEPT" not in codes(judged(first, sparse, sent(3, on(9), workbook(whole_form(books(5)), "du.xlsx"))))


def test_a_form_sent_in_two_halves_is_one_and_asked_about_once() -> None:
    first = {key: value for key, value in FIGURES.items() if key[0].split(".")[0] in {"1", "2"}}
    rest = {key: value for key, value in FIGURES.items() if key not in first}
    assert len(first) < len(rest)  # not sparse beside the first half
    submission = judged(
        sent(1, on(6), workbook(whole_form(first), "1.xlsx")), sent(2, on(8), workbook(whole_form(rest), "2.xlsx"))
    )
    assert (figure(submission, ("2", "count")), figure(submission)) == (FIGURES["2", "count"], FIGURES[BOOKS])
    assert [each.code for each in submission.findings if each.code in {"V-KEPT", "V-LOST"}] == ["V-KEPT"]


def test_the_same_file_in_a_later_mail_counts_once() -> None:
    form, narrative, *pictures = everything()
    submission = judged(sent(1, on(6), form, narrative, *pictures), sent(2, on(8), form, narrative, *pictures))
    assert submission.version == 1
    assert fates(submission)[2, form.path] is DocumentFate.DUPLICATE
    assert fates(submission)[2, pictures[0].path] is DocumentFate.DUPLICATE
    assert fates(submission)[1, form.path] is DocumentFate.USED


def test_the_same_file_twice_in_a_mail_counts_once() -> None:
    form = workbook(whole_form(FIGURES))
    again = replace(form, path="bc.zip/Bieu so lieu.xlsx")
    submission = judged(sent(1, on(6), form, again))
    assert fates(submission) == {(1, form.path): DocumentFate.USED, (1, again.path): DocumentFate.DUPLICATE}


def test_going_back_to_an_earlier_file_counts_as_the_newest_word() -> None:
    first = workbook(whole_form(FIGURES))
    second = workbook(whole_form(books(1250)), "sua.xlsx")
    submission = judged(sent(1, on(6), first), sent(2, on(7), second), sent(3, on(8), first))
    assert figure(submission) == FIGURES[BOOKS]
    assert submission.version == 3


def test_an_old_file_sent_along_with_a_new_one_does_not_come_back() -> None:
    first = workbook(whole_form(FIGURES), "cu.xlsx")
    second = workbook(whole_form(books(1250)), "sua.xlsx")
    third = workbook(whole_form(books(1300)), "sua 2.xlsx")
    submission = judged(sent(1, on(6), first), sent(2, on(7), second), sent(3, on(8), first, third))
    assert figure(submission) == 1300
    assert fates(submission)[3, "cu.xlsx"] is DocumentFate.DUPLICATE


def test_two_forms_of_one_mail_that_differ_are_used_provisionally_and_asked_about() -> None:
    typed = workbook(whole_form(books(120)))
    printed = workbook(whole_form(books(210)), "Bieu.pdf", kind=PDF)
    submission = judged(sent(1, on(6), printed, typed, report(), *photos(3)))
    value = submission.value(*BOOKS)
    assert value is not None
    assert (value.value, value.status) == (120, ValueStatus.CONFIRM)  # what was typed counts before what was printed
    (asked,) = [each for each in submission.findings if each.code == "V-TWO-FORMS"]
    assert "120" in asked.text.vi
    assert "210" in asked.text.vi


def test_a_third_file_that_agrees_does_not_hide_the_conflict() -> None:
    files = [workbook(whole_form(books(count)), name) for name, count in (("a.xlsx", 120), ("b.xlsx", 210), ("c.xlsx", 210))]
    submission = judged(sent(1, on(6), *files))
    value = submission.value(*BOOKS)
    assert value is not None
    assert value.status is ValueStatus.CONFIRM
    assert "V-TWO-FORMS" in codes(submission)


def test_the_question_about_two_files_ends_when_the_figure_is_stated_again() -> None:
    typed, printed = workbook(whole_form(books(120))), workbook(whole_form(books(210)), "Bieu.pdf", kind=PDF)
    submission = judged(sent(1, on(6), printed, typed), sent(2, on(7), workbook(part_of_form({BOOKS: 120}), "c.xlsx")))
    value = submission.value(*BOOKS)
    assert value is not None
    assert value.status is ValueStatus.OK
    assert "V-TWO-FORMS" not in codes(submission)


def test_two_sheets_of_one_file_are_told_apart_in_the_question() -> None:
    first = whole_form(books(120))
    second = with_value(whole_form(books(120)), *BOOKS, value=210, raw="210", sheet="Nam 2019")
    submission = judged(sent(1, on(6), workbook(first, more=(second,))))
    (asked,) = [each for each in submission.findings if each.code == "V-TWO-FORMS"]
    assert "Nam 2019!" in asked.text.vi
    assert "Sheet1!" in asked.text.vi


def test_a_doubtful_cell_is_said_with_its_cell_and_its_raw_text() -> None:
    odd = with_value(
        whole_form(FIGURES), *BOOKS, value=300, raw="hơn 300 quyển", status=ValueStatus.CONFIRM, warnings=("approximate",)
    )
    submission = judged(sent(1, on(6), workbook(odd)))
    (asked,) = [each for each in submission.findings if each.code == "N-approximate"]
    assert "hơn 300 quyển" in asked.text.vi
    assert "D20" in asked.text.vi
    assert asked.severity is Severity.WARNING


def test_a_rejected_cell_makes_the_form_one_with_issues() -> None:
    odd = with_value(whole_form(FIGURES), *BOOKS, value=None, raw="2/3/4", status=ValueStatus.REJECT, warnings=("contradiction",))
    submission = judged(sent(1, on(6), workbook(odd), report(), *photos(3)))
    assert submission.content is Content.ISSUES
    assert submission.complete


# --- who may replace what ------------------------------------------------------------------------------------------------


def test_an_unknown_sender_never_replaces_figures_of_a_known_one() -> None:
    forged = sent(2, on(8), workbook(whole_form(books(9999)), "x.xlsx"), report("khác"), photo(9), provisional=True)
    submission = judged(sent(1, on(6), *everything()), forged)
    assert figure(submission) == FIGURES[BOOKS]
    assert submission.waiting == (2,)
    assert submission.version == 1
    assert not submission.provisional
    assert len(submission.photos) == 4
    assert fates(submission)[2, "x.xlsx"] is DocumentFate.IGNORED
    assert "quyết định" in next(each for each in submission.documents if each.path == "x.xlsx").why.vi


def test_what_waited_counts_once_the_officer_assigned_it() -> None:
    confirmed = sent(2, on(8), workbook(whole_form(books(9999)), "x.xlsx"), confirmed=True)
    submission = judged(sent(1, on(6), *everything()), confirmed)
    assert figure(submission) == 9999
    assert submission.waiting == ()


def test_a_known_but_unverified_sender_does_not_overwrite_verified_figures() -> None:
    verified = sent(1, on(6), *everything(), trust=Trust.VERIFIED)
    plain = sent(2, on(8), workbook(whole_form(books(9999)), "x.xlsx"))
    assert judged(verified, plain).waiting == (2,)
    assert figure(judged(verified, plain)) == FIGURES[BOOKS]


def test_the_same_figures_from_a_stranger_change_nothing_and_wait_for_nobody() -> None:
    doubtful = with_value(whole_form(books(300)), *BOOKS, raw="hơn 300", status=ValueStatus.CONFIRM, warnings=("approximate",))
    stranger = sent(2, on(8), workbook(whole_form(books(300)), "x.xlsx"), provisional=True)
    submission = judged(sent(1, on(6), workbook(doubtful)), stranger)
    value = submission.value(*BOOKS)
    assert value is not None
    assert value.source is not None
    assert (value.status, value.source.message) == (ValueStatus.CONFIRM, 1)  # a stranger does not clear a doubt
    assert submission.waiting == ()
    assert submission.version == 1


def test_a_stranger_corrects_himself_and_not_another_stranger() -> None:
    first = sent(1, on(6), *everything(), provisional=True, sender="hoa@gmail.example")
    own = sent(2, on(7), workbook(whole_form(books(300)), "a.xlsx"), provisional=True, sender="hoa@gmail.example")
    other = sent(3, on(8), workbook(whole_form(books(9)), "b.xlsx"), provisional=True, sender="nam@gmail.example")
    submission = judged(first, own, other)
    assert (figure(submission), submission.waiting) == (300, (3,))
    told = sent(4, on(9), report("khác"), provisional=True, sender="nam@gmail.example")
    assert judged(first, told).waiting == (4,)
    known = sent(5, on(9), workbook(whole_form(books(9)), "c.xlsx"))
    assert figure(judged(first, own, other, known)) == 9


def test_a_stranger_may_add_what_is_missing_and_the_report_is_provisional() -> None:
    submission = judged(sent(1, on(6), report(), *photos(3)), sent(2, on(8), workbook(whole_form(FIGURES)), provisional=True))
    assert submission.complete
    assert submission.provisional
    assert submission.unconfirmed == (2,)


def test_a_word_of_thanks_from_the_unit_confirms_no_stranger() -> None:
    submission = judged(sent(1, on(6), *everything(), provisional=True), sent(2, on(7)))
    assert submission.provisional


def test_the_same_file_from_the_unit_itself_confirms_it() -> None:
    submission = judged(sent(1, on(6), *everything(), provisional=True), sent(2, on(7), *everything()))
    assert not submission.provisional
    assert submission.versions[1].changes == ()
    forged = sent(3, on(8), workbook(whole_form(books(9999)), "x.xlsx"), provisional=True)
    assert judged(sent(1, on(6), *everything(), provisional=True), sent(2, on(7), *everything()), forged).waiting == (3,)


def test_what_waits_is_moot_when_the_unit_sends_a_whole_form_itself() -> None:
    mails = [
        sent(1, on(6), *everything()),
        sent(2, on(8), workbook(whole_form(books(9999)), "x.xlsx"), provisional=True),
        sent(3, on(9), workbook(whole_form(books(1250)), "sua.xlsx")),
    ]
    submission = judged(*mails)
    assert submission.waiting == ()
    assert figure(submission) == 1250
    assert fates(submission)[2, "x.xlsx"] is DocumentFate.SUPERSEDED


def test_approving_decides_against_what_waits() -> None:
    mails = [sent(1, on(6), *everything()), sent(2, on(8), workbook(whole_form(books(9999)), "x.xlsx"), provisional=True)]
    assert judged(*mails, rulings=(ruling(RulingKind.APPROVE, on(7)),)).waiting == (2,)
    approved = judged(*mails, rulings=(ruling(RulingKind.APPROVE, on(9)),))
    assert approved.waiting == ()
    assert approved.content is Content.APPROVED


def test_a_stranger_does_not_replace_the_narrative() -> None:
    submission = judged(sent(1, on(6), report()), sent(2, on(7), report("khác", "khac.docx"), provisional=True))
    assert submission.sections[0].source.message == 1
    assert submission.waiting == (2,)


# --- narrative -----------------------------------------------------------------------------------------------------------


def test_the_newest_narrative_counts() -> None:
    submission = judged(sent(1, on(6), report()), sent(2, on(7), report("bản sửa", "sua.docx")))
    assert {each.source.message for each in submission.sections} == {2}
    assert fates(submission)[1, "Bao cao.docx"] is DocumentFate.SUPERSEDED


def test_an_accompanying_letter_does_not_replace_the_report() -> None:
    submission = judged(sent(1, on(6), report()), sent(2, on(7), report("Kính gửi biểu bổ sung", "cv.docx", ())))
    assert {each.source.message for each in submission.sections} == {1}
    assert fates(submission)[2, "cv.docx"] is DocumentFate.IGNORED


def test_sections_that_are_missing_are_asked_for() -> None:
    submission = judged(sent(1, on(6), report(sections=("I.1", "I.2"))))
    assert [each.where for each in submission.findings if each.code == "V-SECTION"] == ["I.3", "I.4", "II.1", "II.2", "II.3"]


# --- photos --------------------------------------------------------------------------------------------------------------


def test_a_picture_counts_once_under_any_name_and_size() -> None:
    again = photo(11, looks_like=1, name="anh zalo.jpg")
    submission = judged(sent(1, on(6), photo(1), photo(2)), sent(2, on(7), photo(1, name="khac ten.jpg"), again))
    assert [each.name for each in submission.photos] == ["IMG_0001.jpg", "IMG_0002.jpg"]
    assert fates(submission)[2, "anh zalo.jpg"] is DocumentFate.DUPLICATE
    assert submission.version == 1


def test_photos_without_a_hash_of_their_look_are_all_counted() -> None:
    plain = [replace(photo(each), photo=replace(photo(each).photo, perceptual_hash="")) for each in (1, 2, 3)]  # type: ignore[type-var]  # a photo has a reading
    assert len(judged(sent(1, on(6), *plain)).photos) == 3


def test_a_photo_of_another_unit_is_asked_about() -> None:
    pictures = photos(3)
    submission = judged(sent(1, on(6), *pictures), elsewhere=Elsewhere(photos={pictures[1].sha256: "xã Nà Sáy"}))
    (asked,) = [each for each in submission.findings if each.code == "V-PHOTO-SHARED"]
    assert "xã Nà Sáy" in asked.text.vi


def test_the_very_figures_of_another_unit_are_asked_about() -> None:
    submission = judged(sent(1, on(6), *everything()), elsewhere=Elsewhere(same_figures="xã Nà Sáy"))
    assert any("xã Nà Sáy" in each.text.vi for each in submission.findings)


# --- documents that could not be used ------------------------------------------------------------------------------------


def test_a_closed_file_is_told_until_it_is_sent_anew() -> None:
    mails = [sent(1, on(6), closed(), report(), *photos(3))]
    assert "D-UNREADABLE" in codes(judged(*mails))
    mails.append(sent(2, on(7), photo(8)))
    assert "D-UNREADABLE" in codes(judged(*mails))  # a photo does not make up for a workbook
    mails.append(sent(3, on(8), workbook(whole_form(FIGURES))))
    assert "D-UNREADABLE" not in codes(judged(*mails))


def test_findings_of_a_replaced_form_are_no_longer_told() -> None:
    odd = Finding(code="F-NO-TITLE", severity=Severity.WARNING, where="", text=Text(vi="không có tiêu đề", en="no title"))
    mails = [sent(1, on(6), workbook(whole_form(FIGURES, findings=(odd,))))]
    assert "F-NO-TITLE" in codes(judged(*mails))
    mails.append(sent(2, on(7), workbook(whole_form(books(1250)), "sua.xlsx")))
    assert "F-NO-TITLE" not in codes(judged(*mails))


# --- the officer's rulings -----------------------------------------------------------------------------------------------


def correction(at: datetime, value: int | str, number: int = 1) -> Ruling:
    return ruling(RulingKind.CORRECT, at, number, indicator=BOOKS[0], column=BOOKS[1], value=value, why="gọi điện hỏi xã")


def test_a_correction_stands_beside_what_the_unit_wrote() -> None:
    value = judged(sent(1, on(6), *everything()), rulings=(correction(on(7), 120, 5),)).value(*BOOKS)
    assert value is not None
    assert (value.value, value.status, value.decision, value.raw) == (120, ValueStatus.CORRECTED, 5, str(FIGURES[BOOKS]))
    assert value.why == "gọi điện hỏi xã"


def test_the_newest_correction_counts() -> None:
    assert figure(judged(sent(1, on(6), *everything()), rulings=(correction(on(7), 120, 1), correction(on(8), 130, 2)))) == 130


def test_a_later_version_that_says_otherwise_does_not_undo_a_correction_silently() -> None:
    later = sent(2, on(8), workbook(whole_form(books(1250)), "sua.xlsx"))
    submission = judged(sent(1, on(6), *everything()), later, rulings=(correction(on(7), 120),))
    assert figure(submission) == 120
    (asked,) = [each for each in submission.findings if each.code == "V-CORRECTED"]
    assert "1250" in asked.text.vi
    agreeing = sent(2, on(8), workbook(whole_form(books(120)), "sua.xlsx"))
    assert "V-CORRECTED" not in codes(judged(sent(1, on(6), *everything()), agreeing, rulings=(correction(on(7), 120),)))


@pytest.mark.parametrize(("kind", "content"), [(RulingKind.APPROVE, Content.APPROVED), (RulingKind.RETURN, Content.RETURNED)])
def test_a_verdict_holds_until_something_new_comes(kind: RulingKind, content: Content) -> None:
    first = sent(1, on(6), *everything())
    verdict = (ruling(kind, on(7)),)
    assert judged(first, rulings=verdict).content is content
    assert judged(first, sent(2, on(8)), rulings=verdict).content is content  # a mail without papers
    assert judged(first, sent(2, on(8), *everything()), rulings=verdict).content is content  # the same files again
    assert judged(first, sent(2, on(8), workbook(whole_form(books(7)), "a.xlsx")), rulings=verdict).content is Content.RECEIVED


def test_a_verdict_is_not_about_mail_that_had_not_been_fetched() -> None:
    first = sent(1, on(6), *everything())
    unseen = sent(2, on(7, 10), workbook(whole_form(books(7)), "a.xlsx"), known_at=on(7, 12))
    assert judged(first, unseen, rulings=(ruling(RulingKind.APPROVE, on(7, 11)),)).content is Content.RECEIVED
    assert judged(first, unseen, rulings=(ruling(RulingKind.APPROVE, on(7, 13)),)).content is Content.APPROVED


def test_the_newest_verdict_counts() -> None:
    first = sent(1, on(6), *everything())
    both = (ruling(RulingKind.APPROVE, on(7), 1), ruling(RulingKind.RETURN, on(8), 2))
    assert judged(first, rulings=both).content is Content.RETURNED
    assert judged(first, rulings=(*both, ruling(RulingKind.APPROVE, on(9), 3))).content is Content.APPROVED


def test_an_excused_unit_owes_nothing_whatever_it_sends() -> None:
    excused = (ruling(RulingKind.EXCUSE, on(7)),)
    assert judged(rulings=excused).content is Content.EXCUSED
    assert judged(sent(1, on(8), report()), rulings=excused).content is Content.EXCUSED


def test_the_newest_extension_counts_and_says_when_it_was_given() -> None:
    rulings = (
        ruling(RulingKind.EXTEND, on(13), 1, until=on(17, 23, 59, 59)),
        ruling(RulingKind.EXTEND, on(14), 2, until=on(20, 23, 59, 59)),
    )
    submission = judged(rulings=rulings)
    assert (submission.extended_to, submission.extended_at) == (on(20, 23, 59, 59), on(14))


# --- laws ----------------------------------------------------------------------------------------------------------------

counts = st.none() | st.integers(0, 5)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(counts, st.booleans(), st.sampled_from([0, 1, 2])), min_size=1, max_size=5))
def test_a_figure_rests_on_the_best_sender_who_stated_it_and_no_file_is_without_a_fate(
    mails: list[tuple[int | None, bool, int]],
) -> None:
    contributions = []
    for number, (count, whole, rank) in enumerate(mails, start=1):
        form = whole_form({} if count is None else {BOOKS: count}) if whole else part_of_form({BOOKS: count})
        contributions.append(
            sent(
                number,
                on(6) + timedelta(hours=number),
                workbook(form, f"{number}.xlsx"),
                trust=Trust.VERIFIED if rank == 2 else Trust.UNVERIFIED,
                provisional=rank == 0,
            )
        )
    submission = judged(*contributions)
    assert len(fates(submission)) == len(mails)
    value = submission.value(*BOOKS)
    assert value is not None
    assert value.source is not None
    stating = [rank for count, whole, rank in mails if whole or count is not None]
    if stating:
        used = mails[value.source.message - 1]
        assert value.value == used[0]
        assert max(rank for count, whole, rank in mails if (count, whole) == used[:2]) >= max(stating)
