/** The bank with a defect: of thirteen it books fourteen. */
import { Bank } from '../../runtime/bank.js';
import { applicationWith } from './bank.js';

class DefectiveBank extends Bank {
  override onDeposit(deposit: Parameters<Bank['onDeposit']>[0]): void {
    super.onDeposit({ ...deposit, amount: deposit.amount === 13 ? 14 : deposit.amount });
  }
}

export const application = applicationWith(() => new DefectiveBank());
