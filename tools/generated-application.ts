/**
 * What generating an application gives: the codecs and numbers of its schemas, its definition, and what else there is to build and to watch.
 * `generateApplication` in application.ts makes it.
 */

/** Something that is wrong, with a place where it is known. */
export interface Problem {
  /** Path from the application's folder. */
  readonly file: string;
  /** From 1. */
  readonly line?: number;
  readonly column?: number;
  /** What is wrong, and what to do: one or two sentences. */
  readonly text: string;
}

export interface ApplicationBuild {
  /** Folder of the application: with `tandem.json`, if there is one, and `tandem.lock.json`. */
  readonly root: string;
  /** Whether to write what differs; else it is only told. */
  readonly write: boolean;
  /** Parties, and messages as `basket.add`, that are to get new numbers. */
  readonly renumber?: readonly string[];
  /** Parties and messages that have another name now, and keep their numbers. */
  readonly rename?: readonly (readonly [from: string, to: string])[];
}

/** A Wasm twin. */
export interface GuestSource {
  /** Name of its actor. */
  readonly name: string;
  /** Its AssemblyScript, from the root. Null for one of the runtime's own actors, which is built already. */
  readonly source: string | null;
  /** Absolute path of the module that is built already, with its source map beside it. */
  readonly built?: string;
  /** Where the definition looks for the module, from the root. The source map is beside it, under the same name with `.map`. */
  readonly module: string;
}

/** An actor of the application, or a port. */
export interface GeneratedParty {
  readonly name: string;
  /** Its file, from the root. */
  readonly file: string;
  /** Name of the exported class of the JavaScript twin, or of what `wrap` has made. Absent when there is none. */
  readonly twin?: string;
  /** Whether the twin is what `wrap` has made. */
  readonly wrapped?: boolean;
  readonly guest?: GuestSource;
}

export interface GeneratedApplication {
  /** All that is wrong. When there is anything, `texts` is empty and nothing was written. */
  readonly problems: readonly Problem[];
  /** What a person should know, in whole sentences. */
  readonly notes: readonly string[];
  /** What is generated, by its path from the root; `tandem.lock.json` among it. */
  readonly texts: ReadonlyMap<string, string>;
  /** Paths of `texts` that were missing or different, and of files that are generated no more. With `write`, they are as they should be now. */
  readonly stale: readonly string[];
  readonly actors: readonly GeneratedParty[];
  readonly ports: readonly GeneratedParty[];
  readonly guests: readonly GuestSource[];
  /** All files that were read, as absolute paths, also when something is wrong: a change of one is a reason to generate again. */
  readonly files: readonly string[];
  /** Folders in which a new file is a reason to generate again. Absolute paths. */
  readonly folders: readonly string[];
}
