/** A courier: courier/courier.ts. */
import { start } from '../../wasm-actors/kit/actor';
import {
  EMBER_ADDRESS, EMBER_FOLLOWED_OWNERS, EMBER_FOLLOWS, EMBER_PUBLISHES,
} from '../protocol/generated/assembly/ember';
import { Courier } from './courier/courier';

start(new Courier('ember', EMBER_ADDRESS, EMBER_PUBLISHES, EMBER_FOLLOWS, EMBER_FOLLOWED_OWNERS));
export * from '../../wasm-actors/kit/exports';
