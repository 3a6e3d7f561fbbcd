/** Another of the five actors: it gathers counts and times, and hands them on. The backend gets OTLP, as OpenTelemetry's collector reads it. */
import { Metrics } from 'tandem/actors';
import { openTelemetryPort, platformTimers, start } from 'tandem/browser';
import { metrics, telemetry, timer } from 'tandem/protocol';

const element = (id: string) => document.getElementById(id) as HTMLElement;

/** In place of a backend. */
const backend: typeof fetch = async (address, init) => {
  element('sent').textContent = `POST ${new URL(String(address)).pathname}, ${String(init?.body).length} bytes`;
  return Response.json({});
};

const application = await start(
  {
    actors: [{ schema: metrics, create: () => new Metrics(), options: { flushIntervalMs: 500 } }],
    ports: [telemetry, timer],
  },
  {
    ports: (vm) =>
      void openTelemetryPort(vm, {
        fetch: backend,
        timers: platformTimers,
        backendUrl: new URL(location.origin),
        resource: { 'service.name': 'metrics-example' },
        timeoutMs: 1_000,
        onTrouble: (trouble) => console.warn(trouble),
      }),
  },
);

async function show(): Promise<void> {
  const { collection } = await application.metrics.read({ scope: 'application' });
  const rows = collection.series.map(({ name, instrument, value, buckets, largest }) => {
    const times = buckets.reduce((sum, count) => sum + count, 0);
    const text = instrument === 'histogram' ? `${times} times, ${largest.toFixed(2)} ms at most` : String(value);
    const row = document.createElement('tr');
    row.append(...[name, instrument, text].map((cell) => Object.assign(document.createElement('td'), { textContent: cell })));
    return row;
  });
  element('series').replaceChildren(...rows);
}

element('click').onclick = async () => {
  const from = performance.now();
  application.metrics.count({ name: 'clicks', by: 1 });
  application.metrics.observe({ name: 'clickMs', value: performance.now() - from });
  await show();
};
