"""What our own mail server says of the sender's address. Trust is separate from identity: it never says who sent a mail.

Only the topmost Authentication-Results headers with our server's own name count (RFC 8601): one, or a few in a row where every
filter of a server writes its own. A header further down may only take trust away, unless those above it judged nothing: it may
have come with the mail, and anybody could have written it.
"""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass

from service.rules.submission import Trust

_METHODS = frozenset({"dmarc", "dkim", "spf"})
_PASSES = frozenset({"pass", "bestguesspass"})  # the second is Exchange Online's word where a domain has no policy
_FAILS = frozenset({"fail", "hardfail"})
_SHARED_SECOND_LEVEL = frozenset({"com", "net", "org", "gov", "edu", "co", "ac", "name", "info", "biz", "pro", "health", "int"})
_RESULT = re.compile(r"^\s*([a-z0-9-]+)(?:/[0-9]+)?\s*=\s*([a-z]+)", re.IGNORECASE)
_PROPERTY = re.compile(r"([a-z0-9-]+\.[a-z0-9-]+)\s*=\s*(\"[^\"]*\"|[^\s;]+)", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Verdict:
    """One method's result: "dkim", "pass", and its properties ("header.d": "xa.example")."""

    method: str
    result: str
    properties: tuple[tuple[str, str], ...]

    def domains(self, *names: str) -> tuple[str, ...]:
        return tuple(_domain(value) for name, value in self.properties if name in names)


def judge_trust(authentication_results: tuple[str, ...], trusted_authserv_id: str, sender: str) -> Trust:
    """How far the From address is to be believed, from the raw header values, topmost first.

    VERIFIED by DMARC, or by a DKIM or SPF pass for the From domain itself; FAILED when our server says so; UNVERIFIED when it
    says nothing, or when no server is configured as trusted.
    """
    domain = _domain(sender)
    if not trusted_authserv_id.strip() or "@" not in sender or not domain:
        return Trust.UNVERIFIED
    us = trusted_authserv_id.strip().lower()
    from_ours_on = itertools.dropwhile(lambda parsed: parsed[0] != us, map(_parsed, authentication_results))
    judged = False
    for _, verdicts in itertools.takewhile(lambda parsed: parsed[0] == us, from_ours_on):
        trust = _judged(verdicts, domain)
        if trust is Trust.FAILED or (trust is Trust.VERIFIED and not judged):
            return trust
        judged = judged or not verdicts or any(each.method in _METHODS for each in verdicts)
    return Trust.UNVERIFIED


def _judged(verdicts: tuple[_Verdict, ...], domain: str) -> Trust:
    dmarc = [each for each in verdicts if each.method == "dmarc"]
    if any(each.result in _FAILS for each in dmarc):
        return Trust.FAILED
    passed = [each for each in dmarc if each.result in _PASSES]
    if passed:
        told = [name for each in passed for name in each.domains("header.from")]
        return Trust.VERIFIED if all(name == domain for name in told) else Trust.UNVERIFIED
    if any(each.result == "pass" and _speaks_for(each, domain) for each in verdicts):
        return Trust.VERIFIED
    if any(each.result in _FAILS and _speaks_for(each, domain) for each in verdicts):
        return Trust.FAILED
    return Trust.UNVERIFIED


def _speaks_for(verdict: _Verdict, domain: str) -> bool:
    """Whether a DKIM or SPF result is about the From domain or its organization."""
    if verdict.method == "dkim":
        names = verdict.domains("header.d") or verdict.domains("header.i")
    elif verdict.method == "spf":
        names = verdict.domains("smtp.mailfrom")
    else:
        return False
    return any(_aligned(name, domain) for name in names)


def _aligned(one: str, other: str) -> bool:
    """Whether two domains are the same or one is the organization of the other: never by a shared "gov.vn"."""
    longer, shorter = (one, other) if len(one) >= len(other) else (other, one)
    if longer == shorter:
        return bool(longer)
    labels = shorter.split(".")
    shared = len(labels) < 2 or (len(labels) == 2 and len(labels[1]) == 2 and labels[0] in _SHARED_SECOND_LEVEL)  # noqa: PLR2004
    return not shared and longer.endswith(f".{shorter}")


def _domain(address: str) -> str:
    return address.strip().strip('"<>').rpartition("@")[2].rstrip(".").lower()


def _parsed(header: str) -> tuple[str, tuple[_Verdict, ...]]:
    """The server's name and its verdicts."""
    first, *rest = _split(_without_comments(header))
    words = first.split()
    verdicts = []
    for part in rest:
        match = _RESULT.match(part)
        if match is None:
            continue
        properties = tuple((name.lower(), value.strip('"')) for name, value in _PROPERTY.findall(part[match.end() :]))
        verdicts.append(_Verdict(method=match[1].lower(), result=match[2].lower(), properties=properties))
    return (words[0].strip('"').lower() if words else ""), tuple(verdicts)


def _without_comments(header: str) -> str:
    """The header without its comments in round brackets, which may nest and hold anything."""
    kept: list[str] = []
    depth, quoted, escaped = 0, False, False
    for letter in header:
        if escaped:
            escaped = False
        elif letter == "\\":
            escaped = True
        elif letter == '"' and depth == 0:
            quoted = not quoted
        elif letter == "(" and not quoted:
            depth += 1
        elif letter == ")" and not quoted and depth:
            depth -= 1
            kept.append(" ")
            continue
        if depth == 0:
            kept.append(letter)
    return "".join(kept)


def _split(header: str) -> list[str]:
    """The parts between semicolons that stand outside quotes."""
    parts, quoted = [""], False
    for letter in header:
        quoted = quoted != (letter == '"')
        if letter == ";" and not quoted:
            parts.append("")
        else:
            parts[-1] += letter
    return parts
