/**
 * A guest that traps in the way it is asked to, once for each way a module can end. It keeps one number as its state. The comments
 * that start with `trap:` mark the lines that the test expects in the report.
 */
import { Reader } from '../../../protocol/assembly/reader';
import { Writer } from '../../../protocol/assembly/writer';
import { Actor, start } from '../../../wasm-actors/kit/actor';

/** Body [add: i32]: adds to the sum, and tells `LISTENER` the new one. */
const ADD: u16 = 0x4001;
/** Body [way: u8]: does as ADD does with 1, and then traps. */
const TRAP: u16 = 0x4002;
/** Body [frames: u32, bytes: u32]: emits so many frames with a binary of so many bytes. */
const EMIT: u16 = 0x4003;
/** Body [objects: u32]: makes so much garbage. */
const LITTER: u16 = 0x4004;
const SUM: u16 = 0x4010;
const LISTENER: u16 = 64;
