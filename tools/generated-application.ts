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
}

/** A Wasm twin to be built. */
export interface GuestSource {
  /** Name of its actor. */
  readonly name: string;
  /** Its AssemblyScript, and where the definition looks for its module; the source map is beside that, with `.map` behind its name. Paths from the root. */
  readonly source: string;
  readonly module: string;
}

/** An actor of the application, or a port. */
export interface GeneratedParty {
  readonly name: string;
  /** Its file, from the root. */
  readonly file: string;
  /** Name of the exported class of the JavaScript twin. Absent when there is none. */
  readonly twin?: string;
  readonly guest?: GuestSource;
}

export interface GeneratedApplication {
  /** All that is wrong. When there is anything, `texts` is empty and nothing was written. */
  readonly problems: readonly Problem[];
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

/** Loads and checks the files of an application, gives numbers, and writes codecs and definition. */
export type GenerateApplication = (build: ApplicationBuild) => Promise<GeneratedApplication>;
