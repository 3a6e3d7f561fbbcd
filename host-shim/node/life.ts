/** Node reports every thread's death, so no lock is needed. */
export const newLifeLock = (): string => '';
export const holdLife = async (_lifeLock: string): Promise<void> => {};
