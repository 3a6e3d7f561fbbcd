/** The newest entries of a map that must not grow. */
export class Recent<V> {
  private readonly entries = new Map<string, { readonly value: V; readonly serial: number }>();
  /** Keys in the order in which they came, in a circle: the oldest entry of a map from which many were removed takes long to find. */
  private readonly keys: string[] = [];
  private serial = 0;

  constructor(private readonly lengthMax: number) {}

  get(key: string): V | undefined {
    return this.entries.get(key)?.value;
  }

  /** @returns the oldest entry, if it had to make room */
  set(key: string, value: V): V | undefined {
    const serial = this.serial++;
    const place = serial % this.lengthMax;
    const oldest = this.keys[place];
    const makesRoom = oldest !== undefined && this.entries.get(oldest)?.serial === serial - this.lengthMax;
    const gone = makesRoom ? this.take(oldest) : undefined;
    this.keys[place] = key;
    this.entries.set(key, { value, serial });
    return gone;
  }

  /** Gets an entry and forgets it. */
  take(key: string): V | undefined {
    const entry = this.entries.get(key);
    this.entries.delete(key);
    return entry?.value;
  }

  takeAll(): readonly V[] {
    const values = [...this.entries.values()].map(({ value }) => value);
    this.entries.clear();
    return values;
  }
}
