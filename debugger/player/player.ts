/**
 * What is found by playing a recording again: states, who set a value, where a handler stands, a message as a test. The application is loaded when
 * the first of these is asked for: a recording is shown without it.
 */
import type { Cast } from '../../host-shim/replay/cast.js';
import { excerpt } from '../../host-shim/replay/excerpt.js';
import { compared, type TwinReport, tried } from '../../host-shim/replay/twins.js';
import type { TrialText } from '../../trace/live.js';
import { parsePath, valueAt } from '../../trace/values.js';
import { loadCast, pathOf } from './application.js';
import { type Code, type CodeQuestion, codeOf } from './code.js';
import { pastedTest } from './copied-test.js';
import { EditorError, openInEditor } from './editor.js';
import { withRecording } from './recording-file.js';
import type { StateQuestion } from './state-question.js';
import { type Origin, Timeline } from './timeline.js';

/** Recordings that are played for states: the one that is looked at, and one before. */
const TIMELINES_MAX = 2;

/** What the handling of a message has changed. */
export interface StateChange {
  readonly actor: string;
  /** Decoded, as the application shows it. Null before the first message. */
  readonly before: unknown;
  readonly after: unknown;
}

/** A line that was to be opened in an editor. */
export interface Opened {
  readonly place: string;
  /** Why it is not; empty when it is. */
  readonly problem: string;
}

export class Player {
  private readonly timelines = new Map<string, Promise<Timeline>>();
  private cast: Promise<Cast> | null = null;

  /** @param app path of the module of the application; the one that the nearest package.json names when not given */
  constructor(private readonly application: string | undefined | (() => string | undefined)) {}

  private get app(): string | undefined {
    return typeof this.application === 'function' ? this.application() : this.application;
  }

  private loaded(): Promise<Cast> {
    this.cast ??= loadCast(this.app).catch((error) => {
      this.cast = null; // it may be built meanwhile
      throw error;
    });
    return this.cast;
  }

  /** @throws ApplicationModuleError, RecordingError, CastError */
  private timelineOf(file: string): Promise<Timeline> {
    const opened = this.timelines.get(file) ?? this.loaded().then((cast) => Timeline.open(file, cast));
    this.timelines.delete(file);
    this.timelines.set(file, opened);
    opened.catch(() => this.timelines.delete(file));
    for (const [oldest, other] of this.timelines) {
      if (this.timelines.size <= TIMELINES_MAX) break;
      this.timelines.delete(oldest);
      void other.then((timeline) => timeline.close());
    }
    return opened;
  }

  /** Files that are open. */
  async close(): Promise<void> {
    for (const opened of this.timelines.values()) await opened.then((timeline) => timeline.close()).catch(() => {});
    this.timelines.clear();
  }

  /**
   * The state of an actor before and after a message.
   * @throws Error when the recording has no such message, or the state is not known there; ApplicationModuleError, RecordingError, CastError
   */
  async state(file: string, number: number, actor: string): Promise<StateChange> {
    const timeline = await this.timelineOf(file);
    if (number <= 1) return { actor, before: null, after: (await timeline.states(actor, [number]))[0] };
    const [before, after] = await timeline.states(actor, [number - 1, number]);
    return { actor, before, after };
  }

  /**
   * What is at a path of an actor's state after each of many messages.
   * @returns for each question a value for each of its numbers; null where it is not known
   * @throws as `state`
   */
  async print(file: string, questions: readonly StateQuestion[]): Promise<readonly (readonly unknown[])[]> {
    const timeline = await this.timelineOf(file);
    await timeline.reach(Math.max(0, ...questions.flatMap(({ numbers }) => numbers.slice(-1))));
    return questions.map(({ actor, numbers, steps }) => timeline.values(actor, numbers, (state) => valueAt(state, steps)));
  }

  /**
   * What another message would have done to an actor in the place of one that it handled.
   * @param frame as it would have been sent
   * @throws as `state`
   */
  async try(file: string, number: number, actor: string, frame: Uint8Array): Promise<TrialText> {
    const timeline = await this.timelineOf(file);
    await timeline.reach(number);
    return tried(timeline.of(actor).from(number - 1), timeline.of(actor).factory, frame);
  }

  /**
   * What comes of an actor from a message on in each of its twins.
   * @throws as `state`; CastError when it has one twin alone
   */
  async compare(file: string, number: number, actor: string): Promise<TwinReport> {
    const timeline = await this.timelineOf(file);
    await timeline.reach(number);
    const cast = await this.loaded();
    const twins = [await cast.factoryOf(actor, 'js'), await cast.factoryOf(actor, 'wasm')] as const;
    return compared(timeline.of(actor).from(number - 1), twins, timeline.wordsOf(actor));
  }

  /**
   * The message whose handling gave a value what it is after a message.
   * @param path the actor, and the path in its state
   * @throws PathError, and as `state`
   */
  async origin(file: string, number: number, path: string): Promise<Origin> {
    const [actor = '', ...steps] = parsePath(path);
    return (await this.timelineOf(file)).origin(actor, steps, number);
  }

  /** The source of a handler, or of where it ended. @throws Error when that is not known, ApplicationModuleError */
  async code(question: CodeQuestion): Promise<Code> {
    return codeOf(await this.loaded(), pathOf(this.app), question);
  }

  /** Opens the source of a handler, or of where it ended, in the person's editor. @throws as `code` */
  async open(question: CodeQuestion): Promise<Opened> {
    const { file, line, place } = await this.code(question);
    try {
      await openInEditor({ file, line }, pathOf(this.app));
      return { place, problem: '' };
    } catch (error) {
      if (!(error instanceof EditorError)) throw error;
      return { place, problem: error.message };
    }
  }

  /** What happens at a message as a test, with its recording in it. @throws as `state` */
  async test(file: string, number: number): Promise<string> {
    const cast = await this.loaded();
    const made = await withRecording(file, (recording) => excerpt(recording, cast, { at: number }));
    return pastedTest(made, { app: pathOf(this.app), at: number, file });
  }
}
