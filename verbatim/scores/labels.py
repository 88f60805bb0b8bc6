"""The words and signs people answer with, per family of scale: tables only, read by ``scales``.

Each row is one answer, from the lowest value of the scale to its highest; all forms in a row mean the same value.
A form stands once per scale. Where two families disagree on a word ("good" is 4 of 5 in "very poor … very good" and
3 of 5 in "poor … excellent") they are two scales, because a single cell cannot tell which was meant.
"""

from __future__ import annotations

Rows = tuple[tuple[str, ...], ...]

NOT_APPLICABLE: tuple[str, ...] = (
    "n/a", "na", "n.a.", "not applicable", "does not apply", "not relevant", "don't know", "dont know", "do not know",
    "no opinion", "prefer not to say", "rather not say", "unsure", "not sure", "can't say",
    "keine angabe", "k.a.", "weiß nicht", "weiss nicht", "nicht zutreffend", "trifft nicht zu", "entfällt",
    "no aplica", "no procede", "no corresponde", "no sabe", "no sé", "no lo sé", "ns/nc", "prefiero no decirlo",
)  # fmt: skip

BLANK: tuple[str, ...] = (
    "", "-", "--", "–", "—", ".", "?", "nan", "nat", "none", "null", "nil", "<na>", "#n/a", "(blank)", "blank", "empty",
    "offered", "unoffered", "skipped", "skip", "no answer", "no response", "no rating", "not answered", "not rated",
    "unanswered", "unrated", "keine antwort", "übersprungen", "nicht beantwortet",
    "sin respuesta", "sin contestar", "no contesta", "omitida",
)  # fmt: skip

SATISFIED_5: Rows = (
    ("very dissatisfied", "extremely dissatisfied", "very unsatisfied", "very unhappy", "very poor", "terrible",
     "sehr unzufrieden", "sehr schlecht", "muy insatisfecho", "muy insatisfecha", "muy malo", "muy mal", "muy mala",
     "😡", "😠", "🤬", "😭", "😤"),
    ("dissatisfied", "somewhat dissatisfied", "unsatisfied", "unhappy", "poor", "bad",
     "unzufrieden", "eher unzufrieden", "schlecht", "insatisfecho", "insatisfecha", "malo", "mala", "mal",
     "🙁", "☹", "😞", "😟", "😕", "😦", "😔"),
    ("neutral", "neither satisfied nor dissatisfied", "neither dissatisfied nor satisfied", "neither good nor poor",
     "neither good nor bad", "neither", "okay", "ok", "fair", "average", "so-so",
     "teils teils", "teils/teils", "weder noch", "weder zufrieden noch unzufrieden", "mittelmäßig",
     "ni satisfecho ni insatisfecho", "regular", "normal", "😐", "😑", "😶"),
    ("satisfied", "somewhat satisfied", "happy", "good",
     "zufrieden", "eher zufrieden", "gut", "satisfecho", "satisfecha", "bueno", "buena", "bien",
     "🙂", "😊", "☺", "😃", "😌"),
    ("very satisfied", "extremely satisfied", "completely satisfied", "very happy", "very good", "great",
     "sehr zufrieden", "sehr gut", "muy satisfecho", "muy satisfecha", "muy bueno", "muy buena", "muy bien",
     "😀", "😄", "😁", "😍", "🤩", "🥰", "😆"),
)  # fmt: skip

EXCELLENT_5: Rows = (
    ("poor", "mangelhaft", "deficiente"),
    ("fair", "ausreichend", "aceptable", "regular"),
    ("good", "gut", "bueno", "buena"),
    ("very good", "sehr gut", "muy bueno", "muy buena"),
    ("excellent", "outstanding", "ausgezeichnet", "hervorragend", "excelente"),
)

AMAZING_5: Rows = (
    ("terrible", "😠", "😡"),
    ("bad", "🙁", "☹"),
    ("ok", "okay", "😐"),
    ("great", "good", "😃", "🙂"),
    ("amazing", "🤩", "😍"),
)

SATISFIED_7: Rows = (
    ("very dissatisfied", "extremely dissatisfied", "completely dissatisfied",
     "sehr unzufrieden", "muy insatisfecho", "muy insatisfecha"),
    ("dissatisfied", "moderately dissatisfied", "mostly dissatisfied", "unzufrieden", "insatisfecho", "insatisfecha"),
    ("somewhat dissatisfied", "slightly dissatisfied", "eher unzufrieden", "algo insatisfecho", "algo insatisfecha"),
    ("neutral", "neither satisfied nor dissatisfied", "neither dissatisfied nor satisfied", "neither",
     "weder noch", "weder zufrieden noch unzufrieden", "ni satisfecho ni insatisfecho"),
    ("somewhat satisfied", "slightly satisfied", "eher zufrieden", "algo satisfecho", "algo satisfecha"),
    ("satisfied", "moderately satisfied", "mostly satisfied", "zufrieden", "satisfecho", "satisfecha"),
    ("very satisfied", "extremely satisfied", "completely satisfied",
     "sehr zufrieden", "muy satisfecho", "muy satisfecha"),
)  # fmt: skip

