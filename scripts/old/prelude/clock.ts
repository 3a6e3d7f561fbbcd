/** The clock of a page or worker: some engines have none in workers, and those before 2017 do not say when it began. */
const scope = globalThis as unknown as { performance?: { now?(): number; timeOrigin?: number; timing?: { navigationStart: number } } };
const began = Date.now();
const watch = scope.performance ?? {};
if (!watch.now) {
  watch.now = () => Date.now() - began;
  watch.timeOrigin = began;
}
if (watch.timeOrigin === undefined) watch.timeOrigin = Date.now() - watch.now();
if (!scope.performance) scope.performance = watch;

export {};
