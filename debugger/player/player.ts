/**
 * What is found by playing a recording again: states, who set a value, where a handler stands, a message as a test. The application is loaded when
 * the first of these is asked for: a recording is shown without it.
 */
import type { Cast } from '../../host-shim/replay/cast.js';
import { excerpt } from '../../host-shim/replay/excerpt.js';
import { type WhyReport, why } from '../../host-shim/replay/why.js';
import { loadCast, pathOf } from './application.js';
import { type Code, type CodeQuestion, codeOf } from './code.js';
import { pastedTest } from './copied-test.js';
import { RecordedStates, type StateChange } from './recorded-states.js';
import { withRecording } from './recording-file.js';

export class Player {
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

  /**
   * The state of an actor before and after a message.
   * @throws Error when the recording has no such message, ApplicationModuleError, RecordingError, CastError
   */
  async state(file: string, number: number, actor: string): Promise<StateChange> {
    return new RecordedStates(file, await this.loaded()).at(number, actor);
  }

  /**
   * The message whose handling gave a value what it is after a message.
   * @param path the actor, and the path in its state
   * @throws PathError, and as `state`
   */
  async why(file: string, number: number, path: string): Promise<WhyReport> {
    const cast = await this.loaded();
    return withRecording(file, (recording) => why(recording, cast, { at: number, path }));
  }

  /** The source of a handler, or of where it ended. @throws Error when that is not known, ApplicationModuleError */
  async code(question: CodeQuestion): Promise<Code> {
    return codeOf(await this.loaded(), pathOf(this.app), question);
  }

  /** What happens at a message as a test, with its recording in it. @throws as `state` */
  async test(file: string, number: number): Promise<string> {
    const cast = await this.loaded();
    const made = await withRecording(file, (recording) => excerpt(recording, cast, { at: number }));
    return pastedTest(made, { app: pathOf(this.app), at: number, file });
  }
}
