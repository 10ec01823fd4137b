"""The QApplication: fonts, theme, Russian, and the window of last resort for a defect."""

import logging
import os
import sys
import traceback
from collections.abc import Sequence
from types import TracebackType

from PySide6.QtCore import QLibraryInfo, QLocale, Qt, QTranslator
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QApplication,
    QDialog,
    QHBoxLayout,
    QPlainTextEdit,
    QPushButton,
    QVBoxLayout,
)

from app.ui import theme
from app.ui.task import number_of

_LOG = logging.getLogger(__name__)


def build(
    arguments: Sequence[str] = (), *, theme_name: str = theme.LIGHT, scale_percent: int = 100
) -> QApplication:
    """Make the application, or dress the one that is there.

    :param scale_percent: 100 to 200; of use only before the first QApplication of the process
    """
    application = QApplication.instance()
    if not isinstance(application, QApplication):
        if scale_percent != 100:
            os.environ["QT_SCALE_FACTOR"] = f"{scale_percent / 100:g}"
        QGuiApplication.setHighDpiScaleFactorRoundingPolicy(
            Qt.HighDpiScaleFactorRoundingPolicy.PassThrough
        )
        application = QApplication(["kvitok", *arguments])
    application.setApplicationName("kvitok")
    application.setApplicationDisplayName("Квиток")
    application.setStyle("Fusion")
    _speak_russian(application)
    theme.wear(application, theme_name)
    return application


def catch_defects() -> None:
    """Show what nobody caught, with a number, instead of dying without a word."""
    sys.excepthook = _tell


class DefectWindow(QDialog):
    """The last resort: a number to tell, the text to hand over, and the program goes on."""

    def __init__(self, number: str, text: str) -> None:
        super().__init__()
        self.setWindowTitle("Ошибка программы")
        size = theme.sizes()
        self.setMinimumWidth(size["search"] + size["till_min"])
        title = theme.label(f"Ошибка программы № {number}", step="title", strong=True)
        what = theme.label(
            "Действие не закончено. Записанное раньше не пострадало: платежи и начисления либо "
            "записаны целиком, либо не записаны вовсе. Повторите действие; если не помогло, "
            "передайте номер и текст ниже администратору."
        )
        what.setWordWrap(True)
        self._text = QPlainTextEdit(f"№ {number}\n{text}")
        self._text.setReadOnly(True)
        self._text.setAccessibleName("Подробности ошибки")
        copy = QPushButton("Скопировать текст")
        copy.clicked.connect(self._copy)
        close = QPushButton("Продолжить работу")
        close.setProperty("role", "main")
        close.setDefault(True)
        close.clicked.connect(self.accept)
        row = QHBoxLayout()
        row.addStretch(1)
        row.addWidget(copy)
        row.addWidget(close)
        stack = QVBoxLayout(self)
        stack.setContentsMargins(*[size["far"]] * 4)
        stack.setSpacing(size["mid"])
        for part in (title, what, self._text):
            stack.addWidget(part)
        stack.addLayout(row)

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self._text.toPlainText())


def _tell(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    if issubclass(kind, KeyboardInterrupt):
        sys.__excepthook__(kind, error, trace)
        return
    number = number_of(error)
    _LOG.error("defect %s", number, exc_info=(kind, error, trace))
    text = "".join(traceback.format_exception(kind, error, trace))
    DefectWindow(number, text).exec()


def _speak_russian(application: QApplication) -> None:
    QLocale.setDefault(QLocale(QLocale.Language.Russian, QLocale.Country.Russia))
    if application.findChild(QTranslator) is None:
        translator = QTranslator(application)
        folder = QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)
        if translator.load(QLocale(), "qtbase", "_", folder):
            application.installTranslator(translator)
