/**
 * The part of opentelemetry-proto 1.x that a flush uses, transcribed by hand from common.proto, resource.proto, metrics.proto and
 * logs.proto, with names in lowerCamelCase as in the JSON mapping. `assertMessage` checks a value against it.
 */

type Scalar = 'string' | 'bool' | 'double' | 'enum' | 'fixed64' | 'sfixed64';
type Type = Scalar | { readonly repeated: Scalar | string } | { readonly message: string };

const repeated = (item: string): Type => ({ repeated: item });
const message = (name: string): Type => ({ message: name });

const MESSAGES: Readonly<Record<string, Readonly<Record<string, Type>>>> = {
  ExportMetricsServiceRequest: { resourceMetrics: repeated('ResourceMetrics') },
  ExportLogsServiceRequest: { resourceLogs: repeated('ResourceLogs') },
  Resource: { attributes: repeated('KeyValue') },
  InstrumentationScope: { name: 'string', version: 'string', attributes: repeated('KeyValue') },
  KeyValue: { key: 'string', value: message('AnyValue') },
  AnyValue: { stringValue: 'string', boolValue: 'bool', doubleValue: 'double' },
  ResourceMetrics: { resource: message('Resource'), scopeMetrics: repeated('ScopeMetrics'), schemaUrl: 'string' },
  ScopeMetrics: { scope: message('InstrumentationScope'), metrics: repeated('Metric'), schemaUrl: 'string' },
  Metric: {
    name: 'string',
    description: 'string',
    unit: 'string',
    gauge: message('Gauge'),
    sum: message('Sum'),
    histogram: message('Histogram'),
  },
  Gauge: { dataPoints: repeated('NumberDataPoint') },
  Sum: { dataPoints: repeated('NumberDataPoint'), aggregationTemporality: 'enum', isMonotonic: 'bool' },
  Histogram: { dataPoints: repeated('HistogramDataPoint'), aggregationTemporality: 'enum' },
  NumberDataPoint: {
    attributes: repeated('KeyValue'),
    startTimeUnixNano: 'fixed64',
    timeUnixNano: 'fixed64',
    asDouble: 'double',
    asInt: 'sfixed64',
  },
  HistogramDataPoint: {
    attributes: repeated('KeyValue'),
    startTimeUnixNano: 'fixed64',
    timeUnixNano: 'fixed64',
    count: 'fixed64',
    sum: 'double',
    bucketCounts: repeated('fixed64'),
    explicitBounds: repeated('double'),
    min: 'double',
    max: 'double',
  },
  ResourceLogs: { resource: message('Resource'), scopeLogs: repeated('ScopeLogs'), schemaUrl: 'string' },
  ScopeLogs: { scope: message('InstrumentationScope'), logRecords: repeated('LogRecord'), schemaUrl: 'string' },
  LogRecord: {
    timeUnixNano: 'fixed64',
    observedTimeUnixNano: 'fixed64',
    severityNumber: 'enum',
    severityText: 'string',
    body: message('AnyValue'),
    attributes: repeated('KeyValue'),
  },
};

/** Fields of which a message has exactly one (`oneof` in the proto). */
const ONE_OF: Readonly<Record<string, readonly string[]>> = {
  Metric: ['gauge', 'sum', 'histogram'],
  NumberDataPoint: ['asDouble', 'asInt'],
  AnyValue: ['stringValue', 'boolValue', 'doubleValue'],
};

const SCALARS: Readonly<Record<Scalar, (value: unknown) => boolean>> = {
  string: (value) => typeof value === 'string',
  bool: (value) => typeof value === 'boolean',
  double: (value) => typeof value === 'number' && Number.isFinite(value),
  enum: (value) => Number.isInteger(value),
  fixed64: (value) => typeof value === 'string' && /^(0|[1-9]\d*)$/.test(value) && BigInt(value) < 1n << 64n,
  sfixed64: (value) => typeof value === 'string' && /^-?(0|[1-9]\d*)$/.test(value) && BigInt.asIntN(64, BigInt(value)) === BigInt(value),
};

/** @throws Error with the path of the first field that the proto does not have or whose value it does not allow */
export function assertMessage(name: string, value: unknown, path = name): void {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new Error(`${path}: no ${name}`);
  const present = (ONE_OF[name] ?? []).filter((field) => field in value);
  if (name in ONE_OF && present.length !== 1) throw new Error(`${path}: ${present.length} of ${ONE_OF[name].join(', ')}`);
  for (const [field, content] of Object.entries(value)) {
    const type = MESSAGES[name][field];
    if (type === undefined) throw new Error(`${path}.${field}: not a field of ${name}`);
    assertField(type, content, `${path}.${field}`);
  }
}

function assertField(type: Type, value: unknown, path: string): void {
  if (typeof type === 'string') {
    if (!SCALARS[type](value)) throw new Error(`${path}: ${JSON.stringify(value)} is no ${type}`);
  } else if ('message' in type) {
    assertMessage(type.message, value, path);
  } else {
    if (!Array.isArray(value)) throw new Error(`${path}: no list`);
    const item: Type = type.repeated in MESSAGES ? { message: type.repeated } : (type.repeated as Scalar);
    value.forEach((entry, i) => void assertField(item, entry, `${path}[${i}]`));
  }
}
