/**
 * The schema language, in which actors and ports are described: `actor`, `port`, messages and fields.
 *
 * A schema is plain data. TypeScript infers the message types from it (`Infer`), and the generator writes from it the codecs
 * for both languages. Numbers and codecs are put into the very object by `bind` before anything starts, so that an actor's file imports
 * nothing that is generated.
 */
import { type Bound, define } from './bind.js';
import { type Field, type PartySchema, UNNUMBERED } from './fields.js';

export type {
  Field,
  Fields,
  FieldType,
  Infer,
  InferFields,
  Lane,
  MessageFields,
  MessageOf,
  MessageSchema,
  Overflow,
  PartySchema,
  PublicationOf,
  PublicationSchema,
  ReplyFields,
  StateOf,
} from './fields.js';
export {
  bin,
  bool,
  choice,
  dynamic,
  f64,
  i8,
  i16,
  i32,
  list,
  map,
  message,
  optional,
  publication,
  request,
  str,
  struct,
  u8,
  u16,
  u32,
  u53,
} from './fields.js';

/** Another party as `uses` names it. */
interface Used {
  readonly name: string;
  readonly receives: object;
  readonly publishes: object;
}

/** Parts that a schema may leave out. */
type Omissible = 'address' | 'publishes' | 'follows' | 'sendsTo' | 'watches';

type Optional<T, K extends keyof T> = Omit<T, K> & Partial<Pick<T, K>>;

/** What all parties are declared with. */
type Declared = Optional<Omit<PartySchema, 'role' | 'state'>, Omissible> & {
  /**
   * The parties that it follows or asks, so far as their schemas can be imported here: they give the types of its handlers. Two parties cannot both
   * name the other; then the class of one says it, as `Handlers<typeof a, typeof b>`.
   */
  readonly uses?: readonly Used[];
};

type Missing<P, K extends string, D> = P extends { readonly [key in K]: unknown } ? unknown : { readonly [key in K]: D };
type WithDefaults<P> = Omit<P, 'uses'> & { readonly role: 'actor' | 'port' } & Missing<P, 'address', number> &
  Missing<P, 'publishes', {}> &
  Missing<P, 'follows', readonly []> &
  Missing<P, 'sendsTo', readonly []> &
  Missing<P, 'watches', readonly []>;

/** Used parties by name. */
type OthersIn<P> = P extends { readonly uses: readonly (infer O extends Used)[] }
  ? { readonly [N in O['name']]: Extract<O, { readonly name: N }> }
  : unknown;

/** The path of a topic, or, for the compiler to say, that a party which is used has no such topic. */
type Topic<U, Path> = Path extends `${infer Owner}.${infer Name}`
  ? Extract<U, { readonly name: Owner }> extends infer O
    ? [O] extends [never]
      ? Path
      : O extends { readonly publishes: infer Topics }
        ? Name extends keyof Topics
          ? Path
          : `${Owner} publishes no ${Name}`
        : never
    : never
  : 'a topic is written as owner.topic';

/** Refuses what the compiler can see to be wrong. */
type Checked<P> = P extends { readonly uses: readonly (infer U)[]; readonly follows: infer F extends readonly string[] }
  ? { readonly follows: { readonly [I in keyof F]: Topic<U, F[I]> } }
  : unknown;

type Party<P> = WithDefaults<P> extends infer D extends PartySchema ? Bound<D, OthersIn<P>> : never;

const OMITTED = { address: UNNUMBERED, publishes: {}, follows: [], sendsTo: [], watches: [] };

export const actor = <const P extends Declared & { readonly state: Field }>(schema: P & Checked<P>) =>
  define({ role: 'actor', ...OMITTED, ...(schema as P) }) as Party<P>;

export const port = <const P extends Declared>(schema: P & Checked<P>) =>
  define({ role: 'port', ...OMITTED, ...(schema as P) }) as Party<P>;
