"""The table of kinds: every row sayso knows, in one tuple.

Where two that are equally specific find the very same piece, the earlier names it.
"""

from __future__ import annotations

from sayso.scrub import (
    table_born,
    table_carried,
    table_columns,
    table_contact,
    table_encoded,
    table_handed,
    table_handles,
    table_hosts,
    table_money,
    table_numbers,
    table_numbers_world,
    table_people,
    table_phones,
    table_places,
    table_providers,
    table_secrets,
    table_tokens,
    table_told,
    table_where,
)
from sayso.scrub.row import Row

ROWS: tuple[Row, ...] = (
    *table_tokens.ROWS,
    *table_providers.ROWS,
    *table_money.ROWS,
    *table_numbers.ROWS,
    *table_numbers_world.ROWS,
    *table_told.ROWS,
    *table_born.ROWS,
    *table_columns.ROWS,
    *table_phones.ROWS,
    *table_contact.ROWS,
    *table_handles.ROWS,
    *table_hosts.ROWS,
    *table_people.ROWS,
    *table_places.ROWS,
    *table_where.ROWS,
    *table_encoded.ROWS,
    *table_secrets.ROWS,
    *table_carried.ROWS,
    *table_handed.ROWS,
)
BY_KIND: dict[str, Row] = {row.kind: row for row in ROWS}
MARKS: frozenset[str] = frozenset(row.mark for row in ROWS)
