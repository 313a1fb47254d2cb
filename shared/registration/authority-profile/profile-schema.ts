import * as z from 'zod';
import { documentContentTypes } from '../../contract/registration-contract.ts';
import { assuranceSchema } from '../assurance.ts';

/**
 * An authority's rules as data: who registers what on which way, with which fields and documents, what follows and how
 * long it takes. `authority/profile.schema.json` is this schema as JSON Schema; docs/authority-profile.md explains it.
 * What one member says about another (a category's routes, a rule's field) is checked in `readProfile`.
 */
export const PROFILE_FORMAT = 1;
export const MAX_PROFILE_BYTES = 256 * 1024;

const id = z.string().regex(/^[a-z][a-z0-9_]{0,31}$/);
const routeId = z.string().regex(/^[A-Za-z][A-Za-z0-9_]{0,31}$/);
const day = z.iso.date();
/** By language (BCP 47): a profile has every text in each of its languages, English among them. */
const text = z.record(z.string().max(16), z.string().min(1).max(4000));
/** RE2 syntax, matched against the whole value. */
const pattern = z.string().min(1).max(500);
const webAddress = z
  .url({ protocol: /^https$/ })
  .regex(/^https:\/\//)
  .max(500);

/** Where a field, a document or a letter applies; a list that is absent leaves that side open. */
const conditionSchema = z.strictObject({
  routes: z.array(routeId).min(1).max(16).optional(),
  categories: z.array(id).min(1).max(32).optional(),
  /** A choice field and the answers to it. */
  field: z.strictObject({ id, is: z.array(z.string().max(64)).min(1).max(32) }).optional(),
});

/** A value that does not match is wrong (`required`), or only worth a second look (`warn`). */
const fieldRuleSchema = z.strictObject({
  pattern,
  level: z.enum(['required', 'warn']),
  /** What is wrong and how it should look. */
  reason: text,
});

const fieldSchema = z.strictObject({
  id,
  label: text,
  help: text.optional(),
  example: z.string().max(200).optional(),
  /**
   * identifier: a number or code; blanks around it, invisible characters and foreign digits are normalised.
   * text: words on one line. paragraph: words on several. addresses: public IP addresses. date: YYYY-MM-DD.
   * choice: one of `choices`.
   */
  kind: z.enum(['identifier', 'text', 'paragraph', 'addresses', 'date', 'choice']),
  /** What its absence means; `warn`: worth a word, no hindrance. */
  level: z.enum(['required', 'warn', 'optional']),
  when: conditionSchema.optional(),
  /** applicant: asked once and reused; registration: asked for each. */
  scope: z.enum(['applicant', 'registration']),
  /** When there is something to say: at the application (absent), once it is filed, once it is decided. */
  stage: z.enum(['application', 'filed', 'decided']).optional(),
  /** Personal data: a report tells it masked. Absent: identifiers are, and nothing else. */
  masked: z.boolean().optional(),
  /** A report tells it as it is. Absent: addresses are told, and whatever is neither masked nor that is left out. */
  reported: z.boolean().optional(),
  /** Characters; for addresses how many. */
  least: z.int().min(0).max(2000).optional(),
  most: z.int().min(1).max(2000).optional(),
  /** What is taken out of an identifier, such as blanks and dashes. */
  strip: pattern.optional(),
  /** Then, in this order, each where it matches; `with` as RE2 writes groups: $1. */
  rewrite: z
    .array(z.strictObject({ pattern, with: z.string().max(64) }))
    .max(8)
    .optional(),
  rules: z.array(fieldRuleSchema).max(8).optional(),
  choices: z
    .array(z.strictObject({ id: z.string().min(1).max(64), label: text }))
    .min(1)
    .max(64)
    .optional(),
  /** How an identifier is shown: its characters in groups of these lengths. */
  display: z
    .strictObject({ groups: z.array(z.int().min(1).max(32)).min(1).max(8), separator: z.string().max(3) })
    .optional(),
  /** Taken where nobody says anything else. */
  default: z.string().max(200).optional(),
});

const documentSchema = z.strictObject({
  /** The kind of document, as in `documentKindSchema`. */
  id,
  label: text,
  help: text.optional(),
  level: z.enum(['required', 'warn', 'optional']),
  when: conditionSchema.optional(),
  /** Of the documents with the same group, one is enough. */
  group: id.optional(),
  /** An identity document: copies are stamped with purpose, recipient and date before they leave. */
  stamped: z.boolean().optional(),
  content_types: z.array(z.enum(documentContentTypes)).min(1).max(3),
  max_bytes: z
    .int()
    .min(10_000)
    .max(5 * 1024 * 1024),
  at_most: z.int().min(1).max(12),
  scope: z.enum(['applicant', 'registration']),
});

const sourceSchema = z.strictObject({
  id,
  title: text,
  url: webAddress,
  /** The day on which somebody last read there what the profile says. */
  verified: day,
});

const routeSchema = z.strictObject({
  id: routeId,
  name: text,
  summary: text,
  /** What is registered on this route. provider: nothing of the registrant's own. */
  subject: z.enum(['source_address', 'mobile_number', 'provider', 'endpoint']),
  /** Whether the current public address is compared with the registered ones. */
  address_warning: z.boolean(),
  /** One decision on this route covers every endpoint and device (false: those it names). */
  covers_all_endpoints: z.boolean(),
});

const categorySchema = z.strictObject({
  id,
  name: text,
  summary: text,
  routes: z.array(routeId).min(1).max(16),
  /** Said where the addresses field has as many entries as this, or without `addresses_from` always. */
  fee: z
    .strictObject({ addresses_from: z.int().min(1).max(256).optional(), notice: text, source: id })
    .optional(),
});

/** A step of the authority's own procedure. */
const stepSchema = z.strictObject({
  id,
  label: text,
  help: text.optional(),
  who: z.enum(['registrant', 'internet_provider', 'authority']),
  /** The state that a registration at a gateway has meanwhile. */
  state: z.enum([
    'draft',
    'submitted',
    'filed_with_authority',
    'verifying',
    'needs_information',
    'attested',
    'rejected',
  ]),
});

const decisionTimeSchema = z.strictObject({
  unit: z.enum(['working_hours', 'working_days', 'days']),
  least: z.int().min(0).max(1000),
  most: z.int().min(1).max(1000),
  /** The step from which it counts. */
  from: id,
  note: text.optional(),
  source: id,
});

const calendarSchema = z.strictObject({
  time_zone: z.string().max(64),
  /** ISO days of the week: 1 is Monday. */
  working_days: z.array(z.int().min(1).max(7)).min(1).max(7),
  /** Hours of the day. */
  opens: z.int().min(0).max(23),
  closes: z.int().min(1).max(24),
  holidays: z.array(z.strictObject({ date: day, name: text })).max(200),
});

const deadlineSchema = z.strictObject({
  id,
  title: text,
  /** null: announced without a date. */
  date: day.nullable(),
  /** extended: another one of the list has taken its place. */
  status: z.enum(['in_force', 'extended', 'withdrawn']),
  /** null: the day is not known. */
  announced: day.nullable(),
  source: id,
});

const changeSchema = z.strictObject({
  /** What changed. */
  id: z.enum([
    'source_address',
    'mobile_number',
    'sim',
    'office',
    'endpoint_key',
    'endpoint_host',
    'device',
    'provider',
    'name',
  ]),
  label: text,
  /** A new decision of the authority, only a new certificate, or nothing at all. */
  needs: z.enum(['decision', 'certificate', 'nothing']),
  note: text.optional(),
});

/** Three questions at most, and the public address as far as it can be told, lead to a route. */
const routeFinderSchema = z.strictObject({
  questions: z
    .array(
      z.strictObject({
        id,
        text,
        help: text.optional(),
        choices: z
          .array(z.strictObject({ id, label: text }))
          .min(2)
          .max(8),
        /** Asked only where the earlier answers are these. */
        when: z.record(id, z.array(id).min(1).max(8)).optional(),
      }),
    )
    .min(1)
    .max(3),
  /** The first whose conditions all hold; the last has none. */
  rules: z
    .array(
      z.strictObject({
        answers: z.record(id, z.array(id).min(1).max(8)).optional(),
        /** How the public address looks, measured outside the tunnel. */
        address: z
          .array(z.enum(['fixed', 'dynamic', 'cgnat', 'unknown']))
          .min(1)
          .max(4)
          .optional(),
        /** null: no route fits as things are; `because` says what is possible. */
        route: routeId.nullable(),
        because: text,
        /** A letter that helps. */
        letter: id.optional(),
      }),
    )
    .min(1)
    .max(32),
});

const letterSchema = z.strictObject({
  id,
  title: text,
  /** Who writes it, and to whom: for the list of letters. */
  summary: text,
  when: conditionSchema.optional(),
  /**
   * ICU messages of plain arguments: field ids, `today`, `endpoint_host`, `endpoint_port`, `endpoint_public_key`. An
   * argument without a value is left as a line to fill in.
   */
  subject: text,
  body: text,
});

/** A way on which the authority is applied to. */
const channelSchema = z.strictObject({
  /** portal: `portal` says how. gateway: a registration office takes the case. */
  kind: z.enum(['portal', 'email', 'internet_provider', 'gateway']),
  /** Of an e-mail. */
  address: z.email().max(200).optional(),
  note: text.optional(),
});

const portalSchema = z.strictObject({
  name: text,
  url: webAddress,
  /** What to do there, in order. */
  steps: z.array(text).min(1).max(20),
  /** The portal's own names for what it asks, in its order; `field` is one of the profile's, or an endpoint's part. */
  form: z.array(z.strictObject({ label: z.string().min(1).max(120), field: z.string().max(64) })).max(64),
  /** How the authority calls the number under which an application runs there. */
  reference: text,
});

export const authorityProfileSchema = z.strictObject({
  format: z.literal(PROFILE_FORMAT),
  id: z.string().regex(/^[a-z][a-z0-9-]{0,39}$/),
  version: z.int().min(1).max(1_000_000),
  /** Features that a reader must know to judge rightly; one that it does not know has it refuse the profile. */
  requires: z.array(z.string().max(64)).max(16),
  authority: z.strictObject({
    id,
    name: text,
    short_name: text,
    country: z.string().length(2),
    website: webAddress,
  }),
  /** Who wrote this down: not the authority. */
  maintainer: z.strictObject({ name: z.string().min(1).max(200), contact: z.string().min(1).max(200) }),
  languages: z.array(z.string().max(16)).min(1).max(8),
  sources: z.array(sourceSchema).min(1).max(64),
  routes: z.array(routeSchema).min(1).max(16),
  categories: z.array(categorySchema).min(1).max(32),
  fields: z.array(fieldSchema).min(1).max(128),
  documents: z.array(documentSchema).max(64),
  route_finder: routeFinderSchema,
  /** Whether the authority is told the VPN server's address and port. */
  endpoint: z.strictObject({ needed: z.boolean(), note: text }),
  procedure: z.array(stepSchema).min(1).max(32),
  decision_time: decisionTimeSchema.nullable(),
  calendar: calendarSchema,
  /** Only if the authority published one. */
  validity: z.strictObject({ days: z.int().min(1).max(36_500), source: id }).nullable(),
  changes: z.array(changeSchema).max(32),
  assurances: z.array(assuranceSchema).min(1).max(4),
  deadlines: z.array(deadlineSchema).max(32),
  /** Licensed providers whose customers need no registration of their own. */
  exempt_providers: z.array(z.strictObject({ name: z.string().min(1).max(200), source: id })).max(200),
  /** The usual one first. */
  channels: z.array(channelSchema).min(1).max(4),
  portal: portalSchema.nullable(),
  letters: z.array(letterSchema).max(32),
  /** What the registrant states with an application. */
  declaration: text,
});

export type ProfileDocument = z.infer<typeof authorityProfileSchema>;
export type ProfileText = z.infer<typeof text>;
export type ProfileField = z.infer<typeof fieldSchema>;
export type ProfileEvidence = z.infer<typeof documentSchema>;
export type ProfileCondition = z.infer<typeof conditionSchema>;
export type ProfileRoute = z.infer<typeof routeSchema>;
export type ProfileCategory = z.infer<typeof categorySchema>;
export type ProfileLetter = z.infer<typeof letterSchema>;
export type ProfileSource = z.infer<typeof sourceSchema>;
export type ProfileStep = z.infer<typeof stepSchema>;
export type ProfileDeadline = z.infer<typeof deadlineSchema>;
export type ProfileChannel = z.infer<typeof channelSchema>;
export type ProfileChange = z.infer<typeof changeSchema>;
export type RouteFinder = z.infer<typeof routeFinderSchema>;