SATISFIED_3: Rows = (
    ("dissatisfied", "unsatisfied", "not satisfied", "unhappy", "bad", "poor", "negative", "unzufrieden", "schlecht",
     "insatisfecho", "insatisfecha", "malo", "mala", "🙁", "☹", "😞", "😟", "😡", "😠", "😕"),
    ("neutral", "neither", "neither satisfied nor dissatisfied", "okay", "ok", "average", "so-so", "weder noch",
     "teils teils", "teils/teils", "regular", "normal", "ni satisfecho ni insatisfecho", "😐", "😑", "😶"),
    ("satisfied", "happy", "good", "great", "positive", "zufrieden", "gut", "satisfecho", "satisfecha", "bueno",
     "buena", "🙂", "😊", "☺", "😃", "😀", "😄", "😁", "😍"),
)  # fmt: skip

GOOD_BAD: Rows = (
    ("bad", "dissatisfied", "unsatisfied", "not satisfied", "unhappy", "negative", "no", "false", "thumbs down",
     "thumb down", "thumbs_down", "thumbsdown", "down", "bad with comment", "bad_with_comment", "badwithcomment",
     "schlecht", "unzufrieden", "nein", "daumen runter", "malo", "mala", "mal", "👎", "🙁", "☹", "😞", "😡"),
    ("good", "satisfied", "happy", "positive", "yes", "true", "thumbs up", "thumb up", "thumbs_up", "thumbsup", "up",
     "good with comment", "good_with_comment", "goodwithcomment",
     "gut", "zufrieden", "ja", "daumen hoch", "bueno", "buena", "bien", "sí", "si", "👍", "🙂", "😀", "😃", "😊"),
)  # fmt: skip

EASE_7: Rows = (
    ("strongly disagree", "completely disagree", "very hard", "very difficult", "extremely difficult", "extremely hard",
     "stimme überhaupt nicht zu", "stimme gar nicht zu", "sehr schwer", "sehr schwierig",
     "muy en desacuerdo", "totalmente en desacuerdo", "muy difícil"),
    ("disagree", "hard", "difficult", "moderately difficult", "stimme nicht zu", "schwer", "schwierig",
     "en desacuerdo", "difícil"),
    ("somewhat disagree", "slightly disagree", "somewhat hard", "somewhat difficult", "slightly difficult",
     "fairly difficult", "stimme eher nicht zu", "eher schwer", "eher schwierig", "algo en desacuerdo", "algo difícil"),
    ("neutral", "neither agree nor disagree", "neither disagree nor agree", "neither easy nor difficult",
     "neither difficult nor easy", "neither easy nor hard", "neither", "undecided", "teils teils", "teils/teils",
     "weder noch", "weder leicht noch schwer", "ni de acuerdo ni en desacuerdo", "ni fácil ni difícil"),
    ("somewhat agree", "slightly agree", "somewhat easy", "slightly easy", "fairly easy", "stimme eher zu",
     "eher leicht", "eher einfach", "algo de acuerdo", "algo fácil"),
    ("agree", "easy", "moderately easy", "stimme zu", "leicht", "einfach", "de acuerdo", "fácil"),
    ("strongly agree", "completely agree", "very easy", "extremely easy", "stimme voll und ganz zu", "stimme völlig zu",
     "sehr leicht", "sehr einfach", "muy de acuerdo", "totalmente de acuerdo", "muy fácil"),
)  # fmt: skip

EASE_5: Rows = (
    EASE_7[0],
    (*EASE_7[1], *EASE_7[2]),
    EASE_7[3],
    (*EASE_7[4], *EASE_7[5]),
    EASE_7[6],
)

EFFORT_5: Rows = (
    ("very low", "very low effort", "very little", "very little effort", "sehr gering", "sehr niedrig", "sehr wenig",
     "muy bajo", "muy poco"),
    ("low", "low effort", "little", "little effort", "gering", "niedrig", "wenig", "bajo", "poco"),
    ("moderate", "medium", "neutral", "neither", "some", "moderate effort", "mittel", "medio", "moderado"),
    ("high", "high effort", "much", "a lot", "hoch", "viel", "alto", "mucho"),
    ("very high", "very high effort", "very much", "sehr hoch", "sehr viel", "muy alto", "muchísimo"),
)  # fmt: skip

LIKELY_11: Rows = (
    ("not at all likely", "extremely unlikely", "very unlikely", "überhaupt nicht wahrscheinlich",
     "äußerst unwahrscheinlich", "nada probable"),
    *((),) * 9,
    ("extremely likely", "very likely", "äußerst wahrscheinlich", "muy probable", "extremadamente probable"),
)  # fmt: skip

DONT_KNOW_CODE_6: tuple[str, ...] = ("6",)  # the sixth answer of the NHS Friends and Family Test
