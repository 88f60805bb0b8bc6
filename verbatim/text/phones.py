"""Finds phone numbers: international form of every country, national form of the regions asked for.

Candidates are runs of digit groups; every window of whole groups is tried, longest first, against the numbering
plans of ``phonenumbers``. Its own ``PhoneNumberMatcher`` finds the same numbers far more slowly and takes dates,
order numbers and bare digits for numbers, so the rules on context and grouping are here.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

import phonenumbers
from phonenumbers import PhoneNumberFormat

from verbatim.errors import SettingsError
from verbatim.text.numbers import follows_other_number, ordinary_numbers, precedes_unit
from verbatim.text.spans import masked

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from phonenumbers import PhoneNumber

    from verbatim.text.spans import Found

_SEPARATORS = r" \t\u00a0\u2007\u2009\u202f./()\-\u2010-\u2015\u2212"
_RUN = re.compile(rf"\d+(?:[{_SEPARATORS}]{{1,3}}\d+)*")
_GROUP = re.compile(r"\d+")
_PLUS_BEFORE = re.compile(r"[+＋][( ]{0,2}$")
_EXTENSION = re.compile(r" ?,? ?(?:ext(?:ension|n)?|x|durchwahl|dw|anexo|poste)[.:]? ?\d{1,6}(?!\w)", re.IGNORECASE)
_SAID_PHONE = re.compile(
    r"\b(?:tel|tele?fon\w*|teléfono|telephone|phone\w*|call\w*|ring|reach me|mobile|cell\w*|contact\w*|whats ?app|sms"
    r"|text me|fax|landline|handy\w*|mobil\w*|anruf\w*|rufen|ruf|erreich\w*|rückruf\w*|festnetz\w*|durchwahl|móvil"
    r"|movil|celular|llam\w+|número de contacto|contáct\w+|dial\w*|hotline|appel\w*|portable|joindre"
    r"|my number|meine nummer|mi número)\b[^\n]{0,30}$",
    re.IGNORECASE,
)
_FEWEST_DIGITS, _MOST_DIGITS, _MOST_GROUPS = 7, 17, 8
_TRUNK_DIGITS = range(8, 13)  # with the leading 0; open plans allow more, nobody has them
_FEWEST_BARE_DIGITS = 9
_DIALLED_ABROAD = ("00", "011")
_NANP_SHAPES = frozenset({(3, 4), (3, 3, 4), (1, 3, 3, 4), (3, 7), (10,), (11,), (1, 10), (6, 4)})
_NANP_BEGINNINGS = frozenset(shape[0] for shape in _NANP_SHAPES) - {1}
_EXTRA_SHAPES = {"ES": frozenset({(3, 3, 3), (3, 2, 2, 2), (2, 3, 2, 2), (2, 7), (3, 6), (9,)})}


class _Group(NamedTuple):
    start: int
    end: int
    digits: str


def known_regions(regions: Sequence[str]) -> tuple[str, ...]:
    """``regions`` in upper case, once each; ``SettingsError`` for one that has no numbering plan."""
    upper = tuple(dict.fromkeys(region.upper() for region in regions))
    for region in upper:
        if region not in phonenumbers.SUPPORTED_REGIONS:
            raise SettingsError(f"phone region {region!r} is unknown; use two-letter codes such as US, GB, DE, ES")
    return upper


def phone_numbers(text: str, regions: Sequence[str]) -> Iterator[Found]:
    """Phone numbers with their extensions; dates, amounts and numbers announced as something else are left alone."""
    hidden: str | None = None
    for run in _RUN.finditer(text):
        if sum(character.isdigit() for character in run.group()) < _FEWEST_DIGITS:
            continue
        if hidden is None:
            hidden = masked(text, ordinary_numbers(text))
        found = [
            number
            for visible in _RUN.finditer(hidden, run.start(), run.end())
            for number in _numbers_in_run(hidden, visible, regions)
        ]
        # "+687 20.12.34" is no date: after a plus sign or two zeros the digits alone decide.
        plus = _PLUS_BEFORE.search(text, max(0, run.start() - 3), run.start())
        if not found and (plus or run.group().startswith("00")):
            found = list(_numbers_in_run(text, run, ()))
        yield from found


def _numbers_in_run(text: str, run: re.Match[str], regions: Sequence[str]) -> Iterator[Found]:
    groups = [_Group(m.start(), m.end(), m.group()) for m in _GROUP.finditer(text, run.start(), run.end())]
    if groups and text[groups[-1].end : groups[-1].end + 1].isalpha() and not _EXTENSION.match(text, groups[-1].end):
        groups.pop()
    first = 1 if groups and _sticks_to_word(text, groups[0].start) else 0
    while first < len(groups):
        after = _number_from(text, groups, first, regions)
        if after is None:
            first += 1
            continue
        start = _opening(text, groups[first].start, groups[after - 1].end)
        extension = _EXTENSION.match(text, groups[after - 1].end)
        yield start, extension.end() if extension else groups[after - 1].end, "PHONE"
        first = after


def _sticks_to_word(text: str, start: int) -> bool:
    before = text[max(0, start - 2) : start]
    return (
        before[-1:].isalpha()
        or before[-1:] == "_"
        or (before[-1:] in ".,-/" and before[:1].isalnum() and len(before) == 2)
    )


def _number_from(text: str, groups: Sequence[_Group], first: int, regions: Sequence[str]) -> int | None:
    """The index after the last group of a phone number that begins with group ``first``; ``None`` where none does."""
    international = _PLUS_BEFORE.search(text, max(0, groups[first].start - 3), groups[first].start) is not None
    if not international and first > 0 and not _parted(text, groups[first - 1], groups[first]):
        return None
    digits = groups[first].digits
    likely = [region for region in regions if _may_begin(digits, region)]
    if not (international or likely or digits.startswith(_DIALLED_ABROAD)):
        return None
    windows = list(_windows(text, groups, first))
    if international:
        fits = _longest(windows, phonenumbers.is_valid_number) or _longest(windows, phonenumbers.is_possible_number)
        return first + len(fits) if fits else None
    for window in windows:
        if _is_dialled_abroad(window):
            return first + len(window)
    # Plans of one length first: an open plan such as Germany's would take digits that follow the number.
    for region in sorted(likely, key=lambda region: len(_lengths(region))):
        for window in windows:
            if _is_national(text, window, region):
                return first + len(window)
    return None


def _windows(text: str, groups: Sequence[_Group], first: int) -> Iterator[Sequence[_Group]]:
    """Groups from ``first`` on, longest first, that end where the writer paused and hold 7 to 17 digits."""
    total, ends = 0, []
    for index in range(first, min(len(groups), first + _MOST_GROUPS)):
        total += len(groups[index].digits)
        if total > _MOST_DIGITS:
            break
        if total >= _FEWEST_DIGITS and (index + 1 == len(groups) or _parted(text, groups[index], groups[index + 1])):
            ends.append(index + 1)
    for end in reversed(ends):
        yield groups[first:end]


def _parted(text: str, left: _Group, right: _Group) -> bool:
    between = text[left.end : right.start]
    return any(character.isspace() or character in "/(" for character in between)


def _longest(windows: Sequence[Sequence[_Group]], accepts: Callable[[PhoneNumber], bool]) -> Sequence[_Group] | None:
    for window in windows:
        number = _parsed("+" + _digits(window), None)
        if number is not None and accepts(number):
            return window
    return None


def _is_dialled_abroad(window: Sequence[_Group]) -> bool:
    digits = _digits(window)
    for prefix in _DIALLED_ABROAD:
        if digits.startswith(prefix) and digits[len(prefix)] != "0":
            number = _parsed("+" + digits[len(prefix) :], None)
            if number is not None and phonenumbers.is_valid_number(number):
                return True
    return False


def _is_national(text: str, window: Sequence[_Group], region: str) -> bool:
    """Whether ``window`` is a national number of ``region``, and its surroundings do not say otherwise.

    What costs least and settles most comes first: shape, surroundings, numbering plan.
    """
    digits = _digits(window)
    shape = tuple(len(group.digits) for group in window)
    if not _looks_national(digits, shape, region) or _is_date(window):
        return False
    start, end = window[0].start, window[-1].end
    if follows_other_number(text, start) or (len(window) == 1 and precedes_unit(text, end)):
        return False
    said = _SAID_PHONE.search(text, max(0, start - 60), start) is not None
    return _fits_plan(digits, shape, region, said)


def _may_begin(digits: str, region: str) -> bool:
    """Whether the first group of a national number of ``region`` may be ``digits``; says no to most groups, fast."""
    if _trunk_prefix(region) == "0":
        return len(digits) > 1 and digits[0] == "0" and digits[1] != "0"
    if _calling_code(region) == 1:
        return len(digits) in _NANP_BEGINNINGS or digits == "1"
    return len(digits) > 1


def _looks_national(digits: str, shape: tuple[int, ...], region: str) -> bool:
    """Whether a number of ``region`` may begin and be grouped like this."""
    if _trunk_prefix(region) == "0":
        return len(digits) in _trunk_lengths(region)
    if _calling_code(region) == 1:
        return shape in _NANP_SHAPES
    return len(digits) in _lengths(region)


def _fits_plan(digits: str, shape: tuple[int, ...], region: str, said: bool) -> bool:
    """Whether ``digits`` are a number of ``region``'s plan, in a grouping that, or after words that, make it likely."""
    bare = len(shape) == 1
    if _trunk_prefix(region) == "0":
        if bare and len(digits) < _FEWEST_BARE_DIGITS and not said:
            return False
    elif _calling_code(region) == 1:
        if shape == (3, 4):
            return digits.startswith("555") or (said and digits[0] in "23456789")
        if shape[-3:] == (3, 3, 4) and digits[-10] in "23456789":
            return True
    elif not said and (shape not in _shapes(region, digits) or (bare and not _is_mobile(digits, region))):
        return False
    number = _parsed(digits, region)
    return number is not None and phonenumbers.is_valid_number_for_region(number, region)


