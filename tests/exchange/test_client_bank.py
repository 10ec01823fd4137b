import random
import string
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.exchange import client_bank_reading as reading
from app.exchange.client_bank import (
    DOCUMENT_FIELDS,
    PAYMENT_ORDER,
    AccountSection,
    BankDocument,
    Charset,
    ClientBankFile,
    Direction,
)
from app.exchange.client_bank_reading import NotAStatement, NotASum, amount_kop, read
from app.exchange.client_bank_writing import (
    NoBankDetails,
    NotWritable,
    OrderSide,
    payment_order,
    write,
)
from tests.fixtures.soak import examples

SAMPLES = Path(__file__).resolve().parents[2].parent / "shared" / "data"
OURS, THEIRS = "40702810900000000024", "40702810900000000099"
DAY = date(2026, 11, 12)
LETTERS = string.ascii_letters + string.digits + "АБВабвёЁ №«»\"'=,.;:-–()"
values = st.text(LETTERS, max_size=40).map(str.strip)
named = values.filter(bool)
days = st.one_of(st.none(), st.dates(date(2000, 1, 1), date(2099, 12, 31)))
sums = st.integers(0, 10**12)
unknown = st.dictionaries(
    st.sampled_from(["Новое поле", "ExtraKey", "СуммаНДС"]), named, max_size=2
)


@st.composite
def documents(draw: st.DrawFn) -> BankDocument:
    fields = draw(st.dictionaries(st.sampled_from(DOCUMENT_FIELDS), named, max_size=12))
    return BankDocument(
        draw(values), draw(values), draw(days), draw(sums), draw(days), draw(days),
        fields | draw(unknown),
    )  # fmt: skip


@st.composite
def files(draw: st.DrawFn) -> ClientBankFile:
    size = st.one_of(st.none(), sums)
    sections = st.builds(
        AccountSection, st.text(string.digits, max_size=20), days, days, size, size, size, size,
        unknown,
    )  # fmt: skip
    return ClientBankFile(
        documents=tuple(draw(st.lists(documents(), max_size=4))),
        sections=tuple(draw(st.lists(sections, max_size=3))),
        version=draw(st.sampled_from(["1.03", "1.02", ""])),
        charset=draw(st.sampled_from(Charset)),
        sender=draw(values),
        receiver=draw(values),
        created_on=draw(days),
        created_at=draw(st.sampled_from(["", "21:00:00"])),
        since=draw(days),
        until=draw(days),
        accounts=tuple(draw(st.lists(st.text(string.digits, max_size=20), max_size=3))),
        kinds=tuple(draw(st.lists(named, max_size=2))),
        unknown=draw(unknown),
    )


def writable(file: ClientBankFile) -> bytes:
    try:
        return write(file)
    except NotWritable:
        # cp866 has no dashes and guillemets: such a file is written in cp1251.
        return b""


@given(files())
@settings(max_examples=examples(200, full=3_000), deadline=None)
def test_what_is_written_is_read_back(file: ClientBankFile) -> None:
    content = writable(file)
    if not content:
        return

    found = read(content)

    assert found.is_whole
    assert found.file == file
    assert content.endswith("КонецФайла\r\n".encode(file.charset.codec))


def document(
    number: str, kop: int, *, payer: str = THEIRS, payee: str = OURS, **days: date
) -> BankDocument:
    fields = {"ПлательщикСчет": payer, "ПолучательСчет": payee, "НазначениеПлатежа": "ЛС 1000"}
    return BankDocument(PAYMENT_ORDER, number, DAY, kop, fields=fields, **days)


def messages(content: bytes) -> str:
    return "\n".join(one.message for one in read(content).problems)


def test_directions_totals_and_balances_of_two_accounts() -> None:
    other = "40702810900000000055"
    file = ClientBankFile(
        documents=(
            document("1", 10_000, credited_on=DAY),
            document("2", 2_500, payer=OURS, payee=THEIRS, debited_on=DAY),
            document("3", 700, payer=OURS, payee=other, debited_on=DAY, credited_on=DAY),
            document("4", 999, payer=OURS, payee=THEIRS),
        ),
        sections=(
            AccountSection(OURS, DAY, DAY, 5_000, 10_000, 3_200, 11_800),
            AccountSection(other, DAY, DAY, 0, 700, 0, 700),
        ),
        accounts=(OURS, other),
    )

    found = read(write(file))

    assert found.problems == ()
    ways = [[one.direction(account) for one in found.file.documents] for account in (OURS, other)]
    assert ways == [
        [Direction.IN, Direction.OUT, Direction.OUT, None],
        [None, None, Direction.IN, None],
    ]
    assert found.file.own_accounts == (OURS, other)


