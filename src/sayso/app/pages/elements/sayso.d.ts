// Types of <sayso-ask> and <sayso-settings>, and of the events they send. They bubble and cross shadow roots.
export type SaysoState = 'allow' | 'refuse' | 'open';
export type SaysoAnswer = 'allow' | 'refuse' | 'later';

export interface SaysoEvents {
  /** The question was drawn and can be answered. Showing is not an answer. */
  'sayso-shown': CustomEvent<{placement: string}>;
  /** What holds now: after loading, and after each answer. `open` is never a yes. */
  'sayso-state': CustomEvent<{state: SaysoState}>;
  /** An answer was written down durably; `line` is its number in the ledger, null for `later`. */
  'sayso-choice': CustomEvent<{answer: SaysoAnswer; line: number | null}>;
  /** `ended`: give a new link. `gone`: the account is deleted. `lost`: no connection. `failed`: anything else. */
  'sayso-error': CustomEvent<{code: 'ended' | 'gone' | 'lost' | 'failed'; text: string}>;
  /** A theme or the page around it would unbalance the answers, or a program pressed allow; nothing was recorded. */
  'sayso-refused': CustomEvent<{why: string}>;
}

declare global {
  interface HTMLElementTagNameMap {
    'sayso-ask': HTMLElement & {placement: 'signup' | 'notice'};
    'sayso-settings': HTMLElement & {placement: 'settings' | 'reminder' | 'private'};
  }
  interface HTMLElementEventMap extends SaysoEvents {}
}
