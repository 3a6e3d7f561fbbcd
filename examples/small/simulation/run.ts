/** The simulated host: an hour in a moment, the same run for the same seed, and faults on command. Nothing is lost by them. */
import { Actor, actor, type Handlers, type Message, message, publication, request, type State, struct, u32 } from 'tandem/actor';
import { timer } from 'tandem/protocol';
import { startTest } from 'tandem/testing';

const MINUTE_MS = 60_000;

const meter = actor({
  name: 'meter',
  state: struct('MeterState', { cents: u32 }),
  receives: {
    park: message({ fields: { minutes: u32 } }),
    owed: request({ fields: {}, reply: { fields: { cents: u32 } } }),
  },
  publishes: { changed: publication({ fields: { cents: u32 } }) },
  sendsTo: ['timer'],
});

/** Two cents a minute. */
class Meter extends Actor<typeof meter> implements Handlers<typeof meter> {
  private cents = 0;

  constructor() {
    super(meter);
  }

  onPark({ minutes }: Message<typeof meter, 'park'>): void {
    for (let minute = 1; minute <= minutes; minute++) this.startTimer(minute, minute * MINUTE_MS);
  }

  override onTimer(): void {
    this.cents += 2;
    this.publish(meter.publishes.changed, { cents: this.cents });
  }

  onOwed(): void {
    this.reply(this.requestToken, meter.receives.owed, { cents: this.cents });
  }

  snapshot(): State<typeof meter> {
    return { cents: this.cents };
  }

  restore({ cents }: State<typeof meter>): void {
    this.cents = cents;
  }
}

const application = { actors: [{ schema: meter, create: () => new Meter() }], ports: [timer] } as const;

for (const [seed, refuseRate] of [
  [1, 0],
  [1, 0.5],
  [2, 0.5],
]) {
  const { meter, system, host } = await startTest(application, { seed, placement: 'js', console: 'off', faults: { refuseRate } });
  let heard = 0;
  meter.on('changed', () => {
    heard++;
  });
  meter.park({ minutes: 60 });
  await host.pass(30 * MINUTE_MS);
  await host.until(system.crash('meter'));
  await host.pass(31 * MINUTE_MS);
  const { cents } = await meter.owed();
  const { refused } = host.carriage;
  console.log(
    `seed ${seed}, faults ${refuseRate}: ${cents} cents, heard ${heard} times, ${refused > 0 ? 'frames refused' : 'none refused'}`,
  );
  await host.until(system.stop());
}
