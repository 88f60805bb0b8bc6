"""Asks an OpenAI-compatible service one question at a time, and survives what such services do.

Time-outs, retries with growing pauses, a limit on the size of an answer and a limit on what a run may cost. The
``openai`` package (extra ``llm``) speaks the protocol; its errors are translated here.
"""

from __future__ import annotations

import json
import logging
import random
import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from verbatim.errors import MissingExtraError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    import openai

    from verbatim.settings import Settings

log = logging.getLogger(__name__)

ATTEMPTS = 3
FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS = 0.5, 20.0
MOST_BYTES = 256 * 1024  # of an answer
ANSWER_TOKENS = 400
CHARACTERS_PER_TOKEN = 3  # at least, in the languages we know: for a cautious estimate before a question is sent
TOKENS_PER_PRICE = 1_000_000
_RETRYABLE = frozenset({408, 409, 425, 429})
_IN_VAIN = frozenset({401, 402, 403, 404})


class NoAnswerError(Exception):
    """The language model gave no usable answer; a namer falls back and says so, so this never leaves ``themes``.

    ``reason`` is for people and holds no text of a comment. ``final``: asking for other themes is in vain.
    ``uncharged``: the service did no work. ``pause_seconds`` is what the service asks to wait.
    """

    def __init__(
        self,
        reason: str,
        *,
        retryable: bool = False,
        final: bool = False,
        uncharged: bool = False,
        pause_seconds: float | None = None,
    ) -> None:
        super().__init__(reason)
        self.reason = reason
        self.retryable = retryable
        self.final = final
        self.uncharged = uncharged
        self.pause_seconds = pause_seconds


