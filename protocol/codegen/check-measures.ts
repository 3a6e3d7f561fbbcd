/** Checks a schema that `measures`: it must have the messages that the VMs' runtimes send, with the fields that they fill in. */
import { isRecord } from '../fields.js';
import { list, type Say, show } from './check-fields.js';

/** Types of the fields, in their order. */
const FIELDS = {
  times: { name: 'str', value: 'f64' },
  crashes: { level: 'choice', source: 'str', text: 'str', attributes: 'list' },
} as const;
const CRASH_LEVEL = 'error';

/** Reports what is wrong with the `measures` of a party. */
export function checkMeasures({ role, measures, receives }: Readonly<Record<string, unknown>>, say: Say): void {
  if (measures === undefined) return;
  if (role !== 'actor') say('', 'measures, which only actors do');
  if (!isRecord(measures) || list(Object.keys(measures).sort()) !== 'crashes, times') {
    say('', `its measures is ${show(measures)}: write { times, crashes }, each the name of a message that it receives`);
    return;
  }
  for (const [what, types] of Object.entries(FIELDS)) {
    const name = measures[what];
    const message = isRecord(receives) && typeof name === 'string' && Object.hasOwn(receives, name) ? receives[name] : undefined;
    if (!isRecord(message) || message.reply !== undefined)
      say('', `its measures has ${what}: ${show(name)}, which is no message that it receives`);
    else if (!hasFields(message.fields, types))
      say(String(name), `stands for the ${what} that it measures, whose fields are ${list(Object.keys(types))}`);
  }
}

const hasFields = (fields: unknown, types: Readonly<Record<string, string>>): boolean =>
  isRecord(fields) &&
  list(Object.keys(fields)) === list(Object.keys(types)) &&
  Object.entries(fields).every(([name, field]) => isRecord(field) && field.type === types[name] && (name !== 'level' || hasLevel(field)));

const hasLevel = ({ options }: Readonly<Record<string, unknown>>): boolean => Array.isArray(options) && options.includes(CRASH_LEVEL);
