"""The words and phrases of comments that say nothing in particular: tables for ``informative``.

English, German and Spanish, and the commonest words of French, Italian, Dutch and Portuguese; lower case. A word that
can carry a matter of its own ("time", "work", "staff") must stand in a phrase, never alone.
"""

from __future__ import annotations

NOTHING = frozenset(
    """
    whatsoever zero no none nothing nil n na nope nah not not_applicable applicable null nan blank empty comment
    comments opinion idea say add improve improved improvement improvements suggest suggestion suggestions
    complaint complaints issue issues problem problems concern concerns think thing things anything any much
    more further feedback remarks remark reason reasons particular specific especially else can't cannot
    couldn't can could don't know unknown unsure sure idk of the to that this it's it i i've i'm am have has had
    my me we you your there is are was were be been being really honestly so far as and all just test testing x
    xx xxx asdf qwerty abc absolutely nothing's see n't dont cant didn't did would wouldn't maybe yes yeah yep
    yup same nein nichts keine kein keiner keinen nix entfällt angabe angaben kommentar kommentare anmerkung
    anmerkungen ja weiß nicht ich habe hab gibt es weiter weitere sonst dazu zu sagen nada ninguno ninguna
    ningun ningún sin comentario comentarios observaciones aplica sé se que decir todo sí si por el de más rien
    aucun aucune sans commentaire commentaires néant non oui à dire signaler niente nessuno nessun commento niks
    geen opmerkingen opmerking nee nenhum nenhuma nem sem comentário comentários não
    """.split()
)
"""Words that say that there is nothing to say."""

PRAISE = frozenset(
    """
    tq tnx thks thanku awsome good great excellent fine perfect nice ok okay okey k alright brilliant fantastic
    amazing awesome superb wonderful outstanding super best better cool lovely faultless flawless impeccable
    satisfied satisfactory happy pleased thanks thank thankyou thx thnx thnks ty cheers love loved like liked
    fab fabulous marvellous exceptional terrific incredible gud gd gr8 goood vgood nyc exelent excelent
    excellant gut toll prima klasse perfekt danke ausgezeichnet hervorragend zufrieden passt bestens spitze
    dankeschön wunderbar einwandfrei bien bueno buena buen excelente perfecto correcto perfecta genial gracias
    estupendo fantástico satisfecho satisfecha contento contenta bon bonne parfait parfaite merci génial bene
    ottimo buono grazie perfetto goed dank bedankt uitstekend bom boa ótimo obrigado obrigada
    """.split()
)
"""Verdicts that praise, and thanks."""

COMPLAINT = frozenset(
    """
    bad poor terrible horrible awful worst useless rubbish crap unsatisfied dissatisfied unhappy disappointed
    disappointing disappointment pathetic worse disgusting hate hated hopeless shit sucks mediocre ridiculous
    schlecht furchtbar schrecklich katastrophe mies enttäuscht unzufrieden enttäuschend malo mala mal pésimo
    pésima fatal decepcionado decepcionada mauvais mauvaise nul nulle déçu déçue pessimo male slecht péssimo
    ruim
    """.split()
)
"""Verdicts that complain."""

FILLER = frozenset(
    """
    sehr muy très muito molto very really so extremely absolutely quite pretty too totally completely all
    everything it is was were been be i i'm am the a an and or for my me you your we us as this that of with to
    have had much many lot lots most more again overall generally sir madam mam guys everyone every far
    experience has could not would will nothing it's everything's that's fantastic thing ever alles war ist und
    mit für ich bin ein eine einfach rundum weiter todo está estoy fue es y con muchas mucho el la lo un una
    tout est était et c'était je suis beaucoup tutto è molto heel erg tudo
    """.split()
)
"""Words that add nothing to a verdict."""

NEGATIONS = frozenset(
    """
    not never wasn't isn't aren't don't didn't nicht nunca pas non niet não hardly
    """.split()
)
"""Words that turn the verdict after them round."""

PRAISING_PHRASES = tuple(
    phrase.strip()
    for phrase in """
    nothing could be better, nothing could have been better, nothing better, nothing to complain, could not
    fault, keep going, keep up the good work, keep up the great work, keep it up, good job, great job, nice job,
    good work, great work, excellent work, excellent job, well done, spot on, top notch, first class, thumbs up,
    no faults, can't fault, cannot fault, couldn't fault, couldn't be better, could not be better, couldn't have
    been better, could not have been better, no complaints, no complaint, nothing to complain about, ten out of
    ten, weiter so, alles bestens, alles gut, nichts zu beanstanden, nichts zu meckern, todo bien, muy bien,
    rien à redire
    """.replace("\n    ", " ").split(",")
)
"""Phrases that praise without saying what."""

EMPTY_PHRASES = tuple(
    phrase.strip()
    for phrase in """
    at all, no thanks, no thank you, as always, as of now, improvements needed, improvement needed, at the
    moment, at this moment, at this time, at present, right now, for now, just now, comes to mind, springs to
    mind, come to mind, as above, see above, as mentioned above, as stated above, as previously mentioned, same
    as above, don't know, do not know, does not apply, doesn't apply, in particular, no answer, what to say,
    need to change, needs to change, need changing, needs changing, no change, no changes, nothing to change,
    done differently, could have been done, could be done, think of, as far as i know, im moment, zur zeit, mir
    fällt nichts ein, por el momento, de momento, por ahora, no aplica, no sé, pour le moment, per ora, op dit
    moment, a lot
    """.replace("\n    ", " ").split(",")
)
"""Phrases that add nothing."""

COMPLAINING_PHRASES = tuple(
    phrase.strip()
    for phrase in """
    could be better, could have been better, could be improved, could have been improved, could do better, could
    be done better, could have done better, needs improvement, needs improving, need improving, need to be
    improved, not up to the mark, könnte besser sein, podría ser mejor
    """.replace("\n    ", " ").split(",")
)
"""Phrases that complain without saying what."""

PRAISING_MARKS = frozenset("👍😀😃😄😁😊🙂😍🥰❤💖💕👏🙌🎉⭐🌟💯✅👌🙏😇🤩😎☺💙💚💛🧡💜")
COMPLAINING_MARKS = frozenset("👎😡😠🤬😞😢😭😤🙁☹😒😩😫💩❌😔😟😣😖🤮")
