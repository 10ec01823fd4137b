"""Amounts calculated elsewhere for the accounts of a batch; read only when a service has them."""

from dataclasses import replace

from app.domain.charge_inputs import ChargeInputs, ExternalCharges
from app.domain.service import Method
from app.store.charging_catalogue import Catalogue, wide
from app.store.charging_catalogue import places as places_of
from app.store.charging_places import About, Addition, Places
from app.store.reading import Snapshot

_GIVEN = """
select given.account_id, given.service_id, given.contract_id,
  coalesce(given.volume_mcu, -1) as volume_mcu, given.amount_kop, given.document
from app.premises
join app.account on account.premises_id = premises.id
join app.external_charge as given on given.account_id = account.id and given.period = %(first)s
where premises.house_id = any (%(houses)s)
  and account.opened_on < %(end)s and coalesce(account.closed_on, 'infinity') > %(first)s
"""


_KINDS = {
    "account_id": "uuid", "service_id": "uuid", "contract_id": "uuid",
    "volume_mcu": "int8", "amount_kop": "int8", "document": "text",
}  # fmt: skip


def ask(snapshot: Snapshot, catalogue: Catalogue, about: About) -> Addition:
    """Ask for what was given for the period."""
    if Method.EXTERNAL not in catalogue.services.method:
        return lambda inputs, _: inputs
    given = snapshot.ask(_GIVEN, about, kinds=_KINDS, is_set=True)

    def add(inputs: ChargeInputs, at: Places) -> ChargeInputs:
        columns = given.columns()
        external = ExternalCharges(
            account=places_of(columns["account_id"], at.accounts),
            service=places_of(columns["service_id"], at.services),
            contract=places_of(columns["contract_id"], at.contracts),
            volume_mcu=wide(columns["volume_mcu"]),
            amount_kop=wide(columns["amount_kop"]),
            document=columns["document"],
        )
        return replace(inputs, external=external)

    return add
