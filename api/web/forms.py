"""Forms of pages: what people sent becomes a body of the API, and what does not fit is told beside the form."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import BaseModel, ValidationError

from api.idempotency import Repeatable
from api.problems import PROBLEMS, Refusal, kind_of
from verbatim.errors import UserError

if TYPE_CHECKING:
    from api.problems import ProblemKind
    from api.web.page import Page

Shape = TypeVar("Shape", bound=BaseModel)
MENDABLE = frozenset({"invalid", "conflict", "changed-meanwhile", "nothing-yet", "no-active-model"})


class Unfit(Exception):  # noqa: N818 (it is an answer)
    """What the user can mend beside the form: ``problem`` says what does not fit, ``kind`` is the API's."""

    def __init__(self, problem: str, kind: ProblemKind) -> None:
        super().__init__(problem)
        self.problem, self.kind = problem, kind


class Mending:
    """``with Mending():`` around an action: what the user can mend is raised as `Unfit`, the rest as it is."""

    def __enter__(self) -> None:
        """Nothing to prepare."""

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        """Translate the error."""
        if isinstance(error, ValidationError):
            first = error.errors()[0]
            place = ".".join(str(part) for part in first["loc"])
            raise Unfit(f"{place}: {first['msg'].removeprefix('Value error, ')}", PROBLEMS["invalid"]) from error
        if isinstance(error, Refusal) and error.kind.name in MENDABLE:
            raise Unfit(error.detail, error.kind) from error
        if isinstance(error, UserError):
            raise Unfit(str(error), kind_of(error)) from error


def filled(shape: type[Shape], **given: Any) -> Shape:  # noqa: ANN401
    """A body of the API; empty text means that a field was left out."""
    return shape.model_validate({name: value for name, value in given.items() if value not in ("", None)})


def simply(page: Page, operation: str) -> Repeatable:
    """An action of a page: done once a time it is sent, since browsers send no Idempotency-Key."""
    return Repeatable(page.store, operation, None, b"")


def lines_of(text: str) -> list[str]:
    """What was written one a line, or with commas between.

    >>> lines_of("a@example.com, b@example.com")
    ['a@example.com', 'b@example.com']
    """
    return [one.strip() for one in text.replace(",", "\n").splitlines() if one.strip()]
