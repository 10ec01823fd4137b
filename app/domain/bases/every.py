"""Every basis with its Rule, and what is asked of a line by its basis."""

from app.domain.bases import (
    benefits,
    capacity,
    checks,
    communal,
    containers,
    estimates,
    formulas,
    groups,
    heat,
    heat_metered,
    heat_year,
    housing,
    norms,
    own_production,
    readings,
    recalculated,
    reductions,
    shared_property,
    water,
)
from app.domain.bases.rule import Named, Rule, StoredLine
from app.domain.basis import Basis

RULES: dict[Basis, Rule] = {
    **housing.RULES,
    **checks.RULES,
    **readings.RULES,
    **estimates.RULES,
    **norms.RULES,
    **water.RULES,
    **heat.RULES,
    **heat_metered.RULES,
    **heat_year.RULES,
    **own_production.RULES,
    **shared_property.RULES,
    **groups.RULES,
    **communal.RULES,
    **containers.RULES,
    **capacity.RULES,
    **recalculated.RULES,
    **formulas.RULES,
    **reductions.RULES,
    **benefits.RULES,
}


def named(line: StoredLine) -> Named:
    """Give the slots of a line by the names of its basis."""
    return dict(zip(RULES[Basis(line.basis)].slots, line.slots, strict=False))


def code_of(basis: Basis, *, is_raised: bool, zone: int) -> str:
    """Give the method code of charges.md §13 for a line."""
    code = RULES[basis].code
    if is_raised and code == "NORM":
        return "NORM_K"
    return "IPU_ZONE" if code == "IPU" and zone else code


def law_of(basis: Basis, *, is_raised: bool) -> str:
    """Give the citation for a line."""
    rule = RULES[basis]
    return rule.raised_law or rule.law if is_raised else rule.law
