/** The five actors in the Wasm VM with a screen of 2,000 nodes, on real threads and supervised. The display measures the time. */

import type { System } from '../actors/application/supervised-system.js';
import { startSystem } from '../actors/application/system.js';
import type { Port } from '../actors/vm/port/port.js';
import { actorSpecs, portVms, wasmDefinition } from '../examples/tv/application.js';
import type { VmDefinition } from '../host-shim/common/definition.js';
import { openTimerPort } from '../host-shim/common/ports/timer.js';
import { createNodeHost, detectCapabilities } from '../host-shim/node/index.js';
import { display } from '../protocol/generated/display.js';
import { tandemParties } from '../protocol/generated/index.js';
import { page } from '../protocol/generated/page.js';
import { scene } from '../protocol/generated/scene.js';
import { drawScreen } from './screen.js';

/** All crashes are injected, so their number must not end the run. */
const INTENSITY = 1_000_000;
const FRAME_MICROS = 16_667;

/** The page, in the JavaScript VM: draws its screen once. */
export const screenDefinition: VmDefinition = {
  parties: tandemParties,
  ports(vm) {
    const port = vm.openPort<typeof page>(page, {
      onOpen: () => port.send(scene.receives.commit, drawScreen()),
      onActivated() {},
      onEdge() {},
      onLeaveRequested() {},
      onNavigationBlocked() {},
      onDismissRequested() {},
      onFocusFocused() {},
      onHistoryCurrent() {},
    });
  },
};

const WASM_ENTRY = new URL('../examples/tv/headless/wasm-vm.js', import.meta.url);
const GUESTS = new URL('../wasm-actors/', import.meta.url);

export class Stage {
  private frame = 0;
  private shown: (sentAt: number) => void = () => {};
  private readonly port: Port<typeof display>;
  private readonly host;

  private constructor(wasmEntry: URL) {
    this.host = createNodeHost({
      capabilities: detectCapabilities(),
      console: 'off',
      parties: tandemParties,
      vms: {
        js: { entry: new URL('./entries/screen-vm.js', import.meta.url), load: async () => screenDefinition },
        wasm: { entry: wasmEntry, load: async () => wasmDefinition(GUESTS) },
      },
    });
    openTimerPort(this.host.vm, this.host.timers);
    this.port = this.host.vm.openPort<typeof display>(display, {
      onStrings() {},
      onRest() {},
      onDue() {},
      onDisplayList: (_list, { sentAt }) => this.shown(sentAt),
    });
  }

  static async start(wasmEntry: URL = WASM_ENTRY): Promise<{ readonly stage: Stage; readonly system: System }> {
    const stage = new Stage(wasmEntry);
    const placement = 'wasm';
    const system = await startSystem(stage.host, {
      parties: tandemParties,
      portVms,
      actors: actorSpecs(1),
      placement,
      intensity: INTENSITY,
      vmIntensity: { intensity: INTENSITY, periodMs: 1 },
    });
    return { stage, system };
  }

  /** Runs one animation frame. @returns milliseconds from the tick leaving the display until the picture leaves scene */
  tick(): Promise<number> {
    return new Promise((resolve) => {
      const sentAt = this.host.clock.nowMicros();
      this.shown = (shownAt) => resolve((shownAt - sentAt) / 1000);
      this.frame++;
      this.port.send(scene.receives.tick, { frame: this.frame, timeMicros: this.frame * FRAME_MICROS });
    });
  }
}
