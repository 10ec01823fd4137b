"""Verbs that change payments after they were taken: move-payment, reallocate, refund."""

from argparse import ArgumentParser
from uuid import UUID

from uuid_utils.compat import uuid7

from app.cli import payment_shapes, typed
from app.cli.context import Context, Verbs
from app.domain import money, period
from app.domain.allocation_by_hand import part_of
from app.domain.shift import Shift
from app.domain.voucher import Voucher, VoucherKind
from app.errors import Malformed, Refusal
from app.operations.move_payment import move_payment
from app.operations.reallocate_payment import Reallocated, reallocate_payment
from app.operations.refund_advance import (
    BankRecipient,
    Refunded,
    RefundOrder,
    cancel_refund,
    refund_advance,
)
from app.store import cash, payment_changes
from app.store.reading import reading

_KEY = "ключ документа: с ним та же команда второй раз не проводит"


class NothingNamed(Malformed):
    """Neither payments nor a period to spread anew, or both."""


class NoOpenShift(Refusal):
    """Cash without an open shift of this desk."""


def add_to(verbs: Verbs) -> None:
    """Add move-payment, reallocate and refund."""
    moving = verbs.add("move-payment", help="перенести оплату на другой счёт", run=_move)
    moving.add_argument("payment", metavar="ПЛАТЁЖ", help="номер документа или чека")
    moving.add_argument("account", metavar="СЧЁТ", help="на какой лицевой счёт")
    moving.add_argument("--amount", metavar="СУММА", help="часть платежа; без неё — весь остаток")
    moving.add_argument("--reason", required=True, metavar="ТЕКСТ", help="почему")
    moving.add_argument("--key", metavar="КЛЮЧ", help=_KEY)

    spreading = verbs.add("reallocate", help="распределить оплату заново", run=_reallocate)
    spreading.add_argument("payments", nargs="*", metavar="ПЛАТЁЖ", help="номера документов")
    spreading.add_argument(
        "--period", metavar="ПЕРИОД", help="все платежи месяца, например 2026-10"
    )
    spreading.add_argument("--house", metavar="ДОМ", help="код дома, вместе с --period")
    spreading.add_argument(
        "--split",
        nargs="+",
        metavar="ЧАСТЬ",
        help="вручную: услуга:договор:период:сумма[:пени|аванс] …",
    )
    spreading.add_argument("--reason", required=True, metavar="ТЕКСТ", help="почему")
    spreading.add_argument("--preview", action="store_true", help="только показать до и после")
    spreading.add_argument("--key", metavar="КЛЮЧ", help=_KEY)
    _add_refund(verbs.add("refund", help="вернуть переплату (аванс)", run=_refund))


def _add_refund(parser: ArgumentParser) -> None:
    parser.add_argument("account", metavar="СЧЁТ", help="лицевой счёт; с --cancel — документ")
    parser.add_argument("amount", nargs="?", metavar="СУММА", help="без неё — вся переплата")
    parser.add_argument("--application", metavar="ТЕКСТ", default="", help="заявление, № и дата")
    parser.add_argument("--date", metavar="ДАТА", help="день выплаты")
    parser.add_argument("--payee", metavar="КОД", help="переплата одного получателя")
    parser.add_argument("--to", metavar="СЧЁТ", help="расчётный счёт получателя, 20 цифр")
    parser.add_argument("--bic", metavar="БИК", help="банк получателя, 9 цифр")
    parser.add_argument("--recipient", metavar="ИМЯ", default="", help="кому")
    parser.add_argument("--cash", action="store_true", help="наличными из открытой смены кассы")
    parser.add_argument("--cancel", action="store_true", help="отменить возврат")
    parser.add_argument("--reason", metavar="ТЕКСТ", help="примечание; с --cancel — почему")
    parser.add_argument("--key", metavar="КЛЮЧ", help=_KEY)


def _move(context: Context) -> int:
    given = context.arguments
    with reading(context.engine) as snapshot:
        payment = payment_shapes.payment_key(snapshot, given.payment)
    moved = move_payment(
        context.engine,
        _voucher(context, VoucherKind.PAYMENT_TRANSFER),
        payment=payment,
        account_number=given.account,
        amount_kop=money.kopecks(given.amount) if given.amount else None,
    )
    with reading(context.engine) as snapshot:
        return context.answer(
            payment_shapes.moved_document(snapshot, moved),
            payment_shapes.moved_text(snapshot, moved),
        )


def _reallocate(context: Context) -> int:
    given = context.arguments
    if bool(given.payments) == bool(given.period):
        raise NothingNamed("Назовите платежи или период (--period), что-нибудь одно.")
    if given.period:
        done = _reallocate_month(context)
    else:
        with reading(context.engine) as snapshot:
            payments = [payment_shapes.payment_key(snapshot, text) for text in given.payments]
        done = [
            reallocate_payment(
                context.engine,
                _voucher(context, VoucherKind.REALLOCATION),
                payments=payments,
                by_hand=[part_of(text) for text in given.split or ()],
                is_preview=given.preview,
            )
        ]
    document = {
        "preview": bool(given.preview),
        "documents": [_reallocated_document(one) for one in done],
    }
    return context.answer(document, "\n".join(_reallocated_text(done, is_preview=given.preview)))


