"""Two accounts of the same money compared without sorting either, row by row where they differ.

Grouping millions of balances costs minutes. Sums weighted by a hash of the account cost one look:
two sides that are equal in every account have equal sums; one kopeck in a wrong account changes
them. Only groups whose sums differ are compared account by account, and those rows are shown; with
none, nothing is read twice.
"""

# 26 bits: kopecks of one row may reach 137 milliards before the product leaves a bigint.
_WEIGHTS = ("1", "(1 + (uuid_hash_extended(account_id, 1) & 67108863))")

_COMPARED = """
with ours as (
  select {groups}, {sums} from ({left}) as line group by {groups}
), theirs as (
  select {groups}, {sums} from ({right}) as line group by {groups}
), suspect as materialized (
  select {groups} from ours full join theirs using ({groups}) where {differ}
)
select {groups}, account_id, {shown}
from (
  select {groups}, account_id, {plain} from ({left}) as line join suspect using ({groups})
  where exists (select 1 from suspect)
  group by {groups}, account_id
) as here
full join (
  select {groups}, account_id, {plain} from ({right}) as line join suspect using ({groups})
  where exists (select 1 from suspect)
  group by {groups}, account_id
) as there using ({groups}, account_id)
where {unequal}
"""


def compared(
    left: str, right: str, *, groups: tuple[str, ...], measures: dict[str, tuple[str, str]]
) -> str:
    """Give the SQL of the accounts in which two queries do not sum to the same.

    :param left: a query with the groups, account_id and the measures, not summed
    :param right: another one with the same columns
    :param groups: columns neither query has nulls in
    :param measures: for each column of kopecks, what it is called at the left and at the right
    """
    sums = ", ".join(
        f"sum({name} * {weight}) as {name}_{place}"
        for name in measures
        for place, weight in enumerate(_WEIGHTS)
    )
    differ = " or ".join(
        f"coalesce(ours.{name}_{place}, 0) <> coalesce(theirs.{name}_{place}, 0)"
        for name in measures
        for place in range(len(_WEIGHTS))
    )
    return _COMPARED.format(
        left=left,
        right=right,
        groups=", ".join(groups),
        sums=sums,
        differ=differ,
        plain=", ".join(f"sum({name})::bigint as {name}" for name in measures),
        shown=", ".join(
            f"coalesce(here.{name}, 0) as {ours}, coalesce(there.{name}, 0) as {theirs}"
            for name, (ours, theirs) in measures.items()
        ),
        unequal=" or ".join(
            f"coalesce(here.{name}, 0) <> coalesce(there.{name}, 0)" for name in measures
        ),
    )
