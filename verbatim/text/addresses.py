"""Finds electronic addresses: e-mail, also spelled out, URLs with credentials, IP and hardware addresses."""

from __future__ import annotations

import ipaddress
import re
from typing import TYPE_CHECKING

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
_SPACED_EMAIL = re.compile(
    rf"(?<![\w.+-])[\w.+-]{{1,64}} ?(?:@| at | AT | arroba ) ?{_FREE_MAIL} ?\. ?(?:co\.uk|com|de|net|org|es|fr|it|me|ch|at)\b"
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
_IPV4 = re.compile(r"(?<![\w.])(?:\d{1,3}\.){3}\d{1,3}(?![\w]|\.\d)")
_VERSION_BEFORE = re.compile(
    r"(?:\b(?:v|ver|version|versión|release|build|firmware|section|chapter|abschnitt|kapitel|sección|driver|sdk|update"
    r"|upgrade[ds]?(?: (?:to|from))?|(?:to|from) v)\W{0,3}|§ ?)$",
    re.IGNORECASE,
)
_IPV6 = re.compile(r"(?<![\w:.])(?:[0-9A-Fa-f]{0,4}:){2,7}(?:[0-9A-Fa-f]{1,4}|(?:\d{1,3}\.){3}\d{1,3})?(?![\w:])")
_MAC = re.compile(r"(?<![\w:-])[0-9A-Fa-f]{2}([:-])(?:[0-9A-Fa-f]{2}\1){4}[0-9A-Fa-f]{2}(?![\w:-])")


def may_spell_an_email(text: str) -> bool:
    """Whether ``text`` may hold an e-mail address without ``@`` or digits: "name at host dot com", "name(at)host.com"."""
    if "(" in text or "[" in text or "{" in text:
        return True
    return " dot " in text or " punkt " in text or " punto " in text or " arroba " in text or " at " in text


def emails(text: str) -> Iterator[Found]:
    """E-mail addresses, written with ``@`` or spelled out."""
    position = text.find("@")
    end = 0
    while position >= 0:
        span = _email_around(text, position, end)
        if span:
            end = span[1]
            yield *span, "EMAIL"
        position = text.find("@", max(position + 1, end))
    if may_spell_an_email(text) or " @" in text or "@ " in text:
        yield from _spelled_emails(text)


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


def _spelled_emails(text: str) -> Iterator[Found]:
    taken = 0
    matches = [m for pattern in (_BRACKETED_EMAIL, _SPOKEN_EMAIL, _SPACED_EMAIL) for m in pattern.finditer(text)]
    for match in sorted(matches, key=lambda m: m.span()):
        first_word = match.group().split(" ", 1)[0].lower()
        literal = "@" in match.group() and " " not in match.group()
        if match.start() < taken or first_word in _NOT_A_NAME or literal:
            continue
        taken = match.end()
        yield *match.span(), "EMAIL"


def urls_with_credentials(text: str) -> Iterator[Found]:
    """URLs that let their reader in: ``user:password@host``, or a token, key or password in the query."""
    if "://" not in text:
        return
    for url in _URL.finditer(text):
        address = url.group().rstrip(".,;:!?)]}'")
        if _CREDENTIALS.search(address):
            yield url.start(), url.start() + len(address), "URL"


def ip_addresses(text: str) -> Iterator[Found]:
    """IPv4 and IPv6 addresses; a version number of four parts is not one where a word before it says so."""
    if text.count(".") >= 3:
        for match in _IPV4.finditer(text):
            in_range = all(int(part) <= 255 and len(part) <= len(str(int(part))) for part in match.group().split("."))
            if in_range and not _VERSION_BEFORE.search(text[max(0, match.start() - 20) : match.start()]):
                yield *match.span(), "IP"
    if text.count(":") >= 2:
        for match in _IPV6.finditer(text):
            if _is_ipv6(match.group()):
                yield *match.span(), "IP"


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
