"""What the pictures of the demonstration are drawn of."""

from dataclasses import dataclass
from pathlib import Path

from app.domain.period import Period


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is drawn: the embedded database of data_dir, one account in a month, one scan."""

    data_dir: Path
    folder: Path
    account: str
    month: Period
    scan: bytes
