/** One event for one user. */
export interface NewMail {
  /** The end user, as `gms_user` names them. */
  readonly user: string;
  /** 32 hexadecimal digits; mail of an id that the user has already is not sent again. */
  readonly id: string;
  /** What goes out on `/_genesys` as `data`; `id` is added to it. */
  readonly data: Readonly<Record<string, unknown>>;
}
