/** Random runs with random faults that are short and carry little: hundreds of them can be recorded, traced and played again. */
import { drawPlan } from '../../chaos/draw.js';
import { FAULT_KINDS, type Plan } from '../../chaos/plan.js';

/** The chaos tests do the whole plans: these are cut short, and their floods too. */
const STEPS_MAX = 4;
const BYTES_MAX = 3_000;
const COUNT_MAX = 20;
/** A run costs what its memories and instances cost. The cut plans send no frame that needs more. */
export const SMALL_RUN = { ringBytes: 64 << 10, sessionBytes: 512 << 10, spareInstances: false };
const JOURNAL_BYTES = 128 << 10;

type Commands = Plan['steps'][number]['commands'];

const small = (commands: Commands): Commands =>
  commands.map((command) => ({
    ...command,
    bytes: Math.min(command.bytes, BYTES_MAX),
    count: Math.min(command.count, COUNT_MAX),
    commands: small(command.commands),
  }));

export function smallPlan(seed: number): Plan {
  const { steps, ...plan } = drawPlan(seed, FAULT_KINDS);
  const few = steps.slice(0, STEPS_MAX).map((step) => ({ ...step, commands: small(step.commands) }));
  return { ...plan, journalBytes: JOURNAL_BYTES, desk: null, steps: few };
}
