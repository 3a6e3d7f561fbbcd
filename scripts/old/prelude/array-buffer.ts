/** Engines before 2014 cannot say whether a value is a view of a buffer. */
if (!ArrayBuffer.isView)
  ArrayBuffer.isView = (value: unknown): value is ArrayBufferView =>
    typeof value === 'object' && value !== null && (value as { buffer?: unknown }).buffer instanceof ArrayBuffer;

export {};
