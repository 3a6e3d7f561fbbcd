/** A courier: courier/courier.ts. */
import { start } from '../../wasm-actors/kit/actor';
import {
  DUNE_ADDRESS, DUNE_FOLLOWED_OWNERS, DUNE_FOLLOWS, DUNE_PUBLISHES,
} from '../protocol/generated/assembly/dune';
import { Courier } from './courier/courier';

start(new Courier('dune', DUNE_ADDRESS, DUNE_PUBLISHES, DUNE_FOLLOWS, DUNE_FOLLOWED_OWNERS));
export * from '../../wasm-actors/kit/exports';
