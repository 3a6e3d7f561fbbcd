/**
 * `tandem.lock.json`, which is committed: the numbers of an application's parties and messages, and those that are given to nobody again.
 *
 *   { "addresses": { "basket": 64 }, "kinds": { "basket.add": "0x4001" }, "retired": { "0x4002": "basket.remove", "65": "till" } }
 *
 * One entry a line, by name, so that two branches that add to it can be merged. What such a merge leaves behind is found here: conflict
 * markers, a name that is there twice, a number that two names have.
 */
import { APPLICATION_ADDRESSES, APPLICATION_KINDS } from '../protocol/numbering.js';
import type { Problem } from './generated-application.js';
import { jsonProblem } from './json-problem.js';

export const LOCK_FILE = 'tandem.lock.json';

/** Names with their numbers. Those of messages are `party.message`. */
export interface Lock {
  readonly addresses: Map<string, number>;
  readonly kinds: Map<string, number>;
  /** By the number as it is written. */
  readonly retired: Map<string, string>;
}

export interface ReadLock {
  readonly lock: Lock;
  readonly problems: readonly Problem[];
  /** Numbers that were to be left by those that had them. */
  readonly left: ReadonlyMap<string, number>;
}

const emptyLock = (): Lock => ({ addresses: new Map(), kinds: new Map(), retired: new Map() });

const kindText = (kind: number): string => `0x${kind.toString(16).padStart(4, '0')}`;

/** Whether a name is that of a message, and its number a kind. */
export const isMessage = (name: string): boolean => name.includes('.');

/** A number as the file has it. */
export const numberText = (name: string, number: number): string => (isMessage(name) ? kindText(number) : String(number));

/** Notes that nobody is to be given this number again. */
export const retire = ({ retired }: Lock, name: string, number: number): void => void retired.set(numberText(name, number), name);

const byName = ([left]: readonly [string, unknown], [right]: readonly [string, unknown]): number => (left < right ? -1 : 1);

export function lockText({ addresses, kinds, retired }: Lock): string {
  const sorted = <T>(entries: ReadonlyMap<string, T>): Record<string, T> => Object.fromEntries([...entries].sort(byName));
  // Numbers as keys of an object would come first and ascend, which is as good an order as any.
  const written = {
    addresses: sorted(addresses),
    kinds: sorted(new Map([...kinds].map(([name, kind]) => [name, kindText(kind)]))),
    retired: sorted(retired),
  };
  return `${JSON.stringify(written, null, 2)}\n`;
}

/** @param renumbered names that are to get new numbers: of a party, its messages too */
export function readLock(text: string | null, renumbered: readonly string[] = []): ReadLock {
  const lock = emptyLock();
  if (text === null) return { lock, problems: [], left: new Map() };
  const lines = text.split('\n');
  const marker = lines.findIndex((line) => /^(<{7}|={7}|>{7})( |$)/.test(line));
  if (marker >= 0)
    return {
      lock,
      left: new Map(),
      problems: [
        {
          file: LOCK_FILE,
          line: marker + 1,
          text: 'has the markers of a merge: take the lines of both sides, remove the markers, and run npx tandem codegen, which finds numbers that both have taken',
        },
      ],
    };
  const reading = new Reading(lock, lines, renumbered);
  reading.run(text);
  return { lock, problems: reading.problems, left: reading.left };
}

/** The same in both directions: a number of a line to its owner, and a name to its line. */
class Reading {
  readonly problems: Problem[] = [];
  readonly left = new Map<string, number>();
  private readonly owners = new Map<string, { readonly name: string; readonly line: number }>();
  private section: keyof Lock | null = null;

  constructor(
    private readonly lock: Lock,
    private readonly lines: readonly string[],
    private readonly renumbered: readonly string[],
  ) {}

  run(text: string): void {
    try {
      JSON.parse(text);
    } catch {
      this.problems.push(jsonProblem(LOCK_FILE, text, '; take it from the last commit'));
      return;
    }
    // The lines, because an object of JavaScript would keep the last of two entries with one name.
    for (const [index, line] of this.lines.entries()) this.line(line, index + 1);
  }

  private line(text: string, line: number): void {
    const opens = /^\s*"(addresses|kinds|retired)"\s*:\s*\{/.exec(text);
    if (opens) this.section = opens[1] as keyof Lock;
    for (const [, key, value] of text.matchAll(/"([^"]+)"\s*:\s*("[^"]*"|\d+)/g)) this.entry(key, value.replaceAll('"', ''), line);
  }

  private entry(key: string, value: string, line: number): void {
    const { section } = this;
    if (section === null) return;
    const [name, number] = section === 'retired' ? [value, Number(key)] : [key, Number(value)];
    if (section !== 'retired' && this.renumbered.some((one) => name === one || name.startsWith(`${one}.`))) {
      this.left.set(name, number);
      return;
    }
    const [first, last] = isMessage(name) ? APPLICATION_KINDS : APPLICATION_ADDRESSES;
    if (!Number.isInteger(number) || number < first || number > last) {
      const range = isMessage(name) ? `${kindText(first)} to ${kindText(last)}` : `${first} to ${last}`;
      this.problems.push({ file: LOCK_FILE, line, text: `gives ${name} the number ${value}: those of applications are ${range}` });
      return;
    }
    this.own(section, name, number, line);
  }

  private own(section: keyof Lock, name: string, number: number, line: number): void {
    const { lock, owners, problems } = this;
    const what = numberText(name, number);
    const other = owners.get(what);
    const known = section === 'retired' ? undefined : lock[section].get(name);
    if (known !== undefined && known !== number)
      problems.push({
        file: LOCK_FILE,
        line,
        text: `gives ${name} two numbers, ${numberText(name, known)} and ${what}, as a merge does of two branches that have both added it: remove one of the lines`,
      });
    else if (other && other.name !== name)
      problems.push({
        file: LOCK_FILE,
        line,
        text:
          section === 'retired'
            ? `${other.name} in line ${other.line} has ${what}, which was ${name}'s: give it another with npx tandem codegen --renumber ${other.name}`
            : `${other.name} in line ${other.line} and ${name} both have ${what}: two branches have taken the same number. Leave it to the one that is in use already, and give the other a new one with npx tandem codegen --renumber ${name} (or ${other.name})`,
      });
    owners.set(what, { name, line });
    if (section === 'retired') lock.retired.set(what, name);
    else lock[section].set(name, number);
  }
}
