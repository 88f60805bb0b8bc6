r"""Finds a writer's own words in a mail: without quoted replies, forwarded headers, signatures and disclaimers.

Used by ``clean`` on text that is already single-spaced, with ``\n`` between lines and no blank lines.
"""

from __future__ import annotations

import re

# "On 3 May 2024 at 10:12, Ann <ann@b.example> wrote:" in English, German, Spanish, French, Italian, Dutch, Portuguese.
_WROTE = re.compile(
    r"(?:\bwrote|\bschrieb[^\n:]{0,120}|\bescribi[óo]|\ba écrit|\bha scritto|\bschreef[^\n:]{0,120}|\bescreveu) ?:",
    re.IGNORECASE,
)
_ATTRIBUTION_START = re.compile(r"\b(?:On|Am|El|Le|Il|Op|Em|Den)\b ")
_ATTRIBUTION_REACH = 250
_ATTRIBUTION_FACT = re.compile(r"\d{4}|\d{1,2}:\d\d|@")
_BANNER = re.compile(
    r"(?<!-)-{2,20} ?(?:original message|forwarded message|reply message|ursprüngliche nachricht"
    r"|weitergeleitete nachricht|originalnachricht|mensaje original|mensaje reenviado|message d'origine"
    r"|messaggio originale|oorspronkelijk bericht) ?-{2,20}"
    r"|begin forwarded message:|##- ?please type your reply above this line ?-##",
    re.IGNORECASE,
)
_FROM_LINE = re.compile(r"\*?(?:from|von|de|da|van) ?\*? ?:\*? ", re.IGNORECASE)
_HEADER_LINE = re.compile(
    r"\*?(?:from|sent|to|cc|date|subject|reply-to|von|gesendet|an|datum|betreff|de|enviado|enviado el|para|fecha|asunto"
    r"|van|verzonden|aan|onderwerp|envoyé|à|objet|da|inviato|oggetto|a) ?\*? ?:\*? ",
    re.IGNORECASE,
)
_DEVICE = (
    r"(?:sent from (?:my|a) (?:iphone|ipad|ipod|android|samsung|galaxy|huawei|xiaomi|pixel|nokia|blackberry|mobile"
    r"|phone|cell|tablet|smartphone|windows|verizon|t-mobile|at&t|htc|lg|sony|oneplus|motorola|device)[^\n.!?]{0,60}"
    r"|sent from (?:yahoo mail|outlook|mail for windows|proton ?mail|gmail|samsung)[^\n!?]{0,40}"
    r"|sent (?:via|using|with) (?:the )?(?:samsung|blackberry|proton ?mail|yahoo|outlook|gmail)[^\n!?]{0,40}"
    r"|get outlook for (?:ios|android)[^\n]{0,40}|get bluemail for [^\n]{0,20}"
    r"|von meine[mr] (?:iphone|ipad|android|samsung|handy|smartphone|mobil|tablet|huawei|galaxy)[^\n]{0,40}gesendet"
    r"|gesendet (?:von|mit|über) (?:mein|outlook|mail|der|gmx|web\.de|yahoo|samsung)[^\n]{0,60}"
    r"|diese nachricht wurde von mein[^\n]{0,60}gesendet"
    r"|enviado desde (?:mi|un|outlook|correo|yahoo|mail)[^\n]{0,50}"
    r"|envoyé (?:de|depuis) mon [^\n]{0,40}|inviato da[l ](?:mio )?(?:iphone|ipad|android|samsung|libero)[^\n]{0,30}"
    r"|verzonden vanaf mijn [^\n]{0,30})"
)
_DEVICE_LINE = re.compile(rf"{_DEVICE}[.!]?", re.IGNORECASE)
_DEVICE_MARKS = ("sent", "get ", "von mein", "nachricht", "enviado", "envoyé", "inviato", "verzonden")
_DEVICE_TAIL = re.compile(rf"(?<=[.!?…)] ){_DEVICE}\.?$", re.IGNORECASE)
_DEVICE_TAIL_REACH = 160
_SIGNATURE_RULE = re.compile(r"--|_{5,}|-{5,}|={5,}")
_FORMAL_CLOSING = re.compile(
    r"(?:(?:with )?(?:(?:kind|best|warm|many)(?:est)? )?(?:regards|wishes)|yours (?:sincerely|faithfully|truly)"
    r"|sincerely(?: yours)?|mit (?:freundlichen|besten|lieben|herzlichen) gr(?:ü|ue)(?:ß|ss)en|mfg"
    r"|(?:viele|liebe|beste|freundliche|schöne) gr(?:ü|ue)(?:ß|ss)e|(?:un |muchos )?(?:cordial(?:es)? )?saludos?"
    r"|saludos cordiales|atentamente|(?:bien )?cordialement|cordiali saluti|distinti saluti"
    r"|met vriendelijke groet(?:en)?|atenciosamente)[ ,.!]{0,3}",
    re.IGNORECASE,
)
_CASUAL_CLOSING = re.compile(
    r"(?:(?:many )?thanks(?: again| a lot| so much| in advance)?|thank you(?: very much| so much)?|cheers|best|danke"
    r"|vielen dank|gracias|muchas gracias|lg|vg|merci) ?,",
    re.IGNORECASE,
)
_DISCLAIMER = re.compile(
    r"(?:this (?:e-?mail|message)(?: and any (?:files|attachments)[^\n]{0,60})? (?:is|are|may|contains?) [^\n]{0,60}"
    r"(?:confidential|privileged|intended)|the information (?:contained )?in this (?:e-?mail|message)"
    r"|confidentiality notice|disclaimer:|diese e-?mail (?:und|enthält|ist) [^\n]{0,60}vertraulich"
    r"|este (?:mensaje|correo)[^\n]{0,60} (?:es|son|puede|contiene) [^\n]{0,60}confidencial)",
    re.IGNORECASE,
)
_LONGEST_SIGNATURE = (12, 80)  # lines, characters a line (RFC 3676)