def _shapes(region: str, digits: str) -> frozenset[tuple[int, ...]]:
    """The ways to group ``digits`` in a country without a trunk prefix: in one, as is printed, and others in use."""
    number = _parsed(digits, region)
    if number is None:
        return frozenset()
    printed = phonenumbers.format_number(number, PhoneNumberFormat.NATIONAL)
    return _EXTRA_SHAPES.get(region, frozenset()) | {(len(digits),), tuple(len(g) for g in _GROUP.findall(printed))}


def _is_mobile(digits: str, region: str) -> bool:
    """Whether bare ``digits`` are a mobile number: the sort that people write without blanks."""
    number = _parsed(digits, region)
    return number is not None and phonenumbers.number_type(number) == phonenumbers.PhoneNumberType.MOBILE


def _is_date(window: Sequence[_Group]) -> bool:
    """Whether three groups are a day written with blanks: "01 02 2026" or "2026 02 01"."""
    if len(window) != 3:
        return False
    sizes = [len(group.digits) for group in window]
    year = window[2].digits if sizes == [2, 2, 4] else window[0].digits if sizes == [4, 2, 2] else ""
    return year[:2] in ("19", "20")


def _opening(text: str, start: int, end: int) -> int:
    """``start``, or that of the ``+`` or opening bracket before it that belongs to the number."""
    plus = _PLUS_BEFORE.search(text, max(0, start - 3), start)
    if plus:
        start = plus.start()
    if text[max(0, start - 1) : start] == "(" and text.count(")", start, end) > text.count("(", start, end):
        start -= 1
    return start


def _digits(window: Sequence[_Group]) -> str:
    digits = "".join(group.digits for group in window)
    return digits if digits.isascii() else str(phonenumbers.normalize_digits_only(digits))


def _parsed(number: str, region: str | None) -> PhoneNumber | None:
    try:
        return phonenumbers.parse(number, region)
    except phonenumbers.NumberParseException:
        return None


@cache
def _trunk_prefix(region: str) -> str | None:
    metadata = phonenumbers.PhoneMetadata.metadata_for_region(region)
    return metadata.national_prefix if metadata else None


@cache
def _trunk_lengths(region: str) -> frozenset[int]:
    return frozenset(length + 1 for length in _lengths(region)) & frozenset(_TRUNK_DIGITS)


@cache
def _lengths(region: str) -> frozenset[int]:
    metadata = phonenumbers.PhoneMetadata.metadata_for_region(region)
    described = metadata.general_desc if metadata else None
    return frozenset(described.possible_length) if described else frozenset()


@cache
def _calling_code(region: str) -> int:
    return int(phonenumbers.country_code_for_region(region))
