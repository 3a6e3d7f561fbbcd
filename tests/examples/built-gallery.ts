/** The pages of all examples as they are deployed: built, and served as files. */
import { build, type PreviewServer, preview } from 'vite';
import { configured, linkPackage } from '../../examples/small/site.js';
import config from '../../examples/small/vite.config.js';

/** Builds all pages into `dist/examples/gallery`, to be looked at by `previewExamples`. */
export async function buildExamples(): Promise<void> {
  linkPackage();
  await build(configured({ build: { ...config.build, minify: false, reportCompressedSize: false }, logLevel: 'warn' }));
}

export const previewExamples = (): Promise<PreviewServer> =>
  preview(configured({ preview: { port: 0, host: '127.0.0.1' }, logLevel: 'warn' }));
