"""Labelled cases for redaction, made by chance from a seed: personal data in many formats, and hard negatives.

Nothing here knows how the redactor works: phone numbers come from the numbering plans of ``phonenumbers`` (example
numbers of every region, and mutations that stay valid), cards and identity numbers from their published check digit
rules, addresses from random names; all are written in the ways people write them, inside sentences in English, German
and Spanish.
"""

from __future__ import annotations

import random
import string
from dataclasses import dataclass
from typing import TYPE_CHECKING

import phonenumbers
from phonenumbers import PhoneNumberFormat, PhoneNumberType
from stdnum import iban, luhn
from stdnum.br import cpf
from stdnum.es import dni, nie
from stdnum.fr import nir
from stdnum.it import codicefiscale
from stdnum.pl import pesel

from bench.redaction_negatives import NEGATIVE_MAKERS

if TYPE_CHECKING:
    from collections.abc import Callable

HOME_REGIONS = ("US", "GB", "DE", "ES", "FR")
CARRIERS = (
    "{}",
    "Please get back to me: {}",
    "The app lost my details again ({}), fix it.",
    "I gave you {} last week and nobody answered.",
    "Still waiting!! {} thanks",
    "my details are {} and I have asked twice already",
    "Nobody could help. You can use {}. It is urgent, 3 days now.",
    "As I said in 2025, {} is still wrong in your system.",
    "Hi team,\n{}\nRegards",
    "Contact: {}; the rest was fine, 10/10",
    "Bitte nehmen Sie {} auf, die Rechnung stimmt nicht.",
    "Ich habe schon zweimal {} angegeben, leider ohne Erfolg!",
    "Meine Daten: {}. Seit 14 Tagen keine Antwort.",
    "Es geht um {}, danke.",
    "Por favor usen {} para responder, gracias.",
    "Mis datos son {} y nadie contesta desde hace 2 semanas.",
    "El servicio fue lento, {}, un saludo",
    "Ya les di {} tres veces.",
)
PHONE_CARRIERS = (
    "call me on {} after 6pm",
    "Call {} if you need more",
    "My number is {}.",
    "Tel. {} - please ring before 17:30",
    "You can reach me at {} or not at all",
    "Rufen Sie mich unter {} an.",
    "Handy: {}",
    "Telefon {}, abends ab 19 Uhr",
    "Mi teléfono es {}, llámenme.",
    "Llamen al {} por la tarde",
    "whatsapp {}",
    "I rang {} 10 times",
    "{} 24/7 they said, nobody there",
)


@dataclass(frozen=True, slots=True)
class Case:
    """A text, the kind of personal data in it (``None``: nothing), where it stands, and what it tests."""

    text: str
    kind: str | None
    start: int
    end: int
    group: str


def generated_cases(seed: int = 7) -> list[Case]:
    """About 4,000 cases, the same for the same seed."""
    rng = random.Random(seed)
    cases: list[Case] = []
    for group, kind, values, carriers in _positives(rng):
        cases += [_placed(rng, value, kind, group, carriers) for value in values]
    for group, make in NEGATIVE_MAKERS.items():
        cases += [_placed(rng, make(rng), None, group, CARRIERS) for _ in range(60)]
    return cases


def _placed(rng: random.Random, value: str, kind: str | None, group: str, carriers: tuple[str, ...]) -> Case:
    carrier = rng.choice(carriers)
    start = carrier.index("{}")
    return Case(carrier.replace("{}", value), kind, start, start + len(value), group)


