"""What a row must be in itself: dates in order, one of two given, words that fit each other.

Each rule also puts in what is meant where a cell that tells rows apart is empty.
"""

from collections.abc import Callable

from app.domain.problem import Problem
from app.exchange.workbook_cells import BAD
from app.exchange.workbook_parameters import wrong_value
from app.exchange.workbook_problems import Problems
from app.exchange.workbook_sheet import Kind
from app.exchange.workbook_table import Table
from app.exchange.workbook_values import Text

Rule = Callable[[Table, Problems], None]
_BEGINNING = "0001-01-01"
_MOMENTS = ("Прибыл", "Окончание")  # not the first day of something no longer in force
_STILL = "9999-12-31"


def check_rows(table: Table, problems: Problems) -> None:
    """Apply the rules of the sheet to its rows."""
    if table.sheet.dates:
        starts, ends = table.sheet.dates
        check_order(table, problems, starts=starts, ends=ends)
    rule = _RULES.get(table.sheet.name)
    if rule:
        rule(table, problems)


def complain(
    table: Table, problems: Problems, place: int, *, field: str, message: str, hint: str
) -> None:
    """Add a problem of one cell."""
    column = table.sheet.column(field)
    table.bad.add(place)
    problems.add(
        Problem(
            message, hint, table.sheet.name, table.number[place], column.header,
            shown_text(table.column(field)[place], column.kind),
        )
    )  # fmt: skip


def shown_text(text: Text, kind: Kind) -> Text:
    """Give a text of the database as a person writes it."""
    if text is None or text is BAD:
        return None
    if kind in (Kind.DATE, Kind.MOMENT):
        return f"{text[8:10]}.{text[5:7]}.{text[:4]}{text[10:16].replace('T', ' ')}"
    if kind is Kind.PERIOD:
        return f"{text[5:7]}.{text[:4]}"
    places = {Kind.AREA: 4, Kind.VOLUME: 6, Kind.PRICE: 6, Kind.PERCENT: 4, Kind.MONEY: 2}.get(kind)
    if places is None:
        return text
    digits = text.lstrip("-").rjust(places + 1, "0")
    part = digits[-places:].rstrip("0")
    sign = "-" if text.startswith("-") else ""
    return f"{sign}{digits[:-places]},{part}" if part else f"{sign}{digits[:-places]}"


def check_order(
    table: Table, problems: Problems, *, starts: str, ends: str, same_day: bool = False
) -> None:
    """Find rows that end before they begin; ISO texts compare as they are."""
    begin, end = table.column(starts), table.column(ends)
    for place, last in enumerate(end):
        if last is None:
            continue
        first = begin[place]
        if first is None or last > first or (same_day and last == first):
            continue
        start_column, end_column = table.sheet.column(starts), table.sheet.column(ends)
        until = "" if end_column.header in _MOMENTS else ": это первый день, когда уже не действует"
        complain(
            table, problems, place, field=ends,
            message=f"дата не позже даты «{start_column.header}» "
            f"({shown_text(first, start_column.kind)})",
            hint=f"Исправьте одну из дат{until}.",
        )  # fmt: skip


def check_one_of(table: Table, problems: Problems, *, fields: tuple[str, str]) -> None:
    """Find rows where not exactly one of two cells is given."""
    first, second = (table.column(name) for name in fields)
    one, two = (table.sheet.column(name).header for name in fields)
    for place in table.good():
        if (first[place] is None) == (second[place] is None):
            given = "заполнены оба столбца" if first[place] else "не заполнен ни один из столбцов"
            complain(
                table, problems, place, field=fields[0],
                message=f"{given} «{one}» и «{two}»", hint="Заполните ровно один из них.",
            )  # fmt: skip


def put_in(table: Table, field: str, meant: Text) -> None:
    """Put in what an empty cell means, where it tells rows apart."""
    values = table.column(field)
    if None in values:
        table.columns[field] = [meant if value is None else value for value in values]


def _contracts(table: Table, problems: Problems) -> None:
    kinds, suppliers = table.column("kind"), table.column("supplier")
    for place in table.good():
        if kinds[place] == "three-sided" and suppliers[place] is None:
            complain(
                table, problems, place, field="supplier",
                message="у трёхстороннего договора не указан поставщик",
                hint="Укажите код организации-поставщика.",
            )  # fmt: skip


def _premises(table: Table, problems: Problems) -> None:
    kinds, flats = table.column("kind"), table.column("flat_number")
    kinds = table.columns["kind"] = [
        "room" if kind is None and flat else kind for kind, flat in zip(kinds, flats, strict=True)
    ]
    totals = table.column("total_cm2")
    living, heated = table.column("living_cm2"), table.column("heated_cm2")
    for place in table.good():
        if (kinds[place] == "room") != (flats[place] is not None):
            is_room = kinds[place] == "room"
            complain(
                table, problems, place, field="flat_number",
                message="у комнаты не указана квартира" if is_room
                else "квартира указана, а вид помещения не «комната»",
                hint="Укажите номер квартиры, в которой комната." if is_room
                else "Очистите ячейку или исправьте вид.",
            )  # fmt: skip
        for field, values in (("living_cm2", living), ("heated_cm2", heated)):
            if _is_more(values[place], totals[place]):
                complain(
                    table, problems, place, field=field,
                    message="площадь больше общей "
                    f"({shown_text(totals[place], Kind.AREA)})", hint="Исправьте одну из площадей.",
                )  # fmt: skip
    put_in(table, "flat_number", "")


