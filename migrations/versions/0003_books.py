"""The books: penalties, set-off, allocation, contracts, transfers, closing by parts."""

from pathlib import Path

from app.store.migrate import run

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for part in sorted((Path(__file__).parent / "0003").glob("*.sql")):
        run(part.read_text(encoding="utf-8"))