def _positives(rng: random.Random) -> list[tuple[str, str, list[str], tuple[str, ...]]]:
    mixed_carriers = CARRIERS + PHONE_CARRIERS
    return [
        ("phone, every region, international", "PHONE", _international_phones(rng), mixed_carriers),
        ("phone, home regions, national", "PHONE", _national_phones(rng, 80), mixed_carriers),
        ("e-mail", "EMAIL", [_email(rng) for _ in range(300)], CARRIERS),
        ("e-mail, spelled out", "EMAIL", [_spelled_email(rng) for _ in range(60)], CARRIERS),
        ("card", "CARD", [_card(rng) for _ in range(250)], CARRIERS),
        ("IBAN", "IBAN", _ibans(rng), CARRIERS),
        ("identity, by its shape", "ID", [_shaped_id(rng) for _ in range(300)], CARRIERS),
        ("identity, announced", "ID", [_digits(rng, 9) for _ in range(80)], _ANNOUNCING),
        ("IP and MAC address", "IP", [_ip(rng) for _ in range(150)], CARRIERS),
        ("URL with credentials", "URL", [_url(rng) for _ in range(100)], CARRIERS),
        ("order number, configured", "ORDER", [f"ORD-{_digits(rng, 7)}" for _ in range(60)], CARRIERS),
    ]


def _digits(rng: random.Random, count: int) -> str:
    return str(rng.randint(1, 9)) + "".join(rng.choices(string.digits, k=count - 1))


# Phone numbers


def _international_phones(rng: random.Random) -> list[str]:
    """Two formats of the fixed-line and the mobile example number of every region."""
    written: list[str] = []
    for region in sorted(phonenumbers.SUPPORTED_REGIONS):
        for kind in (PhoneNumberType.FIXED_LINE, PhoneNumberType.MOBILE):
            number = phonenumbers.example_number_for_type(region, kind)
            if number is not None:
                written += [rng.choice(_INTERNATIONAL_STYLES)(number) for _ in range(2)]
    return written


def _spaced(number: phonenumbers.PhoneNumber) -> str:
    return str(phonenumbers.format_number(number, PhoneNumberFormat.INTERNATIONAL))


def _compact(number: phonenumbers.PhoneNumber) -> str:
    return str(phonenumbers.format_number(number, PhoneNumberFormat.E164))


_INTERNATIONAL_STYLES: tuple[Callable[[phonenumbers.PhoneNumber], str], ...] = (
    _spaced,
    _compact,
    lambda number: _spaced(number).replace(" ", "-"),
    lambda number: _spaced(number).replace(" ", "."),
    lambda number: _spaced(number).replace("+", "00", 1),
    lambda number: _spaced(number).replace(" ", "\u00a0"),
    lambda number: "(+" + _spaced(number)[1:].replace(" ", ") ", 1),
    lambda number: _spaced(number).replace(" ", " / ", 1),
)


def _national_phones(rng: random.Random, count: int) -> list[str]:
    """``count`` valid numbers of each home region, in national form."""
    written: list[str] = []
    for region in HOME_REGIONS:
        made = 0
        while made < count:
            kind = rng.choice((PhoneNumberType.FIXED_LINE, PhoneNumberType.MOBILE))
            number = phonenumbers.example_number_for_type(region, kind)
            text = str(number.national_number)
            keep = 3 if region in ("US", "ES") else 4
            number.national_number = int(text[:keep] + "".join(rng.choices(string.digits, k=len(text) - keep)))
            if not phonenumbers.is_valid_number(number):
                continue
            national = str(phonenumbers.format_number(number, PhoneNumberFormat.NATIONAL))
            written.append(rng.choice(_NATIONAL_STYLES)(national))
            made += 1
    return written


_NATIONAL_STYLES: tuple[Callable[[str], str], ...] = (
    lambda national: national,
    lambda national: national,
    lambda national: national.replace(" ", "-").replace("(", "").replace(")", ""),
    lambda national: national.replace(") ", ".").replace("(", "").replace(" ", ".").replace("-", "."),
    lambda national: "".join(c for c in national if c.isdigit()),
    lambda national: national.replace(" ", "/", 1) if not national.startswith("(") else national,
    lambda national: national + " ext. 12",
)

# Addresses

_FIRST = ("anna", "john", "maria", "li", "olu", "jürgen", "josé", "sam", "priya", "k.", "tim", "eva-maria", "d'arcy")
_LAST = ("smith", "garcia", "müller", "o'neil", "chen", "nowak", "van_dyk", "rossi", "kaya", "brown85", "lopez99")
_HOSTS = ("example", "mail.example", "acme-corp", "uni-beispiel", "my.shop24", "northwind", "gmail", "outlook", "web")
_ENDINGS = ("com", "org", "net", "de", "es", "co.uk", "io", "com.mx", "example", "museum", "info", "fr")


