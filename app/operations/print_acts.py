"""Acts about balances on paper: into a PDF file."""

from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

from app.domain.transfer_act import ContractChangeAct, TransferAct
from app.operations.issue_documents import CannotWriteThere
from app.reports import balance_transfer_act, contract_change_act


def print_transfer(act: TransferAct, *, out: Path) -> int:
    """Write an act of balance transfer as PDF.

    :returns: the number of pages
    :raises CannotWriteThere: when the file cannot be written
    """
    return _written(out, lambda file: balance_transfer_act.render([act], file))


def print_change(act: ContractChangeAct, *, out: Path) -> int:
    """Write an act of change of a supplier or provider as PDF.

    :returns: the number of pages
    :raises CannotWriteThere: when the file cannot be written
    """
    return _written(out, lambda file: contract_change_act.render([act], file))


def _written(out: Path, render: Callable[[BinaryIO], int]) -> int:
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        with out.open("wb") as file:
            return render(file)
    except OSError as error:
        raise CannotWriteThere(
            f"Записать в {out} нельзя: {error.strerror}. Укажите другое место ключом --out."
        ) from error
