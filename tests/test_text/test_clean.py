from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verbatim.text.clean import clean_text

REPLY = "It works now, thanks for the help."


@pytest.mark.parametrize(
    ("raw", "cleaned"),
    [
        ("Fish &amp; chips &#8211; &euro;5", "Fish & chips – €5"),
        ("&amp;lt;3 you all", "<3 you all"),
        ("<p>First</p><p>Second<br/>third</p>", "First\nSecond\nthird"),
        ('See <a href="https://x.example/?a=1">the page</a>', "See the page"),
        ("kept <script>alert('x < y')</script> text", "kept text"),
        ("kept <!-- <b>note --> text", "kept text"),
        ("<STYLE type='a'>p {}</STYLE>kept", "kept"),
        ("&lt;b&gt;bold&lt;/b&gt; words", "bold words"),
        ("x" + "\u00a0\u2003 \t" + "y", "x y"),
        ("one\r\n\r\n\r\n  two\u2028three", "one\ntwo\nthree"),
        ("zero\u200bwidth\ufeff \u202eturned\u202c \x00\x07end", "zerowidth turned end"),
        ("cafe\u0301", "café"),
        ("it\x92s late \x97 again\x85", "it’s late — again…"),
        ("&#x200B;&#0;ok", "\ufffdok"),
    ],
)
def test_markup_and_stray_characters_go(raw: str, cleaned: str) -> None:
    assert clean_text(raw) == cleaned


@pytest.mark.parametrize(
    "text",
    [
        "I <3 it, 5 < 6 and 7 > 3",
        "write to <ann@shop.example>",
        "<i think it is fine>",
        "if a<b then b>a",
        "AT&T and R&D, a&b;c",
        "👍🏽 family 👨\u200d👩\u200d👧 flag 🇩🇪 heart ❤\ufe0f",
        "می\u200cخواهم",
        "> 3 weeks of waiting",
        "On Monday 2024 the agent wrote: restart. That did not help.",
        "Sent from my laptop to yours, the file was lost on the way",
        "Best regards to the whole team",
        "Pros: fast\nCons: price\nTo: everyone",
        "one\n—\ntwo",
        "the options -- all of them -- are bad",
    ],
)
def test_ordinary_text_stays_as_it_is(text: str) -> None:
    assert clean_text(text) == text


@pytest.mark.parametrize(
    "quoted",
    [
        "On Mon, 3 May 2024 at 10:12, Support <help@x.example> wrote:\n> Dear Ann,\n> please restart.",
        "On Mon, 3 May 2024 at 10:12, Support\n<help@x.example>\nwrote:\n\n> Dear Ann,\n>> please restart.",
        "Am Mo., 3. Mai 2024 um 10:12 Uhr schrieb Support <help@x.example>:\n> Guten Tag",
        "El lun, 3 may 2024 a las 10:12, Soporte (<help@x.example>) escribió:\n> Hola",
        "Le lun. 3 mai 2024 à 10:12, Aide <help@x.example> a écrit :\n> Bonjour",
        "-----Original Message-----\nFrom: help@x.example\nHave you restarted?",
        "-------- Ursprüngliche Nachricht --------\nVon: Hilfe\nGuten Tag",
        "From: Support\nSent: 3 May 2024 10:12\nTo: Ann\nSubject: restart\nHave you restarted?",
        "Von: Hilfe\nGesendet: Montag\nAn: Ann\nBetreff: Neustart\nHaben Sie neu gestartet?",
        "De: Soporte\nEnviado: lunes\nPara: Ana\nAsunto: reinicio\n¿Ha reiniciado?",
        "> Dear Ann,\n> please restart.",
    ],
)
def test_quoted_mail_below_an_answer_goes(quoted: str) -> None:
    assert clean_text(f"{REPLY}\n\n{quoted}") == REPLY


def test_quoted_mail_flattened_to_one_line_goes() -> None:
    flat = f"{REPLY} On Mon, 3 May 2024, Support <help@x.example> wrote: > Dear Ann, > please restart."
    assert clean_text(flat) == REPLY
    assert clean_text(f"{REPLY} -----Original Message----- From: help@x.example Hello") == REPLY


