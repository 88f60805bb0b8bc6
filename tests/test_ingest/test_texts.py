from __future__ import annotations

from verbatim.ingest.texts import TextDesk
from verbatim.settings import Settings


def test_comments_are_cleaned_redacted_and_described():
    desk = TextDesk(Settings(redact_patterns={"ORDER": r"\bO-\d+\b"}, redact_keep=[r"T-\d+"]))
    raw = "<p>My order O-123, ticket T-99887766: mail ann@who.example&nbsp;please</p>"
    found = desk.comments([raw, raw, "", "-", "nan", "ok"])
    assert set(found) == {raw, "ok"}
    assert found[raw].text == "My order [ORDER], ticket T-99887766: mail [EMAIL] please"
    assert (found[raw].informative, found["ok"].informative) == (True, False)


def test_a_rejected_value_is_shown_short_and_redacted():
    desk = TextDesk(Settings())
    assert desk.shown("ann@who.example said\nno") == "[EMAIL] said no"
    assert len(desk.shown("x" * 10_000)) == 200
