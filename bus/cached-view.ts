/** The view of the buffer that was asked for last: frames come in runs out of the same one, and a view costs more than reading its header. */
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
