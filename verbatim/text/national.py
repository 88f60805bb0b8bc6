"""Finds national identity, tax and social insurance numbers.

A number with a shape of its own (a NINO, a DNI, an SSN with hyphens) is found by shape and check digits; one that is
bare digits needs check digits that few numbers pass, or a word such as "passport" before it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Protocol

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

from verbatim.text.numbers import follows_other_number, ordinary_numbers
from verbatim.text.spans import masked

if TYPE_CHECKING:
    from collections.abc import Iterator

    from verbatim.text.spans import Found


class _Checked(Protocol):
    def is_valid(self, number: str) -> bool: ...


_Shapes = tuple[tuple[re.Pattern[str], "_Checked | None"], ...]


def _shapes(*rows: tuple[str, _Checked | None]) -> _Shapes:
    return tuple((re.compile(rf"(?<![\w.+-]){shape}(?!\w|[.-]\d)"), check) for shape, check in rows)


# (shape, check), found wherever they stand. The check is a python-stdnum module, or none where the shape says enough.
_FEW_DIGITS = _shapes(
    (r"(?:[A-Z]{2} ?\d{2} ?\d{2} ?\d{2} ?[A-D]|[a-z]{2}\d{6}[a-d])", None),  # UK NINO
    (r"[A-Z]{5}\d{4}[A-Z]", pan),
    (r"[A-Z]{4}\d{6}[HMX][A-Z]{5}[A-Z0-9]\d", curp),
)
_MANY_DIGITS = _shapes(
    (r"\d{3}-\d{2}-\d{4}", None),  # US SSN and ITIN
    (r"(?<![\d)/] )(?!000|666|9)\d{3} \d{2} \d{4}", None),  # the same with spaces
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
    (r"\d{6}/\d{3,4}", rc),
    (r"\d{6}-\d{7}", rrn),
    (r"\d{17}[\dXx]", ric),
)
_SOME_NEAR = re.compile(r"(?:\d\d ?){3}[A-Da-d]|\d{4}[A-Z]|\d{6}[HMX]")
_MANY_NEAR = re.compile(r"(?:\d[ ./+-]?[A-Za-z]?[ ./+-]?){6}\d")
_BLANK = re.compile(r"\s")
_LONGEST_BEGINNING, _LONGEST_REST = 10, 24  # characters of an identity number before and after its first seven digits
_BARE_DIGITS = re.compile(r"(?<![\w.,/+-])(?:\d{11}|\d{13})(?!\w|[.,/-]\d)")
_BARE_CHECKS: dict[int, tuple[_Checked, ...]] = {
    11: (pesel, idnr, fodselsnummer, nn, tckimlik),
    13: (cnp,),
}

_NUMBER = re.compile(
    r"(?<![^\W_])(?:[A-Z]{1,3}|(?!ID|IS|NO|NR)[A-Z]{1,2} )?\d[\dA-Z]*(?:[ ./-]\d[\dA-Z]*|[ ./-][A-Z]{1,2}(?![^\W_]))*"
    r"|(?<![^\W_])[a-z]{1,2}\d[\da-z]{5,14}(?![^\W_])"
)
_NUMBER_NEAR = re.compile(r"\d(?:[ ./-]?[\dA-Z]){4}")
_FEWEST_ANNOUNCED_DIGITS = 5
_DOCUMENTS = (
    *("ssn", "social security", "itin", r"tax(?:payer)? id(?:entification)?", "tax file number", "tfn", "ni number"),
    *("national insurance", "nino", "passport", "identity card", "id card", "national id", "nhs (?:number|no)"),
    *(r"driv(?:er'?s?|ing) licen[cs]e", "medicare", "social insurance number", "aadhaar", "aadhar", "emirates id"),
    *("steuer-?id", "steuer-?idnr", "steueridentifikationsnummer", "steuernummer", "idnr", "sozialversicherungsnummer"),
    *("rentenversicherungsnummer", "versichertennummer", "krankenversichertennummer", "reisepass", "reisepassnummer"),
    *("passnummer", "personalausweis", "personalausweisnummer", "ausweisnummer", "führerschein", "svnr"),
    *("pasaporte", "dni", "permiso de conducir", "carnet de conducir", "seguridad social", "documento nacional"),
    *("passeport", "carte d'identité", r"num[ée]ro de sécurité sociale", "numéro fiscal", "codice fiscale"),
    *("paspoort", "bsn", "burgerservicenummer", "pesel", "personnummer", "cpr", "cpf", "curp"),
)
_DOCUMENT_STEMS = (
    *("ssn", "social", "itin", "tax", "tfn", "ni n", "nin", "pass", "identi", "id card", "national", "nhs", "driv"),
    *("medicare", "aadha", "emirates", "steuer", "idnr", "versicher", "ausweis", "führer", "svnr", "pasap", "dni"),
    *("conducir", "seguridad", "securit", "sécurité", "fiscal", "paspoort", "bsn", "burger", "pesel", "personn"),
    *("cpr", "cpf", "curp", "insur", "documento"),
)
_ANNOUNCED = re.compile(rf"(?<![^\W_])(?:{'|'.join(_DOCUMENTS)})(?![^\W_])[^\n\d]{{0,25}}$", re.IGNORECASE)
# Words in common use when not in capitals, airports when in capitals: these must stand right before the number.
_ANNOUNCED_CLOSELY = re.compile(r"\b(?:DNI|NIE|NIF|PAN|SIN|TIN|PPSN?)(?:[ :#.]|is|no|number|es|número|ist){0,4}$")
_REACH = 60


def national_ids(text: str) -> Iterator[Found]:
    """Identity numbers known by their shape, and any number that an identity document's name announces."""
    taken: list[tuple[int, int]] = []
    hidden = text
    stretches = [(0, len(text))] if _SOME_NEAR.search(text) else []
    for shapes, places in ((_FEW_DIGITS, stretches), (_MANY_DIGITS, list(_stretches_of_digits(text)))):
        for shape, check in shapes:
            spans = [
                match.span()
                for place in places
                for match in shape.finditer(hidden, *place)
                if check is None or check.is_valid(match.group())
            ]
            hidden = masked(hidden, spans)
            taken += spans
    if _NUMBER_NEAR.search(hidden):
        taken += _announced(hidden)
    for start, end in taken:
        yield start, end, "ID"


