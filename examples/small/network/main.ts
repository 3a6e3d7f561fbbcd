/** One of the five actors that come with Tandem: it retries, shares equal requests, and keeps answers. The fetch itself is a port. */
import { Network } from 'tandem/actors';
import { openFetchPort, start } from 'tandem/browser';
import { fetch, network, timer } from 'tandem/protocol';
import { callsSoFar, flakyFetch } from './server.js';

const element = (id: string) => document.getElementById(id) as HTMLElement;
const say = (text: string) => element('log').append(Object.assign(document.createElement('li'), { textContent: text }));

const application = await start(
  { actors: [{ schema: network, create: () => new Network() }], ports: [fetch, timer] },
  { ports: (vm) => void openFetchPort(vm, { fetch: flakyFetch, baseUrl: new URL(location.origin) }) },
);

async function ask(): Promise<void> {
  const { status, body, origin, attempts, failure } = await application.network.request({
    url: '/weather',
    method: 'GET',
    headers: [],
    body: new Uint8Array(),
    cache: { maxAgeMs: 3_000, staleMs: 0 },
    priority: 1,
    retries: 3,
    timeoutMs: 0,
  });
  say(
    `${status || failure} from ${origin === 'network' ? `the network, at attempt ${attempts}` : 'the cache'}: ${new TextDecoder().decode(body)}`,
  );
  element('calls').textContent = String(callsSoFar());
}

element('one').onclick = ask;
element('two').onclick = () => Promise.all([ask(), ask()]);
element('forget').onclick = () => {
  application.network.forget({ urlPrefix: '' });
  say('forgotten');
};
