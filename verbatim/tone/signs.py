"""Words and phrases that show what a comment wants: one look at each word of a text finds them all.

English, with the commonest of German and Spanish; lower case, one to three words, a text's apostrophes straightened.
Only the first 4,000 characters of a text are read, in linear time.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

LONGEST = 4_000  # characters
_WORD = re.compile(r"[^\W_]+(?:['\-][^\W_]+)?")
_CLOSED = re.compile(r"[.!?;\n]\s*")

WISH = """
should | should have | could be better | could be improved | would be nice | would be good | would be great
would be helpful | would be useful | would help | would like | i'd like | i would love | we would love | would love to
i'd love | wish | wished | i want | we want | it needs | needs to | needs more | needs better | you need | they need
please add | please make | please | pls | plz | suggest | suggestion | recommend adding | consider | how about
why not | could do with | let us | let me | let users | allow | allow us | allow users | give us | bring back | add a
add an | add the | an option | option to | ability to | feature request | improve | improving | be able to | instead of
room for improvement | could have been | could have | might be better | prefer | would prefer | would have liked
wäre schön | wäre gut | wäre toll | wünschenswert | wünsche | bitte | sollte | sollten | könnte | könnten | ich möchte
verbessern | mehr | würde gern | vorschlag | sería bueno | me gustaría | debería | deberían | por favor | podrían
sugiero | falta | quisiera | mejorar | estaría bien | ojalá
"""
BEGINS_A_WISH = """
more | better | less | fewer | shorter | longer | faster | quicker | cheaper | clearer | easier | bigger | larger
improve | add | make | fix | bring | offer | provide | allow | let | give | stop | reduce | increase | keep | need
needs | send | remove | simplify | support | hire | train | tell | listen | answer | be | please | get | put | use
cancel | change | update | remind | refund | call | mehr | bitte | bessere | schnellere | kürzere | weniger | más
mejor | mejorar | menos | poner | añadir
"""
QUESTION = """
how do i | how can i | how do we | how can we | how to | can i | can we | can you | could you | can someone
can anybody | could someone | is there | are there | is it possible | do you | does it | does this | does the | where is
where can | where do | when will | when can | when is | what is | what are | what does | what do | which one | who do
who can | why is | why does | why do | why are | why was | will you | will it | will there | i want to know | i wonder
wondering | any idea | any plans | tell me how | tell me what | gibt es | wie kann | wie lange | wo finde | warum
wann | kann ich | können sie | cómo puedo | dónde | cuándo | por qué | hay alguna | puedo | es posible | qué es
"""
BEGINS_A_QUESTION = """
how | what | where | when | why | who | which | whose | can | could | is | are | do | does | did | will | would | may
was | were | has | have | am | wie | wo | wann | warum | wer | was | welche | welcher | kann | können | gibt | cómo
dónde | cuándo | qué | quién | cuál | puedo | pueden | hay
"""
FAULT = """
bug | bugs | buggy | glitch | glitches | glitchy | crash | crashes | crashed | crashing | freezes | freezing | froze
frozen | hangs | error | errors | error message | exception | blank page | blank screen | white screen | black screen
404 | 500 | 502 | 503 | stack trace | time out | times out | timed out | timeout | broken | not working | doesn't work
does not work | don't work | do not work | didn't work | did not work | won't load | will not load | doesn't load
does not load | not load | won't open | doesn't open | cannot open | can't open | stopped working | no longer works
stops working | fails | failed to | fails to | failing | corrupted | corrupt | logged out | logging me out | log me out
can't log | cannot log | unable to log | can't login | won't start | does not start | doesn't start | won't connect
will not connect | disconnects | disappeared | disappears | vanished | lost my data | data loss | not saved
doesn't save | does not save | won't save | not syncing | doesn't sync | sync fails | does nothing | do nothing
nothing happens | unresponsive | not responding | stuck on | wrong values | wrongly | shows the wrong | not displayed
doesn't show | does not show | duplicated | fehlermeldung | fehler | stürzt | absturz | abstürze | funktioniert nicht
geht nicht | lädt nicht | hängt | eingefroren | se cierra | se bloquea | no funciona | no carga | no abre | fallo
fallos | da error | mensaje de error
"""
PRAISING = """
thank | thanks | great | excellent | good | love | loved | perfect | amazing | awesome | wonderful | brilliant
fantastic | best | helpful | friendly | kind | happy | pleased | satisfied | impressed | easy | easier | recommend
lovely | superb | outstanding | quick | quickly | fast | professional | polite | reliable | enjoyed | enjoy | delighted
well done | nice | smooth | smoothly | works well | keep it up | gut | super | toll | freundlich | zufrieden | danke
schnell | klasse | hervorragend | hilfsbereit | perfekt | excelente | buen | buena | bueno | gracias | genial
encanta | rápido | amable | amables | contento | contenta | perfecto | satisfecho
"""
COMPLAINING = """
terrible | awful | horrible | bad | poor | worst | worse | slow | rude | useless | disappointed | disappointing
frustrated | frustrating | annoying | annoyed | unacceptable | waste | never | nobody | no one | ignored | waiting
waited | expensive | overpriced | confusing | complicated | difficult | hard to | late | delayed | dirty | wrong
unhelpful | unfriendly | lack | lacking | not good | not happy | not helpful | cannot | can't | unable | ridiculous
pathetic | too | nightmare | hopeless | fed up | let down | still waiting | no reply | no response | no answer | hate
unreliable | misleading | charged twice | overcharged | missing | damaged | schlecht | langsam | unfreundlich | teuer
enttäuscht | enttäuschend | leider | nie | niemand | katastrophe | unverschämt | ärgerlich | zu lange | keine antwort
malo | mala | mal | lento | lenta | caro | pésimo | pésima | decepcionado | nunca | nadie | horrible | tarde
"""
SUPPORT = """
support | agent | agents | staff | team | service | customer service | helpdesk | help desk | hotline | call | called
calls | phone | on hold | chat | chatbot | ticket | email | emails | e-mail | reply | replied | response | respond
responded | answered | advisor | adviser | representative | consultant | technician | engineer | colleague | nurse
nurses | doctor | doctors | waiter | waitress | driver | courier | receptionist | reception | trainer | helpful | rude
polite | friendly | patient | explained | listened | told me | promised | he | she | they | wait | waited | waiting
refund | department | manager | callback | call back | human | person | appointment | mitarbeiter | kundendienst
kundenservice | berater | anruf | rückruf | antwort | soporte | atención | agente | llamada | llamé | personal
respuesta | servicio
"""
PRODUCT = """
app | apps | product | software | website | site | page | tool | feature | features | interface | ui | design | layout
button | buttons | menu | screen | update | version | search | login | log in | password | dashboard | report | reports
export | import | sync | notification | notifications | integration | api | performance | loading | speed | battery
quality | material | fabric | size | device | printer | phone app | mobile | desktop | browser | plugin | settings
dark mode | documentation | bug | bugs | crash | crashes | error | install | installation | setup | food | room | seat
sound | picture | camera | file | files | upload | download | calendar | filter | template | editor | produkt
anwendung
oberfläche | funktion | funktionen | qualität | seite | aplicación | producto | página | pantalla | función | botón
calidad | versión | aktualisierung | actualización
"""
PHRASES = {
    "wish": WISH,
    "begins_a_wish": BEGINS_A_WISH,
    "question": QUESTION,
    "begins_a_question": BEGINS_A_QUESTION,
    "fault": FAULT,
    "praising": PRAISING,
    "complaining": COMPLAINING,
    "support": SUPPORT,
    "product": PRODUCT,
}
SIGNS = (*PHRASES, "question_mark", "ends_in_question_mark")
"""The columns of ``find_signs``."""
_BEGINNINGS = frozenset(("begins_a_wish", "begins_a_question"))


def find_signs(texts: Sequence[str]) -> NDArray[np.float32]:
    """Which signs each text shows: shape ``(n, len(SIGNS))``, 0 or 1; praise and complaint count up to three, thirds.

    >>> dict(zip(SIGNS, find_signs(["How do I reset it?"])[0].tolist()))["question"]
    1.0
    """
    found = np.zeros((len(texts), len(SIGNS)), dtype=np.float32)
    for row, text in enumerate(texts):
        _fill(found[row], text)
    for name in ("praising", "complaining"):
        column = found[:, SIGNS.index(name)]
        found[:, SIGNS.index(name)] = np.minimum(column, 3) / 3
    return found


def plain_words(text: str) -> list[str]:
    """The words of the beginning of ``text``, case folded."""
    return _WORD.findall(text[:LONGEST].replace("’", "'").casefold())


def _fill(row: NDArray[np.float32], text: str) -> None:
    anywhere, beginnings = _tables()
    words = plain_words(text)
    counted = (SIGNS.index("praising"), SIGNS.index("complaining"))
    for at, word in enumerate(words):
        phrases = [word]
        if at + 1 < len(words):
            phrases.append(f"{word} {words[at + 1]}")
        if at + 2 < len(words):
            phrases.append(f"{phrases[1]} {words[at + 2]}")
        for phrase in phrases:
            for sign in anywhere.get(phrase, ()):
                row[sign] = row[sign] + 1 if sign in counted else 1
    for sentence in _CLOSED.split(text[:LONGEST])[:20]:
        opening = plain_words(sentence[:40])[:1]
        for sign in beginnings.get(opening[0], ()) if opening else ():
            row[sign] = 1
    row[SIGNS.index("question_mark")] = any(mark in text[:LONGEST] for mark in "?？")
    row[SIGNS.index("ends_in_question_mark")] = text[-20:].rstrip(" \n\"')”").endswith(("?", "？"))


@cache
def _tables() -> tuple[dict[str, tuple[int, ...]], dict[str, tuple[int, ...]]]:
    """Phrase → columns, for phrases anywhere and for words that open a sentence."""
    anywhere: dict[str, tuple[int, ...]] = {}
    beginnings: dict[str, tuple[int, ...]] = {}
    for column, (name, block) in enumerate(PHRASES.items()):
        table = beginnings if name in _BEGINNINGS else anywhere
        for phrase in block.replace("\n", "|").split("|"):
            key = phrase.strip()
            if key and column not in table.get(key, ()):
                table[key] = (*table.get(key, ()), column)
    return anywhere, beginnings
