/**
 * Cuts a failing plan down: leaves out steps, faults and commands, and makes what is left smaller, as long as it still fails. Delta debugging
 * (Zeller), in large pieces first. The catch: the smaller plan may fail in another way than the first did.
 */
import { type Plan, type PlannedCommand, type Step, withoutDesk, withoutPainter } from './plan.js';

export type Fails = (plan: Plan) => Promise<boolean>;

const ATTEMPTS_MAX = 600;

class Shrinker {
  private attempts = 0;

  constructor(
    private plan: Plan,
    private readonly fails: Fails,
    private readonly attemptsMax: number,
  ) {}

  async shrink(): Promise<Plan> {
    let before: string;
    do {
      before = JSON.stringify(this.plan);
      await this.cutList(this.plan.steps, (steps) => ({ ...this.plan, steps }));
      await this.cutSteps();
      await this.simplify();
    } while (JSON.stringify(this.plan) !== before && this.attempts < this.attemptsMax);
    return this.plan;
  }

  /** @returns whether the smaller plan fails too, and is the one to go on with */
  private async accepts(smaller: Plan): Promise<boolean> {
    if (this.attempts >= this.attemptsMax || JSON.stringify(smaller) === JSON.stringify(this.plan)) return false;
    this.attempts++;
    if (!(await this.fails(smaller))) return false;
    this.plan = smaller;
    return true;
  }

  /** Leaves out as many items of a list as it can, halves first. */
  private async cutList<T>(list: readonly T[], make: (rest: readonly T[]) => Plan): Promise<readonly T[]> {
    let kept = list;
    for (let size = Math.max(1, kept.length >> 1); ; size >>= 1) {
      for (let at = 0; at < kept.length; ) {
        const rest = [...kept.slice(0, at), ...kept.slice(at + size)];
        if (await this.accepts(make(rest))) kept = rest;
        else at += size;
      }
      if (size === 1) return kept;
    }
  }

  private withStep(index: number, step: Step): Plan {
    return { ...this.plan, steps: this.plan.steps.map((other, i) => (i === index ? step : other)) };
  }

  private async cutSteps(): Promise<void> {
    for (let i = 0; i < this.plan.steps.length; i++) {
      await this.cutList(this.plan.steps[i].faults, (faults) => this.withStep(i, { ...this.plan.steps[i], faults }));
      await this.cutCommands(this.plan.steps[i].commands, (commands) => this.withStep(i, { ...this.plan.steps[i], commands }));
      await this.accepts(this.withStep(i, { ...this.plan.steps[i], afterMs: 0 }));
    }
  }

  private async cutCommands(
    commands: readonly PlannedCommand[],
    make: (rest: readonly PlannedCommand[]) => Plan,
  ): Promise<readonly PlannedCommand[]> {
    let kept = await this.cutList(commands, make);
    for (let i = 0; i < kept.length; i++) {
      const put = (command: PlannedCommand) => kept.map((other, k) => (k === i ? command : other));
      const smaller: Partial<PlannedCommand>[] = [
        { count: 1 },
        { bytes: 0 },
        { harm: 'none' },
        ...(kept[i].act === 'timer' ? [] : [{ delayMs: 0 }]),
      ];
      for (const change of smaller) {
        const command = { ...kept[i], ...change };
        if (await this.accepts(make(put(command)))) kept = put(command);
      }
      const commands = await this.cutCommands(kept[i].commands, (inner) => make(put({ ...kept[i], commands: inner })));
      kept = put({ ...kept[i], commands });
    }
    return kept;
  }

  private async simplify(): Promise<void> {
    await this.accepts({ ...this.plan, refusals: { rate: 0, microsMax: 0 } });
    await this.accepts({ ...this.plan, delayMicrosMax: 100 });
    await this.accepts({ ...this.plan, sharedMemory: true });
    await this.accepts({ ...this.plan, group: null });
    await this.accepts({ ...this.plan, failOverMs: null });
    await this.accepts(withoutDesk(this.plan));
    await this.accepts(withoutPainter(this.plan));
    for (const [name, vm] of Object.entries(this.plan.placement)) {
      if (vm === 'wasm') await this.accepts({ ...this.plan, placement: { ...this.plan.placement, [name]: 'js' } });
    }
  }
}

/** @param attemptsMax plans that are tried: a minute's worth unless given */
export const shrink = (plan: Plan, fails: Fails, attemptsMax = ATTEMPTS_MAX): Promise<Plan> =>
  new Shrinker(plan, fails, attemptsMax).shrink();
