"""The sentences that tell the officer why a message was filed as it was, or why it waits."""

from __future__ import annotations

from config.campaign import Campaign
from config.text import Text
from service.rules.match_evidence import Clue, EvidenceKind
from service.rules.statements import Statement

_PLACES = {
    EvidenceKind.FORM_CODE: Text(vi="mã đơn vị trong biểu", en="the unit code in the form"),
    EvidenceKind.LETTERHEAD: Text(vi="phần đầu văn bản", en="the letterhead"),
    EvidenceKind.FORM_HEADING: Text(vi="tiêu đề biểu số liệu", en="the heading of the form"),
    EvidenceKind.SUBJECT: Text(vi="tiêu đề thư", en="the subject"),
    EvidenceKind.FILE_NAME: Text(vi="tên tệp", en="a file name"),
    EvidenceKind.FOLDER_NAME: Text(vi="tên thư mục", en="a folder name"),
    EvidenceKind.FORWARDED: Text(vi="thư được chuyển tiếp", en="the forwarded mail"),
    EvidenceKind.BODY: Text(vi="nội dung thư", en="the text of the mail"),
    EvidenceKind.SIGNATURE: Text(vi="chữ ký thư", en="the signature"),
}
_MOST_NAMED = 4
_SOMETHING = Text(vi="nội dung thư", en="the mail")
_REQUESTS = {
    "extension": Text(vi="đơn vị xin gia hạn gửi báo cáo", en="the unit asks for more time"),
    "question": Text(vi="đơn vị hỏi, cần trả lời", en="the unit asks a question that needs an answer"),
}
_STATEMENTS = {
    Statement.FIGURES: Text(
        vi="đơn vị nêu số liệu trong lời thư, không kèm biểu; số liệu chưa được ghi nhận, đề nghị cán bộ xem và nhập nếu đúng",
        en="the unit writes figures in the mail without a form; they are not recorded, please look and enter what is right",
    ),
    Statement.WITHDRAWN: Text(
        vi="đơn vị báo bản đã gửi bị nhầm hoặc sai; số liệu đang dùng chưa thay đổi",
        en="the unit says that what it sent is wrong; the figures in use have not changed",
    ),
    Statement.NOTHING: Text(
        vi="đơn vị báo không tổ chức hoặc không có số liệu; chưa ghi nhận là báo cáo",
        en="the unit says that nothing was held or there are no figures; not recorded as a report",
    ),
    Statement.CONFIRMED: Text(
        vi="đơn vị xác nhận số liệu trong lời thư; đề nghị cán bộ xem và quyết định",
        en="the unit confirms figures in words; please look and decide",
    ),
}


def statement(said: Statement) -> Text:
    """It says something of figures in words alone."""
    return _STATEMENTS[said]


def robot() -> Text:
    """A machine wrote it."""
    return Text(vi="thư tự động, không phải báo cáo", en="automatic mail, not a report")


def too_late(campaign: Campaign) -> Text:
    """It came after the campaign closed."""
    day = f"{campaign.closes:%d/%m/%Y}"
    return Text(vi=f"thư đến sau ngày đóng đợt báo cáo ({day})", en=f"received after the campaign closed ({day})")


def no_report() -> Text:
    """Nothing in it is a report."""
    return Text(vi="không có nội dung của báo cáo thuộc đợt này", en="nothing in it belongs to a report of this campaign")


def request(kind: str) -> Text:
    """It asks for something."""
    return _REQUESTS[kind]


def two_senders() -> Text:
    """It has two From addresses."""
    return Text(vi="thư ghi hai người gửi khác nhau", en="the mail names two different senders")


def forged(address: str) -> Text:
    """Authentication failed."""
    return Text(
        vi=f"máy chủ thư báo địa chỉ {address} không được xác thực, có thể bị giả mạo",
        en=f"our mail server says that {address} failed authentication; it may be forged",
    )


