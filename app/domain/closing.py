"""Closing a month: its parts, its states, and the list of checks that is read before.

    month    open ──▶ closing ──▶ closed ──(reopened, with a reason)──▶ open
    part     charges │ payments │ penalties    each may close before the month does

A blocking check stops; one that is marked `may_override` lets pass with a reason, which is kept.
A warning never stops.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from app.errors import Malformed, Refusal


class NoSuchPart(Malformed):
    """A word that names no part of a month."""


class NoSuchCheck(Malformed):
    """A word that names no check of the list."""


class ClosingStopped(Refusal):
    """A check of the list does not let the month be closed."""


class MonthPart(StrEnum):
    """What closes by itself."""

    CHARGES = "charges"
    PAYMENTS = "payments"
    PENALTIES = "penalties"

    @property
    def words(self) -> str:
        return {"charges": "начисления", "payments": "оплата", "penalties": "пени"}[self.value]


class MonthState(StrEnum):
    """How far a whole month is."""

    OPEN = "open"
    CLOSING = "closing"
    CLOSED = "closed"

    @property
    def words(self) -> str:
        return {"open": "открыт", "closing": "закрывается", "closed": "закрыт"}[self.value]


@dataclass(frozen=True, slots=True)
class ClosingRule:
    """One line of the list of checks.

    :ivar part: the part it is about; None belongs to every closing
    :ivar sentence: what was found, with {count} in it
    :ivar mend: what to do about it
    """

    name: str
    part: MonthPart | None
    is_blocking: bool
    may_override: bool
    sentence: str
    mend: str


@dataclass(frozen=True, slots=True)
class ClosingCheck:
    """What one check found in a month.

    :ivar count: how many, 0 when all is well
    :ivar examples: the first of them, in words
    """

    rule: ClosingRule
    count: int
    examples: tuple[str, ...] = ()

    @property
    def stops(self) -> bool:
        return self.rule.is_blocking and self.count > 0

    @property
    def sentence(self) -> str:
        return self.rule.sentence.format(count=self.count)

    def as_json(self) -> dict[str, object]:
        """Give the form of programs."""
        return {
            "name": self.rule.name,
            "part": str(self.rule.part) if self.rule.part else None,
            "level": "blocking" if self.rule.is_blocking else "warning",
            "overridable": self.rule.may_override,
            "count": self.count,
            "sentence": self.sentence if self.count else "",
            "mend": self.rule.mend if self.count else "",
            "examples": list(self.examples),
        }


def _blocking(
    name: str, part: MonthPart | None, sentence: str, mend: str, *, may_override: bool = False
) -> ClosingRule:
    return ClosingRule(name, part, True, may_override, sentence, mend)


def _warning(name: str, part: MonthPart | None, sentence: str, mend: str) -> ClosingRule:
    return ClosingRule(name, part, False, False, sentence, mend)


_CHARGES, _PAYMENTS, _PENALTIES = MonthPart

RULES: tuple[ClosingRule, ...] = (
    _blocking(
        "books-agree", None,
        "Книги не сходятся: нарушено тождеств {count}.",
        "Остановите работу и выполните kvitok verify: он назовёт строки.",
    ),
    _blocking(
        "charge-run-unfinished", _CHARGES,
        "Начисление месяца начато и не закончено: {count}.",
        "Доведите его до конца: kvitok charge ПЕРИОД, или снимите: kvitok charge ПЕРИОД --drop.",
    ),
    _blocking(
        "charge-run-in-review", _CHARGES,
        "Начисление рассчитано и ждёт разбора: {count}.",
        "Разберите и проведите его: kvitok review ПЕРИОД.",
    ),
    _blocking(
        "not-charged", _CHARGES,
        "Месяц не начислен, хотя раньше начислялось; открытых счетов: {count}.",
        "Начислите его: kvitok charge ПЕРИОД.",
        may_override=True,
    ),
    _warning(
        "houses-with-problems", _CHARGES,
        "Домов, где по замечаниям начислено не всё: {count}.",
        "Исправьте сведения и начислите дома снова: kvitok charge ПЕРИОД --house КОД.",
    ),
    _warning(
        "held-lines", _CHARGES,
        "Строк придержано при разборе и не начислено: {count}.",
        "Исправьте причину и начислите эти счета снова: kvitok charge ПЕРИОД --account НОМЕР.",
    ),
    _warning(
        "recalculation-due", _CHARGES,
        "Счетов ждёт перерасчёта за этот и прежние месяцы: {count}.",
        "Проведите перерасчёт сейчас, пока месяц открыт: kvitok recalculate --all.",
    ),
    _warning(
        "accounts-without-lines", _CHARGES,
        "Открытых счетов без единой строки начисления: {count}.",
        "Проверьте назначения услуг и тарифы этих счетов.",
    ),
    _blocking(
        "shifts-open", _PAYMENTS,
        "Смен, открытых до конца месяца и не закрытых: {count}.",
        "Закройте смены на кассах (F12): неучтённый платёж уйдёт в следующий месяц.",
        may_override=True,
    ),
    _blocking(
        "shifts-red", _PAYMENTS,
        "Закрытых смен, у которых журнал кассы не равен книгам: {count}.",
        "Сверьте смену с лентой кассы; выгрузите недостающие платежи.",
        may_override=True,
    ),
    _blocking(
        "payments-unsent", _PAYMENTS,
        "Платежей в журнале этой кассы, которых ещё нет в книгах: {count}.",
        "Откройте рабочее место кассы: оно довыполнит их само.",
        may_override=True,
    ),
    _warning(
        "payments-unidentified", _PAYMENTS,
        "Невыясненных платежей месяца: {count}.",
        "Разнесите их по счетам, пока месяц открыт: kvitok unidentified.",
    ),
    _warning(
        "advances-to-set-off", _PAYMENTS,
        "Счетов, у которых аванс по одной услуге и долг по другой у того же получателя: {count}.",
        "Зачтите авансы между услугами, пока месяц открыт: kvitok setoff.",
    ),
    _warning(
        "payments-not-transferred", _PAYMENTS,
        "Договоров с неперечисленной оплатой месяца: {count}.",
        "Сформируйте перечисления: kvitok transfers.",
    ),
    _warning(
        "penalties-not-accrued", _PENALTIES,
        "Счетов с просроченным долгом, пени по которым не начислены до конца месяца: {count}.",
        "Начислите пени на последний день месяца: kvitok penalty --on ДЕНЬ.",
    ),
)  # fmt: skip


def rules_of(part: MonthPart | None) -> tuple[ClosingRule, ...]:
    """Give the lines of the list for a part of a month; for the whole month, all of them."""
    return tuple(rule for rule in RULES if part is None or rule.part in (None, part))


def part_of(word: str) -> MonthPart:
    """Read the name of a part, as programs or people write it.

    :raises NoSuchPart: when it is none
    """
    for part in MonthPart:
        if word.strip().casefold() in (part.value, part.words):
            return part
    known = ", ".join(f"{part} ({part.words})" for part in MonthPart)
    raise NoSuchPart(f"Части периода «{word[:40]}» нет. Есть: {known}.")


def require_closable(
    found: tuple[ClosingCheck, ...], despite: Mapping[str, str], *, shown: str
) -> None:
    """Let pass what does not stop, or stops and may be overridden with a reason.

    :param despite: reasons by the name of the check they override
    :param shown: the month, as people write it
    :raises NoSuchCheck: when a reason names no check of the list
    :raises ClosingStopped: when something stops
    """
    unknown = [name for name in despite if name not in {rule.name for rule in RULES}]
    if unknown:
        known = ", ".join(rule.name for rule in RULES if rule.may_override)
        raise NoSuchCheck(
            f"Проверки «{unknown[0][:40]}» в списке нет. Закрыть вопреки можно этим: {known}."
        )
    for check in found:
        reason = despite.get(check.rule.name)
        if reason is not None and check.stops and not check.rule.may_override:
            raise ClosingStopped(
                f"Период {shown} закрыть нельзя и с указанием причины. {check.sentence} "
                f"{check.rule.mend}"
            )
        if reason is not None and not reason.strip():
            raise ClosingStopped(
                f"Не указана причина, по которой период {shown} закрывается вопреки проверке "
                f"«{check.rule.name}»."
            )
    stopping = [check for check in found if check.stops and check.rule.name not in despite]
    if stopping:
        told = " ".join(f"{check.sentence} {check.rule.mend}" for check in stopping)
        raise ClosingStopped(f"Период {shown} не закрыт. {told}")
