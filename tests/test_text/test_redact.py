from __future__ import annotations

import random
import re

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st

from verbatim.errors import SettingsError
from verbatim.settings import Settings
from verbatim.text.redact import BUILT_IN_KINDS, COMMON_PATTERNS, DEFAULT_REGIONS, Redaction, Redactor

REDACTOR = Redactor()


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("EMAIL", "anna.smith+news@mail.shop.co.uk"),
        ("EMAIL", "JOHN@EXAMPLE.COM"),
        ("EMAIL", "jürgen.müller@büro.example"),
        ("EMAIL", "o'neil@uni.example"),
        ("EMAIL", "anna@[192.168.0.1]"),
        ("EMAIL", "john(at)example.com"),
        ("EMAIL", "john [at] example [dot] com"),
        ("EMAIL", "john.smith at example dot com"),
        ("EMAIL", "johnny @ gmail.com"),
        ("PHONE", "+49 (0)30 901820"),
        ("PHONE", "+44-20-7946-0958"),
        ("PHONE", "0044 20 7946 0958"),
        ("PHONE", "(415) 555-2671"),
        ("PHONE", "415.555.2671"),
        ("PHONE", "1-800-555-0199"),
        ("PHONE", "415-555-2671 ext. 12"),
        ("PHONE", "020 7946 0958"),
        ("PHONE", "089/1234567"),
        ("PHONE", "0151 23456789"),
        ("PHONE", "01 42 68 53 00"),
        ("PHONE", "612 34 56 78"),
        ("PHONE", "612345678"),
        ("PHONE", "+81 3-1234-5678"),
        ("PHONE", "+687 20.12.34"),
        ("CARD", "4111 1111 1111 1111"),
        ("CARD", "5500-0000-0000-0004"),
        ("CARD", "378282246310005"),
        ("CARD", "3056 930902 5904"),
        ("IBAN", "DE89 3704 0044 0532 0130 00"),
        ("IBAN", "gb29nwbk60161331926819"),
        ("IBAN", "BE68 5390 0754 7034"),
        ("ID", "123-45-6789"),
        ("ID", "QQ 12 34 56 C"),
        ("ID", "12345678Z"),
        ("ID", "X-1234567-L"),
        ("ID", "2 55 08 14 168 025 38"),
        ("ID", "RSSMRA85T10A562S"),
        ("ID", "44051401359"),
        ("ID", "390.533.447-05"),
        ("ID", "BOXW310820HNERXN09"),
        ("ID", "65 170839 J 008"),
        ("ID", "131052-308T"),
        ("IP", "192.168.178.20"),
        ("IP", "2001:db8::ff00:42:8329"),
        ("MAC", "00:1B:44:11:3A:B7"),
        ("URL", "https://admin:hunter2@intranet.example/x"),
        ("URL", "https://app.example/reset?token=Zm9vYmFyMTIz"),
    ],
)
@pytest.mark.parametrize("carrier", ["{}", "I told you: {}, twice.", "({}) fehlt immer noch", "Mis datos: {}. Gracias"])
def test_personal_data_becomes_a_typed_tag(kind: str, value: str, carrier: str) -> None:
    assert REDACTOR.redact(carrier.format(value)) == Redaction(carrier.format(f"[{kind}]"), (kind,))


@pytest.mark.parametrize(
    "text",
    [
        "24/7 support since v2.3.1, 100 users",
        "on 2026-10-01 at 12:30, 01.10.2026, 10/1/26 and 2026-10-01T12:30:00Z",
        "01 02 2026 and 20260201",
        "it cost 10.000 EUR, $1,299.99, 1.234.567,89 € or 0.061470643250",
        "order 4155552671, ticket #0123456789, invoice no. 12345678, Bestellung 612345678",
        "6123456789 rows in 945867987 episodes",
        "ISBN 978-3-16-148410-0, GTIN 4006381333931",
        "version 10.0.19045.3 and release 1.2.3.4",
        "open 0830-0930, busy 06.30-08.30",
        "Boeing 777-300ER from SIN on 23 May 2014",
        "https://shop.example/item/123456?page=2 is slow, so is localhost:8080",
        "std::vector, a::b, 12:30:45",
        "commit 3f2a9c1e7b 550e8400-e29b-41d4-a716-446655440000",
        "see you @ 5pm, pay @ 3.50 each, @acme_support, react@18.2.0",
        "look at amazon.com, shop at example dot com",
        "git clone git@github.com:acme/app.git",
        "2019-2020, 10/2026, 9-5, 10 of 12, 5/5, 80/20",
        "GB12 is no bank account",
        "**** **** **** 1234",
        "",
        "   ",
    ],
)
def test_ordinary_numbers_and_signs_stay(text: str) -> None:
    assert REDACTOR.redact(text) == Redaction(text, ())