def conflict(unit: str, other: str, clue: Clue) -> Text:
    """The address and the content speak for different units."""
    place = _PLACES.get(clue.evidence.kind, _SOMETHING)
    said = f"“{clue.evidence.detail}”"
    return Text(
        vi=f"địa chỉ gửi là của {unit} nhưng {place.vi} ghi {said} ({other})",
        en=f"the address belongs to {unit} but {place.en} says {said} ({other})",
    )


def other_thread(unit: str, other: str) -> Text:
    """The address and the notice it answers belong to different units."""
    return Text(
        vi=f"địa chỉ gửi là của {unit} nhưng thư trả lời thông báo gửi {other}",
        en=f"the address belongs to {unit} but the mail answers a notice to {other}",
    )


def nobody() -> Text:
    """No unit is named."""
    return Text(vi="giống báo cáo nhưng chưa rõ của đơn vị nào", en="it looks like a report but does not say which unit's")


def letter() -> Text:
    """A letter that corrects figures came, without a form."""
    return Text(
        vi="đơn vị gửi văn bản sửa đổi số liệu, không kèm biểu; số liệu chưa được ghi nhận, đề nghị cán bộ xem và nhập nếu đúng",
        en="the unit sent a letter that corrects figures, and no form; they are not recorded, please enter what is right",
    )


def elsewhere(place: str) -> Text:
    """A place off the roster is named."""
    name = " ".join(place.split())
    return Text(vi=f"có tên “{name}” không thuộc danh sách đơn vị", en=f"it names “{name}”, which is not on the roster")


def unclear() -> Text:
    """It may or may not be a report of this campaign."""
    return Text(vi="chưa rõ có phải báo cáo của đợt này", en="it is not clear whether it belongs to this campaign")


def other_topic() -> Text:
    """The subject speaks of another report."""
    return Text(
        vi="tiêu đề thư nói về báo cáo khác; chưa đọc được tệp để đối chiếu",
        en="the subject speaks of another report, and the files could not be read to make sure",
    )


def unknown_sender(unit: str) -> Text:
    """The office wants to decide about unknown senders."""
    return Text(
        vi=f"người gửi chưa có trong danh sách; nội dung ghi {unit}",
        en=f"the sender is not on the roster; the content says {unit}",
    )


def school() -> Text:
    """The only paper is a school's."""
    return Text(
        vi="tệp gửi kèm là báo cáo của trường, chưa có báo cáo của xã",
        en="the paper attached is a school's, not the commune's own",
    )


def the_schools() -> Text:
    """A school's paper beside the commune's own."""
    return Text(
        vi="biểu, báo cáo của trường; không tính vào số liệu của xã",
        en="a school's form or report; not counted with the commune's figures",
    )


def schools_apart(names: tuple[str, ...]) -> Text:
    """What the commune is told of its schools' papers beside its own."""
    quoted = ", ".join(f"“{each}”" for each in names[:_MOST_NAMED]) + ("…" if len(names) > _MOST_NAMED else "")
    return Text(
        vi=f"Tệp {quoted} là biểu, báo cáo của trường; hệ thống chỉ lấy số liệu trong biểu của xã, không cộng từ các tệp này.",
        en=f"{quoted}: a school's form or report; only the commune's own form was counted, nothing was added from these files.",
    )


def by_address(unit: str) -> Text:
    """Filed by the sender's address."""
    return Text(vi=f"địa chỉ gửi là của {unit}", en=f"the sender's address belongs to {unit}")


def by_content(unit: str) -> Text:
    """Filed by the content."""
    return Text(
        vi=f"nội dung ghi {unit}; người gửi chưa có trong danh sách",
        en=f"the content says {unit}; the sender is not on the roster",
    )


def several(units: tuple[str, ...]) -> Text:
    """Several units are named."""
    return Text(vi=f"thư ghi tên nhiều đơn vị: {', '.join(units)}", en=f"the mail names several units: {', '.join(units)}")


def split(units: tuple[str, ...]) -> Text:
    """Several units, split by document."""
    return Text(
        vi=f"một thư có báo cáo của nhiều đơn vị, đã tách theo tệp: {', '.join(units)}",
        en=f"one mail with reports of several units, split by file: {', '.join(units)}",
    )
