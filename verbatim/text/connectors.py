"""The closed word lists that ``clauses.py`` reads, by language: connectors, openings of statements, common verbs."""

from __future__ import annotations

MOST_WORDS_OF_A_CONNECTOR = 3


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


CONTRASTING = {
    "en": _words("but however although though whereas while yet except otherwise nevertheless nonetheless tho"),
    "de": _words("aber jedoch doch sondern allerdings obwohl trotzdem"),
    "es": _words("pero aunque sino"),
    "fr": _words("mais cependant toutefois"),
    "it": _words("ma però tuttavia"),
    "nl": _words("maar echter hoewel"),
    "pt": _words("mas porém contudo"),
}
"""Words that turn: a new statement begins after them."""

DOUBTFUL = _words("yet while except otherwise though whereas doch sondern sino ma e maar")
"""Words of ``CONTRASTING`` that turn only after a comma, or where a statement follows: "not yet", "a while"."""

NOT_BEFORE_BUT = _words("nothing anything all none everything anyone noone anybody nobody cannot")
"""Words that take "but" with them: "nothing but praise"."""

INTENSIFIERS = _words("even")
"""Words that belong to the connector behind them: "even though"."""

ADDING = {
    "en": _words("and also plus so then &"),
    "de": _words("und auch sowie"),
    "es": _words("y e también además"),
    "fr": _words("et aussi puis"),
    "it": _words("e ed anche"),
    "nl": _words("en ook"),
    "pt": _words("e também"),
}
"""Words that add: a new statement begins after them where both sides have a verb."""

SUBJECTS = {
    "en": _words(
        "the a an my our your his her their its this that these those i we you he she it they there all some many most "
        "no nothing nobody everyone everything everybody staff nurses doctors nurse doctor food service waiter waiters "
        "waitress people one another both every each what when prices price parking communication"
    ),
    "de": _words("der die das ein eine mein meine unser unsere ich wir sie er es man dies diese alle viele niemand"),
    "es": _words("el la los las un una mi mis nuestro nuestra yo nosotros ellos ellas se no nos me todo todos"),
    "fr": _words("le la les l un une mon ma mes notre nos je j nous ils elles il elle on c ce cette tout tous"),
    "it": _words("il lo la i gli le un una mio mia nostro nostra io noi loro non si tutto tutti"),
    "nl": _words("de het een mijn onze ons ik wij we zij ze hij er dit dat deze alle niemand"),
    "pt": _words("o a os as um uma meu minha nosso nossa eu nós eles elas não tudo todos"),
}
"""Words that can open the subject of a statement."""

AUXILIARIES = {
    "en": _words(
        """is are was were be been am isn't has have had having do does did can cannot could will would shall should
        must may might need needs needed want wants wanted get gets got feel feels felt seem seems seemed make makes
        made take takes took taken give gives gave given come comes came go goes went keep keeps kept say says said
        tell tells told know knows knew think thinks thought find finds found look looks looked work works worked
        help helps helped explain explains explained listen listens listened treat treats treated wait waits waited
        arrive arrives arrived ask asks asked call calls called send sends sent receive receives received offer offers
        offered provide provides provided like likes liked love loves loved enjoy enjoys enjoyed hate hates hated
        cost costs taste tastes tasted serve serves served order ordered order orders try tried tries leave leaves left
        become becomes became run runs ran show shows showed speak speaks spoke let lets pay pays paid charge charges
        charged leads lacks lacked lack improve improved improves wasnt isnt arent werent dont doesnt didnt cant
        couldnt wouldnt wont havent hasnt hadnt"""
    ),
    "de": _words(
        "ist sind war waren bin hat haben hatte hatten kann können konnte wird werden wurde wurden muss müssen musste "
        "soll sollte will wollte geht ging kommt kam macht machte funktioniert dauert dauerte gibt gab fehlt fehlte"
    ),
    "es": _words(
        "es son era eran fue fueron está están estaba estaban hay había ha han tiene tienen tenía tuvo puede pueden "
        "funciona tarda tardó tardaron falta quiero necesita"
    ),
    "fr": _words(
        "est sont était étaient fut a ont avait avaient peut peuvent pouvait fait va vont faut fonctionne manque dure"
    ),
    "it": _words("è sono era erano ha hanno aveva avevano può possono fa va funziona manca c'è fu furono"),
    "nl": _words("is zijn was waren heeft hebben had hadden kan kunnen kon wordt worden werd werden moet duurt duurde"),
    "pt": _words("é são era eram foi foram está estão estava há tem têm tinha pode podem funciona demora falta"),
}
"""Common verbs: a clause with one of them states something. Closed on purpose: no tagger is needed."""

SUBORDINATING = {"en": _words("who which whom whose where that because since when as until unless than")}
"""Words after a comma that go on with the same statement."""

FILLERS = {
    "en": _words(
        """very really quite so too just also even and or but the a an is are was were be been it its it's this that
        there i we you he she they to of in on at for with as all not no yes well ok okay good great nice fine bad
        excellent lovely amazing awful terrible brilliant perfect thanks thank you than then however otherwise overall
        always never ever still again here now my our your their"""
    )
}
"""Words that alone mean too little to be a clause of their own."""
