/** An office for tests of supervised ports: a desk that counts its calls, and fails as it is told. */
import type { Port, SystemChange } from '../../actors/index.js';
import type { Incoming } from '../../actors/model/handlers.js';
import type { MessageOf } from '../../protocol/fields.js';
import { type BankOptions, type BankWorld, bank, counterdesk, openBank } from './bank.js';

export type Desk = Port<typeof counterdesk>;
export type Call = MessageOf<typeof counterdesk, 'call'>;

/** One incarnation: it counts its calls, and fails as it is told. */
export class Clerk {
  private served = 0;

  constructor(
    readonly port: Desk,
    protected readonly told: string[],
    readonly number: number,
  ) {}

  onOpen(): void {
    this.told.push(`${this.number} opens`);
  }

  onCall({ text }: Call): unknown {
    this.served++;
    this.told.push(`${this.number} ${text} ${this.served}`);
    if (text === 'throw' || (text === 'throw once' && this.number === 1)) throw new Error('no more forms');
    if (text === 'reject' || (text === 'reject once' && this.number === 1)) return Promise.reject(new Error('no more ink'));
    if (text === 'greet') this.port.send(bank.receives.deposit, { account: 0, amount: 1 });
    return undefined;
  }

  onAsk({ text }: MessageOf<typeof counterdesk, 'ask'>, incoming: Incoming): void {
    this.served++;
    if (text === 'throw') throw new Error('no more forms');
    if (text !== 'keep') this.port.reply(incoming, counterdesk.receives.ask, { served: this.served });
  }

  onBankTotal(): void {}
}

export interface Office {
  readonly world: BankWorld;
  readonly told: string[];
  readonly clerks: Clerk[];
  readonly changes: SystemChange[];
  call(...texts: string[]): void;
  status(): BankWorld['system']['ports'][number];
}

export async function openOffice(
  options: BankOptions = {},
  makeClerk = (port: Desk, told: string[], number: number) => new Clerk(port, told, number),
) {
  const told: string[] = [];
  const clerks: Clerk[] = [];
  const changes: SystemChange[] = [];
  const world = await openBank({
    ...options,
    ports: (vm) =>
      vm.openSupervisedPort(counterdesk, (port) => {
        const clerk = makeClerk(port, told, clerks.length + 1);
        clerks.push(clerk);
        return clerk;
      }),
  });
  world.system.onChange((change) => changes.push(change));
  const office: Office = {
    world,
    told,
    clerks,
    changes,
    call: (...texts) => {
      for (const text of texts) world.teller.send(counterdesk.receives.call, { text });
    },
    status: () => world.system.ports.find(({ port }) => port === 'counterdesk') as BankWorld['system']['ports'][number],
  };
  await world.pass(10);
  return office;
}
