/** viewer: looks on. application: is looked at. */
export type Role = 'viewer' | 'application';
