"""What the law says: pure functions over columns of whole numbers. Where to begin, by subject.

numbers         money  period  days  law  note
a charge        charge_inputs ─▶ charging ─▶ pricing ─▶ sharing      its steps, in this order:
  who, when     situation  occupancy  staying  tariff  norm  contradictions
  meters        metering  consumers  meter  meter_state  average  late_reading  charged_gone
                estimates  plain_gaps  dial_months  after_averages  interference  unauthorised
                control  house_volumes
  flats         communal  communal_volumes  communal_norms  communal_areas  meter_share
  volumes       volume  utility  capacity  containers  plot  formula_charging  external
  the house     house_totals  house_ways  common_needs  year_settlement  group_meter
  heat          heat_stage  heating  heating_cases  own_production  own_hot_water  hot_heat
  less          reductions  absence_lines  quality_lines  quality  interruptions  maintenance
                benefit  vat
a line          basis  bases/  replay  explanation  justification  charge_line  fingerprint
afterwards      recalculation  replayed  review  heating_year  waste_year  charged_year
a formula       formula  formula_names  formula_columns
money           ledger  dues  payment  shift  tender  receipt  terms  voucher
  a split       allocation  allocation_book  allocation_split  allocation_scheme
                allocation_target  allocation_by_hand  allocation_line  allocation_reasons
  a set-off     setoff
  a month       closing
  to suppliers  supplier_transfer  reconciliation  report_tree
  agents        commission  commission_rules  commission_split
paper           payment_document  document_assembly  paper_methods  slip  slip_build
"""
