"""Instalments from the command line: instalment, instalments, instalment-end, -interest."""

import argparse
from datetime import date
from typing import Any

from uuid_utils.compat import uuid7

from app.cli import typed
from app.cli.context import Context, Verbs
from app.domain import instalment, money, period
from app.domain.instalment import STATUS_WORDS, InstalmentState, InstalmentStatus
from app.domain.penalty_law import percent_ppm
from app.domain.period import Period
from app.domain.voucher import Voucher, VoucherKind
from app.errors import Malformed
from app.operations import agree_instalment
from app.operations.agree_instalment import WantedInstalment
from app.store import instalments
from app.store.instalments import KeptInstalment
from app.store.reading import reading

_HOW = {"нарушено": InstalmentStatus.BROKEN, "расторгнуто": InstalmentStatus.CANCELLED}


class NotADay(Malformed):
    """A text that is not a day."""


def add_to(verbs: Verbs) -> None:
    """Add the verbs of this module."""
    parser = verbs.add("instalment", help="заключить соглашение о рассрочке", run=_agree)
    parser.add_argument("account", metavar="СЧЁТ", help="номер лицевого счёта")
    parser.add_argument("--number", required=True, metavar="НОМЕР", help="номер соглашения")
    parser.add_argument("--parts", required=True, type=int, metavar="N", help="сколько частей")
    parser.add_argument("--first-on", required=True, metavar="ДАТА", help="день первой части")
    parser.add_argument("--on", metavar="ДАТА", help="день соглашения; пусто — сегодня")
    parser.add_argument("--creditor", metavar="КОД", help="чей долг; пусто — всем получателям")
    _periods(parser)
    parser.add_argument("--first-payment", default="0", metavar="СУММА", help="первый взнос")
    parser.add_argument("--interest", default="0", metavar="ПРОЦЕНТ", help="годовых, обычно 0")
    parser.add_argument("--late-days", type=int, metavar="N", help="терпим опоздание части, дней")
    parser.add_argument("--without-penalty", action="store_true", help="пени не рассрочивать")
    parser.add_argument(
        "--stop-penalty", choices=("да", "нет"), help="не начислять пени на рассроченный долг"
    )
    parser.add_argument("--reason", required=True, metavar="ТЕКСТ", help="основание: заявление")
    key_option(parser)

    parser = verbs.add("instalments", help="соглашения о рассрочке и как они идут", run=_list)
    parser.add_argument("account", nargs="*", metavar="СЧЁТ", help="номера счетов; пусто — все")
    parser.add_argument("--on", metavar="ДАТА", help="на какой день")
    parser.add_argument("--broken", action="store_true", help="только нарушенные")

    parser = verbs.add("instalment-end", help="прекратить рассрочку", run=_end)
    parser.add_argument("number", metavar="НОМЕР", help="номер соглашения")
    parser.add_argument("--how", required=True, choices=tuple(_HOW), help="почему")
    parser.add_argument("--on", metavar="ДАТА", help="с какого дня; пусто — сегодня")
    parser.add_argument("--reason", required=True, metavar="ТЕКСТ", help="документ и причина")
    key_option(parser)

    parser = verbs.add("instalment-interest", help="начислить проценты частей", run=_interest)
    parser.add_argument("--on", metavar="ДАТА", help="по какой день; пусто — сегодня")


def key_option(parser: argparse.ArgumentParser) -> None:
    """Add the option that makes a command be done once."""
    parser.add_argument(
        "--key", metavar="КЛЮЧ", help="ключ документа: с ним та же команда второй раз не проводит"
    )


def day_of(text: str | None, context: Context) -> date:
    """Read a day; without one it is today.

    :raises NotADay: when it is none
    """
    if text is None:
        return context.at.date()
    for shape in (text, "-".join(reversed(text.split(".")))):
        try:
            return date.fromisoformat(shape)
        except ValueError:
            continue
    raise NotADay(f"«{text[:20]}» не дата. Укажите день, например 2026-11-30.")


def period_of(text: str | None) -> Period | None:
    """Read a period that need not be given."""
    return None if text is None else period.parse(text)


