/**
 * Bundlers replace `process.env.NODE_ENV`, so it is written here in full. Where it is not set, as on a page that is not bundled,
 * this is development.
 */
export function isProduction(): boolean {
  try {
    return process.env.NODE_ENV === 'production';
  } catch {
    return false;
  }
}
