/** What goes over the pipe between a dossier and the process that draws its pictures, one at a time. */
export interface PictureJob {
  readonly bytes: Uint8Array;
}

export type PictureReply =
  | { readonly kind: 'done'; readonly bytes: Uint8Array }
  /** It cannot be decoded; why is nobody's business but its maker's. */
  | { readonly kind: 'refused' };
