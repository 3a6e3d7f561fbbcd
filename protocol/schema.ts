/**
 * The schema language, in which actors and ports are described: `actor`, `port`, messages and fields.
 *
 * A schema is plain data. TypeScript infers the message types from it (`Infer`), and the generator writes from it the codecs
 * for both languages. Numbers and codecs are put into the very object by `bind` before anything starts, so that an actor's file imports
 * nothing that is generated.
 */
import { type Bound, define } from './bind.js';
import { type Field, type PartySchema, UNNUMBERED } from './fields.js';

export type { Field, Infer, PartySchema } from './fields.js';
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

/** What is wrong with the path of a topic, so far as the compiler sees the party. */
type WrongTopic<U, Path> = Path extends `${infer Owner}.${infer Name}`
  ? [Extract<U, { readonly name: Owner }>] extends [never]
    ? never
    : Extract<U, { readonly name: Owner }> extends { readonly publishes: infer Topics }
      ? Exclude<Name, keyof Topics> extends infer Missed extends string
        ? `${Owner} publishes no ${Missed}`
        : never
      : never
  : never;

type Wrong<P> = P extends { readonly uses: readonly (infer U)[]; readonly follows: readonly (infer Path)[] } ? WrongTopic<U, Path> : never;

/** Asks for a part that is never there, and whose name is what is wrong. */
type Checked<P> = [Wrong<P>] extends [never] ? unknown : { readonly [text in Wrong<P>]: never };

type Party<P> = WithDefaults<P> extends infer D extends PartySchema ? Bound<D, OthersIn<P>> : never;

const OMITTED = { address: UNNUMBERED, publishes: {}, follows: [], sendsTo: [], watches: [] };

export const actor = <const P extends Declared & { readonly state: Field }>(schema: P & Checked<P>) =>
  define({ role: 'actor', ...OMITTED, ...(schema as P) }) as Party<P>;

export const port = <const P extends Declared>(schema: P & Checked<P>) =>
  define({ role: 'port', ...OMITTED, ...(schema as P) }) as Party<P>;
