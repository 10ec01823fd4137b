"""Open the workstation: settings, database, journal of the desk, window."""

from datetime import UTC, datetime
from pathlib import Path

from app.settings import Settings
from app.store import opening
from app.store.desk_journal import open_journal
from app.ui import application
from app.ui.workstation import Workstation


def run(settings: Settings) -> int:
    """Show the window until it is closed.

    :returns: the exit status
    :raises Outage: when the database does not start
    :raises Refusal: when the desk is open in another window
    """
    qt = application.build(theme_name=settings.theme, scale_percent=settings.scale_percent)
    application.catch_defects()
    opened = opening.open_database(
        settings.database, data_dir=settings.data_dir, application_name=f"kvitok {settings.desk}"
    )
    try:
        with open_journal(journal_of(settings)) as journal:
            workstation = Workstation(opened.engine, settings, journal=journal, now=_now)
            workstation.window.resize(1366, 768)
            workstation.window.show()
            workstation.start()
            status = qt.exec()
            workstation.close()
            return int(status)
    finally:
        opened.close()


def journal_of(settings: Settings) -> Path:
    """Give the file of the desk's journal."""
    return settings.data_dir / "desks" / f"{settings.branch:02d}-{settings.desk:02d}.sqlite"


def _now() -> datetime:
    return datetime.now(UTC).astimezone()
