/** The bank after an edit: what set the vault on fire is a deposit now. */
import type { MessageOf } from '../../../protocol/fields.js';
import { Bank, bank } from '../bank.js';

class FixedBank extends Bank {
  override onExplode({ account }: MessageOf<typeof bank, 'explode'>): void {
    this.onDeposit({ account, amount: 1000 });
  }
}

export const application = { actors: [{ schema: bank, create: () => new FixedBank() }], ports: [] };
