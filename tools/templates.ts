/** The files of a new actor: what `tandem new` writes. A test compiles and runs them. */
import { pascal } from '../protocol/codegen/model.js';
import { isReserved } from '../protocol/codegen/names.js';

export interface NewActor {
  readonly name: string;
  /** Folder of the actors, from the root. */
  readonly folder: string;
  /** Whether it has a twin in AssemblyScript, too. */
  readonly wasm: boolean;
  /** By which name the runtime is imported. */
  readonly library: string;
}

const NAME = /^[a-z][A-Za-z0-9]*$/;

/** @returns why no actor can have this name; null when one can */
export function wrongName(name: string): string | null {
  if (!NAME.test(name))
    return `${name} is no name for an actor: it begins with a small letter and has letters and digits, as shoppingBasket`;
  return isReserved(name) ? `no actor can be named ${name}: that means something in one of the languages, or in generated code` : null;
}

/** @returns the texts by their paths from the root */
export function newActor(actor: NewActor): ReadonlyMap<string, string> {
  const path = `${actor.folder}/${actor.name}`;
  return new Map([
    [`${path}.ts`, schemaText(actor)],
    ...(actor.wasm ? [[`${path}.wasm.ts`, guestText(actor)] as const] : []),
    [`${path}.test.ts`, testText(actor)],
  ]);
}

/** An import or export of the written file, and not of this one. */
const from = (what: string, path: string): string => `${what} from ${["'", path, "'"].join('')};`;

const guestNames = (type: string, upper: string): string =>
  `import {
  ${upper}_ADDRESS, ${upper}_FOLLOWED_OWNERS, ${upper}_FOLLOWS, ${upper}_PUBLISHES, ${type}Add, ${type}Changed, ${type}Handlers,
  ${type}State, ${type}Total, ${type}TotalReply, dispatch${type},
}`;

function schemaText({ name, library, wasm }: NewActor): string {
  const type = pascal(name);
  return `/** ${type}: its state, what may be said to it, what it tells, and its twin in TypeScript.${wasm ? ` The one in AssemblyScript is ${name}.wasm.ts.` : ''} */
${from('import { Actor, actor, type Handlers, type Message, message, publication, request, type State, struct, u32 }', `${library}/actor`)}

export const ${name} = actor({
  name: '${name}',
  state: struct('${type}State', { sum: u32 }),
  receives: {
    add: message({ fields: { amount: u32 } }),
    total: request({ fields: {}, reply: { fields: { sum: u32 } } }),
  },
  publishes: { changed: publication({ fields: { sum: u32 } }) },
});

/** No clock, no chance, nothing from outside: what it does depends on its state and the message alone. */
export class ${type} extends Actor<typeof ${name}> implements Handlers<typeof ${name}> {
  private sum = 0;

  constructor() {
    super(${name});
  }

  onAdd({ amount }: Message<typeof ${name}, 'add'>): void {
    this.sum = (this.sum + amount) >>> 0;
    this.publish(${name}.publishes.changed, { sum: this.sum });
  }

  onTotal(): void {
    this.reply(this.requestToken, ${name}.receives.total, { sum: this.sum });
  }

  /** Somebody has missed a change, or is new. */
  override onRefresh(): void {
    this.publishFresh(${name}.publishes.changed, { sum: this.sum });
  }

  snapshot(): State<typeof ${name}> {
    return { sum: this.sum };
  }

  restore({ sum }: State<typeof ${name}>): void {
    this.sum = sum;
  }
}
`;
}

function guestText({ name, library }: NewActor): string {
  const type = pascal(name);
  const upper = name.toUpperCase();
  return `// @ts-${'nocheck'}: AssemblyScript
/** ${type} in AssemblyScript: the twin of ${name}.ts. */
${from('import { Actor, Reader, start }', `${library}/guest`)}
${from(guestNames(type, upper), `../tandem/assembly/${name}`)}

class ${type} extends Actor<${type}State> implements ${type}Handlers {
  private readonly state: ${type}State = new ${type}State();
  private readonly changed: ${type}Changed = new ${type}Changed();
  private readonly answer: ${type}TotalReply = new ${type}TotalReply();

  constructor() {
    super('${name}', ${upper}_ADDRESS, ${upper}_PUBLISHES, ${upper}_FOLLOWS, ${upper}_FOLLOWED_OWNERS);
  }

  dispatch(kind: u16, reader: Reader): bool {
    return dispatch${type}(this, kind, reader);
  }

  onAdd(message: ${type}Add): void {
    this.state.sum += message.amount;
    this.changed.sum = this.state.sum;
    this.publish(this.changed);
  }

  onTotal(message: ${type}Total): void {
    this.answer.sum = this.state.sum;
    this.reply(this.requestToken, this.answer);
  }

  onRefresh(topic: u16): void {
    this.changed.sum = this.state.sum;
    this.publishFresh(this.changed);
  }

  saveState(): ${type}State {
    return this.state;
  }

  loadState(state: ${type}State): void {
    this.state.sum = state.sum;
  }
}

start(new ${type}());
${from('export *', `${library}/guest/exports`)}
`;
}

function testText({ name, library, wasm }: NewActor): string {
  const type = pascal(name);
  const placements = wasm ? "['js', 'wasm']" : "['js']";
  const imports = wasm
    ? `${from(`import { ${name}, ${type} }`, `./${name}.js`)}
`
    : '';
  const twins = wasm
    ? `
// The time is for a machine that does much else.
test('its twins agree on random messages', { timeout: 60_000 }, () =>
  testTwins(${name}, { js: () => new ${type}(), wasm: new URL('../tandem/guests/${name}.wasm', import.meta.url) }));
`
    : '';
  return `/** What ${name} promises${wasm ? ', in either language' : ''}. Runs in one thread on a virtual clock, so every run is the same. */
${from(`import { startTest${wasm ? ', testTwins' : ''} }`, `${library}/testing`)}
${from('import { describe, expect, test }', 'vitest')}
${from('import { application }', '../tandem/definition.js')}
${imports}
describe.each(${placements})('${name} in %s', (placement) => {
  test('it adds up and tells', async () => {
    const { ${name}, host } = await startTest(application, { seed: 1, placement });
    const told: number[] = [];
    ${name}.on('changed', ({ sum }) => void told.push(sum));
    ${name}.add({ amount: 2 });
    ${name}.add({ amount: 3 });
    expect(await ${name}.total()).toEqual({ sum: 5 });
    await host.pass(100);
    expect(told).toEqual([2, 5]);
  });

  test('a crash loses nothing', async () => {
    const { ${name}, system } = await startTest(application, { seed: 1, placement });
    ${name}.add({ amount: 2 });
    await ${name}.total();
    await system.crash('${name}');
    ${name}.add({ amount: 3 });
    expect(await ${name}.total()).toEqual({ sum: 5 });
  });
});
${twins}`;
}
