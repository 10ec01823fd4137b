"""Give a contract or a creditor a setting of allocation of its own, from a day on."""

from datetime import date

from app.domain.voucher import Voucher
from app.errors import Malformed
from app.exchange.workbook_parameters import wrong_value
from app.store import writing
from app.store.engine import Engine

PREFIX = "распределение."


class WrongRule(Malformed):
    """A setting of allocation that is none, or with a value it cannot have."""


def set_allocation_rule(
    engine: Engine,
    voucher: Voucher,
    *,
    code: str,
    value: str | None,
    since: date,
    contract: str | None = None,
    creditor: str | None = None,
) -> None:
    """Set a parameter for a contract (by number) or a creditor (by code); None: the centre's.

    What was set for days from `since` on is replaced; before them it stays.

    :raises WrongRule: when there is no such setting or value
    :raises RefusedByDatabase: when the contract or the organisation is not there
    """
    wrong = wrong_value(code, value) if value is not None else None
    if not code.startswith(PREFIX) or (wrong is not None and wrong[0] == "code"):
        raise WrongRule(
            f"«{code[:60]}» не настройка распределения. Их имена начинаются с «{PREFIX}», список — "
            "в руководстве администратора."
        )
    if wrong is not None:
        raise WrongRule(f"«{code}» = «{(value or '')[:40]}»: {wrong[1]}. {wrong[2]}")
    writing.call(
        engine,
        "set_allocation_rule",
        contract_number=contract,
        creditor_code=creditor,
        setting=code,
        wanted=value,
        since=since,
        actor=voucher.actor,
        at=voucher.made_at,
    )