def _periods(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--from", dest="first", metavar="ПЕРИОД", help="первый месяц долга")
    parser.add_argument("--to", dest="last", metavar="ПЕРИОД", help="последний месяц долга")


def _voucher(context: Context) -> Voucher:
    asked = context.arguments
    return Voucher(
        typed.key_or_new(asked.key),
        VoucherKind.INSTALMENT,
        context.actor,
        context.at,
        reason=asked.reason,
    )


def _agree(context: Context) -> int:
    asked = context.arguments
    wanted = WantedInstalment(
        account=asked.account,
        number=asked.number,
        agreed_on=day_of(asked.on, context),
        due_days=instalment.monthly(day_of(asked.first_on, context), asked.parts),
        creditor=asked.creditor,
        first=period_of(asked.first),
        last=period_of(asked.last),
        first_payment_kop=money.kopecks(asked.first_payment),
        interest_ppm=percent_ppm(asked.interest),
        with_penalty=not asked.without_penalty,
        late_days=asked.late_days,
        stops_penalty=None if asked.stop_penalty is None else asked.stop_penalty == "да",
    )
    done = agree_instalment.agree_instalment(context.engine, _voucher(context), wanted)
    with reading(context.engine) as snapshot:
        (kept,) = instalments.load(snapshot, number=wanted.number)
    word = "Уже была заключена рассрочка" if done["replay"] else "Заключена рассрочка"
    return context.answer(
        as_json(kept, kept.state(wanted.agreed_on)),
        "\n".join([
            f"{word} № {kept.agreement.number}: {money.shown(kept.agreement.amount_kop)} ₽",
            *agree_instalment.parts_shown(kept.agreement.parts),
        ]),
    )  # fmt: skip


def _list(context: Context) -> int:
    asked = context.arguments
    on = day_of(asked.on, context)
    with reading(context.engine) as snapshot:
        kept = instalments.load(snapshot, accounts=asked.account or None)
    told = [(one, one.state(on)) for one in kept]
    if asked.broken:
        told = [pair for pair in told if pair[1].status is InstalmentStatus.BROKEN]
    lines = [line for one, how in told for line in _shown(one, how)]
    return context.answer(
        [as_json(one, how) for one, how in told], "\n".join(lines) or "Рассрочек нет."
    )


def _end(context: Context) -> int:
    asked = context.arguments
    on = day_of(asked.on, context)
    agree_instalment.end_instalment(
        context.engine, _voucher(context), number=asked.number, how=_HOW[asked.how], on=on
    )
    with reading(context.engine) as snapshot:
        (kept,) = instalments.load(snapshot, number=asked.number)
    how = kept.state(on)
    return context.answer(as_json(kept, how), "\n".join(_shown(kept, how)))


def _interest(context: Context) -> int:
    on = day_of(context.arguments.on, context)
    voucher = Voucher(uuid7(), VoucherKind.ADJUSTMENT, context.actor, context.at)
    posted = agree_instalment.post_interest(context.engine, voucher, on=on)
    return context.answer({"posted": posted}, f"Начислено процентов по частям: {posted}")


def _shown(kept: KeptInstalment, how: InstalmentState) -> list[str]:
    head = (
        f"№ {kept.agreement.number}, счёт {kept.account}: {STATUS_WORDS[how.status]}, осталось "
        f"{money.shown(how.left_kop)} ₽, к уплате сейчас {money.shown(how.due_kop)} ₽"
    )
    return [head] + [
        f"  {one.part.part_no}. до {one.part.due_on:%d.%m.%Y}: {money.shown(one.part.amount_kop)} ₽"
        + (f", оплачено {money.shown(one.paid_kop)} ₽" if one.paid_kop else "")
        + (f", {one.paid_on:%d.%m.%Y}" if one.paid_on else "")
        for one in how.parts
    ]


def as_json(kept: KeptInstalment, how: InstalmentState) -> dict[str, Any]:
    """Give an agreement as programs read it."""
    agreement = kept.agreement
    return {
        "key": str(kept.key),
        "number": agreement.number,
        "account": kept.account,
        "creditor": kept.creditor,
        "agreed_on": agreement.agreed_on.isoformat(),
        "amount": money.rubles(agreement.amount_kop),
        "status": how.status.value,
        "left": money.rubles(how.left_kop),
        "due": money.rubles(how.due_kop),
        "parts": [
            {
                "part": one.part.part_no,
                "due_on": one.part.due_on.isoformat(),
                "amount": money.rubles(one.part.amount_kop),
                "interest": money.rubles(one.part.interest_kop),
                "paid": money.rubles(one.paid_kop),
                "paid_on": one.paid_on.isoformat() if one.paid_on else None,
            }
            for one in how.parts
        ],
    }
