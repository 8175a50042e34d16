import { defineCollection, type Entity, type IndexValue } from '../store/collection.ts';

/**
 * Reports on the identities of an account: who has not been seen for a while, who needs a second factor. They are made in
 * the background, piece by piece, so that neither making nor reading one needs more memory than a piece.
 */
export interface Report extends Entity {
  /** A UUID, by which it is asked for. */
  readonly id: string;
  readonly accountId: string;
  readonly kind: ReportKind;
  readonly state: 'pending' | 'ready';
  readonly createdBy: string;
  readonly createdAt: number;
  /** Of `activity`: who was seen within so many hours before it was asked for is left out; of others 0. */
  readonly durationHours: number;
  /** Which section is made next, and after which row; `undefined` at its start. */
  readonly section: ReportSection;
  readonly after?: readonly IndexValue[];
  /** How many pieces there are so far. */
  readonly pieces: number;
  readonly expiresAt: number;
}

/** What is reported. */
export type ReportKind = 'activity' | 'mfa';

/** What a report lists, in this order. */
export type ReportSection = 'users' | 'apiKeys' | 'serviceIds';

/** The sections of each kind. */
export const REPORT_SECTIONS: Readonly<Record<ReportKind, readonly [ReportSection, ...ReportSection[]]>> = {
  activity: ['users', 'apiKeys', 'serviceIds'],
  mfa: ['users'],
};

/** How long a report is kept: a day (IBM Cloud IAM Identity API, "MFA enrollment status report"). */
export const REPORT_KEPT_MILLISECONDS = 86_400_000;

/** All reports. */
export const REPORTS = defineCollection<Report>()('reports', {
  fields: {
    id: 'string',
    entityTag: 'string',
    accountId: 'string',
    kind: 'string',
    state: 'string',
    createdBy: 'string',
    createdAt: 'integer',
    durationHours: 'integer',
    section: 'string',
    after: 'json',
    pieces: 'integer',
    expiresAt: 'integer',
  },
  indexes: {
    byState: { fields: ['state', 'createdAt', 'id'] },
    ofAccount: { fields: ['accountId', 'kind', 'state', 'createdAt', 'id'] },
    byExpiry: { fields: ['expiresAt', 'id'] },
  },
  expiresBy: 'expiresAt',
});

/** Some rows of one section. */
export interface ReportPiece extends Entity {
  /** `<report id>:<position>`. */
  readonly id: string;
  readonly reportId: string;
  readonly position: number;
  readonly section: ReportSection;
  readonly rows: readonly ReportRow[];
  readonly expiresAt: number;
}

/** Somebody or something that is reported. */
export interface ReportRow {
  /** The id of the key or service ID; of a user the iam id. */
  readonly id: string;
  readonly name: string;
  /** Of a user. */
  readonly email?: string;
  /** When it was seen last; absent: not yet, as far as is written. */
  readonly lastAuthnAt?: number;
  /** Of a key: to whom it belongs. */
  readonly owner?: ReportedOwner;
  /** Of a report on second factors. */
  readonly mfa?: MfaNeed;
}

/** To whom a key belongs; an identity that is gone has no name. */
export interface ReportedOwner {
  readonly kind: 'user' | 'service-id';
  /** The iam id of a user, the id of a service ID. */
  readonly id: string;
  readonly name?: string;
  readonly email?: string;
}

/** Which second factor a user needs. */
export interface MfaNeed {
  readonly ofAccount: string;
  readonly ofUser?: string;
}

/** All pieces of all reports. */
export const REPORT_PIECES = defineCollection<ReportPiece>()('report_pieces', {
  fields: {
    id: 'string',
    entityTag: 'string',
    reportId: 'string',
    position: 'integer',
    section: 'string',
    rows: 'json',
    expiresAt: 'integer',
  },
  indexes: {
    byReport: { fields: ['reportId', 'position', 'id'] },
    byExpiry: { fields: ['expiresAt', 'id'] },
  },
  expiresBy: 'expiresAt',
});