def own_words(text: str) -> str:
    """``text`` without what its writer did not write for this answer, or less its marks where nothing would be left.

    Expects single-spaced text. An interleaved reply keeps the lines between the quotes.
    """
    if "\n" not in text:
        shorter = _without_device_tail(_before_flat_quote(text))
        return shorter or text
    lines = text.split("\n")
    answer = _without_signature(_without_quotes(lines))
    if answer:
        return "\n".join(answer)
    marks_off = _without_signature([_unquoted(line) for line in lines if not _is_mail_frame(line)])
    return "\n".join(line for line in marks_off if line) or text


def _without_device_tail(text: str) -> str:
    tail_start = max(0, len(text) - _DEVICE_TAIL_REACH)
    tail = text[tail_start:]
    if not _names_device(tail):
        return text
    return text[:tail_start] + _DEVICE_TAIL.sub("", tail).rstrip()


def _names_device(text: str) -> bool:
    lower = text.lower()
    return any(mark in lower for mark in _DEVICE_MARKS)


def _before_flat_quote(text: str) -> str:
    """The text before a quoted mail whose line ends were lost on the way."""
    if "--" in text:
        banner = _BANNER.search(text)
        if banner:
            text = text[: banner.start()].rstrip()
    if ":" in text:
        for wrote in _WROTE.finditer(text):
            window_start = max(0, wrote.start() - _ATTRIBUTION_REACH)
            starts = list(_ATTRIBUTION_START.finditer(text, window_start, wrote.start()))
            sure = [start for start in starts if "@" in text[start.start() : wrote.end()]]
            if sure and _ATTRIBUTION_FACT.search(text, sure[-1].start(), wrote.end()):
                return text[: sure[-1].start()].rstrip()
    return text


