/** The runtime's package, as these tools build for it. They are told, and know no path of it themselves. */

/** What a source is to the search for the line at which an actor has trapped. */
export type SourceRole = 'driver' | 'runtime' | 'allocation';

/** What guests are built on. Paths are from the package's folder. */
export interface GuestLibrary {
  /** By which name applications import it. */
  readonly name: string;
  readonly folder: string;
  /** Modules that exist under the package's name alone, and the source that each re-exports, without extension: `{guest: 'kit/index'}`. */
  readonly doors: Readonly<Record<string, string>>;
  /** Roles of its sources, by a file's path or a folder's with a slash at its end. Of two that fit, the first counts. */
  readonly roles: readonly (readonly [path: string, role: SourceRole])[];
  /** Bound of a guest's linear memory, in pages of 64 KB. */
  readonly memoryPagesMax: number;
}

/** What codecs are generated with. */
export interface SchemaLibrary {
  /** Folder of the runtime's schemas. */
  readonly folder: string;
  /** What generated code imports when its schemas import the language by a package's name. Each follows that name: `{codec: 'codec'}`. */
  readonly specifiers: {
    readonly language: string;
    readonly codec: string;
    readonly parties: string;
    /** Folders of AssemblyScript: what codecs are made of, and the codecs of the runtime's own parties. */
    readonly assembly: string;
    readonly partiesInAssembly: string;
  };
}