def _is_more(text: Text, than: Text) -> bool:
    return text is not None and than is not None and int(text) > int(than)


def _residents(table: Table, problems: Problems) -> None:
    born, since = table.column("birth_date"), table.column("valid_from")
    for place in table.good():
        if _is_later(born[place], since[place]):
            complain(
                table, problems, place, field="birth_date",
                message="дата рождения позже даты «С»", hint="Исправьте одну из дат.",
            )  # fmt: skip


def _is_later(text: Text, than: Text) -> bool:
    return text is not None and than is not None and text > than


def _services(table: Table, problems: Problems) -> None:
    methods, formulas = table.column("method"), table.column("formula")
    for place in table.good():
        if methods[place] == "formula" and formulas[place] is None:
            complain(
                table, problems, place, field="formula",
                message="способ «формула», а формулы нет", hint="Впишите формулу.",
            )  # fmt: skip


def _tariffs(table: Table, problems: Problems) -> None:
    put_in(table, "volume_from_mcu", "0")
    put_in(table, "rate", "volume")
    components, rates = table.column("component"), table.column("rate")
    for place in table.good():
        if rates[place] == "capacity" and components[place] is not None:
            complain(
                table, problems, place, field="rate",
                message="ставка за мощность у компонента горячей воды",
                hint="Очистите «Компонент» или «Ставку».",
            )  # fmt: skip
    low, high = table.column("volume_from_mcu"), table.column("volume_to_mcu")
    for place in table.good():
        if high[place] is not None and not _is_more(high[place], low[place]):
            complain(
                table, problems, place, field="volume_to_mcu",
                message="«Объём до» не больше «Объём от»", hint="Исправьте диапазон.",
            )  # fmt: skip


def _house_or_account(table: Table, problems: Problems) -> None:
    check_one_of(table, problems, fields=("house", "account"))


def _acts(table: Table, problems: Problems) -> None:
    _house_or_account(table, problems)
    houses, entrances = table.column("house"), table.column("entrance")
    for place in table.good():
        if entrances[place] is not None and houses[place] is None:
            complain(
                table, problems, place, field="entrance",
                message="подъезд указан, а дом нет", hint="Укажите дом или очистите ячейку.",
            )  # fmt: skip
    check_order(table, problems, starts="starts_at", ends="ends_at")


def _meters(table: Table, problems: Problems) -> None:
    check_order(table, problems, starts="installed_on", ends="removed_on", same_day=True)
    kinds, premises = table.column("kind"), table.column("premises")
    accounts = table.column("account")
    final, removed = table.column("final_mcu"), table.column("removed_on")
    for place in table.good():
        if kinds[place] == "house" and (premises[place] or accounts[place]):
            complain(
                table, problems, place, field="premises",
                message="у общедомового прибора не бывает помещения и счёта",
                hint="Очистите ячейки или исправьте вид.",
            )  # fmt: skip
        elif kinds[place] != "house" and not premises[place] and not accounts[place]:
            complain(
                table, problems, place, field="premises",
                message="не указано ни помещение, ни лицевой счёт", hint="Укажите, чей это прибор.",
            )  # fmt: skip
        if final[place] is not None and removed[place] is None:
            complain(
                table, problems, place, field="removed_on",
                message="есть конечное показание, а даты снятия нет", hint="Укажите дату снятия.",
            )  # fmt: skip


def _readings(table: Table, problems: Problems) -> None:
    check_one_of(table, problems, fields=("value_mcu", "volume_mcu"))
    put_in(table, "zone", "")
    put_in(table, "source", "payer")
    _months_of_dates(table, period="period", day="taken_on")


def _found_after(table: Table, problems: Problems) -> None:
    starts, found = table.column("valid_from"), table.column("found_on")
    for place in table.good():
        if _is_later(starts[place], found[place]):
            complain(
                table, problems, place, field="found_on",
                message="обнаружено раньше даты «С»", hint="Исправьте одну из дат.",
            )  # fmt: skip


def _connections(table: Table, problems: Problems) -> None:
    _found_after(table, problems)
    powers, diameters = table.column("power_mcu"), table.column("diameter_mcu")
    for place in table.good():
        if powers[place] is not None and diameters[place] is not None:
            complain(
                table, problems, place, field="diameter_mcu",
                message="указаны и мощность, и диаметр трубы",
                hint="Оставьте мощность для электроэнергии или диаметр для воды.",
            )  # fmt: skip


