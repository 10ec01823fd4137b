"""Sum the parts of the ledger that never change any more, so that reports need not read them."""

from app.operations.charge_month import without_time_out
from app.store.engine import Engine


def keep_turnovers(engine: Engine) -> None:
    """Sum posted runs and closed months that are not summed yet; again is harmless.

    A report that comes before it is as right, only slower.
    """
    without_time_out(engine, "keep_turnovers")
