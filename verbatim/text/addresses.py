"""Finds electronic addresses: e-mail, also spelled out, URLs with credentials, IP and hardware addresses."""

from __future__ import annotations

import ipaddress
import re
from typing import TYPE_CHECKING

from verbatim.text.spans import masked

if TYPE_CHECKING:
    from collections.abc import Iterator

    from verbatim.text.spans import Found

_CJK = r"\u2e80-\u9fff\uac00-\ud7af"  # scripts that put no space before or after an address
_LOCAL_REVERSED = re.compile(rf"(?:\"[^\"\n]{{1,62}}\"|(?:[^\W{_CJK}]|[.+%'-]){{1,64}})")
_LONGEST_LOCAL = 64
_DOMAIN = re.compile(
    rf"\[[0-9A-Fa-f.:]{{3,45}}\]|(?:[\w-]{{1,63}}\.){{1,8}}(?:xn--[a-z0-9-]{{2,40}}|[^\W\d_{_CJK}]{{2,24}})(?![\w-])"
    rf"|(?:[\w-]{{1,63}}\.){{1,8}}[^\W\d_{_CJK}]{{2,24}}(?=[{_CJK}])"
)
_FREE_MAIL = (
    r"(?:g(?:oogle)?mail|hotmail|outlook|live|yahoo|ymail|icloud|aol|gmx|web|t-online|freenet|proton(?:mail)?|mail"
    r"|orange|free|laposte|libero|terra|telefonica|msn|me)"
)
_SPACED_AT = re.compile(
    rf"(?: @ ?|@ | at | AT | arroba )(?P<host>{_FREE_MAIL} ?\. ?(?:co\.uk|com|de|net|org|es|fr|it|me|ch|at)\b)"
)
_AT = r"(?: ?[\[({<] ?(?:at|AT|At|@|arroba|ät) ?[\])}>] ?)"
_DOT = r"(?: ?[\[({<] ?(?:dot|DOT|Dot|punkt|punto|\.) ?[\])}>] ?)"
_BRACKETED_EMAIL = re.compile(
    rf"(?<![\w.+-])[\w+-]{{1,64}}(?:(?:\.|{_DOT})[\w+-]{{1,64}}){{0,4}}{_AT}[\w-]{{1,63}}"
    rf"(?:(?:\.|{_DOT}| (?:dot|DOT|punkt|punto) )[\w-]{{1,63}}){{1,4}}"
)
_SPOKEN_DOT = r"(?: (?:dot|DOT|Dot|punkt|Punkt|punto) )"
_SPOKEN_EMAIL = re.compile(
    rf"(?<![\w.+-])[\w+-]{{1,64}}(?:(?:\.|{_SPOKEN_DOT})[\w+-]{{1,64}}){{0,3}} (?:at|AT|ät|arroba) [\w-]{{2,63}}"
    rf"(?:{_SPOKEN_DOT}[\w-]{{2,63}}){{0,2}}{_SPOKEN_DOT}(?:com|net|org|edu|gov|info|biz|io|ai|eu|uk|us|ca|au|in|de|at|ch"
    r"|es|fr|it|nl|be|pl|se|dk|no|fi|pt|ie|mx|ar|br|cl|example)\b"
)
_BRACKETED_AT = re.compile(r"[\[({<] ?(?:at|AT|At|@|arroba|ät) ?[\])}>]")
_SPOKEN_DOTS = (" dot ", " DOT ", " Dot ", " punkt ", " Punkt ", " punto ")
_NOT_A_NAME = frozenset(
    "look looked looking shop shopped order ordered bought buy available is was it them this that us you me be work"
    " works worked available only sold found find anything something cheaper visit and or the a".split()
)
_URL = re.compile(r"\b[A-Za-z][A-Za-z0-9+.-]{1,20}://[^\s<>\"\0]{1,2000}")
_CREDENTIALS = re.compile(
    r"://[^\s/?#@]{1,300}@"
    r"|[?&#;](?:[\w.-]{0,30}(?:token|api_?-?key|passw(?:or)?d|passwd|pwd|secret|signature|sessionid|session_id|sid|auth"
    r"|access_?key|client_?secret|jwt|sig|otp)|pass|key|code|pin)=[^&#\s]{4,}",
    re.IGNORECASE,
)
_IPV4 = re.compile(r"(?<![\w.+])(?:\d{1,3}\.){3}\d{1,3}(?![\w]|\.\d)")
_VERSION_BEFORE = re.compile(
    r"(?:\b(?:v|ver|versions?|versión|versiones|release|build|firmware|section|chapter|abschnitt|kapitel|sección|driver|sdk|update"
    r"|upgrade[ds]?(?: (?:to|from))?|(?:to|from) v)\W{0,3}|§ ?)$",
    re.IGNORECASE,
)
_ADDRESS_BEFORE = re.compile(
    r"\b(?:ip|ipv4|host|server|address|adresse|dirección|adresse)\b\W{0,3}(?:is |ist |es )?$", re.IGNORECASE
)
_IPV6 = re.compile(r"(?<![\w:.])(?:[0-9A-Fa-f]{0,4}:){2,7}(?:[0-9A-Fa-f]{1,4}|(?:\d{1,3}\.){3}\d{1,3})?(?![\w:])")
_MAC = re.compile(r"(?<![\w:-])[0-9A-Fa-f]{2}([:-])(?:[0-9A-Fa-f]{2}\1){4}[0-9A-Fa-f]{2}(?![\w:-])")


