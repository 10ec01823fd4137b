"""Journeys are made as people make them: by a login that may read and call functions alone."""

from collections.abc import Iterator

import pytest
from psycopg.conninfo import make_conninfo

from app.store import opening
from app.store.engine import Engine, connect

_LOGIN, _PASSWORD = "kvitok_traveller", "a password of the tests"


@pytest.fixture
def desk_engine(database: str) -> Iterator[Engine]:
    opening.sign_up(database, login=_LOGIN, password=_PASSWORD, renew=True)
    url = make_conninfo(database, user=_LOGIN, password=_PASSWORD)
    opened = connect(url, application_name="journey")
    yield opened
    opened.close()
