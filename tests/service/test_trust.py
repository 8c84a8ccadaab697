"""What Authentication-Results prove, and what a forger may write there."""

from __future__ import annotations

import pytest

from service.rules.submission import Trust
from service.rules.trust import judge_trust

US = "mx.phong.example"
SENDER = "ubnd.quaito@tuangiao.example"


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        (f"{US}; dmarc=pass header.from=tuangiao.example", Trust.VERIFIED),
        (f"{US}; dmarc=pass (p=REJECT sp=REJECT dis=NONE) header.from=tuangiao.example", Trust.VERIFIED),
        (f"{US} 1; dmarc=pass", Trust.VERIFIED),
        (f"{US.upper()}; DMARC=PASS header.from=TuanGiao.Example", Trust.VERIFIED),
        (f"{US}; dmarc=bestguesspass action=none header.from=tuangiao.example", Trust.VERIFIED),
        (f"{US};\r\n dkim=pass header.d=tuangiao.example header.s=s1;\r\n spf=fail smtp.mailfrom=other.example", Trust.VERIFIED),
        (f"{US}; dkim=pass header.i=@mail.tuangiao.example", Trust.VERIFIED),
        (f'{US}; spf=pass smtp.mailfrom="ubnd.quaito@tuangiao.example"', Trust.VERIFIED),
        (f"{US}; dmarc=none header.from=tuangiao.example; dkim=pass header.d=tuangiao.example", Trust.VERIFIED),
        (f"{US}; dmarc=pass header.from=evil.example", Trust.UNVERIFIED),
        (f"{US}; dkim=pass header.d=evil.example; spf=pass smtp.mailfrom=a@evil.example", Trust.UNVERIFIED),
        (f"{US}; spf=pass smtp.helo=tuangiao.example", Trust.UNVERIFIED),
        (f"{US}; spf=softfail smtp.mailfrom=ubnd.quaito@tuangiao.example", Trust.UNVERIFIED),
        (f"{US}; none", Trust.UNVERIFIED),
        (f"{US}; dkim=temperror header.d=tuangiao.example", Trust.UNVERIFIED),
        (f"{US}; dmarc=fail (p=NONE) header.from=tuangiao.example; dkim=pass header.d=evil.example", Trust.FAILED),
        (f"{US}; dmarc=pass header.from=tuangiao.example; dmarc=fail header.from=tuangiao.example", Trust.FAILED),
        (f"{US}; spf=fail smtp.mailfrom=tuangiao.example; dkim=none", Trust.FAILED),
        (f"{US}; spf=fail smtp.mailfrom=relay.example; dkim=none", Trust.UNVERIFIED),
        (f"{US}; x-note=(dmarc=pass; spf=pass smtp.mailfrom=tuangiao.example) none", Trust.UNVERIFIED),
        (f'{US}; spf=none smtp.mailfrom="a; dmarc=pass"@evil.example', Trust.UNVERIFIED),
        ("", Trust.UNVERIFIED),
        (";;;", Trust.UNVERIFIED),
    ],
)
def test_verdict_of_our_own_server(header: str, expected: Trust) -> None:
    assert judge_trust((header,), US, SENDER) is expected


def test_forged_header_below_ours_is_ignored() -> None:
    ours, forged = f"{US}; spf=none; dkim=none", f"{US}; dmarc=pass header.from=tuangiao.example"
    assert judge_trust((ours, forged), US, SENDER) is Trust.UNVERIFIED
    assert judge_trust((f"{US}; dmarc=fail", forged), US, SENDER) is Trust.FAILED


def test_filters_of_one_server_that_each_write_a_header_are_read_together() -> None:
    note, judged = f"{US}; x-csa=none; x-ptr=pass", f"{US}; dkim=pass header.d=tuangiao.example"
    assert judge_trust((note, judged), US, SENDER) is Trust.VERIFIED
    assert judge_trust((f"{US}; dkim=pass header.d=relay.example", f"{US}; dmarc=fail"), US, SENDER) is Trust.FAILED
    assert judge_trust((note, "mx.evil.example; x=y", judged), US, SENDER) is Trust.UNVERIFIED
    assert judge_trust((f"{US}; none", judged), US, SENDER) is Trust.UNVERIFIED


def test_header_of_another_server_is_ignored() -> None:
    other = "mx.evil.example; dmarc=pass header.from=tuangiao.example"
    assert judge_trust((other,), US, SENDER) is Trust.UNVERIFIED
    assert judge_trust((f"{US}.evil.example; dmarc=pass",), US, SENDER) is Trust.UNVERIFIED
    assert judge_trust((other, f"{US}; dmarc=fail"), US, SENDER) is Trust.FAILED


def test_nobody_is_trusted_until_a_server_is_configured() -> None:
    assert judge_trust(("; dmarc=pass",), "", SENDER) is Trust.UNVERIFIED
    assert judge_trust((f"{US}; dmarc=pass",), "  ", SENDER) is Trust.UNVERIFIED


def test_mail_without_an_address_is_not_verified() -> None:
    assert judge_trust((f"{US}; dmarc=pass",), US, "") is Trust.UNVERIFIED
    assert judge_trust((f"{US}; spf=pass smtp.mailfrom=", f"{US}; dkim=pass header.d="), US, "xa@") is Trust.UNVERIFIED


@pytest.mark.parametrize(
    ("signed", "expected"), [("gov.vn", Trust.UNVERIFIED), ("dienbien.gov.vn", Trust.VERIFIED), ("vn", Trust.UNVERIFIED)]
)
def test_shared_domain_speaks_for_nobody(signed: str, expected: Trust) -> None:
    header = f"{US}; dkim=pass header.d={signed}"
    assert judge_trust((header,), US, "xa@tuangiao.dienbien.gov.vn") is expected
    assert judge_trust((f"{US}; dkim=pass header.d=evil.gov.vn",), US, "xa@gov.vn") is Trust.UNVERIFIED
