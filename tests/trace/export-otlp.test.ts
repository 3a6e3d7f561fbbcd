/** Spans in the JSON of OTLP: the shapes and ids that opentelemetry-proto and W3C Trace Context ask for, and the links between messages. */
import { expect, test } from 'vitest';
import { spanIdOf, traceIdOf, traceparentOf } from '../../trace/export/ids.js';
import { OtlpExporter } from '../../trace/export/otlp.js';
import { exported } from './export.js';
import { MadeRun, START, words } from './made-run.js';

interface Value {
  readonly stringValue?: string;
  readonly intValue?: string;
  readonly boolValue?: boolean;
}
type Attributes = readonly { readonly key: string; readonly value: Value }[];
interface Link {
  readonly traceId: string;
  readonly spanId: string;
  readonly attributes: Attributes;
}
interface Span {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  readonly kind: number;
  readonly startTimeUnixNano: string;
  readonly endTimeUnixNano: string;
  readonly attributes: Attributes;
  readonly links?: readonly Link[];
  readonly status?: { readonly code: number; readonly message: string };
}
interface Line {
  readonly resourceSpans: readonly [
    {
      readonly resource: { readonly attributes: Attributes };
      readonly scopeSpans: readonly [{ readonly scope: object; readonly spans: readonly Span[] }];
    },
  ];
}

const OPTIONS = { resource: { 'service.name': 'tv' }, version: '1.2.3' };

async function linesOf(run: MadeRun): Promise<readonly Line[]> {
  const text = await exported(run.steps, new OtlpExporter(words, OPTIONS));
  return text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
}
const spansIn = (lines: readonly Line[]): readonly Span[] => lines.flatMap(({ resourceSpans: [{ scopeSpans }] }) => scopeSpans[0].spans);
const plain = (attributes: Attributes): Readonly<Record<string, unknown>> =>
  Object.fromEntries(attributes.map(({ key, value }) => [key, Object.values(value)[0]]));

/** SpanKind of opentelemetry-proto. */
const PRODUCER = 4;
const CONSUMER = 5;

test('every span has ids of the right length, its own, and times in nanoseconds as strings', async () => {
  const spans = spansIn(await linesOf(new MadeRun(10).rounds(200).trap(START + 1_000_000)));
  expect(spans).toHaveLength(2 * 800 + 2);
  for (const { traceId, spanId, startTimeUnixNano, endTimeUnixNano } of spans) {
    expect(traceId).toMatch(/^[0-9a-f]{32}$/);
    expect(spanId).toMatch(/^[0-9a-f]{16}$/);
    expect(startTimeUnixNano).toMatch(/^\d{16}000$/);
    expect(BigInt(endTimeUnixNano)).toBeGreaterThanOrEqual(BigInt(startTimeUnixNano));
  }
  expect(new Set(spans.map(({ spanId }) => spanId)).size).toBe(spans.length);
  // One for each message, one for the end. The dead letter is of its message.
  expect(new Set(spans.map(({ traceId }) => traceId)).size).toBe(801);
});

test('a message is sent in one span, and processed in its child', async () => {
  const [sent, processed] = spansIn(await linesOf(new MadeRun(10).rounds(1))).filter(
    ({ attributes }) => plain(attributes)['tandem.kind'] === 'focus.key',
  );
  expect(sent).toMatchObject({ name: 'send focus', kind: PRODUCER, startTimeUnixNano: `${START}000`, endTimeUnixNano: `${START}000` });
  expect(processed).toMatchObject({
    name: 'process focus',
    kind: CONSUMER,
    startTimeUnixNano: `${START + 10}000`,
    endTimeUnixNano: `${START + 40}000`,
  });
  expect(processed).toMatchObject({ traceId: sent.traceId, parentSpanId: sent.spanId });
  expect(plain(processed.attributes)).toMatchObject({
    'messaging.system': 'tandem',
    'messaging.destination.name': 'focus',
    'messaging.message.id': 'input 1',
    'messaging.operation.name': 'process',
    'messaging.operation.type': 'process',
    'tandem.number': '1',
    'tandem.waited_us': '10',
    'tandem.body': '{"bytes":60,"text":"a; b #c <d>","list":[1,"0000"]}',
  });
});

test('what a message caused links to its processing', async () => {
  const spans = spansIn(await linesOf(new MadeRun(10).rounds(1)));
  const named = (name: string, source: string) =>
    spans.find((span) => span.name === name && plain(span.attributes)['tandem.source'] === source)!;
  const links = (span: Span) => span.links?.map(({ traceId, spanId }) => ({ traceId, spanId }));
  const key = named('process focus', 'input');
  expect(links(named('send scene', 'focus'))).toEqual([{ traceId: key.traceId, spanId: key.spanId }]);
  expect(links(named('send focus', 'input'))).toBeUndefined();
});

test('a line is a body for /v1/traces, of one VM, with what the whole application is', async () => {
  const lines = await linesOf(new MadeRun(10).rounds(200));
  expect(lines.length).toBeGreaterThan(3);
  for (const line of lines) {
    expect(Object.keys(line)).toEqual(['resourceSpans']);
    const [{ resource, scopeSpans }] = line.resourceSpans;
    expect(plain(resource.attributes)).toEqual({ 'service.name': 'tv', 'tandem.vm': expect.stringMatching(/^(host|js|wasm)$/) });
    expect(scopeSpans[0].scope).toEqual({ name: 'tandem', version: '1.2.3' });
    expect(scopeSpans[0].spans.length).toBeLessThanOrEqual(256);
  }
});

test('a trap and a dead letter are errors', async () => {
  const spans = spansIn(await linesOf(new MadeRun(10).rounds(1).trap(START + 1000)));
  const failed = spans.filter(({ status }) => status).map(({ name, status, links }) => ({ name, status, links: links?.length ?? 0 }));
  expect(failed).toEqual([
    { name: 'end focus', status: { code: 2, message: 'unreachable' }, links: 1 },
    { name: 'reject focus', status: { code: 2, message: 'dead letter: poisoned' }, links: 0 },
  ]);
});

test('ids follow from the header alone, and differ in every part of it', () => {
  const message = { source: 33, sequence: 7, sentAt: START };
  expect(traceparentOf(message, 1)).toBe(`00-${traceIdOf(message)}-${spanIdOf(message, 1, 'process')}-01`);
  const others = [
    { ...message, source: 34 },
    { ...message, sequence: 8 },
    { ...message, sequence: 7 + 2 ** 32 },
    { ...message, sentAt: START + 1 },
    { ...message, sentAt: START + 2 ** 32 },
  ];
  expect(new Set([message, ...others].map(traceIdOf)).size).toBe(6);
  expect(new Set([spanIdOf(message, 1, 'process'), spanIdOf(message, 2, 'process'), spanIdOf(message, 1, 'send')]).size).toBe(3);
});
