-- New kinds of vouchers.
--
-- Entry kinds (app/domain/ledger.py): 8 write-off, 21 set-off, 22 refund, 25 transfer of principal,
-- 53 write-off of penalty, 54 transfer of penalty. Below 50 is principal, from 50 on penalty.

alter table app.voucher drop constraint voucher_kind_check;
alter table app.voucher add constraint voucher_kind_check check (kind in ('charge-run', 'payment',
  'opening-balance', 'adjustment', 'penalty', 'transfer', 'reversal', 'import', 'closing',
  'setoff', 'write-off', 'refund', 'payment-transfer', 'reallocation', 'contract-change',
  'bank-transfer', 'reopening', 'instalment'));
