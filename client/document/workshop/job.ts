import type { DocumentContentType } from '#shared/contract/gateway-contract.ts';
import type { DocumentProblemCode } from '../document-problem.ts';
import type { Stamp } from '../stamp-text.ts';

/** What is to be done with a document, over the pipe between the two processes alone. */
export interface WorkshopJob {
  readonly contentType: DocumentContentType;
  readonly bytes: Uint8Array;
  /** Of what comes out of it. */
  readonly maxBytes: number;
  readonly stamp?: Stamp;
  /** The file of the one font that everything is written in. */
  readonly font: string;
}

export interface Prepared {
  readonly contentType: DocumentContentType;
  readonly bytes: Uint8Array;
}

export type WorkshopReply =
  | ({ readonly kind: 'done' } & Prepared)
  | { readonly kind: 'refused'; readonly code: DocumentProblemCode; readonly detail?: string };

/** The reason why a job cannot be done, found by the one who does it. */
export class JobRefusal extends Error {
  readonly code: DocumentProblemCode;
  readonly detail: string | undefined;

  constructor(code: DocumentProblemCode, detail?: string) {
    super(code);
    this.code = code;
    this.detail = detail;
  }
}
