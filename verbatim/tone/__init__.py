"""How comments sound and what they want: sentiment, kinds, support or product, strength of emotion.

Order: examples written for Verbatim and an encoder → ``written`` (heads on the vectors) → ``sentiment`` (adds what the
organisation's own ratings teach, where ``gate`` finds that this is better) → ``kinds``, ``emotion`` → ``summary``.
"""

from verbatim.tone.emotion import emotion_strength
from verbatim.tone.kinds import CommentKind, Purpose, find_purposes
from verbatim.tone.ratings import RatedComments, rating_targets
from verbatim.tone.saving import load_sentiment, save_sentiment
from verbatim.tone.sentiment import SentimentModel, find_sentiment, learn_sentiment, score_texts
from verbatim.tone.stored import learn_from_store, rated_comments
from verbatim.tone.summary import ThemeTone, add_tone, theme_tones
from verbatim.tone.written import Written, learn_written

__all__ = [
    "CommentKind",
    "Purpose",
    "RatedComments",
    "SentimentModel",
    "ThemeTone",
    "Written",
    "add_tone",
    "emotion_strength",
    "find_purposes",
    "find_sentiment",
    "learn_from_store",
    "learn_sentiment",
    "learn_written",
    "load_sentiment",
    "rated_comments",
    "rating_targets",
    "save_sentiment",
    "score_texts",
    "theme_tones",
]