def _reallocate_month(context: Context) -> list[Reallocated]:
    """One document an account; accounts whose payments stay as they are have none."""
    given = context.arguments
    if given.split:
        raise NothingNamed("Вручную распределяют один платёж: назовите его вместо периода.")
    month = period.parse(given.period)
    with reading(context.engine) as snapshot:
        by_account = payment_changes.payments_between(
            snapshot, month.first_day, month.end, house=given.house
        )
    done = []
    with context.progress("Распределяю заново", len(by_account)) as counter:
        for payments in by_account.values():
            voucher = Voucher(
                uuid7(), VoucherKind.REALLOCATION, context.actor, context.at, given.reason
            )
            shown = reallocate_payment(context.engine, voucher, payments=payments, is_preview=True)
            if any(one.is_changed for one in shown.payments):
                done.append(
                    shown
                    if given.preview
                    else reallocate_payment(context.engine, voucher, payments=payments)
                )
            counter.advance(1)
    return done


def _refund(context: Context) -> int:
    given = context.arguments
    shift = _open_shift(context) if given.cash else None
    if given.cancel:
        done = cancel_refund(
            context.engine,
            _voucher(context, VoucherKind.REVERSAL),
            refund_key=typed.key_or_new(given.account),
            shift=shift,
        )
        return _answer_refund(context, done, "Возврат отменён")
    order = RefundOrder(
        account_number=given.account,
        application=given.application,
        paid_on=typed.day(given.date) if given.date else context.at.date(),
        amount_kop=money.kopecks(given.amount) if given.amount else None,
        payee=given.payee,
        recipient=None
        if given.cash
        else BankRecipient(given.recipient, given.to or "", given.bic or ""),
    )
    done = refund_advance(
        context.engine, _voucher(context, VoucherKind.REFUND), order=order, shift=shift
    )
    return _answer_refund(context, done, "Переплата возвращена")


def _answer_refund(context: Context, done: Refunded, title: str) -> int:
    keys = [
        {"service_id": str(line.service_id), "contract_id": str(line.contract_id),
         "origin_period": line.origin_period.first_day.isoformat(), "kind": 22,
         "paid_as": "advance", "amount_kop": line.amount_kop}
        for line in done.lines
    ]  # fmt: skip
    with reading(context.engine) as snapshot:
        lines = payment_changes.named(snapshot, keys, on=context.at.date())
    document = {
        "refund": str(done.key),
        "account": done.account_number,
        "amount": money.rubles(done.amount_kop),
        "period": str(done.period),
        "allocation": payment_shapes.lines_document(lines),
    }
    text = (
        f"{title}: счёт {done.account_number}, {money.shown(done.amount_kop)} ₽, "
        f"документ {done.key}, {done.period.shown}."
    )
    return context.answer(document, "\n".join([text, *payment_shapes.lines_text(lines)]))


def _open_shift(context: Context) -> Shift:
    chosen = context.settings
    with reading(context.engine) as snapshot:
        found = cash.open_shift(snapshot, branch_id=chosen.branch, desk_no=chosen.desk)
    if found is None:
        raise NoOpenShift(f"На кассе {chosen.desk} нет открытой смены: наличные выдаёт смена.")
    return found


def _voucher(context: Context, kind: VoucherKind) -> Voucher:
    key: UUID = typed.key_or_new(context.arguments.key)
    return Voucher(key, kind, context.actor, context.at, context.arguments.reason)


def _reallocated_document(done: Reallocated) -> dict[str, object]:
    return {
        "reallocation": None if done.period is None else str(done.key),
        "account": done.account_number,
        "period": None if done.period is None else str(done.period),
        "payments": [
            {
                "payment": str(one.payment),
                "changed": one.is_changed,
                "before": payment_shapes.lines_document(one.before),
                "after": payment_shapes.lines_document(one.after),
            }
            for one in done.payments
        ],
    }


def _reallocated_text(done: list[Reallocated], *, is_preview: bool) -> list[str]:
    if not done:
        return ["Распределение не меняется: проводить нечего."]
    text = []
    for document in done:
        text.append(
            f"Счёт {document.account_number}: "
            + (
                "так будет распределено"
                if is_preview or document.period is None
                else f"документ {document.key}, проведён в {document.period.shown}"
            )
        )
        for one in document.payments:
            text += [f" Платёж {one.payment}. До:", *payment_shapes.lines_text(one.before)]
            text += [" После:", *payment_shapes.lines_text(one.after)]
    return text
