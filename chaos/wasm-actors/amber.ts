/** A courier: courier/courier.ts. */
import { start } from '../../wasm-actors/kit/actor';
import {
  AMBER_ADDRESS, AMBER_FOLLOWED_OWNERS, AMBER_FOLLOWS, AMBER_PUBLISHES,
} from '../protocol/generated/assembly/amber';
import { Courier } from './courier/courier';

start(new Courier('amber', AMBER_ADDRESS, AMBER_PUBLISHES, AMBER_FOLLOWS, AMBER_FOLLOWED_OWNERS));
export * from '../../wasm-actors/kit/exports';
