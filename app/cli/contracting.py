"""Verbs of contracts: contracts, change-supplier, transfer-balance."""

import argparse
from pathlib import Path
from uuid import UUID

from app.cli import typed
from app.cli.context import Context, Verbs
from app.cli.contracting_words import (
    change_document,
    change_text,
    history_document,
    history_text,
    transfer_document,
    transfer_text,
)
from app.domain import contract_history, money, period
from app.domain.balance_transfer import PART_WORDS, Part
from app.domain.transfer_act import ContractChangeAct, TransferAct
from app.domain.transfer_order import ChangeOrder, MadeContract, NotAnOrder, TransferOrder
from app.domain.voucher import Voucher, VoucherKind
from app.errors import Malformed
from app.operations.change_contract import change_contract, preview_change
from app.operations.print_acts import print_change, print_transfer
from app.operations.transfer_balance import preview_transfer, transfer_balance, undo_transfer
from app.store import contracts, transfer_acts
from app.store.reading import reading

_PARTS = PART_WORDS | {part.value: part for part in Part}


class NoSuchPart(Malformed):
    """A word that names no part of a balance."""


def add_to(verbs: Verbs) -> None:
    """Add the verbs of this module."""
    asking = verbs.add("contracts", help="по каким договорам услуги счёта и когда", run=_history)
    asking.add_argument("account", metavar="СЧЁТ", help="номер лицевого счёта")
    asking.add_argument("--on", metavar="ДАТА", help="только то, что действует в этот день")

    changing = verbs.add(
        "change-supplier", help="сменить поставщика или исполнителя одним актом", run=_change
    )
    changing.add_argument("--from", dest="old", metavar="ДОГОВОР", help="прежний договор")
    changing.add_argument("--to", dest="taking", metavar="ДОГОВОР", help="новый договор")
    changing.add_argument("--provider", metavar="КОД", help="завести новый договор: исполнитель")
    changing.add_argument("--supplier", metavar="КОД", help="завести новый договор: поставщик")
    changing.add_argument("--with-balance", action="store_true", help="передать и сальдо")
    _add_head(changing, day="с какого дня новый договор")
    changing.add_argument("--through", metavar="ПЕРИОД", help="передать долги по этот период")

    moving = verbs.add("transfer-balance", help="передать сальдо актом", run=_transfer)
    moving.add_argument("--from-account", metavar="СЧЁТ", help="с какого счёта")
    moving.add_argument("--to-account", metavar="СЧЁТ", help="на какой счёт")
    moving.add_argument("--from-contract", metavar="ДОГОВОР", help="с какого договора")
    moving.add_argument("--to-contract", metavar="ДОГОВОР", help="на какой договор")
    moving.add_argument("--from-service", metavar="УСЛУГА", help="с какой услуги")
    moving.add_argument("--to-service", metavar="УСЛУГА", help="на какую услугу")
    moving.add_argument("--out-of-system", metavar="КОМУ", help="за пределы системы, кому")
    _add_head(moving, day="на какой день сальдо")
    moving.add_argument("--since", metavar="ПЕРИОД", help="долги с этого периода")
    moving.add_argument("--through", metavar="ПЕРИОД", help="долги по этот период")
    moving.add_argument("--amount", metavar="СУММА", help="только сумму, сначала старые долги")


def _add_head(parser: argparse.ArgumentParser, *, day: str) -> None:
    parser.add_argument("--date", metavar="ДАТА", help=day)
    parser.add_argument("--number", metavar="НОМЕР", help="номер акта")
    parser.add_argument("--dated", metavar="ДАТА", help="дата акта; без неё сегодня")
    parser.add_argument("--basis", metavar="ТЕКСТ", help="основание: документ, его номер и дата")
    parser.add_argument("--house", action="append", default=[], metavar="КОД", help="дом")
    parser.add_argument("--account", action="append", default=[], metavar="СЧЁТ", help="счёт")
    parser.add_argument("--service", action="append", default=[], metavar="УСЛУГА", help="услуга")
    parser.add_argument(
        "--parts", metavar="ЧАСТИ", help=f"что передать, через запятую: {', '.join(PART_WORDS)}"
    )
    parser.add_argument("--dry-run", action="store_true", help="показать и ничего не проводить")
    parser.add_argument("--out", type=Path, metavar="ФАЙЛ", help="напечатать акт в этот PDF")
    parser.add_argument("--undo", metavar="КЛЮЧ", help="отменить проведённый акт")
    parser.add_argument("--reason", metavar="ТЕКСТ", help="почему акт отменяется")
    parser.add_argument(
        "--key", metavar="КЛЮЧ", help="ключ документа: с ним та же команда второй раз не проводит"
    )


def _history(context: Context) -> int:
    given = context.arguments
    with reading(context.engine) as snapshot:
        spans = contracts.history(snapshot, given.account)
    if given.on:
        spans = contract_history.in_force(spans, on=typed.day(given.on))
    return context.answer(history_document(spans), history_text(given.account, spans))


