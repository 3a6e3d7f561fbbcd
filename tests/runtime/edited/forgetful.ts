/** The bank after an edit that went wrong: it does not take over what it had. */
import { Bank, bank } from '../bank.js';

class ForgetfulBank extends Bank {
  override restore(): void {}
}

export const application = { actors: [{ schema: bank, create: () => new ForgetfulBank() }], ports: [] };
