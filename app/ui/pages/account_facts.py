"""The right side of the account card: facts in panels that unfold in place."""

from PySide6.QtWidgets import QFrame, QScrollArea, QVBoxLayout, QWidget

from app.ui import theme
from app.ui.pages.account_model import AccountCard, FactGroup
from app.ui.widgets.fold_panel import FoldPanel


class Facts(QFrame):
    """One panel a group, in the order they come; what was unfolded stays so."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("card")
        size = theme.sizes()
        self.setMinimumWidth(size["facts"])
        self.setMaximumWidth(size["facts_wide"])
        self._panels: dict[str, FoldPanel] = {}
        self._inside = QWidget()
        self._stack = QVBoxLayout(self._inside)
        self._stack.setContentsMargins(0, 0, size["gap"], 0)
        self._stack.setSpacing(size["gap"])
        self._stack.addStretch(1)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setWidget(self._inside)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(size["near"], size["near"], size["gap"], size["near"])
        outer.addWidget(scroll)

    def panel(self, title: str) -> FoldPanel:
        """:raises KeyError: when the card has no such group."""
        return self._panels[title]

    def show_card(self, card: AccountCard) -> None:
        titles = {group.title for group in card.facts}
        for title in set(self._panels) - titles:
            gone = self._panels.pop(title)
            self._stack.removeWidget(gone)
            gone.deleteLater()
        for at, group in enumerate(card.facts):
            self._show(group, at)

    def _show(self, group: FactGroup, at: int) -> None:
        panel = self._panels.get(group.title)
        if panel is None:
            panel = FoldPanel(group.title, empty=group.empty, unfolded=group.unfolded)
            self._panels[group.title] = panel
        if self._stack.indexOf(panel) != at:
            self._stack.insertWidget(at, panel)
        panel.show_rows(group.rows, summary=group.summary)
