/** Writes the AssemblyScript twin of an actor whose schema is there already, with handlers to be filled in. */
import type { Field, PartySchema } from '../schema.js';
import { className, type Handler, handlersOf, signature } from './assemblyscript.js';
import { indent, messagesOf, pascal, type SchemaSet } from './model.js';

export interface SkeletonPaths {
  /** Modules of the kit. */
  readonly guest: string;
  readonly exports: string;
  /** Folder of the generated AssemblyScript: of the application, and of the runtime's own parties. */
  readonly generated: string;
  readonly foreign: string;
}

/** An import or export of the written file, and not of this one. */
const from = (what: string, path: string): string => `${what} from ${["'", path, "'"].join('')};`;

export function emitSkeleton(party: PartySchema, set: SchemaSet, paths: SkeletonPaths): string {
  const type = pascal(party.name);
  const upper = party.name.toUpperCase();
  const handlers = handlersOf(party, set);
  const members = membersOf(party);
  const tables = ['ADDRESS', 'PUBLISHES', 'FOLLOWS', 'FOLLOWED_OWNERS'].map((table) => `${upper}_${table}`);
  const own = handlers.filter(({ owner }) => owner === party).map(({ message }) => className(party, message));
  const names = [...tables, `${type}Handlers`, `dispatch${type}`, party.state!.name!, ...own, ...members.map((member) => member.type)];
  return [
    `// @ts-${'nocheck'}: AssemblyScript`,
    `/** ${type} in AssemblyScript: the twin of ${party.name}.ts. */`,
    from('import { Actor, Reader, start }', paths.guest),
    from(`import { ${[...new Set(names)].sort().join(', ')} }`, `${paths.generated}/${party.name}`),
    ...importsOfOthers(party, handlers, set, paths),
    '',
    `class ${type} extends Actor<${party.state!.name}> implements ${type}Handlers {`,
    ...indent([
      `private state: ${party.state!.name} = new ${party.state!.name}();`,
      ...members.map(({ name, type: made }) => `private readonly ${name}: ${made} = new ${made}();`),
      '',
      'constructor() {',
      `  super('${party.name}', ${tables.join(', ')});`,
      '}',
      '',
      'dispatch(kind: u16, reader: Reader): bool {',
      `  return dispatch${type}(this, kind, reader);`,
      '}',
      '',
      ...handlers.flatMap(handlerLines),
      ...refreshLines(party),
      `saveState(): ${party.state!.name} {`,
      '  return this.state;',
      '}',
      '',
      ...(hasReferences(party.state!) ? ['/** Texts and binaries of the state point into the snapshot: copy what is kept. */'] : []),
      `loadState(state: ${party.state!.name}): void {`,
      '  this.state = state;',
      '}',
    ]),
    '}',
    '',
    `start(new ${type}());`,
    from('export *', paths.exports),
    '',
  ].join('\n');
}

/** What it sends is made once: an object for each reply and each topic. */
const membersOf = (party: PartySchema) =>
  messagesOf(party)
    .filter(({ role }) => role === 'reply' || role === 'publication')
    .map((message) => ({ name: message.name, type: className(party, message) }));

function importsOfOthers(party: PartySchema, handlers: readonly Handler[], set: SchemaSet, paths: SkeletonPaths): string[] {
  const owners = [...new Set(handlers.map(({ owner }) => owner))].filter((owner) => owner !== party);
  return owners.map((owner) => {
    const names = handlers.filter((handler) => handler.owner === owner).map(({ message }) => className(owner, message));
    return from(`import { ${names.sort().join(', ')} }`, `${set.parties.includes(owner) ? paths.generated : paths.foreign}/${owner.name}`);
  });
}

function handlerLines(handler: Handler): string[] {
  const { message } = handler;
  const answer = message.role === 'request' ? [`  this.reply(this.requestToken, this.${message.name}Reply);`] : [];
  const opening = `${signature(handler).replace(/;$/, '')} {`;
  return answer.length ? [opening, ...answer, '}', ''] : [`${opening}}`, ''];
}

function refreshLines({ publishes }: PartySchema): string[] {
  const topics = Object.keys(publishes);
  if (!topics.length) return [];
  return [
    'onRefresh(topic: u16): void {',
    ...topics.map((topic) => `  if (topic == this.${topic}.kind) this.publishFresh(this.${topic});`),
    '}',
    '',
  ];
}

/** Whether something of a field is kept elsewhere. */
const hasReferences = (field: Field): boolean =>
  ['str', 'bin', 'dynamic'].includes(field.type) ||
  (field.item !== undefined && hasReferences(field.item)) ||
  Object.values(field.fields ?? {}).some(hasReferences);