@pytest.mark.parametrize("region", sorted(phonenumbers.SUPPORTED_REGIONS))
def test_international_numbers_of_every_region_are_found(region: str) -> None:
    number = phonenumbers.example_number(region)
    for form in (phonenumbers.PhoneNumberFormat.E164, phonenumbers.PhoneNumberFormat.INTERNATIONAL):
        written = phonenumbers.format_number(number, form)
        assert REDACTOR.redact(f"call {written} today").text == "call [PHONE] today"


def test_national_numbers_are_found_for_the_regions_asked_for_only() -> None:
    swiss = "044 668 18 00"
    assert Redactor(regions=["CH"]).redact(swiss).text == "[PHONE]"
    assert Redactor(regions=["US"]).redact(swiss).text == swiss
    assert Redactor(regions=[]).redact("(415) 555-2671, +41 44 668 18 00").text == "(415) 555-2671, [PHONE]"


def test_a_phone_number_does_not_take_the_numbers_beside_it() -> None:
    assert REDACTOR.redact("24/7 020 7946 0958 10 times 2026").text == "24/7 [PHONE] 10 times 2026"
    assert REDACTOR.redact("Call 020 7946 0985 if you need more").text == "Call [PHONE] if you need more"
    assert REDACTOR.redact("Call 555 0142 or 234-5678").text == "Call [PHONE] or [PHONE]"
    assert REDACTOR.redact("415-555-2671 415-555-2672").text == "[PHONE] [PHONE]"


def test_words_after_an_iban_or_a_code_after_a_card_stay() -> None:
    assert REDACTOR.redact("GB29 NWBK 6016 1331 9268 19 and so on").text == "[IBAN] and so on"
    assert REDACTOR.redact("4111 1111 1111 1111 12/27").text == "[CARD] 12/27"


def test_a_number_announced_by_a_document_is_taken_whatever_its_form() -> None:
    assert REDACTOR.redact("my passport number is C01X00T47").text == "my passport number is [ID]"
    assert REDACTOR.redact("Reisepass Nr. 123456789").text == "Reisepass Nr. [ID]"
    assert REDACTOR.redact("BSN 860052550").text == "BSN [ID]"
    assert REDACTOR.redact("the passport desk on 2026-10-01").found == ()


def test_a_mistyped_card_or_iban_is_taken_where_a_word_says_what_it_is() -> None:
    assert REDACTOR.redact("card number 4111 1111 1111 1112").text == "card number [CARD]"
    assert REDACTOR.redact("IBAN DE00 3704 0044 0532 0130 00").text == "IBAN [IBAN]"
    assert REDACTOR.redact("tracking 4111111111111112").found == ()


def test_an_address_ends_where_the_sentence_goes_on() -> None:
    assert REDACTOR.redact("ann@shop.com.Please reply").text == "[EMAIL].Please reply"
    assert REDACTOR.redact("邮箱是ann@shop.com请回复").text == "邮箱是[EMAIL]请回复"


def test_kinds_are_listed_in_the_order_of_the_text_with_repeats() -> None:
    redaction = REDACTOR.redact("192.168.178.20, ann@b.example, +49 30 901820, bob@b.example")
    assert redaction.found == ("IP", "EMAIL", "PHONE", "EMAIL")


def test_configured_patterns_come_first_and_take_their_group_only() -> None:
    redactor = Redactor({"order": r"\bORD-\d+\b", "Account": r"account (\d+)"})
    assert redactor.redact("ORD-4155552671, account 4155552671").text == "[ORDER], account [ACCOUNT]"
    assert redactor.redact("ORD-1").found == ("ORDER",)


def test_patterns_of_words_are_found_in_texts_without_digits() -> None:
    assert Redactor({"PROJECT": "(?i:bluebird)"}).redact("about Bluebird").text == "about [PROJECT]"


def test_common_patterns_take_order_and_account_numbers_after_their_words() -> None:
    redactor = Redactor(COMMON_PATTERNS)
    assert redactor.redact("order no. AB-12345 for customer 998877").text == "order no. [ORDER] for customer [ACCOUNT]"
    assert redactor.redact("Bestellung 4711-99 fehlt, pedido 123456").text == "Bestellung [ORDER] fehlt, pedido [ORDER]"
    assert redactor.redact("about INV-2026-45430 and PO-989508").text == "about [ORDER] and [ORDER]"
    assert redactor.redact("the order took 14 days, 3 accounts").found == ()


def test_what_is_configured_to_stay_stays() -> None:
    redactor = Redactor({"NUMBER": r"\d{7,}"}, keep=[r"\bINC\d{7}\b", r"#\d{10}\b"])
    assert redactor.redact("INC0000045 #4155552671 4155552671").text == "INC0000045 #4155552671 [NUMBER]"


