/** A courier: courier/courier.ts. */
import { start } from '../../wasm-actors/kit/actor';
import {
  BIRCH_ADDRESS, BIRCH_FOLLOWED_OWNERS, BIRCH_FOLLOWS, BIRCH_PUBLISHES,
} from '../protocol/generated/assembly/birch';
import { Courier } from './courier/courier';

start(new Courier('birch', BIRCH_ADDRESS, BIRCH_PUBLISHES, BIRCH_FOLLOWS, BIRCH_FOLLOWED_OWNERS));
export * from '../../wasm-actors/kit/exports';
