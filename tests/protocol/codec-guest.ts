/** Compiles and runs `tests/guests/codec`: all generated AssemblyScript codecs in one module. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { parties as counterParties } from '../../examples/counter/protocol/generated/index.js';
import type { BoundParty } from '../../protocol/bind.js';
import type { PartySchema } from '../../protocol/schema.js';
import { madeOnce } from '../made-once.js';
import { allParties } from './codecs.js';
import { parties as everyParties } from './every/generated/index.js';
import { emitRoundTrip } from './round-trip.js';

const ROOT = resolve(import.meta.dirname, '../..');
const FOLDER = 'tests/guests/codec/assembly';

interface Exports {
  readonly memory: WebAssembly.Memory;
  allocate(bytes: number): number;
  run(codec: number, bodies: number, lengths: number, count: number, results: number, bodyBytesMax: number): void;
  encoded(): number;
  encodedBytes(): number;
  frameConstant(index: number): number;
  writeHeader(at: number, kind: number, source: number, target: number, causeSource: number, causeSequence: number, sentAt: number): void;
  checkFrame(at: number, end: number): number;
  __collect(): void;
}

/** Result of one body. */
export interface Outcome {
  /** 0 for no problem, or one more than the index in DECODE_PROBLEMS. */
  problem: number;
  offset: number;
  /** FNV-1a of the encoding, 0 after a problem. */
  hash: number;
}

export const OUTCOME_WORDS = 3;

const BODY_BYTES_MAX = 1 << 16;
/** Room for a batch, allocated once. */
const BATCH_BYTES_MAX = 4 << 20;

/** By the package's name, as an application's generated code has it: a file that is reached by two names would be two modules. */
function generatedFolder(party: PartySchema): string {
  const names = (parties: readonly unknown[]) => (parties as readonly BoundParty[]).map((one) => one.name);
  if (names(everyParties).includes(party.name)) return 'tandem/tests/protocol/every/generated/assembly';
  if (names(counterParties).includes(party.name)) return 'tandem/examples/counter/protocol/generated/assembly';
  return 'tandem/protocol/generated/assembly';
}

async function compile(): Promise<Uint8Array> {
  // Loading it takes a second, and most files find what it has compiled. It compiles one module, in which optimising it would not pay.
  setFlagsFromString('--liftoff-only');
  const { default: asc } = await import('assemblyscript/asc');
  setFlagsFromString('--no-liftoff-only');
  const table = emitRoundTrip(allParties as readonly unknown[] as readonly PartySchema[], {
    runtime: 'tandem/protocol/assembly',
    generated: generatedFolder,
  });
  let binary: Uint8Array | undefined;
  const options = ['--baseDir', ROOT, '--runtime', 'minimal', '--exportRuntime', '-O2', '--outFile', 'codec.wasm'];
  const { error, stderr } = await asc.main([`${FOLDER}/codec.ts`, ...options], {
    readFile: (name, baseDir) => {
      if (name === `${FOLDER}/table.ts`) return table;
      try {
        return readFileSync(join(baseDir, name.replace(/^(?:.*\/)?node_modules\/tandem\//, '')), 'utf8');
      } catch {
        return null;
      }
    },
    writeFile: (_name, contents) => {
      binary = contents as Uint8Array;
    },
    listFiles: () => [],
  });
  if (error || !binary) throw new Error(`the codec guest does not compile: ${error?.message}\n${stderr.toString()}`);
  return binary;
}

const MODULE = 'codec.wasm';

export class CodecGuest {
  private constructor(private readonly exports: Exports) {}

  static async start(): Promise<CodecGuest> {
    const folder = await madeOnce('codec-guest', async (empty) => writeFileSync(join(empty, MODULE), await compile()));
    const { instance } = (await WebAssembly.instantiate(readFileSync(join(folder, MODULE)) as BufferSource, {
      env: {
        abort: () => {
          throw new Error('the guest trapped');
        },
      },
    })) as unknown as WebAssembly.WebAssemblyInstantiatedSource;
    return new CodecGuest(instance.exports as unknown as Exports);
  }

  get memoryBytes(): number {
    return this.exports.memory.buffer.byteLength;
  }

  get frame(): Pick<Exports, 'frameConstant' | 'writeHeader' | 'checkFrame'> {
    return this.exports;
  }

  /** Copies bytes into the guest. @returns their address, valid until the next call */
  place(bytes: Uint8Array): number {
    const at = this.exports.allocate(BATCH_BYTES_MAX);
    new Uint8Array(this.exports.memory.buffer).set(bytes, at);
    return at;
  }

  read(at: number, length: number): Uint8Array {
    return new Uint8Array(this.exports.memory.buffer, at, length).slice();
  }

  /** Decodes and encodes each body. @returns problem, offset and hash of each, one after another */
  run(codec: number, bodies: Uint8Array, lengths: Uint32Array, count: number): Uint32Array {
    const bodyBytes = (bodies.length + 3) & ~3;
    if (lengths.some((length) => length > BODY_BYTES_MAX) || bodyBytes + lengths.length * 16 > BATCH_BYTES_MAX)
      throw new RangeError('too large');
    const base = this.exports.allocate(BATCH_BYTES_MAX);
    const lengthsAt = base + bodyBytes;
    const resultsAt = lengthsAt + lengths.length * 4;
    new Uint8Array(this.exports.memory.buffer).set(bodies, base);
    new Uint32Array(this.exports.memory.buffer, lengthsAt, count).set(lengths.subarray(0, count));
    this.exports.run(codec, base, lengthsAt, count, resultsAt, BODY_BYTES_MAX);
    const words = new Uint32Array(this.exports.memory.buffer, resultsAt, count * OUTCOME_WORDS).slice();
    // The guest's stack is empty now.
    this.exports.__collect();
    return words;
  }

  /** @returns the encoding of the decoded body, or the problem */
  roundTrip(codec: number, body: Uint8Array): Uint8Array | Outcome {
    const [problem, offset, hash] = this.run(codec, body, Uint32Array.of(body.length), 1);
    return problem ? { problem, offset, hash } : this.read(this.exports.encoded(), this.exports.encodedBytes());
  }
}