def _group_meters(table: Table, problems: Problems) -> None:
    """Find rows without anybody or with two, and a meter with two bases or modes on one day."""
    meters = table.column("meter")
    bases = table.columns["base"] = list(table.column("base"))
    modes = table.columns["mode"] = list(table.column("mode"))
    meant: dict[Text, tuple[Text, Text]] = {}
    for place in table.good():
        base, mode = meant.get(meters[place], (None, None))
        meant[meters[place]] = (base or bases[place], mode or modes[place])
    for place in table.good():
        base, mode = meant[meters[place]]
        bases[place] = bases[place] or base or "area"
        modes[place] = modes[place] or mode or "cover"
        _check_member(table, problems, place)
    _check_ways(table, problems)


def _check_member(table: Table, problems: Problems, place: int) -> None:
    row = {name: table.column(name)[place] for name in table.sheet.fields}
    wrong = None
    if row["account"] and (row["house"] or row["premises"]):
        wrong = ("account", "указаны и счёт, и дом или помещение", "Оставьте что-то одно.")
    elif row["premises"] and not row["house"]:
        wrong = ("house", "у помещения не указан дом", "Укажите код дома.")
    elif not (row["account"] or row["house"] or row["fixed_mcu"]):
        wrong = ("house", "нет ни участника, ни объёма", "Укажите дом, помещение, счёт или объём.")
    elif row["mode"] == "houses" and (row["account"] or row["premises"]):
        wrong = ("mode", "«по домам» делится между домами", "Оставьте в строке только дом.")
    elif row["mode"] == "houses" and row["base"] == "norm":
        wrong = ("base", "«по домам» по нормативу не делится", "Выберите другую базу.")
    elif row["base"] == "share" and not row["share_ppm"] and (row["account"] or row["house"]):
        wrong = ("share_ppm", "база «доля», а доли нет", "Укажите, сколько частей у участника.")
    if wrong:
        complain(table, problems, place, field=wrong[0], message=wrong[1], hint=wrong[2])


def _check_ways(table: Table, problems: Problems) -> None:
    """Find rows of one meter that share it in two ways on the same days."""
    names = ("meter", "base", "mode", "valid_from", "valid_to")
    spans: dict[Text, dict[tuple[Text, Text], tuple[str, str, int]]] = {}
    for place in table.good():
        meter, base, mode, start, end = (table.column(name)[place] for name in names)
        first, last = start or "", end or _STILL
        ways = spans.setdefault(meter, {})
        for way, (other_first, other_last, other) in ways.items():
            if way != (base, mode) and first < other_last and other_first < last:
                complain(
                    table, problems, place, field="base",
                    message=f"база или режим не те, что в строке {table.number[other]}"
                    " того же прибора",
                    hint="У прибора на одни дни одна база и один режим.",
                )  # fmt: skip
                break
        low, high, where = ways.get((base, mode), (first, last, place))
        ways[base, mode] = (min(low, first), max(high, last), where)


def _months_of_dates(table: Table, *, period: str, day: str) -> None:
    periods, days = table.column(period), table.column(day)
    if None in periods:
        table.columns[period] = [
            month or (date and f"{date[:7]}-01") for month, date in zip(periods, days, strict=True)
        ]


def _balances(table: Table, problems: Problems) -> None:
    principal, penalty = table.column("principal_kop"), table.column("penalty_kop")
    for place in table.good():
        if principal[place] is None and penalty[place] is None:
            complain(
                table, problems, place, field="principal_kop",
                message="не указан ни основной долг, ни пени",
                hint="Укажите сумму; 0 – долга не стало.",
            )  # fmt: skip


def _payments(table: Table, problems: Problems) -> None:
    put_in(table, "channel", "desk")
    numbers, agents = table.column("external_id"), table.column("agent")
    first_of: dict[tuple[Text, str], int] = {}
    for place in table.good():
        number = numbers[place]
        if number is None:
            continue
        first = first_of.setdefault((agents[place], number), place)
        if first != place:
            complain(
                table, problems, place, field="external_id",
                message=f"внешний номер уже был в строке {table.number[first]}",
                hint="У каждой оплаты агента свой номер.",
            )  # fmt: skip


def _parameters(table: Table, problems: Problems) -> None:
    put_in(table, "valid_from", _BEGINNING)
    codes, values = table.column("code"), table.column("value")
    for place in table.good():
        code, value = codes[place], values[place]
        assert code is not None
        assert value is not None
        wrong = wrong_value(code, value)
        if wrong:
            complain(table, problems, place, field=wrong[0], message=wrong[1], hint=wrong[2])


_RULES: dict[str, Rule] = {
    "Договоры": _contracts,
    "Помещения": _premises,
    "Проживающие": _residents,
    "Услуги": _services,
    "Тарифы": _tariffs,
    "Назначения": _house_or_account,
    "Приборы": _meters,
    "Показания": _readings,
    "Акты": _acts,
    "Сальдо": _balances,
    "Оплаты": _payments,
    "Параметры": _parameters,
    "События приборов": _found_after,
    "Групповые приборы": _group_meters,
    "Самовольные подключения": _connections,
}