def _without_quotes(lines: list[str]) -> list[str]:
    """The lines before and between quotes; all after a mail header that is not followed by ``>``."""
    kept: list[str] = []
    index = 0
    while index < len(lines):
        line = lines[index]
        taken = _attribution_lines(lines, index)
        if taken:
            index += taken
            if kept and not (index < len(lines) and lines[index].startswith(">")):
                break
            continue
        if _BANNER.match(line) or _starts_header_block(lines, index):
            if kept:
                break
            index = _after_headers(lines, index + 1)
            continue
        if not _is_quoted(lines, index):
            kept.append(line)
        index += 1
    return kept


def _attribution_lines(lines: list[str], index: int) -> int:
    """How many lines from ``index`` on form "On … wrote:"; 0 where none do. Mail programs wrap it over up to three."""
    first = lines[index]
    if not _ATTRIBUTION_START.match(first):
        return 0
    joined = ""
    for count in range(1, 4):
        if index + count > len(lines):
            return 0
        joined += " " + lines[index + count - 1]
        if len(joined) > _ATTRIBUTION_REACH:
            return 0
        wrote = _WROTE.search(joined)
        if wrote:
            ends_there = wrote.end() == len(joined)
            return count if ends_there and _ATTRIBUTION_FACT.search(joined) else 0
    return 0


def _starts_header_block(lines: list[str], index: int) -> bool:
    """Whether three header lines ("From: … Sent: … To: …") begin at ``index``."""
    block = lines[index : index + 3]
    return len(block) == 3 and bool(_FROM_LINE.match(block[0])) and all(map(_HEADER_LINE.match, block))


def _after_headers(lines: list[str], index: int) -> int:
    while index < len(lines) and _HEADER_LINE.match(lines[index]):
        index += 1
    return index


def _is_quoted(lines: list[str], index: int) -> bool:
    """Whether a line begins with ``>`` and is not a lone "> 3 weeks"."""
    line = lines[index]
    if not line.startswith(">"):
        return False
    neighbours = lines[max(0, index - 1) : index] + lines[index + 1 : index + 2]
    alone = not any(neighbour.startswith(">") for neighbour in neighbours)
    return not (alone and line[1:].lstrip()[:1].isdigit())


def _without_signature(lines: list[str]) -> list[str]:
    """``lines`` up to the first signature, disclaimer or device line, where what follows is short enough to be one."""
    lines = [line for line in lines if not (len(line) < 120 and _names_device(line) and _DEVICE_LINE.fullmatch(line))]
    first_possible = max(1, len(lines) - _LONGEST_SIGNATURE[0] - 1)
    for index in range(first_possible, len(lines)):
        line = lines[index]
        rest = lines[index + 1 :]
        if _DISCLAIMER.match(line):
            return lines[:index]
        if any(len(part) > _LONGEST_SIGNATURE[1] for part in rest):
            continue
        if _SIGNATURE_RULE.fullmatch(line) or _is_closing(line, rest):
            return lines[:index]
    return lines


def _is_closing(line: str, rest: list[str]) -> bool:
    """Whether ``line`` is a closing formula followed by nothing but a name and contact lines."""
    if len(line) > 60:
        return False
    if _FORMAL_CLOSING.fullmatch(line):
        return len(rest) <= 8 and all(len(part) <= 80 and not part.endswith(("?", "!")) for part in rest)
    if _CASUAL_CLOSING.fullmatch(line):
        return 1 <= len(rest) <= 2 and all(len(part.split()) <= 3 for part in rest)
    return False


def _is_mail_frame(line: str) -> bool:
    """Whether a line only frames a mail: a banner, a header, an attribution or a device line."""
    return bool(
        _BANNER.match(line)
        or _HEADER_LINE.match(line)
        or _DEVICE_LINE.fullmatch(line)
        or _SIGNATURE_RULE.fullmatch(line)
        or _attribution_lines([line], 0)
    )


def _unquoted(line: str) -> str:
    return line.lstrip("> ")
