/** Engines before 2014 cannot say whether a value is a view of a buffer, and read over its end with another error than they have to. */
if (!ArrayBuffer.isView)
  ArrayBuffer.isView = (value: unknown): value is ArrayBufferView =>
    typeof value === 'object' && value !== null && (value as { buffer?: unknown }).buffer instanceof ArrayBuffer;

type Access = (this: DataView, ...input: unknown[]) => unknown;

function throwsRangeErrors(): boolean {
  try {
    new DataView(new ArrayBuffer(1)).getInt16(0);
  } catch (error) {
    return error instanceof RangeError;
  }
  return false;
}

if (!throwsRangeErrors()) {
  const prototype = DataView.prototype as unknown as Record<string, Access>;
  for (const type of ['Int8', 'Uint8', 'Int16', 'Uint16', 'Int32', 'Uint32', 'Float32', 'Float64'])
    for (const name of [`get${type}`, `set${type}`]) {
      const own = prototype[name];
      prototype[name] = function (at, second, third) {
        try {
          return own.call(this, at, second, third);
        } catch {
          throw new RangeError(`${name} at ${at} of ${this.byteLength}`);
        }
      };
    }
}

export {};
