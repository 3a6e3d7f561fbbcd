/** What a page and its server say to each other. */
import type { Question } from '../../trace/live.js';
import type { Status } from './subject.js';

export type PageWord = { readonly type: 'ask'; readonly id: number; readonly question: Question };

export type ServerWord =
  | { readonly type: 'status'; readonly status: Status }
  | { readonly type: 'answer'; readonly id: number; readonly value?: unknown; readonly error?: string };
