"""Tells ordinary numbers (dates, times, amounts, order numbers) from those that identify a person."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_OTHER_NUMBERS = frozenset(
    """
    order orders ticket tickets case cases invoice invoices ref reference tracking track shipment parcel serial sn sku
    isbn ean gtin upc asin imei part parts model item items article articles product products booking reservation
    confirmation transaction transactions txn receipt po incident request build version commit error code id batch lot
    key account customer contract policy member membership timestamp epoch port row line record asset device barcode
    bestellung bestellnummer bestellnr auftrag auftragsnummer rechnung rechnungsnummer sendung sendungsnummer artikel
    artikelnummer seriennummer vorgang vorgangsnummer fall fehlercode kundennummer vertrag vertragsnummer ticketnummer
    pedido factura referencia seguimiento incidencia caso serie artículo cliente contrato código commande facture suivi
    dossier usd eur gbp chf inr rs
    """.split()
)
_BETWEEN = frozenset("n nr no nº number num nummer número numéro id ref code is was ist war es est".split())
_SIGNS = frozenset("#$€£¥§")
_WORD_OR_SIGN = re.compile(r"[^\W\d_]+|[^\s:.=\-\"'(/]")
_REACH = 48
_UNIT_AFTER = re.compile(
    r"\W?(?:%|[€$£¥]|(?:eur(?:o|os)?|usd|gbp|chf|inr|dollars?|pounds?|rupees?|users?|people|persons?|customers?|rows?"
    r"|records?|lines?|bytes?|[kmgt]i?b|km|kg|m|cm|mm|ms|seconds?|times|views?|downloads?|requests?|events?|items?"
    r"|units?|pieces?|steps?|episodes?|comments?|messages?|nutzer|benutzer|kunden|zeilen|stück|datensätze|usuarios?"
    r"|clientes?|filas|registros|unidades|veces|mal)\b)",
    re.IGNORECASE,
)
_CLOCK = r"(?:[01]\d|2[0-4])[.h]?[0-5]\d"
_ORDINARY = re.compile(
    r"(?<![\w.,/-])(?:"
    # 2026-10-01, 2026-10-01T12:30:00Z, 01.10.2026, 1/10/26
    r"(?:19|20)\d{2}([-./])\d{1,2}\1\d{1,2}"
    r"(?:[T ]\d{1,2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(?:Z|[+-]\d{2}:?\d{2})?)?(?!\w|[-./]\d)"
    r"|\d{1,2}([-./])\d{1,2}\2(?:19|20)?\d{2}(?!\w|[-./]\d)"
    # 12:30, 0830-0930, 08.30 - 09.30
    r"|\d{1,2}:\d{2}(?::\d{2})?(?![\w:])"
    rf"|{_CLOCK} ?[-–] ?{_CLOCK}(?!\w|[-./ ]\d)"
    # 2019-2020, 10/2026
    r"|(?:19|20)\d{2} ?[-–/] ?(?:19|20)\d{2}(?!\w|[-./]\d)"
    r"|(?:0?[1-9]|1[0-2])/(?:19|20)\d{2}(?!\w|[-./]\d)"
    # 1,299.99, 10.000,50, 12.5, 0.0614706
    r"|\d{1,3}(?:,\d{3})+(?:\.\d+)?(?!\w|,\d)"
    r"|[1-9]\d{0,2}(?:\.\d{3})+,\d+(?!\w|\.\d)"
    r"|\d+\.\d{1,2}(?!\w|[-./ ]\d)|0[.,]\d+(?!\w|[-./ ]\d)"
    r")"
)


def ordinary_numbers(text: str) -> Iterator[tuple[int, int]]:
    """Spans of dates, times, spans of years, grouped and decimal amounts: never part of a number of a person."""
    return (match.span() for match in _ORDINARY.finditer(text))


def follows_other_number(text: str, start: int) -> bool:
    """Whether the words right before ``start`` announce another sort of number: "order no. ", "ticket #", "$"."""
    words = _WORD_OR_SIGN.findall(text, max(0, start - _REACH), start)
    for word in reversed(words):
        lower = word.lower()
        if lower in _OTHER_NUMBERS or word in _SIGNS:
            return True
        if lower not in _BETWEEN:
            return False
    return False


def precedes_unit(text: str, end: int) -> bool:
    """Whether a unit follows at ``end``, as in "6123456789 rows"."""
    return _UNIT_AFTER.match(text, end) is not None
