"""What rows can be grouped and filtered by: their own segments, then those of their ticket, account and contact.

A name is looked up in this order, and the first value found counts, row by row. Tables are joined only where the
name occurs in them and a row leads there.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

from sqlalchemy import Boolean, ColumnElement, Table, Text, and_, case, exists, func, literal, or_, select

from verbatim.errors import NotFoundError
from verbatim.storage.tables import GROUPING_COLUMNS, account, contact, segment_name, ticket

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import Connection, FromClause

LINKS = ("ticket_id", "account_id", "contact_id")
HOLDERS = (ticket, contact, account)
# Names that can always be grouped by, whatever the rows hold.
UNQUOTABLE = frozenset('"\\')  # in a path of SQLite's json_extract
NOT_TELLING = frozenset({"scale", "source"})
BUILT_IN = tuple(sorted({*LINKS, *(name for columns in GROUPING_COLUMNS.values() for name in columns)}))


class Grouping:
    """The names that rows of ``base`` (survey responses of one metric, or comments) can be grouped by, as SQL.

    Ask for every `expression` first, then for `source`, which joins what they need.
    """

    def __init__(self, connection: Connection, base: Table, metric: str = "") -> None:
        self.connection = connection
        self.base = base
        self.metric = metric
        self._joined: set[Table] = set()
        self._seen: dict[tuple[str, bool], bool] = {}

    @cached_property
    def found(self) -> dict[str, list[str]]:
        """Names that occur → the tables whose rows carry them."""
        own = segment_name.c.holder == self.base.name
        if self.metric:
            own = and_(own, segment_name.c.metric == self.metric)
        linked = segment_name.c.holder.in_([holder.name for holder in HOLDERS])
        names: dict[str, list[str]] = {}
        for holder, name in self.connection.execute(
            select(segment_name.c.holder, segment_name.c.name).where(or_(own, linked)).distinct()
        ):
            names.setdefault(name, []).append(holder)
        return names

    def names(self) -> list[str]:
        """Every name that occurs and tells rows apart, in order."""
        return sorted(set(self.found) - NOT_TELLING)

    def further_names(self) -> list[str]:
        """`names` without those that are columns of the row itself."""
        return [name for name in self.names() if name not in GROUPING_COLUMNS[self.base]]

    def expression(self, name: str) -> ColumnElement[Any]:
        """The value of ``name`` for a row, as text; null where it has none.

        Raises:
            NotFoundError: nothing is called that; the message lists what there is.
        """
        if name in LINKS:
            return self._link(name)
        values = self._values(self.base, name)
        for holder in HOLDERS:
            linked = self._values(holder, name)
            if linked and self._reaches(holder):
                self._join(holder)
                values += linked
        if values:
            return func.coalesce(*values) if len(values) > 1 else values[0]
        if name not in self.found and name not in BUILT_IN:
            there = ", ".join(sorted({*self.found, *BUILT_IN}))
            raise NotFoundError(f"there is no segment {name!r}; there are {there}")
        return literal(None, Text())

    def conditions(self, where: Mapping[str, Any]) -> list[ColumnElement[bool]]:
        """One condition a name: equal to a value, to one of several, or, for ``None``, without a value."""
        return [self._is(self.expression(name), where[name]) for name in sorted(where)]

    @property
    def source(self) -> FromClause:
        """``base``, joined with what the expressions asked for so far need."""
        joined: FromClause = self.base
        for holder, link in ((ticket, "ticket_id"), (contact, "contact_id"), (account, "account_id")):
            if holder in self._joined:
                joined = joined.outerjoin(holder, holder.c.id == self._link(link))
        return joined

    def _values(self, table: Table, name: str) -> list[ColumnElement[Any]]:
        values: list[ColumnElement[Any]] = []
        if name in GROUPING_COLUMNS[table]:
            column = table.c[GROUPING_COLUMNS[table][name]]
            yes_no = case((column, "true"), (~column, "false")) if isinstance(column.type, Boolean) else column
            values.append(yes_no)
        if table.name in self.found.get(name, ()):
            values.append(self._segment(table, name))
        return values

    def _segment(self, table: Table, name: str) -> ColumnElement[Any]:
        if self.connection.dialect.name == "sqlite" and not UNQUOTABLE.isdisjoint(name):
            each = func.json_each(table.c.segments).table_valued("key", "value")
            return select(each.c.value).where(each.c.key == name).scalar_subquery()
        value: ColumnElement[Any] = table.c.segments[name].as_string()
        return value

    def _link(self, name: str) -> ColumnElement[Any]:
        """The ticket, account or contact of a row; where the row does not say, what its ticket or contact says."""
        own = self.base.c[name]
        if name == "ticket_id" or not self._any(name, missing=True):
            return own
        values: list[ColumnElement[Any]] = [own]
        if self._any("ticket_id"):
            self._join(ticket)
            values.append(ticket.c[name])
        if name == "account_id" and self._reaches(contact):
            self._join(contact)
            values.append(contact.c.account_id)
        return func.coalesce(*values) if len(values) > 1 else own

    def _join(self, holder: Table) -> None:
        """Join ``holder`` and the tables through which rows reach it."""
        if holder not in self._joined:
            self._joined.add(holder)
            self._link(f"{holder.name}_id")

    def _reaches(self, holder: Table) -> bool:
        """Whether any row leads to ``holder``, itself or through another table."""
        through = [f"{holder.name}_id", "ticket_id"] + (["contact_id"] if holder is account else [])
        return any(self._any(name) for name in through)

    def _any(self, link: str, *, missing: bool = False) -> bool:
        """Whether any row of ``base`` has (or lacks) a link; one look into the link's index."""
        if (link, missing) not in self._seen:
            column = self.base.c[link]
            there = exists().where(column.is_(None) if missing else column.is_not(None))
            self._seen[link, missing] = bool(self.connection.execute(select(there)).scalar())
        return self._seen[link, missing]

    @staticmethod
    def _is(value: ColumnElement[Any], wanted: object) -> ColumnElement[bool]:
        several = sorted(wanted, key=str) if isinstance(wanted, list | tuple | set | frozenset) else [wanted]
        texts = [str(one).lower() if isinstance(one, bool) else str(one) for one in several if one is not None]
        found = value.in_(texts)
        return or_(found, value.is_(None)) if None in several else found
