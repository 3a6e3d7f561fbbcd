/**
 * A guest that traps on request in each way in which a module can end. Its state is one number. Comments
 * that start with `trap:` mark the lines that the test expects in the report.
 */
import { Message } from '../../../protocol/assembly/message';
import { Problem, Reader } from '../../../protocol/assembly/reader';
import { Bytes } from '../../../protocol/assembly/values';
import { Writer } from '../../../protocol/assembly/writer';
import { Actor, start } from '../../../wasm-actors/kit/actor';

/** Body [number: u32]: adds to the sum, and sends the new sum to the sender. */
const ADD: u16 = 0x4001;
/** Body [way: u8]: adds 1, sends the sum to the sender, and then traps. */
const TRAP: u16 = 0x4002;
/** Body [objects: u32]: makes so many objects of garbage. */
const LITTER: u16 = 0x4003;
/** Body [bytes: u32]: sends the sender a binary of so many bytes. */
const FILL: u16 = 0x4004;
/** Body [frames: u32]: sends the sender so many binaries of a million bytes. */
const FLOOD: u16 = 0x4005;
const SUM: u16 = 0x4010;
const FILLING: u16 = 0x4011;

/** The ways, by number; the test has the same list. */
namespace Way {
  export const UNREACHABLE: u8 = 0;
  export const MEMORY: u8 = 1;
  export const TABLE: u8 = 2;
  export const SIGNATURE: u8 = 3;
  export const DIVISION: u8 = 4;
  export const OVERFLOW: u8 = 5;
  export const CONVERSION: u8 = 6;
  export const STACK: u8 = 7;
  export const ALLOCATION: u8 = 8;
  export const ABORT: u8 = 9;
  export const INDEX: u8 = 10;
  export const STORE: u8 = 11;
  export const COPY: u8 = 12;
  export const FILL: u8 = 13;
  export const ABSENT: u8 = 14;
  export const REMAINDER: u8 = 15;
  export const LONG_DIVISION: u8 = 16;
  export const LONG_OVERFLOW: u8 = 17;
  export const NOT_A_NUMBER: u8 = 18;
  export const LONG_CONVERSION: u8 = 19;
  export const GROWTH: u8 = 20;
  export const LEAK: u8 = 21;
  export const GREED: u8 = 22;
}

function nothing(): void {}

function descend(depth: i32): i32 {
  return descend(depth + 1) + depth; // trap: stack
}

const hoard: Map<i32, usize> = new Map();

/** Pages of 64 KiB that it leaves when it takes the memory. */
const PAGES_LEFT = 64;

/** Takes nearly all memory without touching it: an allocator that zeroes what it gives is soon at the end then. */
function takeMemory(): void {
  while (memory.grow(PAGES_LEFT) >= 0) {}
}

/** The allocation comes first: no instruction of this function is before it. */
function want(depth: i32): i32 {
  const piece = new StaticArray<u8>(1 << 20); // trap: greed
  return want(depth + 1) + piece.length;
}

class TrapState {
  sum: i32 = 0;

  encode(writer: Writer): void {
    writer.reserve(6);
    writer.structure(1);
    writer.i32(this.sum);
  }

  decode(reader: Reader): void {
    const present = reader.structure();
    this.sum = present > 0 ? reader.i32() : 0;
  }
}

class Sum extends Message {
  sum: i32 = 0;

  encode(writer: Writer): void {
    writer.reserve(6);
    writer.structure(1);
    writer.i32(this.sum);
  }

  decode(reader: Reader): bool {
    return false;
  }
}

class Filling extends Message {
  readonly bytes: Bytes = new Bytes();

  encode(writer: Writer): void {
    writer.reserve(1);
    writer.structure(1);
    writer.bin(this.bytes, i32.MAX_VALUE);
  }

  decode(reader: Reader): bool {
    return false;
  }
}

class Trap extends Actor<TrapState> {
  private readonly state: TrapState = new TrapState();
  private readonly told: Sum = new Sum(SUM, 0);
  private readonly filling: Filling = new Filling(FILLING, 0);
  /** Numbers unknown to the compiler. */
  private sum: i32 = 0;
  private zero: i32 = 0;
  private readonly litter: Array<i32> = [];
  private readonly kept: Array<StaticArray<u8>> = [];

