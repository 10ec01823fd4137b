"""What the cash desk says: a notice for every stage and outcome, and the face of the till."""

from collections.abc import Iterable

from app.domain import money
from app.domain.tender import Tender
from app.ui.notice import Notice, notice_of
from app.ui.pages.cash_desk_model import Receipt, ShiftNow, Stage
from app.ui.pages.cash_desk_till import TillFace

_RUB = "\u00a0₽"

NOTHING_TYPED = Notice(
    "Пока искать нечего. Отсканируйте квитанцию или введите номер счёта, адрес или фамилию.",
    "notice",
    (("F2", "найти"),),
)
SHIFT_CLOSED = Notice(
    "Смена закрыта, принимать деньги нельзя. Откройте смену и отсканируйте квитанцию снова.",
    "notice",
    (("Enter", "открыть смену"),),
)
BUSY = Notice("Платёж ещё записывается. Дождитесь ответа и отсканируйте квитанцию снова.", "notice")
UNSURE = Notice(
    "Сначала узнайте, записан ли прошлый платёж: ответа от базы не было.",
    "owed",
    (("Enter", "спросить ещё раз"), ("Esc", "отложить")),
)
PUT_OFF = Notice(
    "Платёж отложен: он остался в журнале кассы и будет проверен, когда база ответит. "
    "Не принимайте эти деньги второй раз, пока его судьба не известна.",
    "owed",
)
NOTHING_OWED = Notice(
    "По счёту нет долга, предложить нечего. Введите сумму, если платят вперёд.",
    "notice",
    (("F3", "ввести сумму"), ("Esc", "очистить")),
)
CHANGING = Notice(
    "Введите сумму: разнесение меняется с ней.",
    "idle",
    (("Enter", "готово"), ("Esc", "вернуть")),
)
PRINTING = Notice("Печатаю чек ещё раз…", "idle")

_HINTS = {
    Stage.CLOSED: Notice("Смена закрыта.", "idle", (("Enter", "открыть смену"),)),
    Stage.EMPTY: Notice(
        "Номер счёта, улица с домом или фамилия.", "idle", (("Enter", "найти"), ("F2", "поиск"))
    ),
    Stage.LOOKING: Notice("Ищу счёт…", "idle", (("Esc", "не искать"),)),
    Stage.DUES: Notice(
        "Введите, сколько внесли. Enter — без сдачи.",
        "idle",
        (("F3", "сумма"), ("F6", "карточка"), ("Esc", "очистить")),
    ),
    Stage.TAKING: Notice("Записываю…", "idle"),
    Stage.UNANSWERED: UNSURE,
    Stage.PAID: Notice("Отсканируйте следующую квитанцию.", "idle"),
    Stage.ASKING: Notice("", "idle"),
}


def hint(stage: Stage) -> Notice:
    """Give what is said at a stage when nothing happened."""
    return _HINTS[stage]


def told(error: BaseException, keys: Iterable[tuple[str, str]]) -> Notice:
    return notice_of(error, keys=keys)


def paid(receipt: Receipt) -> Notice:
    """Say what was taken; when no paper came, that and how to get it."""
    if not receipt.printed:
        why = f" {receipt.sentence}" if receipt.sentence else ""
        return Notice(
            f"Платёж записан, чек не напечатан.{why}", "notice", (("Enter", "повторить печать"),)
        )
    return Notice(
        f"Принято {money.shown(receipt.amount_kop)}{_RUB}, чек № {receipt.number} напечатан. "
        "Отсканируйте следующую квитанцию.",
        "settled",
    )


def printed(receipt: Receipt) -> Notice:
    if not receipt.printed:
        return paid(receipt)
    return Notice(f"Чек № {receipt.number} напечатан.", "settled")


def cancelling(receipt: Receipt) -> Notice:
    back = "вернуть деньги" if receipt.tender is Tender.CASH else "вернуть деньги тем же способом"
    return Notice(
        f"Отменить платёж № {receipt.number} на {money.shown(receipt.amount_kop)}{_RUB} и {back}?",
        "notice",
        (("Enter", "отменить платёж"), ("Esc", "оставить")),
    )


def cancelled(receipt: Receipt) -> Notice:
    return Notice(
        f"Платёж № {receipt.number} отменён, верните {money.shown(receipt.amount_kop)}{_RUB}.",
        "settled",
    )


def closing(shift: ShiftNow) -> Notice:
    return Notice(
        f"Закрыть смену {shift.number}? Платежей {shift.payments} на "
        f"{money.shown(shift.taken_kop)}{_RUB}, в ящике {money.shown(shift.cash_kop)}{_RUB}.",
        "notice",
        (("Enter", "закрыть смену"), ("Esc", "остаться")),
    )


def shift_over(shift: ShiftNow) -> Notice:
    return Notice(
        f"Смена {shift.number} закрыта: платежей {shift.payments} на "
        f"{money.shown(shift.taken_kop)}{_RUB}.",
        "settled",
        (("Enter", "открыть смену"),),
    )


_MAIN = {
    Stage.CLOSED: "Открыть смену",
    Stage.EMPTY: "Найти счёт",
    Stage.LOOKING: "Ищу счёт…",
    Stage.DUES: "Принять наличные",
    Stage.TAKING: "Записываю…",
    Stage.UNANSWERED: "Спросить ещё раз",
    Stage.PAID: "Следующий",
}


def face(
    stage: Stage,
    *,
    amount_kop: int,
    proposed_kop: int,
    tendered_kop: int | None,
    receipt: Receipt | None,
    question: Notice | None,
) -> TillFace:
    """Give the face of the till at a stage; a question waits for Enter, its first key."""
    main = question.keys[0][1].capitalize() if question else _MAIN[stage]
    is_on = stage not in (Stage.LOOKING, Stage.TAKING)
    if stage is Stage.PAID and receipt is not None:
        if not receipt.printed and not question:
            main = "Повторить печать"
        change = receipt.change_kop > 0
        return TillFace(
            title="Сдача" if change else "Оплачено",
            sum_kop=receipt.change_kop if change else receipt.amount_kop,
            remark=f"чек № {receipt.number}",
            second="Оплачено" if change else "Сдача",
            second_kop=receipt.amount_kop if change else None,
            main=main,
            main_on=True,
            takes_money=False,
            tendered=money.shown(receipt.amount_kop + receipt.change_kop),
            sum_tint="settled",
        )
    has_sum = stage in (Stage.DUES, Stage.TAKING, Stage.UNANSWERED) and amount_kop > 0
    remark = ""
    if has_sum and amount_kop != proposed_kop:
        remark = f"из {money.shown(proposed_kop)}{_RUB} по квитанции"
    elif has_sum:
        remark = "F3 — изменить сумму"
    change_kop = None
    if has_sum and tendered_kop is not None and tendered_kop >= amount_kop:
        change_kop = tendered_kop - amount_kop
    return TillFace(
        title="К оплате",
        sum_kop=amount_kop if has_sum else None,
        remark=remark,
        second="Сдача",
        second_kop=change_kop,
        main=main,
        main_on=is_on,
        tendered="без сдачи" if stage is Stage.DUES else "",
        takes_money=stage is Stage.DUES and not question,
    )