def test_tags_in_the_text_stay_and_are_not_counted() -> None:
    assert REDACTOR.redact("[PHONE] or [EMAIL] 1") == Redaction("[PHONE] or [EMAIL] 1", ())
    assert Redactor({"EMAILS": "EMAIL"}).redact("[EMAIL] EMAIL").text == "[EMAIL] [EMAILS]"


def test_a_number_in_brackets_is_no_tag() -> None:
    assert REDACTOR.redact("[NL91ABNA0417164300]").text == "[[IBAN]]"


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        ({"patterns": {"order": "("}}, "order"),
        ({"patterns": {"1st": "a"}}, "1st"),
        ({"keep": ["["]}, "keep"),
        ({"regions": ["XX"]}, "XX"),
    ],
)
def test_a_wrong_setting_is_named(arguments: dict[str, object], named: str) -> None:
    with pytest.raises(SettingsError, match=named.upper() if named in ("order", "1st") else named):
        Redactor(**arguments)


def test_default_regions_are_those_of_the_settings() -> None:
    assert tuple(Settings.model_fields["phone_regions"].default) == DEFAULT_REGIONS


def test_many_texts_give_what_one_by_one_gives() -> None:
    texts = ["ann@b.example", "nothing", "+49 30 901820"]
    assert REDACTOR.redact_many(texts) == [REDACTOR.redact(text) for text in texts]


_PIECES = [
    *(
        "ann@b.example",
        "+49 30 901820",
        "4111 1111 1111 1111",
        "DE89370400440532013000",
        "123-45-6789",
        "192.168.178.20",
    ),
    *(
        "020 7946 0958",
        "0",
        "12",
        "/",
        "-",
        ".",
        " ",
        ",",
        "(",
        ")",
        "+",
        "@",
        "[EMAIL]",
        "[PHONE]",
        "2026-10-01",
        "order",
    ),
    *("passport", " at ", " dot ", "com", "https://a:b@c.example", "::", "1", "99", "X1234567L", "\n", "é", "👍"),
]
_MIXED = st.lists(st.sampled_from(_PIECES), max_size=14).map("".join) | st.text(max_size=120)


@given(_MIXED)
def test_redaction_is_idempotent(text: str) -> None:
    redactor = Redactor({"ORDER": r"order ?(\d+)"}, keep=["99"])
    once = redactor.redact(text)
    assert redactor.redact(once.text) == Redaction(once.text, ())


@given(_MIXED)
def test_text_outside_the_findings_is_never_altered(text: str) -> None:
    redaction = REDACTOR.redact(text)
    tags = "|".join(re.escape(f"[{kind}]") for kind in BUILT_IN_KINDS)
    outside = re.split(tags, redaction.text)
    assert re.fullmatch(".+?".join(map(re.escape, outside)), text, re.DOTALL)
    assert len(outside) - 1 == len(redaction.found) + len(re.findall(tags, text))


@given(st.text(alphabet=st.characters(categories=["L", "Z", "P", "S"], exclude_characters="@:"), max_size=200))
def test_text_without_digits_and_signs_stays(text: str) -> None:
    spelled = any(mark in text.lower() for mark in (" at ", " dot ", "punkt", "punto", "arroba", "at)", "at]", "at}"))
    assert spelled or REDACTOR.redact(text).text == text


@pytest.mark.parametrize(
    "unit", ["1", "1 ", "1-", "+1 ", "a@", "@", "a at ", "a dot ", "a(at)", "a://", "1:", "1.", "AB12", "x.", "[EMAIL]"]
)
def test_hostile_text_is_redacted(unit: str) -> None:
    hostile = unit * (100_000 // len(unit))
    assert REDACTOR.redact(hostile).text


def test_a_long_line_is_redacted_at_both_ends() -> None:
    line = "ann@b.example " + "the service was slow and nobody answered " * 30_000 + "+49 30 901820"
    redaction = REDACTOR.redact(line)
    assert redaction.found == ("EMAIL", "PHONE")
    assert redaction.text.endswith("answered [PHONE]")


def test_the_benchmark_cases_hold() -> None:
    from bench.redaction import bench_redactor, outcome
    from bench.redaction_cases import generated_cases

    cases = generated_cases(seed=2026)
    sample = random.Random(0).sample(cases, 1_200)
    totals = [outcome(case, bench_redactor_once) for bench_redactor_once in (bench_redactor(),) for case in sample]
    recall = sum(o["found"] for o in totals) / sum(o["positives"] for o in totals)
    precision = 1 - sum(o["wrong"] for o in totals) / sum(o["findings"] for o in totals)
    assert len(cases) >= 2_000
    assert recall >= 0.98
    assert precision >= 0.95
