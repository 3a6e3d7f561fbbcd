/** `startTest`: an application with its client on the simulated host. */
import type { ApplicationDefinition } from '../common/application-definition.js';
import { partiesOf, vmSourcesOf } from '../common/application-parts.js';
import { createClient, type Started, type StartOptions, startOn } from '../common/start.js';
import { createSimHost, type SimHost, type SimHostOptions } from './host.js';

export interface TestOptions extends Omit<StartOptions, 'capabilities' | 'seed'>, Omit<SimHostOptions, 'parties' | 'vms'> {}

export type StartedTest<D extends ApplicationDefinition> = Started<D> & {
  /** The virtual clock: `pass` lets time go by. */
  readonly host: SimHost;
};

/**
 * Starts an application on a virtual clock, in one thread, with real twins: the same seed gives the same run. A request lets time pass until
 * it is answered; what a message has caused is there after `await host.pass(milliseconds)`. The client is the test's own, so that many tests
 * may run at a time.
 * @throws what `startSystem` throws
 */
export async function startTest<const D extends ApplicationDefinition>(application: D, options: TestOptions): Promise<StartedTest<D>> {
  const { seed, spares: _spares, loadDeadlineMs: _load, ...more } = options;
  const host = createSimHost({ ...more, seed, parties: partiesOf(application), vms: vmSourcesOf(application) });
  const time = { clock: host.clock, timers: host.timers, awaited: <T>(request: Promise<T>) => host.until(request) };
  const started = await startOn(host, application, createClient(application, time), more);
  return { ...started, host };
}
