"""Charges as the law has them: meters, totals of houses, reductions, recalculation, review."""

from pathlib import Path

from app.store.migrate import run

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for part in sorted((Path(__file__).parent / "0002").glob("*.sql")):
        run(part.read_text(encoding="utf-8"))