def test_what_does_not_add_up_is_told() -> None:
    file = ClientBankFile(
        documents=(document("1", 10_000, credited_on=DAY), document("1", 10_000, credited_on=DAY)),
        sections=(AccountSection(OURS, DAY, DAY, 5_000, 10_000, 0, 14_999),),
    )

    told = messages(write(file))

    assert "остатки по счёту" in told
    assert "поступило 100,00 ₽, а документов на 200,00 ₽" in told
    assert "документ № 1 от 12.11.2026 на 100,00 ₽ повторяется" in told


@pytest.mark.parametrize(
    ("text", "kop"),
    [
        ("1234.56", 123_456), ("1234-56", 123_456), ("1234,56", 123_456), ("1 234.56", 123_456),
        ("1'234.56", 123_456), ("1\u00a0234,5", 123_450), ("1234", 123_400), ("0.01", 1),
        ("1,234.56", 123_456), ("1.234.567,89", 123_456_789), ("0", 0),
    ],
)  # fmt: skip
def test_sums_in_the_spellings_of_banks(text: str, kop: int) -> None:
    assert amount_kop(text) == kop


@pytest.mark.parametrize(
    "text", ["", "-1.00", "1.234", "12,345", "1e5", "1.2.3", "١٢٣", "1234-567", "0x10", "1" * 20]
)
def test_what_is_no_sum_is_not_guessed(text: str) -> None:
    with pytest.raises(NotASum, match="не сумма"):
        amount_kop(text)


@pytest.mark.parametrize("codec", ["cp1251", "cp866", "utf-8", "utf-8-sig"])
@pytest.mark.parametrize("said", ["Windows", "DOS"])
def test_the_bytes_tell_the_charset_whatever_the_header_says(codec: str, said: str) -> None:
    text = (
        f"1CClientBankExchange\r\nКодировка={said}\r\nСекцияДокумент=Платежное поручение\r\n"
        "Номер=7\r\nСумма=1-50\r\nПлательщик1=Иванова Анна\r\nКонецДокумента\r\nКонецФайла\r\n"
    )

    found = read(text.encode(codec))

    (one,) = found.file.documents
    assert (one.number, one.amount_kop, one.payer_name) == ("7", 150, "Иванова Анна")
    assert found.is_whole


def test_a_cut_file_says_so_and_keeps_what_is_there() -> None:
    content = write(ClientBankFile(documents=(document("1", 100), document("2", 200))))

    found = read(content[: content.rindex("Номер".encode("cp1251")) + 9])

    assert not found.is_whole
    assert [one.number for one in found.file.documents] == ["1"]
    assert any("обрезан" in one.message and not one.is_warning for one in found.problems)


def test_unknown_and_repeated_keys_are_kept_once_and_told() -> None:
    text = (
        "1CClientBankExchange\nСекцияДокумент=Прочее\nНомер=1\nНомер=2\nСумма=5\n"
        "Особое=да=нет\nДата=32.13.2026\nпусто\nКонецДокумента\nКонецДокумента\nКонецФайла\n"
    )

    found = read(text.encode("cp1251"))

    (one,) = found.file.documents
    assert (one.number, one.dated, one.fields) == ("1", None, {"Особое": "да=нет"})
    told = messages(text.encode("cp1251"))
    for words in ("повторяется", "«Особое»", "не дата", "нет знака «=»", "без начала"):
        assert words in told


def test_a_document_without_a_sum_is_left_out_and_told() -> None:
    text = (
        "1CClientBankExchange\nСекцияДокумент=Прочее\nНомер=1\nСумма=пять\n"
        "СекцияДокумент=Прочее\nНомер=2\nКонецДокумента\nСекцияДокумент=Прочее\nСумма=5\n"
        "КонецФайла"
    )

    found = read(text.encode("cp1251"))

    assert [one.amount_kop for one in found.file.documents] == [500]
    errors = [one.message for one in found.problems if not one.is_warning]
    assert errors == ["«Сумма» – не сумма: «пять»", "у документа нет суммы, он пропущен"]


def test_a_purpose_in_parts_is_put_together() -> None:
    one = BankDocument(
        "", "", None, 1, fields={"НазначениеПлатежа1": "ЛС 1000", "НазначениеПлатежа2": "за 10"}
    )

    assert one.purpose == "ЛС 1000 за 10"


@pytest.mark.parametrize("content", [b"", b"\0" * 100, b"1CClientBank\n", b"<xml/>", b"\xff\xfe1"])
def test_what_is_no_statement_is_refused(content: bytes) -> None:
    with pytest.raises(NotAStatement, match="1CClientBankExchange"):
        read(content)


