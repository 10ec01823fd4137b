"""Organisations as papers and desks need them: who takes the money, whose accounts are ours."""

from dataclasses import dataclass
from datetime import date

from app.domain import receipt
from app.store import naming
from app.store.reading import Snapshot

_NOW = """
  join lateral (select * from app.organisation_version
                where organisation_version.organisation_id = organisation.id
                order by valid_from desc limit 1) as version on true
"""


@dataclass(frozen=True, slots=True)
class BankDetails:
    """Where money for an organisation goes; empty where unknown."""

    name: str
    inn: str
    kpp: str
    bank: str
    bic: str
    account: str
    correspondent: str


def centre(snapshot: Snapshot) -> receipt.Organisation:
    """Give who takes money at the desk: the settlement centre, else the first provider."""
    row = snapshot.one(
        f"""
        select coalesce(version.name, '') as name, coalesce(version.inn, '') as inn,
          coalesce(version.address, '') as address, coalesce(version.phone, '') as phone
        from app.organisation {_NOW}
        order by not 'centre' = any (organisation.roles),
          not 'provider' = any (organisation.roles), organisation.code
        limit 1
        """
    )
    if row is None:
        return receipt.Organisation("Расчётный центр", "", "")
    return receipt.Organisation(row.name, row.inn, row.address, row.phone)


def receiving(snapshot: Snapshot) -> BankDetails | None:
    """Give the account that payment codes name: the centre's; None when there is no centre."""
    row = snapshot.one(
        f"""
        select version.* from app.organisation {_NOW}
        where 'centre' = any (organisation.roles) and version.bank_account is not null
        order by organisation.code limit 1
        """
    )
    return None if row is None else _details(row)


def each_is_paid_apart(snapshot: Snapshot, *, on: date) -> bool:
    """Say whether the centre has chosen a payment code of each payee instead of one of its own."""
    word = snapshot.value(
        "select value from app.parameter where code = 'документ.код_оплаты'"
        " and valid_from <= %(on)s and (valid_to is null or %(on)s < valid_to)",
        on=on,
    )
    return bool(word == "каждому получателю")


def names(snapshot: Snapshot, codes: list[str]) -> dict[str, str]:
    """Give the names of organisations by their codes.

    :raises UnknownName: when one of them is not there
    """
    naming.keys(snapshot, "organisation", codes)
    rows = snapshot.rows(
        f"""
        select organisation.code, version.name from app.organisation {_NOW}
        where organisation.code = any (%(codes)s)
        """,
        codes=codes,
    )
    return {row.code: row.name for row in rows}


def payment_creditors(snapshot: Snapshot) -> frozenset[tuple[str, str]]:
    """Give (БИК, account) of everybody whose payment codes this desk may take."""
    rows = snapshot.rows(
        f"""
        select version.bic, version.bank_account from app.organisation {_NOW}
        where version.bic is not null and version.bank_account is not null
          and organisation.roles && array['centre', 'provider', 'supplier']
        union
        select bic, bank_account from app.contract where bank_account is not null
        """
    )
    return frozenset((row.bic, row.bank_account) for row in rows)


def _details(row: object) -> BankDetails:
    def text(name: str) -> str:
        return getattr(row, name) or ""

    return BankDetails(
        name=text("name"),
        inn=text("inn"),
        kpp=text("kpp"),
        bank=text("bank_name"),
        bic=text("bic"),
        account=text("bank_account"),
        correspondent=text("corr_account"),
    )