def _stretches_of_digits(text: str) -> Iterator[tuple[int, int]]:
    """Where numbers of many digits can be, up to a blank on the right: the shapes are tried there only."""
    start = end = 0
    for near in _MANY_NEAR.finditer(text):
        if near.end() + _LONGEST_REST <= end:
            continue
        blank = _BLANK.search(text, near.end() + _LONGEST_REST)
        if end and near.start() - _LONGEST_BEGINNING > end:
            yield start, end
            end = 0
        start = start if end else max(0, near.start() - _LONGEST_BEGINNING)
        end = blank.start() if blank else len(text)
    if end:
        yield start, end


def _announced(text: str) -> Iterator[tuple[int, int]]:
    plain = masked(text, ordinary_numbers(text))
    for number in _NUMBER.finditer(plain):
        digits = sum(character.isdigit() for character in number.group())
        if digits < _FEWEST_ANNOUNCED_DIGITS:
            continue
        if _is_announced(plain, number.start(), many=digits > _FEWEST_ANNOUNCED_DIGITS + 1):
            yield number.span()


def _is_announced(text: str, start: int, *, many: bool) -> bool:
    reach = max(0, start - _REACH)
    before = text[reach:start].lower()
    if any(stem in before for stem in _DOCUMENT_STEMS) and _ANNOUNCED.search(text, reach, start):
        return True
    return many and _ANNOUNCED_CLOSELY.search(text, reach, start) is not None


def bare_national_ids(text: str) -> Iterator[Found]:
    """Identity numbers of 11 or 13 bare digits, by check digits; not after "order", "ticket", "invoice" and so on."""
    for match in _BARE_DIGITS.finditer(text):
        checks = _BARE_CHECKS[len(match.group())]
        if any(check.is_valid(match.group()) for check in checks) and not follows_other_number(text, match.start()):
            yield *match.span(), "ID"
