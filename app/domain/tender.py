"""What the payer gives: вид оплаты; one word for the books, one for the screen, one for paper."""

from enum import StrEnum


class Tender(StrEnum):
    """The stored word."""

    CASH = "cash"
    CARD = "card"
    SBP = "sbp"

    @property
    def shown(self) -> str:
        return {"cash": "наличные", "card": "карта", "sbp": "СБП"}[self.value]

    @property
    def printed(self) -> str:
        """The word of a receipt."""
        return {"cash": "Наличными", "card": "Картой", "sbp": "По СБП"}[self.value]
