"""Numbers and signs that are nobody's personal data and look as if they were: the hard negatives of redaction."""

from __future__ import annotations

import random
import string
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


def _number(rng: random.Random, count: int) -> str:
    return str(rng.randint(1, 9)) + "".join(rng.choices(string.digits, k=count - 1))


def _date(rng: random.Random) -> str:
    year, month, day = rng.randint(1990, 2030), rng.randint(1, 12), rng.randint(1, 28)
    return rng.choice(
        (
            f"{year}-{month:02}-{day:02}",
            f"{day:02}.{month:02}.{year}",
            f"{month:02}/{day:02}/{year}",
            f"{day}/{month}/{year % 100:02}",
            f"{year}{month:02}{day:02}",
            f"{day:02} {month:02} {year}",
            f"{year}/{month:02}/{day:02}",
            f"{day:02}-{month:02}-{year}",
            f"{day:02}.{month:02}.{year} - {day + 1:02}.{month:02}.{year}",
            f"{year}-{month:02}-{day:02}T{rng.randrange(24):02}:{rng.randrange(60):02}:00Z",
            f"{year}-{month:02}-{day:02} {rng.randrange(24):02}:{rng.randrange(60):02}",
        )
    )


def _time(rng: random.Random) -> str:
    hour, minute = rng.randrange(10, 20), rng.randrange(10, 60)
    return rng.choice(
        (
            f"{hour}:{minute}",
            f"{hour}:{minute}:{rng.randrange(10, 60)}",
            f"from {hour}:{minute} to {hour + 2}:{minute}",
            f"{hour}.{minute} Uhr",
            f"08{minute}-{hour}{minute}",
            f"08.30 - {hour}.{minute}",
            "24/7",
            "9 to 5",
            f"{hour}h{minute}",
            f"2 x {minute} min",
        )
    )


def _version(rng: random.Random) -> str:
    a, b, c, d = (rng.randint(0, 30) for _ in range(4))
    return rng.choice(
        (
            f"v{a}.{b}.{c}",
            f"version {a}.{b}.{c}.{d}",
            f"{a}.{b}.{c}",
            f"Version {a}.{b}.{rng.randint(1000, 20000)}.{d}",
            f"release 20{b:02}.{c}",
            f"build {_number(rng, 8)}",
            f"iOS {a}.{b}",
            f"Python 3.{b}.{c}",
            f"firmware v{a}.{b}.{c}.{d}",
            f"Windows 10.0.{rng.randint(10000, 22000)}",
        )
    )


def _amount(rng: random.Random) -> str:
    big = rng.randint(1_000, 9_999_999)
    return rng.choice(
        (
            f"${big:,}.99",
            f"{big:,}".replace(",", ".") + " EUR",
            f"€{big}",
            f"{big:,}".replace(",", ".") + ",50 €",
            f"{big} USD",
            f"{big:,}".replace(",", " ") + ",00 euros",
            f"Rs. {big}",
            f"£{big / 100:.2f}",
            f"{rng.randint(1, 99)}%",
            f"{big * 1000:,} users",
        )
    )


def _count(rng: random.Random) -> str:
    return rng.choice(
        (
            f"{rng.randint(2, 900)} users",
            f"{_number(rng, 7)} rows",
            f"{_number(rng, 10)} records",
            f"{rng.randint(2, 12)} of {rng.randint(13, 40)}",
            f"{rng.randint(1, 10)}/10",
            f"{rng.randint(1, 5)} stars, {rng.randint(1, 50)} agents, {rng.randint(100, 999)} tickets",
            f"{rng.randint(10, 99)}-{rng.randint(100, 999)} employees",
            f"{rng.randint(100, 999)},{rng.randint(100, 999)} downloads",
            "1 2 3 4 5 6 7 8 9 10",
            f"2019, 2020, 2021 and {rng.randint(2022, 2030)}",
            f"2019-{rng.randint(2020, 2030)}",
            f"{rng.random():.12f}",
        )
    )


def _other_reference(rng: random.Random) -> str:
    return rng.choice(
        (
            f"order {_number(rng, rng.randint(5, 12))}",
            f"ticket #{_number(rng, rng.randint(4, 10))}",
            f"invoice no. {_number(rng, 8)}",
            f"Bestellung {_number(rng, 9)}",
            f"pedido {_number(rng, 9)}",
            f"tracking number {_number(rng, 10)}",
            f"INC{_number(rng, 7)}",
            f"case {_number(rng, 8)}",
            f"ref: {_number(rng, 10)}",
            f"1Z999AA1{_number(rng, 10)}",
            f"ISBN 978-3-16-{_number(rng, 6)}-{rng.randrange(10)}",
            f"SKU {_number(rng, 9)}",
            f"error code {_number(rng, 10)}",
            f"Ticketnummer {_number(rng, 7)}",
        )
    )


