/**
 * Garbage collection between batches. The runtime `minimal` collects only when told, and cannot see the stack, so the
 * kit tells it when the stack is empty: after a batch. The compiler is told to use the two counting functions in place of the
 * allocator's (`--use __new=__countedNew`), so that the kit knows when there is enough garbage to be worth it.
 */
import { __new as allocate, __renew as reallocate } from 'rt/tcms';

/** Bytes that the runtime puts before each object. */
const OBJECT_HEADER_BYTES: usize = 20;
/** Collect after this much was allocated, or a quarter of the memory if that is more. */
const GARBAGE_BYTES_MIN: usize = 64 * 1024;

let allocatedBytes: usize = 0;

// @ts-ignore: decorator
@global @unsafe export function __countedNew(bytes: usize, id: i32): usize {
  allocatedBytes += bytes + OBJECT_HEADER_BYTES;
  return allocate(bytes, id);
}

// @ts-ignore: decorator
@global @unsafe export function __countedRenew(pointer: usize, bytes: usize): usize {
  allocatedBytes += bytes + OBJECT_HEADER_BYTES;
  return reallocate(pointer, bytes);
}

/** Called by the allocator when memory has reached its largest size or the host has no more. @throws always, without allocating */
// @ts-ignore: decorator
@global @unsafe export function __outOfMemory(): void {
  abort('out of memory: what the actor keeps, and makes for one batch, has no room');
}

/** Call only when no reference to an object is on the stack. */
export function collectWhenDue(): void {
  const quarterOfMemory = <usize>memory.size() << 14;
  if (allocatedBytes < max(GARBAGE_BYTES_MIN, quarterOfMemory)) return;
  allocatedBytes = 0;
  __collect();
}