def _email(rng: random.Random) -> str:
    local = rng.choice(_FIRST).strip(".") + rng.choice((".", "_", "", "-", "+news.")) + rng.choice(_LAST)
    address = f"{local}@{rng.choice(_HOSTS)}.{rng.choice(_ENDINGS)}"
    style = rng.randrange(8)
    return address.upper() if style == 0 else address.title() if style == 1 else address


def _spelled_email(rng: random.Random) -> str:
    local = rng.choice(("anna.smith", "john", "garcia85", "sam-brown"))
    host, ending = rng.choice(("example", "acme-corp", "northwind")), rng.choice(("com", "org", "de", "net"))
    style = rng.choice(("{0}(at){1}.{2}", "{0} [at] {1} [dot] {2}", "{0} at {1} dot {2}", "{0} (at) {1} (dot) {2}"))
    return style.format(local, host, ending)


def _ip(rng: random.Random) -> str:
    style = rng.randrange(4)
    if style < 2:
        return ".".join(str(rng.randint(1, 254)) for _ in range(4))
    if style == 2:
        return ":".join(f"{rng.randrange(16**4):x}" for _ in range(8))
    return f"2001:db8::{rng.randrange(16**4):x}:{rng.randrange(16**4):x}"


def _url(rng: random.Random) -> str:
    word = "".join(rng.choices(string.ascii_letters + string.digits, k=rng.randint(8, 30)))
    return rng.choice(
        (
            f"https://admin:{word}@intranet.example.com/login",
            f"ftp://anna:{word}@files.example.org/a/b.csv",
            f"https://app.example.com/reset?token={word}",
            f"https://api.example.io/v2/items?api_key={word}&page=2",
            f"postgresql://app:{word}@10.1.2.3:5432/db",
            f"https://example.net/login?user=anna&password={word}",
            f"https://s3.example.com/file.pdf?X-Amz-Signature={word}",
        )
    )


# Cards, accounts, identity numbers

_NETWORKS = (("4", 16), ("51", 16), ("55", 16), ("2221", 16), ("34", 15), ("37", 15), ("6011", 16), ("3528", 16))
_MORE_NETWORKS = (("36", 14), ("62", 16), ("6759", 16), ("65", 16), ("2720", 16))


def _card(rng: random.Random) -> str:
    prefix, length = rng.choice(_NETWORKS + _MORE_NETWORKS)
    body = prefix + "".join(rng.choices(string.digits, k=length - len(prefix) - 1))
    number = body + luhn.calc_check_digit(body)
    sizes = (4, 6, 5) if length == 15 else (4, 6, 4) if length == 14 else (4, 4, 4, 4)
    return rng.choice(("", " ", " ", "-", "\u00a0")).join(_cut(number, sizes))


def _cut(number: str, sizes: tuple[int, ...]) -> list[str]:
    parts, position = [], 0
    for size in sizes:
        parts.append(number[position : position + size])
        position += size
    return parts


# Published examples of the IBAN registry (ISO 13616), whose national check digits hold.
_IBAN_EXAMPLES = (
    "AT611904300234573201 BE68539007547034 BG80BNBG96611020345678 CH9300762011623852957 "
    "CY17002001280000001200527600 CZ6508000000192000145399 DE89370400440532013000 DK5000400440116243 "
    "EE382200221020145685 ES9121000418450200051332 FI2112345600000785 FR1420041010050500013M02606 "
    "GB29NWBK60161331926819 GR1601101250000000012300695 HR1210010051863000160 HU42117730161111101800000000 "
    "IE29AIBK93115212345678 IS140159260076545510730339 IT60X0542811101000000123456 LI21088100002324013AA "
    "LT121000011101001000 LU280019400644750000 LV80BANK0000435195001 MT84MALT011000012345MTLCAST001S "
    "NL91ABNA0417164300 NO9386011117947 PL61109010140000071219812874 PT50000201231234567890154 "
    "RO49AAAA1B31007593840000 SE4550000000058398257466 SI56263300012039086 SK3112000000198742637541 "
    "AE070331234567890123456 SA0380000000608010167519 TR330006100519786457841326 "
).split()


