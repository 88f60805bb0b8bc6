"""What spoils real answers: typos, foreign grammar, personal data, and answers that say nothing.

Personal data are invented: reserved domains (RFC 2606), telephone numbers set aside for fiction (US 555-01xx,
Ofcom's drama numbers), card numbers in issuers' test ranges and IBANs of an imaginary bank, with valid check digits.
"""

from __future__ import annotations

from random import Random

_NEIGHBOURS = {
    "a": "sq", "b": "vn", "c": "xv", "d": "sf", "e": "wr", "f": "dg", "g": "fh", "h": "gj", "i": "uo", "j": "hk",
    "k": "jl", "l": "k", "m": "n", "n": "bm", "o": "ip", "p": "o", "r": "et", "s": "ad", "t": "ry", "u": "yi",
    "v": "cb", "w": "qe", "x": "zc", "y": "tu",
}  # fmt: skip
_SLIPS = {
    "their": "there", "they're": "their", "definitely": "definately", "receive": "recieve", "separate": "seperate",
    "until": "untill", "which": "wich", "because": "becuase", "really": "realy", "doesn't": "doesnt",
    "can't": "cant", "didn't": "didnt", "it's": "its", "than": "then", "your": "you're", "with": "wiht",
    "the": "teh", "support": "suport", "again": "agian", "problem": "probelm", "working": "workng",
}  # fmt: skip
_JUNK = (
    "ok", "OK", "Ok.", "n/a", "N/A", "na", "none", "None", "no comment", "nothing", "-", "--", ".", "...", "asdf",
    "asdfgh", "test", "x", "xx", "👍", "👍👍", "👎", "🙂", "😡", "yes", "no", "idk", "nope", "?", "!!", "qwerty",
    "same", "see above", "dfgdfg", "12345", "no thanks", "nil", "lol", "meh", "jklö", "aaa", "nichts", "nada",
)  # fmt: skip
_ARTICLES = frozenset({"the", "a", "an"})
_PLAIN_FORMS = {
    "haven't": "have not", "hasn't": "has not", "didn't": "did not", "doesn't": "does not", "don't": "do not",
    "can't": "can not", "couldn't": "could not", "isn't": "is not", "wasn't": "was not", "it's": "it is",
    "that's": "that is", "we're": "we are", "i'm": "I am", "i've": "I have", "we've": "we have",
}  # fmt: skip
_FOREIGN_FORMS = {
    "advice": "advices", "information": "informations", "much": "many", "has": "have",
    "does": "do", "always": "allways", "until": "till", "currently": "actually", "gets": "get",
}  # fmt: skip


def junk(rng: Random) -> str:
    """An answer that says nothing; about one in eight is blank space."""
    return rng.choice((" ", "  ", "\n")) if rng.random() < 0.08 else rng.choice(_JUNK)


def mistype(text: str, rng: Random) -> str:
    """The text with one to three slips: a swapped, doubled, missing or neighbouring letter, a known confusion."""
    words = text.split(" ")
    for _ in range(rng.choice((1, 1, 2, 3))):
        place = rng.randrange(len(words))
        words[place] = _SLIPS.get(words[place]) or _slip(words[place], rng)
    return " ".join(words)


def leftovers(text: str, author: str, rng: Random) -> str:
    """The text as a form or mail client may deliver it: entities, line breaks, a signature, stray blanks."""
    return rng.choice(
        (
            text.replace("'", "&#39;").replace('"', "&quot;") + "<br>", text.replace(". ", ".<br/>"),
            f"{text}\n\n--\n{author}", f"{text}\n\nSent from my phone", f"  {text.replace(' ', '  ', 2)} ",
            text.replace("'", "’").replace(" and ", " &amp; ", 1),
        )
    )  # fmt: skip


def formal(text: str) -> str:
    """The text without contractions."""
    return _replace_words(text, _PLAIN_FORMS)


def foreign(text: str, rng: Random) -> str:
    """The text as a learner of English might write it: articles lost, forms confused."""
    kept = [word for word in formal(text).split(" ") if word not in _ARTICLES or rng.random() < 0.45]
    return " ".join(_FOREIGN_FORMS.get(word, word) if rng.random() < 0.6 else word for word in kept)


def personal(name: str, rng: Random, language: str) -> tuple[str, str]:
    """A sentence that gives away one kind of personal data, and the kind."""
    kind = rng.choice(("email", "email", "phone", "phone", "order", "order", "card", "iban"))
    made = {"email": _email, "phone": _phone, "order": _order, "card": _card, "iban": _iban}[kind](name, rng)
    return rng.choice(_SENTENCES[language][kind]).format(made), kind


