import type { DocumentContentType } from '../../contract/registration-contract.ts';

/** text: one line. addresses: several on one line. files: one prompt for all of them. confirm: yes or no. */
export type QuestionKind = 'choice' | 'text' | 'paragraph' | 'addresses' | 'date' | 'files' | 'confirm';

export interface QuestionChoice {
  readonly id: string;
  readonly label: string;
  readonly help?: string | undefined;
}

/** What a file may be, of those that one question takes. */
export interface FileSlot {
  /** The kind of document. */
  readonly kind: string;
  readonly label: string;
  readonly help?: string | undefined;
  readonly atMost: number;
  readonly maxBytes: number;
  readonly contentTypes: readonly DocumentContentType[];
  /** Copies are stamped with purpose, recipient and date before they leave. */
  readonly isStamped: boolean;
}

/** One thing to ask, in the words of one language. */
export interface Question {
  /** Stable: `category`, `finder.where`, `field.mobile_number`, `document.proof`, ... */
  readonly id: string;
  readonly kind: QuestionKind;
  readonly label: string;
  readonly help?: string | undefined;
  readonly example?: string | undefined;
  /** Taken where nothing else is said. */
  readonly default?: string | undefined;
  /** May be left out. */
  readonly isOptional: boolean;
  /** Of a choice. */
  readonly choices?: readonly QuestionChoice[] | undefined;
  /** Of files: all are wanted, or one of them is enough. */
  readonly slots?: readonly FileSlot[] | undefined;
  readonly isOneEnough?: boolean | undefined;
  /** What is to be confirmed. */
  readonly shown?: readonly { readonly label: string; readonly value: string }[] | undefined;
}

/** Something to say about an answer. wrong: it was not taken. odd: it was, and deserves a second look. */
export interface Said {
  readonly level: 'wrong' | 'odd' | 'cleaned';
  readonly text: string;
  /** Of several files: the kind of document that it is about. */
  readonly about?: string | undefined;
}
