import { fileURLToPath } from 'node:url';

/** Folder of the built page: beside this one, also in an installed package. */
export const SITE = fileURLToPath(new URL('../site/', import.meta.url));
