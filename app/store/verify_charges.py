"""Invariants of charge runs and penalties: what was calculated is what is booked."""

from app.store.verify_check import Check

CHECKS: dict[str, Check] = {
    "run-equals-its-houses": Check(
        "Проведённое начисление равно итогам по домам за вычетом придержанного.",
        """
        select charge_run.voucher_id, houses.lines, houses.amount_kop,
          booked.lines as entries, booked.amount_kop as entries_kop
        from app.charge_run
        join app.voucher on voucher.id = charge_run.voucher_id and voucher.status = 'posted'
        join lateral (
          select coalesce(sum(lines), 0) as lines, coalesce(sum(amount_kop), 0) as amount_kop
          from app.charge_run_house as house where house.voucher_id = charge_run.voucher_id
        ) as houses on true
        join lateral (
          select count(*) as lines, coalesce(sum(amount_kop), 0) as amount_kop
          from app.entry
          where entry.period = charge_run.period and entry.run_no = charge_run.run_no
            and entry.reverses_run = 0
        ) as booked on true
        join lateral (
          select count(*) as lines, coalesce(sum(amount_kop), 0) as amount_kop
          from app.held_line as line where line.voucher_id = charge_run.voucher_id
        ) as held on true
        where houses.lines <> booked.lines + held.lines
          or houses.amount_kop <> booked.amount_kop + held.amount_kop
    """,
    ),
    "runs-are-numbered-through": Check(
        "Начисления каждого периода пронумерованы подряд, и пени тоже.",
        """
        select period, count(*) as runs, max(run_no) as last_no from app.charge_run
        group by 1 having max(run_no) <> count(*)
        union all
        select period, count(*), min(run_no) from app.penalty_run where run_no < 0
        group by 1 having -min(run_no) <> count(*)
    """,
    ),
    "run-counts-once": Check(
        "В книге стоят проведённые начисления и ни одного снятого.",
        """
        select part.period, part.run_no, voucher.status
        from app.entry_part as part
        left join app.charge_run as run on run.period = part.period and run.run_no = part.run_no
        left join app.voucher on voucher.id = run.voucher_id
        where part.run_no > 0 and voucher.status is distinct from 'posted'
        union all
        select run.period, run.run_no, 'lost'
        from app.charge_run as run
        join app.voucher on voucher.id = run.voucher_id and voucher.status = 'posted'
        left join app.entry_part as part on part.period = run.period and part.run_no = run.run_no
        where part.period is null
    """,
    ),
    "penalty-is-what-its-inputs-say": Check(
        "Строка пени равна пене по расчёту за вычетом начисленной раньше.",
        # Slots of app/domain/penalty_slots.py, counted from 1: 6 total, 7 charged before.
        """
        select entry.period, entry.voucher_id, entry.line_no, entry.amount_kop,
          entry.inputs[6] as total_kop, entry.inputs[7] as charged_before_kop
        from app.entry
        where entry.kind = 50 and cardinality(entry.inputs) >= 11
          and (entry.amount_kop <> entry.inputs[6] - entry.inputs[7]
            or cardinality(entry.inputs) < 11 + 7 * entry.inputs[11]
            or entry.origin_period > entry.period)
    """,
    ),
    "penalty-is-what-its-days-come-to": Check(
        "Пеня открытых периодов равна сумме своих дней: долг × ставка × дни / делитель.",
        # Segments of app/domain/penalty_slots.py. A quotient of 300 or 130 never ends: half a
        # kopeck of it is a hair below itself.
        """
        select entry.voucher_id, entry.line_no, entry.inputs[6] as total_kop, counted.kop
        from app.entry
        join app.period on period.period = entry.period and period.state <> 'closed'
        cross join lateral (
          select coalesce(round(sum(
            entry.inputs[at + 3]::numeric * entry.inputs[at + 5]
              * (entry.inputs[at + 2] - entry.inputs[at + 1])
              / (1000000::numeric * entry.inputs[at + 4])) + 1e-12, 0), 0) as kop
          from generate_series(11, 11 + 7 * (entry.inputs[11]::integer - 1), 7) as at
          where entry.inputs[at + 6] = 0
        ) as counted
        where entry.kind = 50 and cardinality(entry.inputs) >= 11
          and entry.inputs[6] <> counted.kop
    """,
    ),
    "penalty-run-equals-its-lines": Check(
        "Итог начисления пени равен его строкам.",
        """
        select run.voucher_id, run.lines, run.amount_kop, count(entry.voucher_id) as entries,
          coalesce(sum(entry.amount_kop), 0)::bigint as entries_kop
        from app.penalty_run as run
        left join app.entry on entry.period = run.period and entry.run_no = run.run_no
          and entry.voucher_id = run.voucher_id
        group by run.voucher_id, run.lines, run.amount_kop
        having run.lines <> count(entry.voucher_id)
          or run.amount_kop <> coalesce(sum(entry.amount_kop), 0)
    """,
    ),
}
