/** The AssemblyScript twin for an actor that is there already: what `tandem new --wasm` writes for it. */
import { emitSkeleton } from '../protocol/codegen/skeleton.js';
import type { PartySchema } from '../protocol/schema.js';
import { findActors, GUEST_SOURCE } from './actor-files.js';
import type { Problem } from './generated-application.js';
import { ownPackageName, ownSchemas } from './own-package.js';
import { ownParties } from './own-parties.js';

export interface NewGuest {
  readonly problems: readonly Problem[];
  /** Path from the root, and text. */
  readonly file?: readonly [path: string, text: string];
}

/** @param folder of the actors, from the root */
export async function newGuest(root: string, folder: string, name: string): Promise<NewGuest> {
  const { found, problems } = await findActors(root, folder);
  const file = `${folder}/${name}.ts`;
  const actor = found.find((one) => one.file === file);
  if (actor?.party.role !== 'actor')
    return { problems: problems.length ? problems : [{ file, text: 'exports no actor, and only an actor has a twin in AssemblyScript' }] };
  const parties = found.map(({ party }) => party as unknown as PartySchema);
  const library = ownPackageName();
  const { specifiers } = ownSchemas();
  const text = emitSkeleton(
    actor.party as unknown as PartySchema,
    { parties, foreign: ownParties },
    {
      ...{ guest: `${library}/guest`, exports: `${library}/guest/exports` },
      ...{ generated: '../tandem/assembly', foreign: `${library}/${specifiers.partiesInAssembly}` },
    },
  );
  return { problems: [], file: [file.replace(/\.ts$/, GUEST_SOURCE), text] };
}
