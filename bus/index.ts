/** Carries frames between and within VMs. */
export { type DeadLetter, DeadLetters } from './dead-letters.js';
export { Journal, type JournalVisitor } from './journal.js';
export type { FrameSink, LinkEnds, LinkReader, LinkStats, LinkWriter, PortLike, RetainingReader, RetainingWriter } from './link.js';
export {
  type Admission,
  type ConflationKey,
  type Delivery,
  IDLE,
  INTERACTIVE,
  LANES,
  Mailbox,
  type MailboxStats,
  ORDINARY,
} from './mailbox.js';
export { PortReader, PortWriter } from './port-link.js';
export { Random } from './random.js';
export type { ReaderRetention, WriterRetention } from './retention.js';
export { createRing, RingReader, RingWriter } from './ring-link.js';