def test_answers_between_quotes_stay() -> None:
    raw = "On 3 May 2024, Ann <a@b.example> wrote:\n> Does it start?\nYes.\n> And the export?\nNo, it hangs."
    assert clean_text(raw) == "Yes.\nNo, it hangs."


@pytest.mark.parametrize(
    "signature",
    [
        "-- \nAnn Smith\nHead of Support\n+1 415 555 2671",
        "Sent from my iPhone",
        "Get Outlook for iOS",
        "Von meinem iPhone gesendet",
        "Enviado desde mi iPhone",
        "Best regards,\nAnn Smith\nHead of Support",
        "Mit freundlichen Grüßen\nAnna Schmidt",
        "Un saludo,\nAna",
        "Thanks,\nAnn",
        "This email and any attachments are confidential and intended for the addressee.\nDo not copy it.",
    ],
)
def test_signatures_go(signature: str) -> None:
    assert clean_text(f"{REPLY}\n\n{signature}") == REPLY


def test_long_text_after_two_hyphens_is_no_signature() -> None:
    rest = "\n".join(
        f"{number}. A point that matters to us a great deal, and that nobody has heard." for number in range(15)
    )
    assert clean_text(f"{REPLY}\n--\n{rest}").endswith("nobody has heard.")


@pytest.mark.parametrize(
    ("raw", "cleaned"),
    [
        ("> It never worked.\n> Not once.", "It never worked.\nNot once."),
        ("Best regards,\nAnn", "Best regards,\nAnn"),
        ("-----Original Message-----\nFrom: Ann\nTo: Support\nSubject: x\nIt never worked.", "It never worked."),
        ("Sent from my iPhone", "Sent from my iPhone"),
        ("--", "--"),
    ],
)
def test_what_is_all_there_is_stays(raw: str, cleaned: str) -> None:
    assert clean_text(raw) == cleaned


@pytest.mark.parametrize("blank", ["", " \n\t ", "<p> </p>", "\u200b\ufeff", "&nbsp;"])
def test_blank_text_cleans_to_nothing(blank: str) -> None:
    assert clean_text(blank) == ""


@pytest.mark.parametrize(
    "unit",
    [
        "<a ",
        "<script>",
        "<!--",
        "&#9",
        "&amp;",
        "<a x=",
        "a\u0300\u0316",
        "\u0300\u0316",
        "\u200d",
        ">\n",
        "On 2020 ",
        "-",
    ]
    + ["On 2020 wrote: ", "schrieb ", "--\n", "Regards\n", "From: a\n", "\n", " ", "Sent from my ", "a"],
)
def test_hostile_characters_are_cleaned(unit: str) -> None:
    hostile = unit * (300_000 // len(unit))
    assert len(clean_text(hostile)) <= len(hostile)


@given(st.text(max_size=300))
def test_cleaned_text_is_normal_single_spaced_and_printable(raw: str) -> None:
    cleaned = clean_text(raw)
    assert unicodedata.is_normalized("NFC", cleaned)
    assert cleaned == cleaned.strip()
    assert "  " not in cleaned
    assert "\n\n" not in cleaned
    assert not any(character != "\n" and unicodedata.category(character) in ("Cc", "Cs") for character in cleaned)


@given(st.text(alphabet=st.characters(categories=["L", "N"]), min_size=1, max_size=80))
def test_letters_and_digits_are_never_lost(raw: str) -> None:
    assert clean_text(raw) == unicodedata.normalize("NFC", raw).translate(
        dict.fromkeys((0x115F, 0x1160, 0x3164, 0xFFA0))
    )


_PARTS = [
    "It works.",
    "> quote",
    "--",
    "On 3 May 2024, A <a@b.example> wrote:",
    "Best regards,",
    "Ann",
    "<br>",
    "&lt;b&gt;",
    " ",
]


@given(st.lists(st.sampled_from(_PARTS), max_size=9).map("\n".join))
def test_an_answer_is_never_destroyed(raw: str) -> None:
    assert bool(clean_text(raw)) == bool(raw.replace("<br>", "").replace("&lt;b&gt;", "").strip())