def _configured_to_stay(rng: random.Random) -> str:
    return f"TCK{_number(rng, 10)}" if rng.random() < 0.5 else f"#{_number(rng, 10)}"


def _technical(rng: random.Random) -> str:
    return rng.choice(
        (
            "".join(rng.choices("0123456789abcdef", k=40)),
            "-".join("".join(rng.choices("0123456789abcdef", k=k)) for k in (8, 4, 4, 4, 12)),
            f"0x{rng.randrange(16**8):08X}",
            "std::vector<int>::iterator",
            f"{rng.choice((1280, 1920, 2560))}x{rng.choice((720, 1080, 1440))}",
            f"HTTP {rng.choice((404, 500, 502, 503))}",
            f"port {rng.randint(1024, 65535)}",
            f"{rng.randint(1, 999)} ms",
            "localhost:8080",
            f"SQL{_number(rng, 5)}N",
            f"#{rng.randrange(16**6):06x}",
            "C:\\Users\\Public\\file_01.txt",
            f"{rng.randint(1, 64)}GB/{rng.randint(100, 999)}GB",
            "*/15 0 1,15 * 1-5",
            "a[0][1] = b[2]",
            f"timestamp {1_600_000_000 + rng.randrange(10**8)}",
        )
    )


def _product(rng: random.Random) -> str:
    return rng.choice(
        (
            f"iPhone {rng.randint(8, 17)} Pro {rng.choice((128, 256, 512))} GB",
            f"Boeing 777-{rng.choice((200, 300))}ER",
            f"A{rng.choice((320, 330, 350))}-{rng.choice((200, 900))}",
            f"Galaxy S{rng.randint(8, 26)} (SM-G{_number(rng, 3)}F)",
            f"RTX {rng.choice((3060, 4070, 4090))}",
            f"seat {rng.randint(1, 40)}{rng.choice('ABCDEF')}",
            f"flight BA{_number(rng, 4)}",
            f"room {_number(rng, 3)}, floor {rng.randint(1, 30)}",
            f"Office {rng.choice((2016, 2019, 365))}",
            f"model XR-{_number(rng, 4)}-{_number(rng, 2)}",
            f"DIN EN ISO {_number(rng, 4)}:2015",
            f"GTIN {_number(rng, 13)}",
        )
    )


def _place(rng: random.Random) -> str:
    return rng.choice(
        (
            f"{rng.randint(1, 300)} High Street",
            f"{_number(rng, 5)} Berlin",
            f"ZIP {_number(rng, 5)}-{_number(rng, 4)}",
            f"{rng.uniform(40, 60):.4f}, {rng.uniform(0, 20):.4f}",
            "SW1A 1AA",
            f"{_number(rng, 5)} Madrid, planta {rng.randint(1, 9)}",
            f"exit {rng.randint(1, 90)}, {rng.randint(1, 90)} km",
            f"Hauptstr. {rng.randint(1, 99)}, {_number(rng, 5)} Köln",
            f"platform {rng.randint(1, 12)}, 10:{rng.randint(10, 59)} train",
        )
    )


def _harmless_address(rng: random.Random) -> str:
    return rng.choice(
        (
            "https://www.example.com/help/article-1234?page=2",
            "www.example.org/pricing",
            "@acme_support",
            "docs.example.io/v2/api",
            "https://example.com/item/B08N5WRWNW",
            "I looked at amazon.com",
            "see you @ 5pm",
            "pay @ 3.50 each",
            "meet me at the shop dot",
            "example.com",
            "file.name.tar.gz",
            "https://example.com/orders?status=open&sort=asc",
            "npm install react@18.2.0",
        )
    )


def _words(rng: random.Random) -> str:
    return rng.choice(
        (
            "the PAN and SIN airports",
            "I was told no, never, and then yes",
            "press 1, then 2, then 9",
            "Windows 7/8/10/11",
            "the 80/20 rule",
            "1st, 2nd and 3rd line support",
            "2-3 working days, 5-7 at worst",
            "round 2: 6-4, 6-3, 7-5",
            "step 1.2.3 in chapter 4.5.6.7",
            "100% of 1,000,000",
            "Agenda 2030 und §§ 12, 13 BGB",
            "3 von 10 Punkten",
            "10 de cada 100",
            "mind your p's & q's <3",
        )
    )


NEGATIVE_MAKERS: dict[str, Callable[[random.Random], str]] = {
    "dates": _date,
    "times": _time,
    "versions": _version,
    "amounts": _amount,
    "counts": _count,
    "other reference numbers": _other_reference,
    "numbers configured to stay": _configured_to_stay,
    "technical": _technical,
    "products": _product,
    "places": _place,
    "harmless addresses": _harmless_address,
    "words": _words,
}
"""What each group of negatives tests, and how one is made."""
