/** What a person saves from the page: notes in a recording, and the part of it that the list shows. */
import { copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readNotes, savePart, saveWithNotes, writeNotes } from '../../debugger/player/saved-copy.js';
import { FetchedSubject } from '../../debugger/server/fetched.js';
import { notesOf } from '../../debugger/server/saved.js';
import { type RunningDebugger, startDebugger } from '../../debugger/server/server.js';
import { FileSubject } from '../../debugger/server/subject.js';
import { MemoryFile, messagesOf, openRecording, type TracedMessage } from '../../trace/index.js';
import { NOTES_FILE, notesIn, packedNotes } from '../../trace/notes.js';
import { type RecordedFile, recordedTelevision } from './recorded.js';

const folder = mkdtempSync(join(tmpdir(), 'tandem-saved-'));
const NOTES = [
  { number: 3, at: 1_000, title: 'focus.key input → focus', text: 'here it goes wrong — ‹focus›' },
  { number: 9, at: 2_000, title: 'scene.tick display → scene', text: '' },
];
let file: RecordedFile;
let server: RunningDebugger;

beforeAll(async () => {
  file = await recordedTelevision('');
  copyFileSync(file.path, join(folder, 'run.mcap'));
  const unknown = async (): Promise<never> => Promise.reject(new Error('not asked here'));
  const player = {
    ...{ state: unknown, origin: unknown, print: unknown, try: unknown, compare: unknown, test: unknown },
    code: unknown,
    open: unknown,
    close: async () => {},
  };
  server = await startDebugger({ subject: new FileSubject(join(folder, 'run.mcap')), site: '', port: 0, player });
});
afterAll(async () => {
  await server.close();
  file.remove();
  rmSync(folder, { recursive: true });
});

const opened = (path: string) => openRecording(new MemoryFile(readFileSync(path)));
async function messages(path: string): Promise<readonly TracedMessage[]> {
  const all: TracedMessage[] = [];
  for await (const some of messagesOf(await opened(path))) all.push(...some);
  return all;
}
const told = ({ number, kind, source, sentAt, outcome }: TracedMessage) => [number, kind, source, sentAt, outcome];

test('notes are in the recording, in place of those before, and all else is as it was', async () => {
  const path = join(folder, 'noted.mcap');
  copyFileSync(file.path, path);
  expect(await readNotes(path)).toEqual([]);
  await writeNotes(path, NOTES);
  await writeNotes(path, NOTES.slice(1));
  expect(await readNotes(path)).toEqual(NOTES.slice(1));
  await writeNotes(path, NOTES);
  expect(await readNotes(path)).toEqual(NOTES);
  expect((await messages(path)).map(told)).toEqual((await messages(file.path)).map(told));
  const packed = await (await opened(path)).packed();
  expect(packed.filter(({ name }) => name !== NOTES_FILE)).toEqual(await (await opened(file.path)).packed());
  expect(packed.filter(({ name }) => name === NOTES_FILE)).toHaveLength(1);
  await writeNotes(path, []);
  expect(await readNotes(path)).toEqual([]);
  expect(readdirSync(folder).filter((name) => name.endsWith('.saving'))).toEqual([]);
});

test('a recording that is cut off or damaged stays as it is; what is there of one that is being made is saved', async () => {
  const whole = readFileSync(file.path);
  const cut = whole.subarray(0, whole.length - 100);
  const damaged = Buffer.from(whole);
  damaged.fill(0xff, whole.length >> 1, (whole.length >> 1) + 400);
  for (const bytes of [cut, damaged]) {
    const path = join(folder, 'unwell.mcap');
    writeFileSync(path, bytes);
    await expect(writeNotes(path, NOTES)).rejects.toThrow(/recover|damaged/);
    expect(readFileSync(path).equals(bytes)).toBe(true);
  }
  const [path, out] = [join(folder, 'growing.mcap'), join(folder, 'saved.mcap')];
  writeFileSync(path, cut);
  await saveWithNotes(path, out, NOTES, false);
  expect((await opened(out)).truncated).toBe(false);
  expect(await readNotes(out)).toEqual(NOTES);
  expect((await messages(out)).length).toBe((await messages(path)).length);
});

test('notes that make no sense are refused, in a file and on their way into one', async () => {
  const packed = (text: string) => [{ name: NOTES_FILE, mediaType: '', bytes: Buffer.from(text) }];
  expect(notesIn([packedNotes(NOTES)])).toEqual(NOTES);
  for (const text of ['', '{}', '{"format":1,"notes":[{"number":-1}]}', '{"format":1,"notes":7}'])
    expect(() => notesIn(packed(text))).toThrow(expect.objectContaining({ name: 'RecordingError', code: 'damaged' }));
  expect(() => notesIn(packed('{"format":2,"notes":[]}'))).toThrow(expect.objectContaining({ code: 'newer' }));
  const ask = (name: string, body: string) =>
    fetch(new URL(`${name}?take=1&token=${server.url.searchParams.get('token')}`, server.url), { method: 'POST', body });
  for (const body of ['[{}]', 'nonsense', JSON.stringify([{ ...NOTES[0], text: 'x'.repeat(10_001) }])])
    expect((await ask('notes', body)).status).toBe(422);
  expect((await ask('save', '{"part":{"filter":"to:nobody"}}')).status).toBe(422);
  for (const body of ['null', '7', '{', '{"part":7}', '{"part":{"filter":"","range":7}}', '{"part":{"range":7}}']) {
    const answer = await ask('save', body);
    expect([answer.status, await answer.text()]).toEqual([422, expect.stringMatching(/no JSON|is to be saved|no part of a recording/)]);
  }
  expect((await fetch(new URL('notes?take=1&token=wrong', server.url))).status).toBe(401);
  expect((await fetch(new URL('save?take=1&token=wrong', server.url), { method: 'POST', body: '{}' })).status).toBe(401);
  expect(await (await ask('notes', JSON.stringify(NOTES))).json()).toEqual(NOTES);
  // Whoever fetches the recording has them, too.
  const fetched = await FetchedSubject.fetch(new URL(`recording${server.url.search}&take=1`, server.url).href);
  expect(await notesOf(fetched, 1)).toEqual(NOTES);
  await fetched.close();
  expect(await readNotes(join(folder, 'run.mcap'))).toEqual(NOTES);
});

test('what the list shows is a recording of its own, by filter and time', async () => {
  const out = join(folder, 'part.mcap');
  const keys = (await messages(file.path)).filter(({ source, sentAt }) => source === 33 && sentAt !== null);
  const [, second, third] = keys;
  await savePart(file.path, out, { filter: 'from:input', range: { from: second.sentAt!, to: third.sentAt! } });
  const saved = await messages(out);
  expect(saved.map(({ kind, sentAt }) => [kind, sentAt])).toEqual(
    keys.filter(({ sentAt }) => sentAt! >= second.sentAt! && sentAt! <= third.sentAt!).map(({ kind, sentAt }) => [kind, sentAt]),
  );
});
