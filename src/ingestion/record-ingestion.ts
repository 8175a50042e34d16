import { ACCOUNTS } from '../accounts/account.ts';
import { recordsEachExchange } from '../accounts/exchange-records.ts';
import type { ExchangeRecorder } from '../audit/record-exchanges.ts';
import type { Store } from '../store/store.ts';
import type { SettledUse } from './ingestion-use.ts';
import type { LogPlace } from './log-place.ts';

/** What the recording stands on. */
export interface RecordIngestionParts {
  readonly store: Store;
  readonly recorder: Pick<ExchangeRecorder, 'recorded'>;
  readonly onError?: ((cause: unknown) => void) | undefined;
}

/** It stands for what many requests have sent: none of them alone has caused it. */
const ORIGIN = { address: '', requestId: '', transactionId: '' };

/**
 * Writes down what was taken in, where the account asks for single records: one event for each key, instance and second, because
 * agents send many times a second. Whether it asks is looked up apart from the requests, which wait for nothing of it.
 */
export function recordIngestion({ store, recorder, onError }: RecordIngestionParts) {
  const accounts = store.readRecent(ACCOUNTS);
  return ({ accountId, keyId: apiKeyId, iamId = '', instance }: LogPlace, sum: SettledUse): void => {
    const details = { instance: instance.id, ...sum };
    const record = async (): Promise<void> => {
      const account = await accounts.get(accountId);
      if (account === undefined || !recordsEachExchange(account)) return;
      recorder.recorded(ORIGIN, { kind: 'ingestion', accountId, apiKeyId, iamId, grant: '', details });
    };
    record().catch((cause: unknown) => onError?.(cause));
  };
}