class TooMuchError(Exception):
    """An answer that is larger, or comes more slowly, than any real one."""


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked: what the model is told first, what it is told then, and the JSON schema of its answer."""

    system: str
    text: str
    schema: Mapping[str, Any]

    @property
    def most_tokens(self) -> tuple[int, int]:
        """At most so many tokens asked and answered."""
        asked = (len(self.system) + len(self.text) + len(json.dumps(self.schema))) // CHARACTERS_PER_TOKEN + 50
        return asked, ANSWER_TOKENS


class Budget:
    """What a run may spend, in tokens or, with prices of a million tokens, in money. Safe to use from threads."""

    def __init__(self, limit: float, prices: Mapping[str, float]) -> None:
        self.limit = limit
        self._prices = dict(prices)
        self._lock = threading.Lock()
        self.spent = 0.0
        self.tokens = 0

    def cost(self, asked: int, answered: int) -> float:
        """What so many tokens cost."""
        if not self._prices:
            return float(asked + answered)
        return (asked * self._prices["input"] + answered * self._prices["output"]) / TOKENS_PER_PRICE

    def reserve(self, asked: int, answered: int) -> bool:
        """Set aside what a question may cost at most; ``False`` where that is more than is left."""
        with self._lock:
            price = self.cost(asked, answered)
            if self.spent + price > self.limit:
                return False
            self.spent += price
            return True

    def settle(self, reserved: tuple[int, int], used: tuple[int, int]) -> None:
        """Replace what was set aside by what was used."""
        with self._lock:
            self.spent += self.cost(*used) - self.cost(*reserved)
            self.tokens += sum(used)


class LanguageModel:
    """One model of one service. ``sleep`` is called with seconds between attempts."""

    def __init__(
        self,
        *,
        url: str,
        model: str,
        key: str | None,
        timeout_seconds: float,
        budget: Budget,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.model = model
        self.budget = budget
        self._timeout = timeout_seconds
        self._sleep = sleep
        self._client = _client(url, key, timeout_seconds)
        self._takes_schema = True

    def ask(self, question: Question) -> Mapping[str, Any]:
        """The JSON object that the model answers with.

        Raises:
            NoAnswerError: no answer after three attempts, a refusal, or nothing left of the budget.
        """
        random_pause = random.Random(question.text)  # noqa: S311 - spreads retries, protects nothing
        for attempt in range(1, ATTEMPTS + 1):
            try:
                return self._attempt(question)
            except NoAnswerError as error:
                if not error.retryable or attempt == ATTEMPTS:
                    raise
                pause = min(LONGEST_PAUSE_SECONDS, FIRST_PAUSE_SECONDS * 4 ** (attempt - 1))
                asked_for = error.pause_seconds
                log.info("the language model will be asked again: %s", error.reason)
                self._sleep(pause * random_pause.uniform(0.8, 1.2) if asked_for is None else asked_for)
        raise AssertionError("the loop returns or raises")

    def _attempt(self, question: Question) -> Mapping[str, Any]:
        reserved = question.most_tokens
        if not self.budget.reserve(*reserved):
            raise NoAnswerError("the budget of this run is spent", final=True)
        used = reserved  # until the service says what it was
        try:
            body = self._send(question)
            used = _usage(body, reserved)
            return _answer(body)
        except NoAnswerError as error:
            if error.uncharged:
                used = (0, 0)
            raise
        finally:
            self.budget.settle(reserved, used)

    def _send(self, question: Question) -> Mapping[str, Any]:
        import openai

        options: dict[str, Any] = {}
        if self._takes_schema:
            named = {"name": "theme", "strict": True, "schema": dict(question.schema)}
            options["response_format"] = {"type": "json_schema", "json_schema": named}
        try:
            answer = self._client.chat.completions.with_raw_response.create(
                model=self.model,
                messages=[{"role": "system", "content": question.system}, {"role": "user", "content": question.text}],
                temperature=0,
                max_tokens=ANSWER_TOKENS,
                **options,
            )
            return _parsed(answer.http_response.content)
        except openai.BadRequestError as error:
            if self._takes_schema:
                self._takes_schema = False  # an older service: ask for plain JSON from now on
                return self._send(question)
            raise NoAnswerError("the service refused the request (400)", uncharged=True) from error
        except (openai.OpenAIError, TooMuchError) as error:
            raise _translated(error) from error


def language_model(settings: Settings) -> LanguageModel | None:
    """The model that ``settings`` name; ``None`` where they name none.

    Raises:
        MissingExtraError: the package ``openai`` is not installed.
    """
    if settings.llm_url is None or settings.llm_model is None:
        return None
    return LanguageModel(
        url=settings.llm_url,
        model=settings.llm_model,
        key=settings.llm_key.get_secret_value() if settings.llm_key else None,
        timeout_seconds=settings.llm_timeout_seconds,
        budget=Budget(settings.llm_budget, settings.llm_prices),
    )


def _client(url: str, key: str | None, timeout_seconds: float) -> openai.OpenAI:
    try:
        import openai
    except ImportError as error:
        raise MissingExtraError(
            "naming with a language model needs the package openai: pip install 'verbatim-mining[llm]'"
        ) from error
    return openai.OpenAI(
        base_url=url,
        api_key=key or "none",
        max_retries=0,
        timeout=timeout_seconds,
        default_headers={"Accept-Encoding": "identity"},  # so that the limit on the size of an answer holds
        http_client=openai.DefaultHttpxClient(
            timeout=timeout_seconds,
            follow_redirects=False,
            event_hooks={"response": [lambda response: _bound(response, timeout_seconds)]},
        ),
    )


def _bound(response: Any, seconds: float) -> None:  # noqa: ANN401 - of httpx or httpx2, as openai's version has it
    """Make reading ``response`` stop after 256 KiB or ``seconds``, whatever the service goes on sending."""
    if response.headers.get("content-encoding", "identity") != "identity":
        raise TooMuchError("the answer is compressed, though it was asked not to be")
    stream = response.stream
    kind = next(base for base in type(stream).__mro__ if base.__name__ == "SyncByteStream")
    response.stream = type("BoundedStream", (_BoundedStream, kind), {})(stream, seconds)


class _BoundedStream:
    def __init__(self, stream: Any, seconds: float) -> None:  # noqa: ANN401 - see above
        self._stream = stream
        self._seconds = seconds

    def __iter__(self) -> Iterator[bytes]:
        began, size = time.monotonic(), 0
        for chunk in self._stream:
            size += len(chunk)
            if size > MOST_BYTES:
                raise TooMuchError("the answer is larger than 256 KiB")
            if time.monotonic() - began > self._seconds:
                raise TooMuchError("the answer came too slowly")
            yield chunk

    def close(self) -> None:
        self._stream.close()


def _parsed(content: bytes) -> Mapping[str, Any]:
    try:
        body = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise NoAnswerError("the answer is not JSON", retryable=True) from error
    if not isinstance(body, dict):
        raise NoAnswerError("the answer is not what the protocol says", retryable=True)
    return body


def _answer(body: Mapping[str, Any]) -> Mapping[str, Any]:
    """The object in the first choice of a chat completion."""
    try:
        choice = body["choices"][0]
        message = choice["message"]
        if message.get("refusal") or choice.get("finish_reason") == "content_filter":
            raise NoAnswerError("the model refused")
        text = message["content"]
        if not isinstance(text, str):
            raise TypeError(type(text).__name__)
    except (KeyError, IndexError, TypeError, AttributeError) as error:
        raise NoAnswerError("the answer is not what the protocol says", retryable=True) from error
    start, end = text.find("{"), text.rfind("}")  # plain JSON often comes with a fence or a sentence around it
    try:
        found = json.loads(text[start : end + 1])
    except (ValueError, RecursionError) as error:
        raise NoAnswerError("the model did not answer in JSON", retryable=True) from error
    if not isinstance(found, dict):
        raise NoAnswerError("the model did not answer with an object", retryable=True)
    return found


def _usage(body: Mapping[str, Any], reserved: tuple[int, int]) -> tuple[int, int]:
    """The tokens that the service says it used; what it does not say, or says in vain, is what was set aside."""
    usage = body.get("usage")
    counts = [usage.get(name) for name in ("prompt_tokens", "completion_tokens")] if isinstance(usage, dict) else []
    if len(counts) == 2 and all(isinstance(count, int) and 0 <= count < TOKENS_PER_PRICE for count in counts):
        return int(counts[0] or 0), int(counts[1] or 0)
    return reserved


def _translated(error: openai.OpenAIError | TooMuchError) -> NoAnswerError:
    import openai

    if isinstance(error, TooMuchError) or isinstance(error.__cause__, TooMuchError):
        return NoAnswerError(str(error if isinstance(error, TooMuchError) else error.__cause__))
    if isinstance(error, openai.APITimeoutError):
        return NoAnswerError("the service did not answer in time", retryable=True)
    if isinstance(error, openai.APIConnectionError):
        return NoAnswerError("the service cannot be reached", retryable=True)
    if isinstance(error, openai.APIStatusError):
        status = error.status_code
        return NoAnswerError(
            f"the service answered {status}",
            retryable=status in _RETRYABLE or status >= 500,
            final=status in _IN_VAIN,
            uncharged=True,
            pause_seconds=_asked_pause(error.response.headers.get("retry-after")),
        )
    return NoAnswerError(f"the service's answer cannot be used ({type(error).__name__})", retryable=True)


def _asked_pause(header: str | None) -> float | None:
    """The seconds that a service asks to wait, at most 20; ``None`` where it asks for nothing we understand."""
    try:
        return min(LONGEST_PAUSE_SECONDS, max(0.0, float(header))) if header else None
    except ValueError:
        return None
