"""A correction by hand from the command line: correct."""

from app.cli import typed
from app.cli.context import Context, Verbs
from app.domain import explanation, money, period
from app.domain.voucher import Voucher, VoucherKind
from app.operations.correct_manually import correct_manually
from app.store import charges
from app.store.reading import reading


def add_to(verbs: Verbs) -> None:
    """Add the verb of this module."""
    parser = verbs.add("correct", help="исправить начисление вручную, с причиной", run=_correct)
    parser.add_argument("account", metavar="СЧЁТ", help="номер лицевого счёта")
    parser.add_argument("period", metavar="ПЕРИОД", help="за какой месяц, например 2026-10")
    parser.add_argument("service", metavar="УСЛУГА", help="код услуги")
    parser.add_argument("contract", metavar="ДОГОВОР", help="номер договора")
    parser.add_argument("amount", metavar="СУММА", help="доначислить; с минусом — снять: -120.50")
    parser.add_argument("--reason", required=True, metavar="ТЕКСТ", help="документ и причина")
    parser.add_argument("--into", metavar="ПЕРИОД", help="в какой открытый месяц провести")
    parser.add_argument(
        "--key", metavar="КЛЮЧ", help="ключ документа: с ним та же команда второй раз не проводит"
    )


def _correct(context: Context) -> int:
    asked = context.arguments
    voucher = Voucher(
        typed.key_or_new(asked.key),
        VoucherKind.ADJUSTMENT,
        context.actor,
        context.at,
        reason=asked.reason,
    )
    done = correct_manually(
        context.engine,
        voucher,
        account=asked.account,
        origin=period.parse(asked.period),
        service=asked.service,
        contract=asked.contract,
        amount_kop=money.kopecks(asked.amount),
        into=period.parse(asked.into) if asked.into else None,
    )
    with reading(context.engine) as snapshot:
        lines = charges.of_voucher(snapshot, voucher.key)
    word = "Проведено" if done.is_new else "Было проведено раньше"
    return context.answer(
        [line.as_json(basis=explanation.sentence(line)) for line in lines],
        "\n".join([f"{word} в {done.period.shown}:", *map(explanation.sentence, lines)]),
    )
