"""How a batch of houses is read: all is asked for at once, then put together in its places.

ask(snapshot, catalogue, about)   ─► Addition      one module a rarity
addition(inputs, at)              ─► the inputs with what the answers hold
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from app.domain.charge_inputs import ChargeInputs

About: TypeAlias = Mapping[str, Any]
"""Houses, first, last and end of the period, as the statements name them."""


@dataclass(frozen=True, slots=True)
class Places:
    """The places of a batch, by raw keys."""

    houses: dict[bytes, int]
    premises: dict[bytes, int]
    accounts: dict[bytes, int]
    services: dict[bytes, int]
    contracts: dict[bytes, int]


Addition: TypeAlias = Callable[[ChargeInputs, Places], ChargeInputs]
"""What puts the answers to something asked before into the inputs of a batch."""
