/** What is kept of each line of a request besides what its sender says. */
export interface Arrival {
  /** When it came, milliseconds. */
  readonly receivedAt: number;
  readonly keyId: string;
  /** The way by which it came, one of few: the name of a door. */
  readonly source: string;
}

/** @returns how each line ends that came so, in place of its last brace (docs/operations.md) */
export const endingOf = ({ receivedAt, keyId, source }: Arrival): string =>
  `,"received_at":${receivedAt},"key_id":${JSON.stringify(keyId)},"source":${JSON.stringify(source)}}`;
