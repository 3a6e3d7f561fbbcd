/** What a compiled guest would need of its host and does not get: no clock, no chance, no console. */

/** What stands in the compiler's report where its own errors have their number. */
export const REFUSED = 'REFUSED';

/** What a guest may import from `env`. docs/GUEST-ABI.md has the list. */
const GIVEN = ['abort', 'progress', 'log'];

interface Need {
  /** Matches the import's name. */
  readonly import: RegExp;
  /** What stands in the source. */
  readonly source: RegExp;
  readonly says: string;
}

const NEEDS: readonly Need[] = [
  {
    import: /^(console\.|trace$)/,
    source: /\b(console\.\w+|trace[(])/,
    says: "uses the console, which a guest does not have: import { log } from 'tandem/guest' and write log('…')",
  },
  {
    import: /^(Date\.|performance\.)/,
    source: /\b(Date|performance)\b/,
    says: 'uses a clock, which an actor does not have, since it must do the same when it is run again: the time of the message is this.now',
  },
  {
    import: /^(seed|Math\.random|crypto\.)/,
    source: /\b(Math\.random|NativeMath\.random|crypto)\b/,
    says: 'uses chance, which an actor does not have, since it must do the same when it is run again: let the sender put a random number into the message',
  },
];

/**
 * @param path of the main source, for the report
 * @returns a report of the compiler's form for each import that no host gives
 */
export function refusedImports(module: Uint8Array, path: string, source: string): string[] {
  const imports = WebAssembly.Module.imports(new WebAssembly.Module(module as Uint8Array<ArrayBuffer>));
  const refused = imports.filter(({ module: from, name }) => from !== 'env' || !GIVEN.includes(name));
  const reports = refused.map(({ module: from, name }) => {
    const need = NEEDS.find((one) => one.import.test(name));
    const at = need ? source.search(need.source) : -1;
    const before = source.slice(0, Math.max(0, at)).split('\n');
    const says = need?.says ?? `needs ${from}.${name}, which no host gives it`;
    return `ERROR ${REFUSED}: ${says}\n └─ in ${path}(${before.length},${before[before.length - 1].length + 1})`;
  });
  return [...new Set(reports)];
}
