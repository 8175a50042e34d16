import type { Spool } from '../spool/spool.ts';
import { type AcceptLines, acceptLinesWith } from './accept-lines.ts';
import type { Arrival } from './arrival.ts';
import {
  type AuthenticateSender,
  type AuthenticateSenderParts,
  authenticateSenderWith,
} from './authenticate-sender.ts';
import { type AcceptedLines, recordUse, type UseRecorder } from './ingestion-use.ts';
import type { LogPlace } from './log-place.ts';
import { type RecordIngestionParts, recordIngestion } from './record-ingestion.ts';

/**
 * Lines that are sent, whatever the form in which they come: who may send them, what is kept of each, how much was used. How they are
 * kept is the spool's.
 */
export interface Ingestion {
  readonly authenticate: AuthenticateSender;
  readonly accept: AcceptLines;
  /** For who writes lines before they are accepted: how they came. @param source as in `accept` */
  arrivalAt(place: LogPlace, source: string): Arrival;
  readonly use: UseRecorder;
}

/** What the room stands on. */
export interface IngestionParts extends AuthenticateSenderParts {
  readonly spool: Pick<Spool, 'append'>;
  /** For accounts that ask for single records. */
  readonly recorder: RecordIngestionParts['recorder'];
  /** Told of all that was taken in, by the service that takes it and the way by which it came. */
  readonly onAccepted: (service: string, source: string, accepted: AcceptedLines) => void;
  /** Called when counts of use cannot be written; they are kept. */
  readonly onError?: (cause: unknown) => void;
}

/** @returns the room; whoever opens it closes `use` */
export function ingestionIn(parts: IngestionParts): Ingestion {
  const { store, clock, spool, recorder, onAccepted, onError } = parts;
  const use = recordUse({ store, clock, onSettled: recordIngestion({ store, recorder, onError }), onError });
  const accept = acceptLinesWith({
    spool,
    clock,
    onAccepted: (place, accepted, source) => {
      use.accepted(place, accepted);
      onAccepted(place.instance.service, source, accepted);
    },
  });
  return {
    authenticate: authenticateSenderWith(parts),
    accept,
    arrivalAt: ({ keyId }, source) => ({ receivedAt: clock.now(), keyId, source }),
    use,
  };
}
