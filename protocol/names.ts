/** Names for what is a number or bytes to the compiler, and something of its own to a reader. They cost nothing: each is the plain type. */

/** A thread of a system. `painter` has ports alone: the display, where it is not on the host's thread. */
export type VmName = 'host' | 'js' | 'wasm' | 'painter';
/** The number of a party, 1 to 65,534; docs/PROTOCOL.md has the ranges. */
export type Address = number;
/** Counts the incarnations of a party, from 1. */
export type Epoch = number;
/** Counts the frames of a source, across its restarts and moves. */
export type Sequence = number;
/** In a journal or link: bytes since its beginning, so that it ascends for ever. */
export type Position = number;
/** Since the Unix epoch, by the clock that all VMs have in common. */
export type Microseconds = number;
/** Number of a message kind: never used again. */
export type Kind = number;

/** One message as it travels: length, header and body. */
export type Frame = Uint8Array;
/** Frames, one after another. */
export type Batch = Uint8Array;
/** State and counters of an actor: what one version of its schema and its twin read alike. `decodeSnapshot` tells what is in it. */
export type SnapshotBytes = Uint8Array;
/** A snapshot with what the bus keeps for its actor: what `stop` gives and `spawn` takes. `decodeSavedState` tells what is in it. */
export type SavedStateBytes = Uint8Array;