  constructor() {
    super('trap', 99, [], [], []);
  }

  dispatch(kind: u16, reader: Reader): bool {
    const present = reader.structure();
    const number = reader.u32();
    if (!reader.finish(present, 1)) return false;
    switch (kind) {
      case ADD:
        this.add(number);
        return true;
      case TRAP:
        this.add(1);
        this.trap(<u8>number);
        return true;
      case LITTER:
        for (let i: u32 = 0; i < number; i++) this.litter.push(new StaticArray<i32>(16).length);
        this.litter.length = 0;
        return true;
      case FILL:
        this.filling.bytes.set(new Uint8Array(number));
        this.sendTo(this.source, this.filling);
        return true;
      case FLOOD:
        this.filling.bytes.set(new Uint8Array(1000000));
        for (let i: u32 = 0; i < number; i++) this.sendTo(this.source, this.filling);
        return true;
    }
    reader.fail(Problem.Kind);
    return false;
  }

  configure(name: string, value: f64): void {
    if (name == 'sum') this.sum = <i32>value;
  }

  saveState(): TrapState {
    this.state.sum = this.sum;
    return this.state;
  }

  loadState(state: TrapState): void {
    this.sum = state.sum;
  }

  private add(number: i32): void {
    this.sum += number;
    this.told.sum = this.sum;
    this.sendTo(this.source, this.told);
  }

  private trap(way: u8): void {
    switch (way) {
      case Way.UNREACHABLE:
        unreachable(); // trap: unreachable
      case Way.MEMORY:
        this.sum = load<i32>(0xfffffff0); // trap: memory
        break;
      case Way.TABLE:
        call_indirect<void>(1000000 + this.zero); // trap: table
        break;
      case Way.SIGNATURE:
        this.sum = call_indirect<i32>(<u32>nothing.index + this.zero, this.sum); // trap: signature
        break;
      case Way.DIVISION:
        this.sum = this.sum / this.zero; // trap: division
        break;
      case Way.OVERFLOW:
        this.sum = (i32.MIN_VALUE + this.zero) / (this.zero - 1); // trap: overflow
        break;
      case Way.CONVERSION:
        this.sum = <i32>(1e300 + <f64>this.zero); // trap: conversion
        break;
      case Way.STACK:
        this.sum = descend(this.zero);
        break;
      case Way.ALLOCATION:
        takeMemory();
        while (true) this.kept.push(new StaticArray<u8>(1 << 20)); // trap: allocation
      case Way.ABORT:
        throw new Error('asked to abort'); // trap: abort
      case Way.INDEX:
        this.sum = this.litter[this.sum + 1000]; // trap: index
        break;
      case Way.STORE:
        store<i32>(0xfffffff0 + this.zero, 1); // trap: store
        break;
      case Way.COPY:
        memory.copy(0xfffffff0 + this.zero, 0, 1 << 16); // trap: copy
        break;
      case Way.FILL:
        memory.fill(0xfffffff0 + this.zero, 1, 1 << 16); // trap: fill
        break;
      case Way.ABSENT:
        call_indirect<void>(this.zero); // trap: absent
        break;
      case Way.REMAINDER:
        this.sum = this.sum % this.zero; // trap: remainder
        break;
      case Way.LONG_DIVISION:
        this.sum = <i32>(<i64>this.sum / <i64>this.zero); // trap: long division
        break;
      case Way.LONG_OVERFLOW:
        this.sum = <i32>((i64.MIN_VALUE + <i64>this.zero) / <i64>(this.zero - 1)); // trap: long overflow
        break;
      case Way.NOT_A_NUMBER:
        this.sum = <i32>(<f64>this.zero / <f64>this.zero); // trap: not a number
        break;
      case Way.LONG_CONVERSION:
        this.sum = <i32>(<i64>(1e300 + <f64>this.zero)); // trap: long conversion
        break;
      case Way.GROWTH:
        if (memory.grow(65536 + this.zero) < 0) unreachable(); // trap: growth
        break;
      case Way.LEAK:
        while (true) hoard.set(hoard.size, heap.alloc(1 << 20)); // trap: leak
      case Way.GREED:
        takeMemory();
        this.sum = want(this.zero);
        break;
      default:
    }
  }
}

start(new Trap());
export * from '../../../wasm-actors/kit/exports';