def luhn_digit(digits: str) -> int:
    """The check digit of a payment card number (ISO/IEC 7812-1)."""
    doubled = [int(digit) * (2 if place % 2 == 0 else 1) for place, digit in enumerate(reversed(digits))]
    return -sum(value - 9 if value > 9 else value for value in doubled) % 10


def iban_digits(country: str, account: str) -> str:
    """The two check digits of an IBAN (ISO 13616, modulo 97)."""
    number = "".join(str(int(character, 36)) for character in f"{account}{country}00")
    return f"{98 - int(number) % 97:02d}"


def _slip(word: str, rng: Random) -> str:
    if len(word) < 4 or not word.isalpha():
        return word
    place = rng.randrange(1, len(word) - 1)
    before, letter, rest = word[:place], word[place], word[place + 1 :]
    near = rng.choice(_NEIGHBOURS.get(letter.lower(), letter))
    return rng.choice(
        (before + rest, before + letter * 2 + rest, before + rest[0] + letter + rest[1:], before + near + rest)
    )


def _replace_words(text: str, forms: dict[str, str]) -> str:
    words = []
    for word in text.split(" "):
        form = forms.get(word.lower().replace("’", "'"))
        words.append(word if form is None else form.capitalize() if word[0].isupper() else form)
    return " ".join(words)


def _email(name: str, rng: Random) -> str:
    first, _, last = name.lower().partition(" ")
    local = rng.choice((f"{first}.{last}", f"{first[0]}{last}", f"{first}{rng.randint(1, 99)}", f"{last}.{first}"))
    domain = rng.choice(("example.com", "example.org", "example.net", "mail.example.com", "office.example.org"))
    return f"{local}@{domain}"


def _phone(_: str, rng: Random) -> str:
    last = rng.randint(100, 199)
    area = rng.choice((202, 212, 312, 415, 617, 713))
    drama = rng.randint(0, 999)
    return rng.choice(
        (
            f"+1 {area} 555 0{last}", f"({area}) 555-0{last}", f"+1-{area}-555-0{last}",
            f"+44 20 7946 0{drama:03d}", f"020 7946 0{drama:03d}", f"07700 900{drama:03d}", f"+44 7700 900{drama:03d}",
        )
    )  # fmt: skip


def _order(_: str, rng: Random) -> str:
    return rng.choice(
        (
            f"order {rng.randint(10**7, 10**8 - 1)}", f"PO-{rng.randint(10**5, 10**6 - 1)}",
            f"INV-{rng.randint(2025, 2026)}-{rng.randint(1, 99999):05d}", f"order no. {rng.randint(10**9, 10**10 - 1)}",
        )
    )  # fmt: skip


def _card(_: str, rng: Random) -> str:
    body = rng.choice(("400000", "424242", "555555", "520082")) + f"{rng.randrange(10**9):09d}"
    digits = f"{body}{luhn_digit(body)}"
    return rng.choice(("", " ", "-")).join(digits[place : place + 4] for place in range(0, 16, 4))


def _iban(_: str, rng: Random) -> str:
    country, account = rng.choice(
        (("DE", f"99999999{rng.randrange(10**10):010d}"), ("GB", f"VBTM999999{rng.randrange(10**8):08d}"))
    )
    whole = f"{country}{iban_digits(country, account)}{account}"
    spaced = " ".join(whole[place : place + 4] for place in range(0, len(whole), 4))
    return rng.choice((whole, spaced))


_SENTENCES = {
    "en": {
        "email": ("You can reach me at {}.", "Please reply to {} instead.", "My email is {}", "cc {} please"),
        "phone": ("Please call me on {}.", "My number is {}.", "Call {} if you need more.", "Tel. {}"),
        "order": ("This is about {}.", "The reference is {}.", "See {}.", "(it was {})"),
        "card": ("The card charged was {}.", "We paid with card {}.", "Card no. {}"),
        "iban": ("Please refund to {}.", "Our account is {}.", "IBAN {}"),
    },
    "de": {
        "email": ("Sie erreichen mich unter {}.", "Bitte an {} antworten."),
        "phone": ("Bitte rufen Sie mich an: {}.", "Meine Nummer ist {}."),
        "order": ("Es geht um {}.", "Referenz: {}"),
        "card": ("Bezahlt wurde mit der Karte {}.",),
        "iban": ("Bitte auf {} erstatten.", "Unser Konto: {}"),
    },
    "es": {
        "email": ("Pueden escribirme a {}.", "Mi correo es {}"),
        "phone": ("Por favor llámenme al {}.", "Mi teléfono es {}."),
        "order": ("Se trata de {}.", "Referencia: {}"),
        "card": ("Pagamos con la tarjeta {}.",),
        "iban": ("Por favor devuelvan el importe a {}.",),
    },
}
