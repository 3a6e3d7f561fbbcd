/** A courier: courier/courier.ts. */
import { start } from '../../wasm-actors/kit/actor';
import {
  CEDAR_ADDRESS, CEDAR_FOLLOWED_OWNERS, CEDAR_FOLLOWS, CEDAR_PUBLISHES,
} from '../protocol/generated/assembly/cedar';
import { Courier } from './courier/courier';

start(new Courier('cedar', CEDAR_ADDRESS, CEDAR_PUBLISHES, CEDAR_FOLLOWS, CEDAR_FOLLOWED_OWNERS));
export * from '../../wasm-actors/kit/exports';
