"""The law tables of the program as the domain reads them; each is read once."""

from functools import cache

from app import resources
from app.domain import law
from app.domain.terms import PaymentTerms


@cache
def payment_terms() -> PaymentTerms:
    """Give the terms of paying of resources/law/payment.toml."""
    return PaymentTerms(law.table(resources.law_table("payment")))
