/** All small examples, in the order in which the gallery shows them. The folder of each has its name. */

export interface Example {
  readonly name: string;
  readonly title: string;
  /** What it shows, in a sentence. */
  readonly says: string;
}

export interface Group {
  readonly title: string;
  readonly examples: readonly Example[];
}

const example = (name: string, title: string, says: string): Example => ({ name, title, says });

export const GROUPS: readonly Group[] = [
  {
    title: 'Actors and messages',
    examples: [
      example('actor', 'An actor', 'A counter in two files: what it is, and a page that speaks to it.'),
      example('request', 'A request with a deadline', 'It is answered, is not in time, or is withdrawn: one of these always comes.'),
      example(
        'topic',
        'A topic and its follower',
        'One actor owns a sum and publishes it, another one follows and knows what shipping costs.',
      ),
      example('talk', 'Two actors that talk', 'A shop asks a stock, and goes on with other customers until the answer comes.'),
      example('timer', 'A timer', 'An actor has no clock: its time comes as messages, also while it crashes.'),
      example('limits', 'A value over its limit', 'It is refused where it is sent, with the name of the field.'),
      example('overload', 'Back-pressure', 'Who sends more than can be taken is told so, waits, and loses nothing.'),
      example('snapshot', 'A snapshot', 'All that an actor knows, in bytes; it goes on from there when it is started again.'),
      example('storage', 'A state that outlives the page', 'Reload, and the counter is where it was.'),
    ],
  },
  {
    title: 'When something fails',
    examples: [
      example('crash', 'A crash', 'A handler throws: the actor is restarted with its state, and no message is lost.'),
      example(
        'poison',
        'Poison and dead letters',
        'A message that crashes its actor twice is put aside with a report, and the actor goes on.',
      ),
      example('budget', 'A budget of restarts', 'Three in ten seconds; then the actor stays down, until it is started again.'),
      example('family', 'One for all', 'Two actors that depend on each other are restarted together.'),
      example('hang', 'An endless loop', 'A handler that never ends: its worker is ended, and another one goes on without the message.'),
      example(
        'twin',
        'A trap, answered by the twin',
        "WebAssembly divides by zero: the JavaScript twin answers that very request (onTrap: 'twin').",
      ),
    ],
  },
  {
    title: 'Two virtual machines',
    examples: [
      example('worker-store', 'A store in a worker', 'A hundred thousand films are searched as you type, and the page never waits.'),
      example('placement', 'Placement: host, js, wasm', 'One word says where an actor runs; who has to wait for it is told by the clock.'),
      example('move', 'A move', 'An actor goes from one VM to the other and back, while it is spoken to.'),
      example('rollout', 'A share of devices', 'A quarter of all devices runs the actor in WebAssembly, always the same ones.'),
      example(
        'text',
        'Text and lists in AssemblyScript',
        'Strings and lists of structures in a WebAssembly twin, without garbage for each message.',
      ),
    ],
  },
  {
    title: 'In an application that exists',
    examples: [
      example('wrap', 'An existing class', 'A class without a line of Tandem becomes an actor.'),
      example('clock', 'A class that looks at the clock', 'It is found out and told, and its state is saved all the same.'),
      example('react', 'React', 'Components that render when what they show has changed.'),
      example('solid', 'Solid', 'The same actor with signals.'),
      example('echo', 'An input whose value an actor owns', 'What is typed comes out whole, with the caret where it was.'),
      example('plain', 'No bundler', 'JavaScript as it is, and an import map.'),
    ],
  },
  {
    title: 'The actors that come with it',
    examples: [
      example('rail', 'A rail', 'Two hundred cards on a television: scene and focus as actors, a page that says what there is.'),
      example('modal', 'A modal', 'A dialog keeps focus until it is answered, or left by Back.'),
      example('history', 'History, with Back', 'The back stack is an actor: each entry knows where focus was.'),
      example('network', 'Requests to a server that fails', 'Retries, one fetch for equal requests, and a cache.'),
      example('metrics', 'Metrics', 'Counters and times, for a page and for a backend that speaks OTLP.'),
    ],
  },
  {
    title: 'To look into it, and to test it',
    examples: [
      example('spy', 'Messages as they flow', 'Each with its fields, in a running page.'),
      example('node', 'Node without a browser', 'The same actors in a program, with a state in a folder.'),
      example('replay', 'A recording, played again', 'By the same code to the byte, and by mended code until it differs.'),
      example('why', 'Why a value is what it is', 'The message that gave it, and what had caused that.'),
      example('twins', 'Twins, tested against each other', 'Random messages into both; the first difference is cut down to one line.'),
      example('simulation', 'The simulated host', 'Hours in a moment, faults on command, and the same run for the same seed.'),
    ],
  },
];

export const EXAMPLES: readonly Example[] = GROUPS.flatMap(({ examples }) => examples);
