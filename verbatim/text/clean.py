"""Cleans an open answer: markup, quoted mail, signatures and stray characters go, the answer stays.

First step of the path, before redaction. Every step is linear in the length of the text, whatever is in it.
"""

from __future__ import annotations

import html
import re
import sys
import unicodedata
from functools import cache

from verbatim.text.mail import own_words

_ENTITY = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
_BLOCK_TAGS = frozenset(
    "address article blockquote body br caption center dd div dl dt footer form h1 h2 h3 h4 h5 h6 head header hr"
    " html li main nav ol p pre section table tbody td tfoot th thead title tr ul".split()
)
_INLINE_TAGS = frozenset(
    "a abbr b bdi bdo big button cite code del em font i iframe img input ins kbd label link mark meta object"
    " picture q s samp script small source span strike strong style sub sup svg time tt u var video wbr".split()
)
_TAG = re.compile(r"<(/?)([A-Za-z][A-Za-z0-9]{0,11})((?:[\s/][^<>]*)?)>")
_DROPPED_ELEMENT = re.compile(r"<(script|style)(?=[\s>])|<!--", re.IGNORECASE)
_ELEMENT_END = {
    "script": re.compile(r"</script\s{0,9}>", re.IGNORECASE),
    "style": re.compile(r"</style\s{0,9}>", re.IGNORECASE),
    "": re.compile(r"-->"),
}
_NEWLINE = re.compile(r"\r\n?|[\v\f\x1c-\x1e\u2028\u2029]")
# Windows-1252 read as Latin-1 has its dashes, quotes and ellipsis among the C1 controls; HTML 5 mends it the same way.
_WINDOWS_1252 = bytes(range(0x80, 0xA0)).decode("cp1252", "replace")
_C1 = {code: character for code, character in enumerate(_WINDOWS_1252, start=0x80) if character != "\ufffd"}
# Control, bidirectional and invisible characters, the soft hyphen and unpaired surrogates.
# The joiners U+200C and U+200D have their own rule: emoji and several scripts need them.
_INVISIBLE = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x9f\xad\u061c\u115f\u1160\u180e\u200b\u200e\u200f\u202a-\u202e"
    "\u2060-\u206f\u3164\ufeff\uffa0\ufff9-\ufffb\ud800-\udfff\U000e0000-\U000e001f]"
)
_JOINER_SCRIPTS = "\u0600-\u08ff\u0900-\u0dff\u1000-\u109f\u1780-\u17ff\u1800-\u18af"
_STRAY_JOINER = re.compile(
    f"(?<![{_JOINER_SCRIPTS}\u2190-\u2bff\ufe0f\U0001f000-\U0001faff])[\u200c\u200d]+|[\u200c\u200d]+(?=\\s|$)"
)
_BLANKS = re.compile(r"[^\S\n]+")
_BLANK_LINES = re.compile(r" ?\n[ \n]*")
_LONGEST_ACCENT_RUN = 30  # Unicode's stream-safe text format (UAX 15, section 13)
_ROUNDS_OF_ESCAPING = 3


def clean_text(raw: str) -> str:
    r"""The author's own words in ``raw``: NFC, single spaces, ``\n`` between lines, no blank ends.

    Removes HTML tags and entities, quoted replies, signatures, control, zero-width and bidirectional
    characters. Emoji stay. A text of nothing but blanks and markup gives ``""``; where a quote or a signature is all
    there is, it is kept without its marks.

    >>> clean_text("<p>Great&nbsp;help &amp; fast!</p>\n\nOn 3 May 2024, Ann <a@b.example> wrote:\n> Hello")
    'Great help & fast!'
    """
    if raw.isascii() and raw.isprintable() and "<" not in raw and "&" not in raw:
        plain = raw
    else:
        plain = _visible(_without_markup(_visible(raw)))
    return own_words(_single_spaced(plain))


def _visible(text: str) -> str:
    """NFC without characters that cannot be seen, and with one kind of line end."""
    if text.isascii() and text.isprintable():
        return text
    text = _INVISIBLE.sub("", _NEWLINE.sub("\n", text).translate(_C1))
    if text.isascii():
        return text
    text = _STRAY_JOINER.sub("", text)
    text = _accent_runs().sub(lambda run: run.group()[:_LONGEST_ACCENT_RUN], text)
    return unicodedata.normalize("NFC", text)


@cache
def _accent_runs() -> re.Pattern[str]:
    """Runs of combining marks too long to be writing; normalising such a run takes quadratic time."""
    marks = [code for code in range(0x300, min(sys.maxunicode, 0x20000)) if unicodedata.combining(chr(code))]
    return re.compile(f"[{''.join(re.escape(chr(code)) for code in marks)}]{{{_LONGEST_ACCENT_RUN + 1},}}")


def _without_markup(text: str) -> str:
    """``text`` without tags, comments, scripts and entities; ``a < b``, ``<3`` and ``<name@host>`` stay."""
    for _ in range(_ROUNDS_OF_ESCAPING):
        before = text
        if "<" in text:
            text = _TAG.sub(_tag_as_text, _without_dropped_elements(text))
        if "&" in text:
            text = _ENTITY.sub(lambda entity: html.unescape(entity.group()), text)
        if text == before:
            break
    return text


def _tag_as_text(tag: re.Match[str]) -> str:
    closing, name, rest = tag.group(1), tag.group(2).lower(), tag.group(3)
    if name in _BLOCK_TAGS:
        written = "\n"
    elif name in _INLINE_TAGS:
        written = ""
    else:
        return tag.group()
    # "<a lot of words>" is prose: real attributes have an equals sign, and closing tags have none at all.
    prose = rest.strip(" /\t\n") and (closing or "=" not in rest)
    return tag.group() if prose else written


def _without_dropped_elements(text: str) -> str:
    """``text`` without comments, scripts and style sheets; one that never ends is left where it is."""
    kept: list[str] = []
    position = 0
    unclosed: set[str] = set()
    for opening in _DROPPED_ELEMENT.finditer(text):
        name = (opening.group(1) or "").lower()
        if opening.start() < position or name in unclosed:
            continue
        end = _ELEMENT_END[name].search(text, opening.end())
        if end is None:
            unclosed.add(name)
            continue
        kept.append(text[position : opening.start()])
        position = end.end()
    kept.append(text[position:])
    return " ".join(kept) if len(kept) > 1 else text


def _single_spaced(text: str) -> str:
    if "\n" not in text:
        return " ".join(text.split())
    return _BLANK_LINES.sub("\n", _BLANKS.sub(" ", text)).strip()
