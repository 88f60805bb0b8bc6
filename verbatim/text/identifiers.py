"""Finds bank accounts, payment cards and national identity numbers, with their check digits.

A number with a shape of its own (a NINO, a DNI, an SSN with hyphens) is found by shape and check digits; one that is
bare digits needs check digits that few numbers pass, or a word such as "passport" before it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Protocol

from stdnum import iban, luhn
from stdnum.be import nn
from stdnum.br import cpf
from stdnum.ca import sin
from stdnum.ch import ssn as ahv
from stdnum.cn import ric
from stdnum.cz import rc
from stdnum.de import idnr
from stdnum.dk import cpr
from stdnum.es import dni, nie
from stdnum.fi import hetu
from stdnum.fr import nir
from stdnum.in_ import aadhaar, pan
from stdnum.it import codicefiscale
from stdnum.kr import rrn
from stdnum.mx import curp
from stdnum.no import fodselsnummer
from stdnum.pl import pesel
from stdnum.ro import cnp
from stdnum.se import personnummer
from stdnum.tr import tckimlik

from verbatim.text.numbers import follows_other_number

if TYPE_CHECKING:
    from collections.abc import Iterator

    from verbatim.text.spans import Found


class _Checked(Protocol):
    def is_valid(self, number: str) -> bool: ...


_IBAN = re.compile(r"(?<![^\W_])[A-Za-z]{2}[ -]?\d{2}(?:[ \u00a0.-]?[A-Za-z0-9]){11,30}(?![^\W_])")
_IBAN_START = re.compile(r"(?<![^\W_])[A-Za-z]{2}[ -]?\d{2}")
_IBAN_REST = re.compile(r"(?:[ \u00a0.-]?[A-Za-z0-9]){11,30}")
_SAID_IBAN = re.compile(r"\biban\b[^\n\d]{0,15}$", re.IGNORECASE)
_CARD = re.compile(r"(?<![\w.])\d(?:[ \u00a0.–-]{0,2}\d){11,22}(?!\w)")
_CARD_PREFIX = re.compile(r"4|5[0-8]|6(?:011|[0-9])|3[4-9]|30[0-5]|2(?:22[1-9]|2[3-9]|[3-6]|7[01]|720)|9792")
_SAID_CARD = re.compile(
    r"\b(?:(?:credit|debit|payment|bank)? ?card|visa|master ?card|amex|maestro|kreditkarte|karte|kartennummer|tarjeta"
    r"|carte(?: bancaire)?)\b[^\n\d]{0,20}$",
    re.IGNORECASE,
)

# (shape, check): found wherever they stand. The check is a python-stdnum module, or none where the shape says enough.
_SHAPED: tuple[tuple[re.Pattern[str], _Checked | None], ...] = tuple(
    (re.compile(rf"(?<![\w.-]){shape}(?![\w]|[.-]\d)"), check)
    for shape, check in (
        (r"\d{3}-\d{2}-\d{4}", None),  # US SSN and ITIN
        (r"(?!000|666|9)\d{3} \d{2} \d{4}", None),  # the same with spaces
        (r"(?:[A-Z]{2} ?\d{2} ?\d{2} ?\d{2} ?[A-D]|[a-z]{2}\d{6}[a-d])", None),  # UK NINO
        (r"\d{2} ?[0-3]\d[01]\d\d{2} ?[A-Z] ?\d{3}", None),  # German pension insurance
        (r"\d{2} \d{3} \d{3} \d{3}", idnr),  # German tax id, as it is printed
        (r"(?:\d{8}|\d{2}\.\d{3}\.\d{3})[ -]?[A-Za-z]", dni),
        (r"[XYZxyz][ .-]?\d{7}[ .-]?[A-Za-z]", nie),
        (r"[12] ?\d{2} ?\d{2} ?\d[0-9AB] ?\d{3} ?\d{3} ?\d{2}", nir),  # France
        (r"[A-Za-z]{6}\d{2}[A-Za-z]\d{2}[A-Za-z]\d{3}[A-Za-z]", codicefiscale),
        (r"[A-Z]{3} ?[A-Z]{3} ?\d{2}[A-Z]\d{2} ?[A-Z]\d{3}[A-Z]", codicefiscale),
        (r"(?:\d{2})?\d{6}[-+]\d{4}", personnummer),
        (r"\d{6}-\d{4}", cpr),
        (r"\d{6}[-+A-FU-Y]\d{3}[0-9A-Y]", hetu),
        (r"\d{2}\.\d{2}\.\d{2}-\d{3}\.\d{2}", nn),
        (r"756[. ]?\d{4}[. ]?\d{4}[. ]?\d{2}", ahv),
        (r"\d{3}\.\d{3}\.\d{3}-\d{2}", cpf),
        (r"\d{3}-\d{3}-\d{3}", sin),
        (r"[2-9]\d{3}[ -]\d{4}[ -]\d{4}", aadhaar),
        (r"[A-Z]{5}\d{4}[A-Z]", pan),
        (r"[A-Z]{4}\d{6}[HMX][A-Z]{5}[A-Z0-9]\d", curp),
        (r"\d{6}/\d{3,4}", rc),
        (r"\d{6}-\d{7}", rrn),
        (r"\d{17}[\dXx]", ric),
    )
)
_BARE_DIGITS = re.compile(r"(?<![\w.,/+-])\d{11,13}(?![\w]|[.,/-]\d)")
_BARE_CHECKS: dict[int, tuple[_Checked, ...]] = {
    11: (pesel, idnr, fodselsnummer, nn, tckimlik),
    13: (cnp,),
}
# A word that announces an identity document, then at most a few words, then a number of five digits or more.
_ANNOUNCED = re.compile(
    r"(?:\b(?i:ssn|social security|itin|tax(?:payer)? id(?:entification)?|steuer-?id(?:nr|entifikationsnummer)?|steuernummer|idnr"
    r"|sozialversicherungsnummer|rentenversicherungsnummer|national insurance|nino|ni number|passport|reisepass|pasaporte"
    r"|passeport|paspoort|passnummer|personalausweis|ausweisnummer|identity card|id card|national id|driv(?:er'?s?|ing) licen[cs]e"
    r"|führerschein|permiso de conducir|carnet de conducir|carte d'identité|num[ée]ro de sécurité sociale|seguridad social"
    r"|codice fiscale|bsn|burgerservicenummer|pesel|personnummer|cpr|cpf|aadhaar|aadhar|curp|nhs(?: number| no\.?)|medicare"
    r"|medicare number|krankenversichertennummer|versichertennummer|social insurance number|tfn|tax file number|svnr"
    r"|numéro fiscal|documento nacional|dni|emirates id)|DNI|NIE|NIF|PAN|SIN|TIN|PPS|PPSN)\b"
    r"[^\n\d]{0,25}?(?<![^\W_])(?P<number>(?:[A-Z]{1,3} ?)?\d[\dA-Z]*(?:[ ./-]\d[\dA-Z]*|[ ./-][A-Z]{1,2}(?![^\W_]))*)"
)
_FEWEST_ANNOUNCED_DIGITS = 5


def ibans(text: str) -> Iterator[Found]:
    """International bank account numbers with valid check digits, and others where the word IBAN stands before them."""
    position = 0
    while start := _IBAN_START.search(text, position):
        position = start.end()
        end = _iban_end(text, start)
        if end:
            position = end
            yield start.start(), end, "IBAN"


def _iban_end(text: str, start: re.Match[str]) -> int | None:
    """Where the IBAN ends: the longest run of groups with valid check digits, as words may follow."""
    rest = _IBAN_REST.match(text, start.end())
    if rest is None:
        return None
    candidate = text[start.start() : rest.end()]
    ends = [m.end() for m in re.finditer(r"[A-Za-z0-9]+(?![A-Za-z0-9])", candidate)]
    for end in reversed(ends):
        if end >= 15 and not _splits_word(text, start.start() + end) and iban.is_valid(candidate[:end]):
            return start.start() + end
    if _SAID_IBAN.search(text[max(0, start.start() - 25) : start.start()]):
        with_digits = [m.end() for m in re.finditer(r"[A-Za-z0-9]*\d[A-Za-z0-9]*", candidate)]
        return start.start() + with_digits[-1]
    return None


def _splits_word(text: str, position: int) -> bool:
    return text[position : position + 1].isalnum()


def cards(text: str) -> Iterator[Found]:
    """Payment card numbers of 12 to 19 digits that pass the Luhn check and begin as a card network's do."""
    for run in _CARD.finditer(text):
        groups = [m.span() for m in re.finditer(r"\d+", run.group())]
        span = _card_in(run.group(), groups)
        if span:
            yield run.start() + span[0], run.start() + span[1], "CARD"
        elif _SAID_CARD.search(text[max(0, run.start() - 40) : run.start()]):
            yield *run.span(), "CARD"


