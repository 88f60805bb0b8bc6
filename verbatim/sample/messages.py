"""Subjects, first messages and replies of tickets."""

from __future__ import annotations

import re
from random import Random

from verbatim.sample import noise
from verbatim.sample.grammar import in_sentences, read_grammar
from verbatim.sample.tickets import Ticket

_OWN = re.compile(r"\b(?:my|our)\b")


class Correspondent:
    """Words for what customers and agents write in tickets (English)."""

    def __init__(self, seed: int) -> None:
        self._grammar = read_grammar("en_common", "en_product", "en_everyday", "en_replies")
        self._seed = seed

    def opening(self, ticket: Ticket) -> tuple[str, str]:
        """Subject and body of the first message."""
        rng = Random(f"{self._seed}:opening:{ticket.id}")
        say, facts, cause = self._grammar.say, _facts(ticket), ticket.cause.key
        said = [say(cause, "core", rng, facts)]
        if rng.random() < 0.7 and self._grammar.has(cause, "detail"):
            said.append(say(cause, "detail", rng, facts))
        if rng.random() < 0.6:
            said.append(say("first_message", "ask", rng, facts))
        body = in_sentences(said)
        if rng.random() < 0.15:
            body = noise.mistype(body, rng)
        if rng.random() < 0.07:
            body = f"{body} {noise.personal(ticket.contact.name, rng, 'en')[0]}"
        greeting = say("first_message", "greeting", rng, facts)
        farewell = say("first_message", "farewell", rng, facts)
        subject = say(cause, "subject", rng, facts)
        return subject[:1].upper() + subject[1:], "\n\n".join(part for part in (greeting, body, farewell) if part)

    def replies(self, ticket: Ticket) -> list[str | None]:
        """The text of each of the ticket's events, ``None`` for those without words."""
        rng = Random(f"{self._seed}:replies:{ticket.id}")
        facts = _facts(ticket)
        topic = self._grammar.say(ticket.cause.key, "topic", rng, facts)
        texts: list[str | None] = []
        subject = ""
        for event in ticket.events:
            if event.purpose is None:
                texts.append(None)
                continue
            if event.purpose == "ask":
                subject = rng.choice(("_details", "_attempt", "_access"))
            about = subject if event.purpose in ("ask", "answer") else ""
            facts["topic"] = topic if event.actor == ticket.contact.id else _OWN.sub("your", topic)
            texts.append(in_sentences([self._grammar.say("replies", event.purpose + about, rng, facts)]))
        return texts


def _facts(ticket: Ticket) -> dict[str, str]:
    return {
        "agent": ticket.agent.name.split()[0],
        "customer": ticket.contact.name.split()[0],
        "product": ticket.product if ticket.product != "Account" else "the admin page",
    }
