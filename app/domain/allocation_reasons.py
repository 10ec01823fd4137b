"""By which clause each kopeck lies where it lies, in words with numbers and law."""

from app.domain import money
from app.domain.allocation_line import (
    AllocationKind,
    AllocationReason,
    AllocationRule,
    AllocationStep,
)
from app.domain.period import Period

_STEPS = {
    AllocationStep.NAMED: "Назначение плательщика{note} (ГК РФ, ст. 319.1 п. 1)",
    AllocationStep.BY_HAND: "Разнесено вручную{note}",
    AllocationStep.DOCUMENT: "Период документа, {period} (настройка порядка периодов)",
    AllocationStep.CURRENT: "Сначала текущий период, {period} (настройка порядка периодов)",
    AllocationStep.OLDEST: "Назначения нет, сначала самый ранний срок оплаты: {period} "
    "(ГК РФ, ст. 319.1 п. 3)",
    AllocationStep.TIME_BARRED: "Срок исковой давности за {period} истёк, гасится после остальных "
    "(Пленум ВС РФ от 27.06.2017 № 22; ГК РФ, ст. 206)",
    AllocationStep.ADVANCE: "Больше долга: аванс по услугам{note}",
    AllocationStep.ADVANCE_ACCOUNT: "Больше долга: аванс на счёте, разойдётся по услугам при "
    "закрытии месяца",
}
_RULES = {
    AllocationRule.CHARGES: "пропорционально начисленному за период (ПП РФ № 253 от 28.03.2012, "
    "п. 5)",
    AllocationRule.DEBT: "пропорционально долгу (настройка «внутри периода»)",
    AllocationRule.PRIORITY: "по порядку услуг (настройка «внутри периода»)",
    AllocationRule.SUPPLIER: "сначала по получателям, потом по услугам, пропорционально "
    "начисленному (настройка «внутри периода»; ПП РФ № 253, п. 5)",
    AllocationRule.PENALTIES: "пропорционально пеням",
    AllocationRule.OWN_LINE: "наравне с пенями, пропорционально (настройка «пени»)",
    AllocationRule.WHOLE: "целиком",
}
_PENALTY = "Пени: после основного долга (ГК РФ, ст. 319; Пленум ВС РФ № 54, п. 37). "
_OLD = "Платёж проведён до того, как программа стала хранить основания распределения."


def sentence(
    reason: AllocationReason | None,
    *,
    kind: AllocationKind,
    origin_period: Period,
    amount_kop: int,
) -> str:
    """Say why a line of a payment has what it has.

    :param amount_kop: of the line; negative in a reversal, which undoes the same reckoning
    """
    if reason is None:
        return _OLD
    note = f": {reason.note}" if reason.note else ""
    step = _STEPS[reason.step].format(note=note, period=origin_period.shown)
    is_late = kind is AllocationKind.PENALTY_PAYMENT and reason.step in {
        AllocationStep.OLDEST, AllocationStep.DOCUMENT, AllocationStep.CURRENT,
        AllocationStep.TIME_BARRED,
    }  # fmt: skip
    opening = _PENALTY if is_late and reason.rule is AllocationRule.PENALTIES else ""
    return f"{opening}{step}. {_reckoned(reason, kind=kind, amount_kop=amount_kop)}"


def _reckoned(reason: AllocationReason, *, kind: AllocationKind, amount_kop: int) -> str:
    shown = money.shown(abs(amount_kop))
    if reason.step is AllocationStep.BY_HAND:
        return f"Сумма названа: {shown} ₽."
    if not reason.whole_kop:
        if kind is AllocationKind.ADVANCE:
            return f"Весь остаток: {shown} ₽."
        return f"Погашено полностью: {shown} ₽."
    if reason.rule is AllocationRule.PRIORITY:
        return f"Делится {_RULES[reason.rule]}: на эту строку осталось {shown} ₽."
    extra = "" if not reason.extra_kop else " и 1 копейка остатка: дробь больше, чем у других"
    return (
        f"Делится {money.shown(reason.pool_kop)} ₽ {_RULES[reason.rule]}: "
        f"{money.shown(reason.pool_kop)} × {money.shown(reason.weight_kop)} / "
        f"{money.shown(reason.whole_kop)}{extra} = {shown} ₽."
    )