def _card_in(run: str, groups: list[tuple[int, int]]) -> tuple[int, int] | None:
    for first in range(len(groups)):
        for last in range(len(groups) - 1, first - 1, -1):
            start, end = groups[first][0], groups[last][1]
            digits = re.sub(r"\D", "", run[start:end])
            if 12 <= len(digits) <= 19 and _CARD_PREFIX.match(digits) and luhn.is_valid(digits):
                return start, end
    return None


def national_ids(text: str) -> Iterator[Found]:
    """Identity numbers known by their shape, and any number that an identity document's name announces."""
    taken: list[tuple[int, int]] = []
    for shape, check in _SHAPED:
        for match in shape.finditer(text):
            if (check is None or check.is_valid(match.group())) and _is_free(match.span(), taken):
                taken.append(match.span())
    for match in _ANNOUNCED.finditer(text):
        span = match.span("number")
        digits = sum(character.isdigit() for character in match.group("number"))
        if digits >= _FEWEST_ANNOUNCED_DIGITS and _is_free(span, taken):
            taken.append(span)
    for start, end in taken:
        yield start, end, "ID"


def _is_free(span: tuple[int, int], taken: list[tuple[int, int]]) -> bool:
    return all(span[1] <= start or end <= span[0] for start, end in taken)


def bare_national_ids(text: str) -> Iterator[Found]:
    """Identity numbers of 11 or 13 bare digits, by check digits; not after "order", "ticket", "invoice" and the like."""
    for match in _BARE_DIGITS.finditer(text):
        checks = _BARE_CHECKS.get(len(match.group()), ())
        if any(check.is_valid(match.group()) for check in checks) and not follows_other_number(text, match.start()):
            yield *match.span(), "ID"
