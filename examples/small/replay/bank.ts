/** A bank with one account, and a defect: it forgets the cents of a deposit. */
import { Actor, actor, type Handlers, type Message, message, publication, request, type State, struct, u32 } from 'tandem/actor';

export const bank = actor({
  name: 'bank',
  state: struct('BankState', { cents: u32 }),
  receives: {
    deposit: message({ fields: { cents: u32 } }),
    read: request({ fields: {}, reply: { fields: { cents: u32 } } }),
  },
  publishes: { changed: publication({ fields: { cents: u32 } }) },
});

export class Bank extends Actor<typeof bank> implements Handlers<typeof bank> {
  private cents = 0;

  constructor() {
    super(bank);
  }

  onDeposit({ cents }: Message<typeof bank, 'deposit'>): void {
    this.cents += this.counted(cents);
    this.publish(bank.publishes.changed, { cents: this.cents });
  }

  onRead(): void {
    this.reply(this.requestToken, bank.receives.read, { cents: this.cents });
  }

  protected counted(cents: number): number {
    return cents - (cents % 100);
  }

  snapshot(): State<typeof bank> {
    return { cents: this.cents };
  }

  restore({ cents }: State<typeof bank>): void {
    this.cents = cents;
  }
}

/** The same without the defect. */
export class MendedBank extends Bank {
  protected override counted(cents: number): number {
    return cents;
  }
}