def _ibans(rng: random.Random) -> list[str]:
    """The registry's examples and random German, British and Austrian accounts, compact, in fours and in lower case."""
    made = list(_IBAN_EXAMPLES)
    for _ in range(120):
        country, body = rng.choice(
            (("DE", _digits(rng, 18)), ("GB", "NWBK" + _digits(rng, 14)), ("AT", _digits(rng, 16)))
        )
        made.append(country + iban.calc_check_digits(f"{country}00{body}") + body)
    written = []
    for number in made:
        fours = [number[at : at + 4] for at in range(0, len(number), 4)]
        written.append(rng.choice((number, " ".join(fours), " ".join(fours), "-".join(fours), number.lower())))
    return written


_ANNOUNCING = (
    "my passport number is {}",
    "SSN {} was on the form",
    "Reisepass Nr. {} liegt Ihnen vor",
    "pasaporte {} caducado",
    "NHS number: {}",
    "Steuer-ID: {}",
    "BSN {} staat fout",
    "driving licence {} was rejected",
)


def _shaped_id(rng: random.Random) -> str:
    return rng.choice(_ID_MAKERS)(rng)


def _us_ssn(rng: random.Random) -> str:
    return f"{rng.randint(1, 665):03}-{rng.randint(1, 99):02}-{rng.randint(1, 9999):04}"


def _uk_nino(rng: random.Random) -> str:
    joint = rng.choice(("", " "))
    return joint.join(
        (rng.choice(("AB", "CE", "JG", "SR")), *(f"{rng.randrange(100):02}" for _ in range(3)), rng.choice("ABCD"))
    )


def _spanish_dni(rng: random.Random) -> str:
    number = f"{rng.randrange(10**8):08}"
    return number + rng.choice(("", "-", " ")) + dni.calc_check_digit(number)


def _spanish_nie(rng: random.Random) -> str:
    number = rng.choice("XYZ") + f"{rng.randrange(10**7):07}"
    return number + rng.choice(("", "-")) + nie.calc_check_digit(number)


def _french_nir(rng: random.Random) -> str:
    body = f"{rng.randint(1, 2)}{rng.randrange(100):02}{rng.randint(1, 12):02}{rng.randint(1, 95):02}{_digits(rng, 6)}"
    number = body + str(nir.calc_check_digits(body))
    return number if rng.random() < 0.5 else " ".join(_cut(number, (1, 2, 2, 2, 3, 3, 2)))


def _italian_code(rng: random.Random) -> str:
    letters = "".join(rng.choices("BCDFGLMNPRST", k=6))
    number = (
        f"{letters}{rng.randrange(100):02}{rng.choice('ABCDEHLMPRST')}{rng.randint(1, 28):02}H{rng.randint(100, 999)}"
    )
    return number + codicefiscale.calc_check_digit(number)


def _polish_pesel(rng: random.Random) -> str:
    number = f"{rng.randint(40, 99)}{rng.randint(1, 12):02}{rng.randint(1, 28):02}{rng.randrange(10**4):04}"
    return number + pesel.calc_check_digit(number)


def _brazilian_cpf(rng: random.Random) -> str:
    body = _digits(rng, 9)
    while not cpf.is_valid(number := body + f"{rng.randrange(100):02}"):
        continue
    return f"{number[:3]}.{number[3:6]}.{number[6:9]}-{number[9:]}"


_ID_MAKERS: tuple[Callable[[random.Random], str], ...] = (
    *(_us_ssn, _uk_nino, _spanish_dni, _spanish_nie, _french_nir, _italian_code, _polish_pesel, _brazilian_cpf),
)
