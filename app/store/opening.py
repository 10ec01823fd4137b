"""From settings to an open database: start what is embedded, bring the schema up, sign in.

--database URL      a shared server; the person's own login, member of the group roles
nothing             the embedded server of the data folder; the program signs in as
                    kvitok_desk, which may read and call functions, and write no table
"""

from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo

from app.errors import Refusal
from app.store import embedded, engine, migrate

_DATABASE = "kvitok"
_LOGIN = "kvitok_desk"
_GROUPS = (
    "kvitok_cashier",
    "kvitok_operator",
    "kvitok_accountant",
    "kvitok_auditor",
    "kvitok_run",
)


class NoSchema(Refusal):
    """The database holds no tables of this program, and this login may not make them."""


class SharedIsKept(Refusal):
    """A shared database is never emptied."""


@dataclass(frozen=True, slots=True)
class Opened:
    """An open database and, where it is embedded, its server."""

    engine: engine.Engine
    server: embedded.EmbeddedServer | None

    def close(self) -> None:
        """Close the connections; an embedded server that nobody else uses is stopped."""
        self.engine.close()
        if self.server is not None:
            self.server.stop_when_unused()


def open_database(
    url: str | None, *, data_dir: Path, application_name: str = "kvitok", anew: bool = False
) -> Opened:
    """Open the database of this computer or of the centre.

    :param url: of a shared server; None: the embedded one in data_dir
    :param anew: begin with an empty embedded database, whatever was there
    :raises Outage: when it does not start or does not answer
    :raises Refusal: when the login, the rights or the schema's version do not fit
    """
    if url is None:
        return _open_embedded(data_dir, application_name, anew=anew)
    if anew:
        raise SharedIsKept(
            "Показ начинает с пустой базы, а общий сервер он не трогает. "
            "Уберите --database и KVITOK_DATABASE: показ работает на своей базе."
        )
    try:
        migrate.upgrade(url)
    except engine.NotAllowed as error:
        raise NoSchema(
            "В базе данных нет таблиц этой версии программы, а права их создать у вас нет. "
            "Попросите администратора один раз открыть программу от имени владельца базы."
        ) from error
    return Opened(engine.connect(url, application_name=application_name), None)


def _open_embedded(data_dir: Path, application_name: str, *, anew: bool) -> Opened:
    server = embedded.ensure_running(data_dir)
    if anew:
        embedded.drop_database(server, _DATABASE)
    if not embedded.has_database(server, _DATABASE):
        embedded.create_database(server, _DATABASE)
    owner_url = server.url_of(_DATABASE)
    is_fresh = migrate.upgrade(owner_url) is not None
    sign_up(owner_url, login=_LOGIN, password=server.password, renew=is_fresh)
    url = make_conninfo(owner_url, user=_LOGIN)
    return Opened(engine.connect(url, application_name=application_name), server)


def sign_up(owner_url: str, *, login: str, password: str, renew: bool) -> None:
    """Make a login of the program and put it into every group but the administrators.

    :param renew: do so again for a login that is there
    """
    with psycopg.connect(owner_url, autocommit=True) as connection:
        known = connection.execute("select 1 from pg_roles where rolname = %s", (login,)).fetchone()
        if known and not renew:
            return
        verb = sql.SQL("alter role" if known else "create role")
        connection.execute(
            sql.SQL("{} {} login password {}").format(
                verb, sql.Identifier(login), sql.Literal(password)
            )
        )
        groups = sql.SQL(", ").join(map(sql.Identifier, _GROUPS))
        connection.execute(sql.SQL("grant {} to {}").format(groups, sql.Identifier(login)))
