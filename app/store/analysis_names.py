"""How each group of the analysis is found in what was posted, joined, named and put in order."""

from dataclasses import dataclass

from app.domain.analysis import Dimension
from app.store.analysis_sources import NOBODY


@dataclass(frozen=True, slots=True)
class Naming:
    """One group in SQL; {at} is its place among the groups asked for.

    :ivar source: its key among the columns of what was posted
    :ivar join: what has its name, joined on key_{at}
    :ivar key: the name programs know
    :ivar label: the name people know
    :ivar sort: a text that orders the groups
    """

    source: str
    join: str
    key: str
    label: str
    sort: str


def _organisation(source: str, otherwise: str = "") -> Naming:
    return Naming(
        source=source,
        join="""left join app.organisation as one_{at} on one_{at}.id = key_{at}
  left join lateral (select name from app.organisation_version as version
    where version.organisation_id = one_{at}.id and version.valid_from <= %(last_day)s
    order by version.valid_from desc limit 1) as called_{at} on true""",
        key="coalesce(one_{at}.code, '')",
        label=f"coalesce(called_{{at}}.name, one_{{at}}.code, '{otherwise}')",
        sort="lower(coalesce(called_{at}.name, one_{at}.code, ''))",
    )


def _month(source: str) -> Naming:
    return Naming(
        source=source,
        join="",
        key="to_char(key_{at}, 'YYYY-MM')",
        label="to_char(key_{at}, 'MM.YYYY')",
        sort="to_char(key_{at}, 'YYYY-MM')",
    )


NAMES: dict[Dimension, Naming] = {
    Dimension.CONTRACT: Naming(
        source="posted.contract_id",
        join="join app.contract as one_{at} on one_{at}.id = key_{at}",
        key="one_{at}.number",
        label="one_{at}.number",
        sort="one_{at}.number",
    ),
    Dimension.CREDITOR: _organisation("coalesce(contract.supplier_id, contract.provider_id)"),
    Dimension.PROVIDER: _organisation("contract.provider_id"),
    Dimension.SERVICE: Naming(
        source="posted.service_id",
        join="join app.service as one_{at} on one_{at}.id = key_{at}",
        key="one_{at}.code",
        label="one_{at}.name",
        sort="to_char(one_{at}.position + 1000000, 'FM0000000') || one_{at}.code",
    ),
    Dimension.ORIGIN: _month("posted.origin_period"),
    Dimension.PERIOD: _month("greatest(posted.period, %(first)s::date)"),
    Dimension.HOUSE: Naming(
        source="posted.house_id",
        join="""join app.house as one_{at} on one_{at}.id = key_{at}
  left join lateral (select version.street_key || ' ' || version.building_key as place,
      nullif(concat_ws(', ', coalesce(nullif(version.street, ''),
        version.locality), nullif(concat_ws(' корп. ', version.building,
        nullif(version.block, '')), '')), '') as address
    from app.house_version as version
    where version.house_id = one_{at}.id and version.valid_from <= %(last_day)s
    order by version.valid_from desc limit 1) as called_{at} on true""",
        key="one_{at}.code",
        label="coalesce(called_{at}.address, one_{at}.code)",
        sort="coalesce(called_{at}.place, one_{at}.code)",
    ),
    Dimension.ACCOUNT: Naming(
        source="posted.account_id",
        join="join app.account as one_{at} on one_{at}.id = key_{at}",
        key="one_{at}.number",
        label="one_{at}.number",
        sort="lpad(one_{at}.number, 40, '0')",
    ),
    Dimension.AGENT: _organisation(
        f"case when posted.period < %(first)s then '{NOBODY}'::uuid else posted.agent_id end",
        "без агента",
    ),
    Dimension.CHANNEL: Naming(
        source="case when posted.period < %(first)s then '' else posted.channel end",
        join="",
        key="key_{at}",
        label="""case key_{at} when 'desk' then 'касса' when 'bank' then 'банк'
    when 'agent' then 'агент' when 'cabinet' then 'кабинет' else 'не платёж' end""",
        sort="key_{at}",
    ),
}