def may_spell_an_email(text: str) -> bool:
    """Whether ``text`` may hold an address without ``@`` or digits: "name at host dot com", "name(at)host.com"."""
    return (
        (" at " in text and "mail." in text)
        or any(dot in text for dot in _SPOKEN_DOTS)
        or (("(" in text or "[" in text or "{" in text) and _BRACKETED_AT.search(text) is not None)
        or _SPACED_AT.search(text) is not None
    )


def emails(text: str) -> Iterator[Found]:
    """E-mail addresses, written with ``@`` or spelled out."""
    taken: list[tuple[int, int]] = []
    position = text.find("@")
    while position >= 0:
        leftmost = taken[-1][1] if taken else 0
        span = _email_around(text, position, leftmost)
        if span:
            taken.append(span)
        position = text.find("@", max(position + 1, span[1] if span else 0))
    hidden = masked(text, taken)
    for spelled in (_bracketed_emails, _spoken_emails, _spaced_emails):
        spans = list(spelled(hidden))
        hidden = masked(hidden, spans)
        taken += spans
    for start, end in taken:
        yield start, end, "EMAIL"


def _email_around(text: str, at: int, leftmost: int) -> tuple[int, int] | None:
    domain = _DOMAIN.match(text, at + 1)
    if domain is None:
        return None
    before = text[max(leftmost, at - _LONGEST_LOCAL) : at]
    reversed_local = _LOCAL_REVERSED.match(before[::-1])
    local = reversed_local.group()[::-1].lstrip(".'-") if reversed_local else ""
    end = at + 1 + len(_without_next_sentence(domain.group()))
    if not local or (local == "git" and text[end : end + 1] == ":"):
        return None
    return at - len(local), end


def _without_next_sentence(domain: str) -> str:
    """``domain`` without a last label that is the next sentence's first word: "shop.com.Please"."""
    labels = domain.split(".")
    runs_on = len(labels) > 2 and labels[-1].istitle() and labels[-2].islower()
    return ".".join(labels[:-1]) if runs_on else domain


def _bracketed_emails(text: str) -> Iterator[tuple[int, int]]:
    if _BRACKETED_AT.search(text):
        yield from (match.span() for match in _BRACKETED_EMAIL.finditer(text))


def _spoken_emails(text: str) -> Iterator[tuple[int, int]]:
    if any(dot in text for dot in _SPOKEN_DOTS):
        yield from (match.span() for match in _SPOKEN_EMAIL.finditer(text) if _first_word(match) not in _NOT_A_NAME)


def _spaced_emails(text: str) -> Iterator[tuple[int, int]]:
    end = 0
    for match in _SPACED_AT.finditer(text):
        local = _LOCAL_REVERSED.match(text[max(end, match.start() - _LONGEST_LOCAL) : match.start()][::-1])
        if local and local.group()[::-1].lower() not in _NOT_A_NAME:
            end = match.end()
            yield match.start() - len(local.group()), end


def _first_word(match: re.Match[str]) -> str:
    return match.group().split(" ", 1)[0].lower()


def urls_with_credentials(text: str) -> Iterator[Found]:
    """URLs that let their reader in: ``user:password@host``, or a token, key or password in the query."""
    if "://" not in text:
        return
    for url in _URL.finditer(text):
        address = url.group().rstrip(".,;:!?)]}'")
        if _CREDENTIALS.search(address):
            yield url.start(), url.start() + len(address), "URL"


def ip_addresses(text: str) -> Iterator[Found]:
    """IPv4 and IPv6 addresses; not a version or section number of four parts."""
    if text.count(".") >= 3:
        for match in _IPV4.finditer(text):
            if _is_ipv4(match.group()) and not _is_version(text, match):
                yield *match.span(), "IP"
    if text.count(":") >= 2:
        for match in _IPV6.finditer(text):
            if _is_ipv6(match.group()):
                yield *match.span(), "IP"


def _is_ipv4(candidate: str) -> bool:
    try:
        ipaddress.IPv4Address(candidate)
    except ValueError:
        return False
    return True


def _is_version(text: str, quad: re.Match[str]) -> bool:
    """Whether a word before ``quad`` says that it is no address, or it is like 1.2.3.4 and no word says it is one."""
    before = max(0, quad.start() - 20), quad.start()
    if _VERSION_BEFORE.search(text, *before):
        return True
    single_digits = len(quad.group()) == len("1.2.3.4") and len(set(quad.group())) > 2
    return single_digits and not _ADDRESS_BEFORE.search(text, *before)


def _is_ipv6(candidate: str) -> bool:
    try:
        ipaddress.IPv6Address(candidate)
    except ValueError:
        return False
    return any(character.isdigit() for character in candidate)


def hardware_addresses(text: str) -> Iterator[Found]:
    """MAC addresses, with colons or hyphens."""
    if text.count(":") >= 5 or text.count("-") >= 5:
        for match in _MAC.finditer(text):
            yield *match.span(), "MAC"
