"""Tells ordinary numbers (dates, times, amounts, versions, order numbers) from those that identify a person."""

from __future__ import annotations

import re

_OTHER_NUMBER_BEFORE = re.compile(
    r"(?:\b(?:order|orders|ticket|tickets|case|invoice|ref|reference|tracking|track|shipment|parcel|serial|s/n|sn|sku|isbn|ean"
    r"|upc|asin|imei|part|model|item|article|product|booking|reservation|confirmation|transaction|txn|receipt|po|incident"
    r"|request|build|version|commit|error|code|id|batch|lot|license key|account|customer|contract|policy|member|membership"
    r"|bestellung|bestellnummer|bestellnr|auftrag|auftragsnummer|rechnung|rechnungsnummer|sendung|sendungsnummer|artikel"
    r"|artikelnummer|seriennummer|vorgang|vorgangsnummer|fall|fehlercode|kundennummer|vertrag|vertragsnummer|pedido|factura"
    r"|referencia|seguimiento|incidencia|caso|número de serie|artículo|cliente|contrato|código|commande|facture|suivi|dossier"
    r"|timestamp|epoch|port|row|line|record|asset|device|barcode)"
    r"(?:[ :.#=\-\"'(]|n[or]\.?|nº|n°|number|num|nummer|número|numéro|id|ref|code|is|was|ist|war|es|est|#){0,12}"
    r"|[#$€£¥§]\W?|(?:USD|EUR|GBP|CHF|INR|Rs\.?) ?)$",
    re.IGNORECASE,
)
_REACH = 48
_UNIT_AFTER = re.compile(
    r"\W?(?:%|[€$£¥]|(?:eur(?:o|os)?|usd|gbp|chf|inr|dollars?|pounds?|rupees?|users?|people|persons?|customers?|rows?|records?"
    r"|lines?|bytes?|[kmgt]i?b|km|kg|m|cm|mm|ms|seconds?|times|views?|downloads?|requests?|events?|items?|units?|pieces?|steps?"
    r"|nutzer|benutzer|kunden|zeilen|stück|datensätze|usuarios?|clientes?|filas|registros|unidades|veces|mal)\b)",
    re.IGNORECASE,
)
ORDINARY = re.compile(
    r"(?<![\w.,/-])(?:"
    r"(?:19|20)\d{2}([-./])\d{1,2}\1\d{1,2}(?:[T ]\d{1,2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(?:Z|[+-]\d{2}:?\d{2})?)?(?![\w]|[-./]\d)"
    r"|\d{1,2}([-./])\d{1,2}\2(?:19|20)?\d{2}(?![\w]|[-./]\d)"
    r"|\d{1,2}:\d{2}(?::\d{2})?(?![\w:])"
    r"|(?:19|20)\d{2} ?[-–/] ?(?:19|20)\d{2}(?![\w]|[-./]\d)"
    r"|(?:0?[1-9]|1[0-2])/(?:19|20)\d{2}(?![\w]|[-./]\d)"
    r"|\d{1,3}(?:,\d{3})+(?:\.\d+)?(?![\w]|,\d)"
    r"|[1-9]\d{0,2}(?:\.\d{3})+,\d+(?![\w]|\.\d)"
    r"|\d+\.\d{1,2}(?![\w]|[-./ ]\d)"
    r")"
)
"""Dates, times, year spans, grouped and decimal amounts: never part of a phone number."""


def follows_other_number(text: str, start: int) -> bool:
    """Whether the words right before ``start`` announce another sort of number: "order no. ", "ticket #", "$"."""
    return _OTHER_NUMBER_BEFORE.search(text, max(0, start - _REACH), start) is not None


def precedes_unit(text: str, end: int) -> bool:
    """Whether a unit follows at ``end``, as in "6123456789 rows"."""
    return _UNIT_AFTER.match(text, end) is not None
