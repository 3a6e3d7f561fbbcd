/**
 * Copies frames into one target. `set` needs a view of its source, an allocation that costs more than the bytes of a small frame.
 * So small frames are copied by words, through a view that is kept while frames come from the same source, as those of a sender do.
 */
const WORD_BYTES = 4;
/** Above this length `set` is faster, even with a new view. */
const WORDS_BYTES_MAX = 256;

export class Copier {
  private readonly targetView: DataView;
  private source: Uint8Array | null = null;
  private sourceView: DataView | null = null;

  constructor(readonly target: Uint8Array) {
    this.targetView = viewOf(target);
  }

  /** Copies `source[at, at + length)` to `target[targetAt, ...)`. The two must not overlap. */
  copy(source: Uint8Array, at: number, length: number, targetAt: number): void {
    if (source !== this.source || length > WORDS_BYTES_MAX || length < WORD_BYTES) {
      this.target.set(source.subarray(at, at + length), targetAt);
      if (source !== this.source) this.sourceView = null;
      this.source = source;
      return;
    }
    this.sourceView ??= viewOf(source);
    this.copyWords(this.sourceView, at, length, targetAt);
  }

  /** The last word may overlap the one before it, so that no single bytes remain. */
  private copyWords(source: DataView, at: number, length: number, targetAt: number): void {
    const target = this.targetView;
    const shift = targetAt - at;
    const last = at + length - WORD_BYTES;
    for (let i = at; i < last; i += WORD_BYTES) target.setInt32(shift + i, source.getInt32(i, true), true);
    target.setInt32(shift + last, source.getInt32(last, true), true);
  }
}

/** Caches the view of the last buffer: frames come in runs from the same buffer, and a view costs more than reading a header. */
export class CachedView {
  private source: Uint8Array | null = null;
  private view: DataView | null = null;

  of(bytes: Uint8Array): DataView {
    if (bytes !== this.source || this.view === null) this.view = viewOf(bytes);
    this.source = bytes;
    return this.view;
  }
}

const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
