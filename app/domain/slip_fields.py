"""The fields of ГОСТ Р 56042-2014: names, order, and what a value must look like."""

import re

from app.domain import bank_details

SEPARATORS = "|#;:^_~{}!$%&()*+,/@"  # the order in which one is chosen (money.md §4.1)
BLOCK_MAX_BYTES = 300
PURPOSE_MAX = 160
NAME_MAX = 160
BANK_MAX = 45

MANDATORY = ("Name", "PersonalAcc", "BankName", "BIC", "CorrespAcc")
# Additional fields with the longest value the standard allows; the rest have no limit.
LIMITED = {
    "Sum": 18,
    "Purpose": 210,
    "PayeeINN": 12,
    "PayerINN": 12,
    "DrawerStatus": 2,
    "KPP": 9,
    "CBC": 20,
    "OKTMO": 11,
    "PaytReason": 2,
    "TaxPeriod": 10,
    "DocNo": 15,
    "DocDate": 10,
    "TaxPaytKind": 2,
}
_ROW = (
    "LastName FirstName MiddleName PayerAddress PersonalAccount DocIdx PensAcc Contract PersAcc "
    "Flat Phone PayerIdType PayerIdNum ChildFio BirthDate PaymTerm PaymPeriod Category "
    "ServiceName CounterId CounterVal QuittId QuittDate InstNum ClassNum SpecFio AddAmount "
    "RuleId ExecId RegType UIN TechCode"
)
UNLIMITED = tuple(_ROW.split())
CANONICAL = {name.casefold(): name for name in (*MANDATORY, *LIMITED, *UNLIMITED)}

_SHOWN = {
    "Name": "получатель",
    "PersonalAcc": "расчётный счёт получателя",
    "BankName": "банк получателя",
    "BIC": "БИК банка",
    "CorrespAcc": "корреспондентский счёт",
}


def shown(name: str) -> str:
    """Give the Russian name of a mandatory field."""
    return _SHOWN[name]


def is_valid(name: str, value: str) -> bool:
    """Say whether the value of a mandatory field has the form the standard asks for."""
    if name == "Name":
        return 1 <= len(value) <= NAME_MAX
    if name == "BankName":
        return 1 <= len(value) <= BANK_MAX
    if name == "BIC":
        return bool(bank_details.BIC.fullmatch(value))
    if name == "CorrespAcc" and value == "0":
        return True
    return bool(re.fullmatch(bank_details.ACCOUNT, value))
