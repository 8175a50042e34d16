/** What one decision over the compiled policies of one identity costs in CPU, when a process does nothing else. */
import type { Grant } from '../../src/access/grant.ts';
import { type DecisionTarget, type PolicySet, policySet } from '../../src/access/policy-set.ts';
import { answerParent } from './child.ts';

/** How many decisions to take, and over how many policies. */
export interface DecisionQuestion {
  readonly policies: number;
  /** `mixed`: as an organisation has them; `unindexed`: all of one service, and none of one instance, so that each is looked at. */
  readonly manner: 'mixed' | 'unindexed';
  readonly count: number;
}

/** CPU of all threads of the process, user and system together. */
export interface DecisionAnswer {
  readonly cpuMicroseconds: number;
  /** Share of the decisions that was a yes. */
  readonly permitted: number;
}

/** Ten services: what one identity has much to do with, and others. */
const SERVICES = [
  'logs',
  'latchkey',
  'iam-identity',
  'iam-groups',
  'databases',
  'kms',
  'schematics',
  'cos',
  'vpc',
  'dns',
];
const VERBS = ['read', 'list', 'create', 'update', 'delete', 'enable', 'disable', 'rotate', 'export', 'grant'];
const REGIONS = ['eu-de', 'eu-gb', 'us-south', 'us-east'];
const QUESTIONS = 4_096;

interface Question {
  readonly action: string;
  readonly target: DecisionTarget;
}

answerParent<DecisionQuestion, DecisionAnswer>(async ({ policies, manner, count }) => {
  const kinds = manner === 'mixed' ? MIXED : UNINDEXED;
  const set = policySet(Array.from({ length: policies }, (_, number) => grantOf(number, kinds, manner)));
  const questions = Array.from({ length: QUESTIONS }, (_, number) => questionOf(number, policies, manner));
  decide(set, questions, Math.ceil(count / 2));
  const before = process.cpuUsage();
  const permitted = decide(set, questions, count);
  const { user, system } = process.cpuUsage(before);
  return { cpuMicroseconds: (user + system) / count, permitted: permitted / count };
});

function decide(set: PolicySet, questions: readonly Question[], count: number): number {
  const at = Date.now();
  let permitted = 0;
  for (let asked = 0; asked < count; asked += 1) {
    const question = questions[asked % QUESTIONS];
    if (question !== undefined && set.permits(question.action, question.target, at)) permitted += 1;
  }
  return permitted;
}

type Kind = (number: number) => Grant['conditions'];

const ofInstance: Kind = (number) => [equals('serviceInstance', instanceOf(number))];
const ofInstances: Kind = (number) => [
  {
    attribute: 'serviceInstance',
    operator: 'stringEqualsAnyOf',
    values: Array.from({ length: 5 }, (_, further) => instanceOf(number + further)),
  },
];
const ofThings: Kind = (number) => [
  ...ofInstance(number),
  equals('resourceType', 'index'),
  { attribute: 'resource', operator: 'stringMatch', values: [`team-${number % 50}-*`] },
];
const ofThingsAnywhere: Kind = (number) => ofThings(number).slice(1);
const ofGroup: Kind = (number) => [equals('resourceGroupId', groupOf(number))];
const ofRegion: Kind = (number) => [equals('region', pick(REGIONS, number)), equals('resourceType', 'index')];

/** Of ten policies six name one instance, one several, one things of one instance, one a resource group, one things anywhere. */
const MIXED: readonly Kind[] = [
  ...Array.from({ length: 6 }, () => ofInstance),
  ...[ofInstances, ofThings, ofGroup, ofThingsAnywhere],
];
const UNINDEXED: readonly Kind[] = [ofGroup, ofThingsAnywhere, ofRegion];

function grantOf(number: number, kinds: readonly Kind[], manner: DecisionQuestion['manner']): Grant {
  const service = serviceOf(number, manner);
  const roles = 1 + (spread(number) % 4);
  // A role gives some of the actions of its service, a higher one more.
  const actions = new Set(VERBS.slice(0, roles * 2).map((verb) => `${service}.index.${verb}`));
  return { service, actions, conditions: pick(kinds, number)(number) };
}

/** Half ask of what some policy names, half of what none does. */
function questionOf(number: number, policies: number, manner: DecisionQuestion['manner']): Question {
  const named = spread(number) % policies;
  const stranger = number % 2 === 0 ? 0 : policies * 7;
  const service = serviceOf(named, manner);
  return {
    action: `${service}.index.${pick(VERBS, spread(number + 1))}`,
    target: {
      service,
      attributes: {
        accountId: 'f'.repeat(32),
        serviceInstance: instanceOf(named + stranger),
        resourceGroupId: groupOf(named + stranger),
        region: pick(REGIONS, number),
        resourceType: 'index',
        resource: `team-${(named % 50) + stranger}-thing-${number}`,
      },
    },
  };
}

const equals = (attribute: string, value: string) =>
  ({ attribute, operator: 'stringEquals', values: [value] }) satisfies Grant['conditions'][number];

const serviceOf = (number: number, manner: DecisionQuestion['manner']): string =>
  pick(SERVICES, manner === 'mixed' ? Math.floor(number / 10) : 0);

const instanceOf = (number: number): string => `${hex(number)}-aaaa-4bbb-8ccc-${hex(number * 31)}dddd`;
const groupOf = (number: number): string => `${hex(number * 17)}${'e'.repeat(24)}`;
const hex = (number: number): string => spread(number).toString(16).padStart(8, '0');

/** The same numbers in every run, in no order. */
const spread = (number: number): number => Math.imul(number + 1, 0x9e3779b1) >>> 0;

function pick<T>(values: readonly T[], number: number): T {
  const value = values[number % values.length];
  if (value === undefined) throw new RangeError('there is nothing to pick from');
  return value;
}
