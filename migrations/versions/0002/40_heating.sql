-- Heating, hot water made in the house, plots: kinds of norms, units of distributors of heat.

-- unit, unit-season: a plot's direction of use, every month or in the months of watering (354, formula 22).
alter table app.norm drop constraint norm_kind_check;
alter table app.norm add constraint norm_kind_check
  check (kind in ('person', 'area', 'common-area', 'heat-per-volume', 'unit', 'unit-season'));

-- Heat of a calendar year by the meters of some houses and their premises, meter by meter: volumes as given,
-- or the dial at its two ends. null: it cannot be told.
create function app.heat_of_year(houses uuid[], services uuid[], first date)
  returns table (house_id uuid, premises_id uuid, service_id uuid, installed_on date, removed_on date, volume_mcu bigint)
  language sql stable as $$
  select meter.house_id, coalesce(meter.premises_id, account.premises_id), meter.service_id,
    meter.installed_on, meter.removed_on, coalesce(given.volume_mcu, dial.volume_mcu)
  from app.meter
  left join app.account on account.id = meter.account_id
  left join lateral (
    select sum(reading.volume_mcu)::int8 as volume_mcu from app.reading
    where reading.meter_id = meter.id and reading.volume_mcu is not null
      and reading.period >= first and reading.period < first + interval '1 year'
  ) as given on true
  left join lateral (
    select ((max(reading.value_mcu) filter (where reading.period >= first)
      - coalesce(max(reading.value_mcu) filter (where reading.period < first),
          min(reading.value_mcu) filter (where reading.source = 'initial')))
      * (meter.ratio_mcu::numeric / 1000000))::int8 as volume_mcu
    from app.reading
    where reading.meter_id = meter.id and reading.value_mcu is not null
      and reading.period < first + interval '1 year'
  ) as dial on true
  where meter.house_id = any (houses) and meter.service_id = any (services)
    and meter.installed_on < first + interval '1 year' and coalesce(meter.removed_on, 'infinity') > first;
$$;

grant execute on function app.heat_of_year(uuid[], uuid[], date)
  to kvitok_cashier, kvitok_operator, kvitok_accountant, kvitok_auditor, kvitok_run;