def _change(context: Context) -> int:
    given = context.arguments
    if given.undo:
        return _undo(context)
    order = _change_order(context)
    if given.dry_run:
        act = preview_change(context.engine, order, today=context.at.date())
        return _answer_change(context, act, key=None, done="Предпросмотр, ничего не проведено.")
    voucher = Voucher(
        typed.key_or_new(given.key),
        VoucherKind.CONTRACT_CHANGE,
        context.actor,
        context.at,
        order.basis,
    )
    made = change_contract(context.engine, voucher, order)
    done = "Проведено." if made.is_new else "Было проведено раньше."
    return _answer_change(context, made.act, key=made.key, done=done)


def _transfer(context: Context) -> int:
    given = context.arguments
    if given.undo:
        return _undo(context)
    order = _transfer_order(context)
    if given.dry_run:
        act = preview_transfer(context.engine, order, today=context.at.date())
        return _answer_transfer(context, act, key=None, done="Предпросмотр, ничего не проведено.")
    voucher = Voucher(
        typed.key_or_new(given.key), VoucherKind.TRANSFER, context.actor, context.at, order.basis
    )
    made = transfer_balance(context.engine, voucher, order)
    done = "Проведено." if made.is_new else "Было проведено раньше."
    return _answer_transfer(context, made.act, key=made.key, done=done)


def _undo(context: Context) -> int:
    given = context.arguments
    undone = typed.key_or_new(given.undo)
    voucher = Voucher(
        typed.key_or_new(given.key), VoucherKind.REVERSAL, context.actor, context.at, given.reason
    )
    is_new = undo_transfer(context.engine, voucher, undone=undone)
    done = f"Акт отменён документом {voucher.key}." if is_new else "Акт был отменён раньше."
    with reading(context.engine) as snapshot:
        if transfer_acts.kind_of(snapshot, undone) == VoucherKind.CONTRACT_CHANGE:
            change = transfer_acts.change(snapshot, undone)
            return _answer_change(context, change, key=voucher.key, done=done)
        act = transfer_acts.transfer(snapshot, undone)
    return _answer_transfer(context, act, key=voucher.key, done=done)


def _answer_change(context: Context, act: ContractChangeAct, *, key: UUID | None, done: str) -> int:
    if context.arguments.out:
        print_change(act, out=context.arguments.out)
    return context.answer(change_document(act, key=key), change_text(act, key=key, done=done))


def _answer_transfer(context: Context, act: TransferAct, *, key: UUID | None, done: str) -> int:
    if context.arguments.out:
        print_transfer(act, out=context.arguments.out)
    return context.answer(transfer_document(act, key=key), transfer_text(act, key=key, done=done))


def _change_order(context: Context) -> ChangeOrder:
    given = context.arguments
    if not given.old or not given.taking:
        raise NotAnOrder("Укажите прежний договор (--from) и новый (--to).")
    changed_on = typed.day(given.date) if given.date else context.at.date()
    if given.supplier and not given.provider:
        raise NotAnOrder("У нового договора нет исполнителя. Укажите его ключом --provider.")
    made = MadeContract(given.taking, given.provider, given.supplier) if given.provider else None
    return ChangeOrder(
        number=given.number or "",
        dated=typed.day(given.dated) if given.dated else context.at.date(),
        basis=given.basis or "",
        changed_on=changed_on,
        old_contract=given.old,
        new_contract=given.taking,
        houses=tuple(given.house),
        accounts=tuple(given.account),
        services=tuple(given.service),
        made=made,
        with_balance=given.with_balance,
        parts=_parts(given.parts),
        last=period.parse(given.through) if given.through else None,
    )


def _transfer_order(context: Context) -> TransferOrder:
    given = context.arguments
    return TransferOrder(
        number=given.number or "",
        dated=typed.day(given.dated) if given.dated else context.at.date(),
        basis=given.basis or "",
        moved_on=typed.day(given.date) if given.date else context.at.date(),
        accounts=tuple(given.account),
        houses=tuple(given.house),
        services=tuple(given.service),
        first=period.parse(given.since) if given.since else None,
        last=period.parse(given.through) if given.through else None,
        parts=_parts(given.parts),
        amount_kop=money.kopecks(given.amount) if given.amount else None,
        from_account=given.from_account,
        to_account=given.to_account,
        from_contract=given.from_contract,
        to_contract=given.to_contract,
        from_service=given.from_service,
        to_service=given.to_service,
        recipient=given.out_of_system,
    )


def _parts(text: str | None) -> frozenset[Part] | None:
    if text is None:
        return None
    words = [word.strip() for word in text.split(",")]
    for word in words:
        if word not in _PARTS:
            raise NoSuchPart(
                f"Части сальдо «{word[:20]}» нет. Укажите через запятую: {', '.join(PART_WORDS)}."
            )
    return frozenset(_PARTS[word] for word in words)
