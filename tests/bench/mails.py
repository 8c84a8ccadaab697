"""The mails of the benchmark: a form, or a form with photos, from nineteen communes; the same in every run."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.policy import SMTP

from PIL import Image

from config.loading import reference_campaign
from service.demo.files import figures, form_workbook, photograph
from service.outputs.letters import with_headers

FIRST = datetime(2020, 10, 2, 1, tzinfo=UTC)
_SHEET = ("application", "vnd.openxmlformats-officedocument.spreadsheetml.sheet")


def from_a_phone(seed: int) -> bytes:
    """A JPEG of 2 to 6 megapixels, 0.3 to 1.5 MB: the picture enlarged, with the grain of a small sensor."""
    width = 1600 + 180 * seed
    with Image.open(io.BytesIO(photograph(seed))) as picture:
        large = picture.convert("RGB").resize((width, width * 3 // 4), Image.Resampling.BICUBIC)
    grain = Image.effect_noise(large.size, 12).convert("RGB")
    target = io.BytesIO()
    Image.blend(large, grain, 0.2).save(target, "JPEG", quality=90)
    return target.getvalue()


def mails(count: int, *, photos: int) -> Iterator[tuple[bytes, datetime]]:
    """That many mails with the moment each arrived; `photos` pictures of 0.3 to 1.5 MB in each, as phones make them."""
    campaign = reference_campaign()
    pictures = [from_a_phone(seed) for seed in range(8)] if photos else []
    forms = {unit.code: form_workbook(campaign, unit.full_name, figures(campaign, int(unit.code))) for unit in campaign.roster}
    for number in range(count):
        unit = campaign.roster[number % len(campaign.roster)]
        body = EmailMessage(policy=SMTP)
        body.set_content(f"Kính gửi Phòng GD&ĐT,\n{unit.full_name} gửi báo cáo.\n")
        body.add_attachment(forms[unit.code], maintype=_SHEET[0], subtype=_SHEET[1], filename=f"bieu {number}.xlsx")
        for place in range(photos):
            picture = pictures[(number + place) % len(pictures)] + number.to_bytes(4, "big")  # no two files alike
            body.add_attachment(picture, maintype="image", subtype="jpeg", filename=f"IMG_{number}_{place}.jpg")
        at = FIRST + timedelta(minutes=number % 15_000)
        headers = {
            "From": unit.emails[0],
            "To": "baocao@tuangiao.example",
            "Subject": f"Báo cáo {unit.full_name} ({number})",
            "Date": at.strftime("%a, %d %b %Y %H:%M:%S +0000"),
            "Message-ID": f"<bench.{number}@may.example>",
        }
        yield with_headers(headers, body), at
