"""Tells comments that say something from those that do not ("ok", "n/a", "nothing", "👍", "very good").

Mining puts the second sort into one bucket, "No detail", instead of letting them form themes.
"""

from __future__ import annotations

import re
from enum import StrEnum

_TAG = re.compile(r"\[[A-Z][A-Z0-9_]{0,30}\]")
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
_MOST_WORDS = 8
_REPEATED = re.compile(r"(.)\1{2,}")
_NO_VOWEL = re.compile(r"[bcdfghjklmnpqrstvwxz]{4,}")


class Polarity(StrEnum):
    """What a comment without detail says all the same."""

    PRAISE = "praise"
    COMPLAINT = "complaint"
    NEUTRAL = "neutral"


_NOTHING = frozenset(
    # English
    """no none nothing nil n na nope nah not not_applicable applicable null nan blank empty comment comments answer reply
    opinion idea say add improve improved improvement improvements suggest suggestion suggestions complaint complaints
    issue issues problem problems concern concerns change changes mind think thing things anything any much more further
    feedback remarks remark reason reasons particular specific especially else can't cannot couldn't can could don't do
    does know unknown unsure sure idk of at the moment present time now to that this it's it i i've i'm am have has had
    my me we you your there is are was were be been being really honestly so far as for and or in on with all just
    test testing x xx xxx asdf qwerty abc absolutely need needed needs nothing's comes come springs faults fault see
    n't dont cant didn't did would wouldn't what who when where how why maybe yes yeah yep yup done same before above
    mentioned said already stated previous see as"""
    # German, Spanish, French, Italian, Dutch, Portuguese
    """ nein nichts keine kein keiner keinen nix entfällt angabe angaben kommentar kommentare anmerkung anmerkungen ja
    weiß nicht ich habe hab gibt es weiter weitere sonst dazu zu sagen momentan derzeit
    nada ninguno ninguna ningun ningún sin comentario comentarios observaciones no aplica sé se que decir todo sí si por ahora el
    momento de más
    rien aucun aucune sans commentaire commentaires néant non oui à dire signaler
    niente nessuno nessun commento
    niks geen opmerkingen opmerking nee
    nenhum nenhuma nem sem comentário comentários não""".split()
)
_PRAISE = frozenset(
    """good great excellent fine perfect nice ok okay okey k alright brilliant fantastic amazing awesome superb wonderful
    outstanding super best better cool lovely faultless flawless impeccable satisfied satisfactory happy pleased thanks
    thank thankyou thx thnx thnks ty cheers love loved like liked fab fabulous first class top tops marvellous exceptional
    terrific incredible spot well done gud gd gr8 goood vgood nyc superb exelent excelent excellant
    gut sehr super toll prima klasse perfekt danke ausgezeichnet hervorragend zufrieden passt bestens spitze dankeschön
    wunderbar einwandfrei
    bien muy bueno buena buen excelente perfecto perfecta genial gracias estupendo fantástico satisfecho satisfecha contento contenta
    bon bonne très parfait parfaite merci génial
    bene ottimo buono grazie perfetto
    goed prima dank bedankt uitstekend
    bom boa ótimo obrigado obrigada muito""".split()
)
_COMPLAINT = frozenset(
    """bad poor terrible horrible awful worst useless rubbish crap unsatisfied dissatisfied unhappy disappointed
    disappointing disappointment pathetic worse disgusting hate hated hopeless shit sucks mediocre ridiculous
    schlecht furchtbar schrecklich katastrophe mies enttäuscht unzufrieden enttäuschend
    malo mala mal pésimo pésima horrible terrible fatal decepcionado decepcionada
    mauvais mauvaise nul nulle déçu déçue
    pessimo male slecht péssimo ruim""".split()
)
_FILLER = frozenset(
    """very really so extremely absolutely quite pretty too totally completely all everything always it is was were been
    be i i'm am the a an and or for my me you your we us as this that of with to at on in by have had much many lot lots
    most more again overall generally sir madam mam team guys everyone every just far job work experience please
    have has could not be would will nothing would keep up it's everything's that's fantastic thing ever
    alles war ist und mit für ich bin ein eine einfach so rundum weiter
    todo está estoy fue es y con muchas mucho el la lo un una
    tout est était et c'était je suis beaucoup
    tutto è molto alles heel erg tudo""".split()
)
_PRAISE_MARKS = frozenset("👍😀😃😄😁😊🙂😍🥰❤💖💕👏🙌🎉⭐🌟💯✅👌🙏😇🤩😎☺💙💚💛🧡💜")
_COMPLAINT_MARKS = frozenset("👎😡😠🤬😞😢😭😤🙁☹😒😩😫💩❌😔😟😣😖🤮")
_KNOWN = _NOTHING | _PRAISE | _COMPLAINT | _FILLER


def is_informative(text: str) -> bool:
    """Whether ``text`` says more than yes, no, nothing, thanks or a bare verdict.

    A comment of at most 8 words that are all verdicts, negations and fillers, or that has no words, says nothing; so
    does keyboard noise ("asdfgh", "xxxx"). Any other word makes it informative. English, German, Spanish, and the
    commonest words of French, Italian, Dutch and Portuguese are known.

    >>> is_informative("Very good, thanks!"), is_informative("Very good app")
    (False, True)
    """
    words = _words(text)
    if len(words) > _MOST_WORDS:
        return True
    return not all(word in _KNOWN or _is_noise(word) for word in words)


def no_detail_polarity(text: str) -> Polarity:
    """Whether a comment that says nothing else praises or complains; ``NEUTRAL`` where neither is evident.

    >>> no_detail_polarity("👍").value, no_detail_polarity("not good").value, no_detail_polarity("n/a").value
    ('praise', 'complaint', 'neutral')
    """
    words = _words(text)
    balance = sum(mark in text for mark in _PRAISE_MARKS) - sum(mark in text for mark in _COMPLAINT_MARKS)
    negated = False
    for word in words:
        direction = (word in _PRAISE) - (word in _COMPLAINT)
        balance += -direction if negated else direction
        negated = word in _NEGATIONS or (negated and direction == 0 and word in _FILLER)
    if balance == 0:
        return Polarity.NEUTRAL
    return Polarity.PRAISE if balance > 0 else Polarity.COMPLAINT


_NEGATIONS = frozenset("not no never wasn't isn't nicht kein keine nunca pas non niet não hardly".split())


def _words(text: str) -> list[str]:
    """The lower-case words of ``text``'s beginning: one more than any comment without detail has."""
    plain = _TAG.sub(" ", text[:1_000]).replace("’", "'").casefold()
    return [match.group() for match in _WORD.finditer(plain)]


def _is_noise(word: str) -> bool:
    """Whether ``word`` is a slip of the keyboard or a single letter."""
    return len(word) == 1 and word.isascii() or bool(_REPEATED.fullmatch(word))
