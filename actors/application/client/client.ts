/**
 * The page's side of an application: a port that sends to each of its actors and follows what they publish, as one object for each actor.
 *
 *   made ── calls wait, in order ──> open(vm) ── they leave ──> calls leave at once ── the VM ends ──> closed: calls are refused
 *                                        ▲                                                               │
 *                                        └──────────────────────── another system ───────────────────────┘
 *
 * The catch: a port follows what its schema says, from its start to its end. So every publication to the page comes here, whether anybody
 * listens or not: a topic that changes often and that no page shows is better left out of the client's `follows`.
 */
import type { BoundMessage, BoundParty, BoundRequest } from '../../../protocol/bind.js';
import { assertMaySend, RequestError, thrownByCaller } from '../../../protocol/errors.js';
import type { Fields, InferFields } from '../../../protocol/fields.js';
import type { Clock, Timers } from '../../contract/host.js';
import { handlerNameOf } from '../../model/handler-table.js';
import type { PortHandlers, PortParty } from '../../model/handlers.js';
import type { Port, RequestOptions } from '../../vm/port/port.js';
import type { Vm } from '../../vm/vm.js';
import type { ActorClients, ClientActors } from './client-types.js';
import { asSendError, SendError } from './send-error.js';
import { TopicStore } from './topic-store.js';
import { Waiting } from './waiting.js';

/** Time as a client needs it. */
export interface ClientTime {
  /** By these, requests that wait for the start are late. */
  readonly clock: Clock;
  readonly timers: Timers;
  /** Gives what a request comes to: where time is virtual, it makes it pass. */
  readonly awaited?: <T>(request: Promise<T>) => Promise<T>;
}

type AnyFields = InferFields<Fields>;
type AnyMessage = BoundMessage<Fields, string>;
type AnyRequest = BoundRequest<Fields, Fields, string>;

/** What an actor's object has besides its messages. */
const OWN_NAMES = ['on', 'state'];

export class Client<A extends ClientActors = ClientActors> {
  readonly actors: ActorClients<A>;
  private readonly stores = new Map<string, TopicStore>();
  private port: Port<PortParty> | null = null;
  private readonly waiting: Waiting;
  private state: 'waiting' | 'open' | 'closed' = 'waiting';

  /**
   * @param schema of the port, which names the actors and their topics
   * @throws Error when a message has the name of what every actor's object has
   */
  constructor(
    actors: A,
    private readonly schema: BoundParty,
    private readonly time: ClientTime,
  ) {
    this.waiting = new Waiting(time);
    const objects: Record<string, unknown> = {};
    for (const { schema: actor } of actors) objects[actor.name] = this.objectFor(actor as unknown as BoundParty);
    this.actors = objects as ActorClients<A>;
  }

  /** @throws Error when it is open */
  assertFree(): void {
    if (this.state === 'open') throw new Error('the application runs already: stop its system before it is started again');
  }

  /** Opens the port in the page's VM, and sends what has waited. @throws Error when it is open in another */
  open(vm: Vm): void {
    this.assertFree();
    if (this.state === 'closed') for (const store of this.stores.values()) store.clear();
    this.port = vm.openPort<PortParty>(this.schema, this.handlers());
    this.state = 'open';
    this.waiting.leave();
  }

  /** Its VM ends, or has not begun: what is sent is refused, and what has waited. */
  close(): void {
    this.port = null;
    this.state = 'closed';
    this.waiting.refuse();
  }

  private handlers(): PortHandlers<PortParty> {
    const handlers: Record<string, unknown> = { onClose: () => this.close() };
    for (const path of this.schema.follows) {
      const [actor, topic] = path.split('.');
      const name = handlerNameOf(path);
      if (Object.hasOwn(handlers, name)) throw new Error(`two topics would have the handler ${name}: give one of them another name`);
      handlers[name] = (fields: AnyFields, fresh: boolean) => this.stores.get(actor)?.receive(topic, fields, fresh);
    }
    return handlers as unknown as PortHandlers<PortParty>;
  }

  private objectFor(schema: BoundParty): object {
    const { name, receives, publishes } = schema;
    const taken = Object.keys(receives).find((message) => OWN_NAMES.includes(message));
    if (taken !== undefined) throw new Error(`${name} has a message named ${taken}, which is a method of the client: give it another name`);
    const store = new TopicStore(name, Object.keys(publishes));
    this.stores.set(name, store);
    const { on, subscribe, getSnapshot } = store;
    const object: Record<string, unknown> = { on, state: { subscribe, getSnapshot } };
    for (const [message, bound] of Object.entries(receives))
      object[message] = bound.role === 'request' ? this.asker(bound) : this.sender(bound);
    return object;
  }

  private sender(message: AnyMessage): (fields?: AnyFields) => void {
    const kindName = `${message.ownerName}.${message.name}`;
    const send = (fields: AnyFields = {}): void => {
      try {
        assertMaySend(this.schema, message, send);
        if (this.state === 'waiting') this.waiting.addMessage(message, fields, (copy) => this.port?.send(message, copy));
        else if (this.port) this.port.send(message, fields);
        else throw new SendError('closed', kindName, '', 'the system has stopped');
      } catch (error) {
        throw thrownByCaller(asSendError(error, kindName), send);
      }
    };
    return send;
  }

  private asker(request: AnyRequest): (fields?: AnyFields, options?: RequestOptions) => Promise<AnyFields> {
    const kindName = `${request.ownerName}.${request.name}`;
    const ask = async (fields: AnyFields = {}, options: RequestOptions = {}): Promise<AnyFields> => {
      try {
        assertMaySend(this.schema, request, ask);
        if (this.state === 'waiting')
          return await this.waiting.addRequest(request, fields, options, (copy, left) => this.requested(request, copy, left));
        return await this.awaited(this.requested(request, fields, options));
      } catch (error) {
        throw asSendError(error, kindName);
      }
    };
    return ask;
  }

  /** On a virtual clock, lets as much time pass as the answer takes. */
  private awaited<T>(request: Promise<T>): Promise<T> {
    return this.time.awaited?.(request) ?? request;
  }

  private requested(request: AnyRequest, fields: AnyFields, options: RequestOptions): Promise<AnyFields> {
    const { ownerName, name } = request;
    if (!this.port) return Promise.reject(new RequestError('closed', ownerName, `${ownerName}.${name}`));
    return this.port.request(request, fields, options);
  }
}
