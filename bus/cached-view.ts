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

export const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
