/** A host without threads. A test can make its VMs fail in their event loop. */
import type { Vm } from '../../actors/vm/vm.js';
import type { VmDefinition } from '../../host-shim/common/definition.js';
import { PlatformHost } from '../../host-shim/common/host.js';
import type { HostPlatform, Thread } from '../../host-shim/common/platform.js';
import type { MortalHost } from './vm-loss.js';
import { parties } from './world.js';

/** Ends a VM in place of a thread. */
function failing(vm: Vm): Thread {
  const pump = vm.pump.bind(vm);
  return {
    endpoint: new MessageChannel().port1,
    onEnd: null,
    watch() {},
    async terminate() {
      vm.pump = () => {
        pump(0); // one more round, because an error happens in the middle of work
        throw new Error('a bug in the VM');
      };
      await vm.setAnimating(false);
    },
  };
}

export function mortalHere(platform: HostPlatform, definitions: Readonly<Record<'js' | 'wasm', VmDefinition>>): MortalHost {
  return {
    create(wrap, sharedMemory) {
      const source = (name: 'js' | 'wasm') => ({
        entry: new URL('file:///nowhere'),
        load: async (): Promise<VmDefinition> => ({
          ...definitions[name],
          ports: (vm) => {
            definitions[name].ports?.(vm);
            wrap(() => failing(vm))(name, new URL('file:///nowhere'), '');
          },
        }),
      });
      const capabilities = { wasm: true, workers: false, sharedMemory };
      return new PlatformHost(platform, { capabilities, parties, vms: { js: source('js'), wasm: source('wasm') } });
    },
    kills: 6,
    endsLoopsSlowly: false,
    kill: (thread) => void thread.terminate(),
  };
}