def test_hostile_bytes_end_in_problems_or_a_refusal() -> None:
    seeds = examples(60, full=2_000)
    whole = write(
        ClientBankFile(
            documents=(document("1", 100, credited_on=DAY),),
            sections=(AccountSection(OURS, DAY, DAY, 0, 100, 0, 100),),
        )
    )
    for seed in range(seeds):
        dice = random.Random(seed)
        content = bytearray(whole)
        for _ in range(dice.randrange(1, 30)):
            place = dice.randrange(len(content))
            match dice.randrange(4):
                case 0:
                    content[place] = dice.randrange(256)
                case 1:
                    del content[place : place + dice.randrange(40)]
                case 2:
                    content[place:place] = dice.randbytes(dice.randrange(20))
                case _:
                    content[place:place] = content[: dice.randrange(200)]
        try:
            found = read(bytes(content))
        except NotAStatement:
            continue
        assert len(found.problems) <= reading.PROBLEMS_MAX + 50


@pytest.mark.parametrize(
    "body",
    [
        "=" * 300_000,
        "СекцияДокумент=\n" * 20_000,
        "Сумма=" + "9" * 100_000 + "\n",
        "СекцияДокумент=П\nСумма=" + "1" * 3_000 + "\nКонецДокумента\n",
        "РасчСчет=\n" * 50_000,
        "СекцияРасчСчет\n" + "".join(f"К{n}=1\n" for n in range(50_000)) + "КонецРасчСчет\n",
    ],
)
def test_hostile_files_are_read_in_a_moment(body: str) -> None:
    content = f"1CClientBankExchange\n{body}\nКонецФайла\n".encode("cp1251")

    assert len(read(content).problems) <= reading.PROBLEMS_MAX + 50


def side(**more: str) -> OrderSide:
    about = {
        "name": "ООО «Центр»", "inn": "6658000024", "kpp": "665801001", "account": OURS,
        "bank": "ПАО Банк", "bic": "046577000", "correspondent": "30101810500000000000",
    }  # fmt: skip
    return OrderSide(**(about | more))


def test_a_payment_order_has_what_a_bank_asks_for() -> None:
    order = payment_order(
        17, DAY, amount_kop=540_000, payer=side(), payee=side(name="Водоканал", account=THEIRS),
        purpose="Перечисление  платежей\nнаселения",
    )  # fmt: skip

    text = write(ClientBankFile(documents=(order,), accounts=(OURS,))).decode("cp1251")

    lines = text.split("\r\n")
    assert lines[0] == "1CClientBankExchange"
    for line in (
        "ВерсияФормата=1.03", "Кодировка=Windows", "СекцияДокумент=Платежное поручение", "Номер=17",
        "Дата=12.11.2026", "Сумма=5400.00", f"ПлательщикСчет={OURS}",
        f"ПолучательРасчСчет={THEIRS}",
        "Получатель=ИНН 6658000024 Водоканал", "Получатель1=Водоканал", "ПолучательБИК=046577000",
        "ВидОплаты=01", "Очередность=5", "НазначениеПлатежа=Перечисление платежей населения",
    ):  # fmt: skip
        assert line in lines


@pytest.mark.parametrize(
    ("more", "word"),
    [
        ({"account": ""}, "расчётного счёта"), ({"account": "123"}, "расчётного счёта"),
        ({"bic": "04657700"}, "БИК"), ({"name": " "}, "наименования"),
    ],
)  # fmt: skip
def test_a_payee_without_details_is_refused_by_name(more: dict[str, str], word: str) -> None:
    with pytest.raises(NoBankDetails, match=word):
        payment_order(1, DAY, amount_kop=1, payer=side(), payee=side(**more), purpose="П")


def test_what_a_bank_does_not_take_is_not_written() -> None:
    for number, purpose in ((0, "П"), (1_000_000, "П"), (1, ""), (1, "П" * 211)):
        with pytest.raises(NotWritable):
            payment_order(number, DAY, amount_kop=1, payer=side(), payee=side(), purpose=purpose)
    for value in ("две\nстроки", "знак ✓"):
        with pytest.raises(NotWritable):
            write(ClientBankFile(sender=value))


@pytest.mark.parametrize("name", ["1c_kl_to_1c_odoo-ru_MIT.txt", "1c_min_example_odoo-ru_MIT.txt"])
def test_public_samples_are_read(name: str) -> None:
    path = SAMPLES / name
    if not path.exists():
        pytest.skip(f"no sample {path}")

    found = read(path.read_bytes())

    assert found.is_whole
    assert all(one.is_warning for one in found.problems)
    if "kl_to" in name:
        (one,) = found.file.documents
        assert one.amount_kop == 10_815_912
        assert one.direction("00000000000000000001") is Direction.OUT
        assert one.purpose == "Оплата по счету N 1024 от 01.01.23г 18026,52"
        (section,) = found.file.sections
        assert (section.opening_kop, section.closing_kop) == (11_097_800, 281_888)
        assert found.problems == ()
    else:
        assert found.file.unknown == {"Поле": "Значение"}
