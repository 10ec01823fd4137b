"""The house: all tables and functions of the first release, file by file in numbered order."""

from pathlib import Path

from app.store.migrate import run

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    for part in sorted((Path(__file__).parent / "0001").glob("*.sql")):
        run(part.read_text(encoding="utf-8"))
