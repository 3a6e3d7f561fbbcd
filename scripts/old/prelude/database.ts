/** Engines before 2015 refuse a transaction that is asked for with options, which only say how durable it is. */
type Open = (this: unknown, names: unknown, mode?: unknown, options?: unknown) => unknown;

const { prototype } = (globalThis as { IDBDatabase?: { prototype: { transaction: Open } } }).IDBDatabase ?? { prototype: null };
if (prototype) {
  const open = prototype.transaction;
  prototype.transaction = function (names, mode = 'readonly', options) {
    try {
      return open.call(this, names, mode, options);
    } catch (error) {
      // What is said by a name of DOM's own is not about the options.
      if (!(error instanceof TypeError)) throw error;
      return open.call(this, names, mode);
    }
  };
}

export {};
