/** The bank after an edit: it pays a bonus. */
import type { MessageOf } from '../../../protocol/fields.js';
import { Bank, bank } from '../bank.js';

class BonusBank extends Bank {
  override onDeposit({ account, amount }: MessageOf<typeof bank, 'deposit'>): void {
    super.onDeposit({ account, amount: amount + 100 });
  }
}

export const application = { actors: [{ schema: bank, create: () => new BonusBank() }], ports: [] };
