/** Writes an AssemblyScript table of all codecs for tests in a guest: it decodes with the codec at an index and encodes again. */

import { indent, messagesOf, pascal } from '../../protocol/codegen/model.js';
import type { PartySchema } from '../../protocol/schema.js';

export interface RoundTripPaths {
  /** Folder of the AssemblyScript runtime, relative to the table. */
  readonly runtime: string;
  /** Folder of a party's generated file, relative to the table. */
  generated(party: PartySchema): string;
}

/** Codecs are numbered by party, in order: first the party's messages in the order of `messagesOf`, then its state. */
export function emitRoundTrip(parties: readonly PartySchema[], paths: RoundTripPaths): string {
  const imports: string[] = [];
  const cases: string[] = [];
  let index = 0;
  for (const party of parties) {
    const classes = messagesOf(party).map((message) => `${pascal(party.name)}${pascal(message.name)}`);
    const state = party.state ? [party.state.name!] : [];
    const alias = (name: string) => `${name}Of${pascal(party.name)}`;
    const names = [...classes, ...state].map((name) => `${name} as ${alias(name)}`);
    if (names.length) imports.push(`import { ${names.join(', ')} } from '${paths.generated(party)}/${party.name}';`);
    for (const name of classes) {
      cases.push(...codecCase(index++, alias(name), (codec) => [`if (!${codec}.decode(reader)) return false;`]));
    }
    for (const name of state) {
      cases.push(...codecCase(index++, alias(name), (codec) => [`${codec}.decode(reader);`, 'if (!reader.finish(0, 0)) return false;']));
    }
  }
  return [
    '// Generated from the schemas.',
    `import { Reader } from '${paths.runtime}/reader';`,
    `import { Writer } from '${paths.runtime}/writer';`,
    ...imports,
    '',
    ...cases.filter((line) => line.startsWith('const ')),
    '',
    'export function roundTrip(codec: i32, reader: Reader, writer: Writer): bool {',
    '  switch (codec) {',
    ...indent(
      cases.filter((line) => !line.startsWith('const ')),
      2,
    ),
    '    default: return false;',
    '  }',
    '}',
    '',
  ].join('\n');
}

function codecCase(index: number, type: string, decode: (codec: string) => string[]): string[] {
  const codec = `codec${index}`;
  return [
    `const ${codec} = new ${type}();`,
    `case ${index}: {`,
    ...indent([...decode(codec), `${codec}.encode(writer);`, 'return true;']),
    '}',
  ];
}
