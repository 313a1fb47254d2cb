import ipaddr from 'ipaddr.js';
import type { Application, Profile, ProfileVerdict } from './profile.ts';

/** A field's value as it is to be kept, or why it is not accepted. */
type Checked = { readonly value: string } | { readonly reason: string };
type Check = (text: string) => Checked;

const categories = ['company', 'freelancer'];
const routes = ['A', 'B', 'C'];
const MAX_SOURCE_ADDRESSES = 32;

const fieldsOfRoute: Readonly<Record<string, Readonly<Record<string, Check>>>> = {
  // Fixed public addresses: the provider verifies subscriber and address.
  A: { isp_name: length(1, 64), subscriber_id: length(1, 64), source_address: sourceAddresses },
  // A mobile number, for use on mobile data.
  B: { mobile_number: mobileNumber },
  // Customer of a licensed provider.
  C: { provider: length(1, 200) },
};
const fieldsOfAll: Readonly<Record<string, Check>> = { purpose: length(20, 500) };
const optionalFields: Readonly<Record<string, Check>> = { company_name: length(1, 200) };

/** Pakistan Telecommunication Authority, the least of it: three routes, two categories. */
export const pakistanProfile: Profile = {
  id: 'pk-pta@1',
  documentKinds: ['cnic_front', 'cnic_back', 'letter', 'incorporation', 'tax', 'evidence'],
  evaluate,
};

function evaluate(application: Application): ProfileVerdict {
  const required = { ...fieldsOfRoute[application.route], ...fieldsOfAll };
  const known: Readonly<Record<string, Check>> = { ...optionalFields, ...required };
  const present = Object.entries(application.fields).filter(([, text]) => text.trim() !== '');
  const invalid = [
    ...choice('route', application.route, routes),
    ...choice('category', application.category, categories),
  ];
  const fields: Record<string, string> = {};
  for (const [field, text] of present) {
    // Personal data that nobody asked for is not taken.
    // Own members alone: a field called "constructor" is none of ours.
    const check = Object.hasOwn(known, field) ? known[field] : undefined;
    const checked = check?.(text.trim()) ?? { reason: 'this profile has no such field' };
    if ('value' in checked) fields[field] = checked.value;
    else invalid.push({ field, reason: checked.reason });
  }
  const given = new Set(present.map(([field]) => field));
  return { missing: Object.keys(required).filter((field) => !given.has(field)), invalid, fields };
}

function choice(field: string, value: string, allowed: readonly string[]) {
  return allowed.includes(value) ? [] : [{ field, reason: `one of ${allowed.join(', ')}` }];
}

function length(least: number, most: number): Check {
  return (text) =>
    text.length >= least && text.length <= most
      ? { value: text }
      : { reason: `${least} to ${most} characters` };
}

/** Normalises 03..., 0092... and +92...; never infers the operator, since numbers are ported. */
function mobileNumber(text: string): Checked {
  const value = text.replace(/[\s-]/g, '').replace(/^(?:0092|0(?=3)|92(?=3))/, '+92');
  return /^\+923\d{9}$/.test(value)
    ? { value }
    : { reason: 'a Pakistani mobile number such as +923001234567' };
}

/** One or more addresses, separated by commas or white space. */
function sourceAddresses(text: string): Checked {
  const addresses = text.split(/[\s,]+/).filter((address) => address !== '');
  if (addresses.length > MAX_SOURCE_ADDRESSES) return { reason: `at most ${MAX_SOURCE_ADDRESSES} addresses` };
  const canonical: string[] = [];
  for (const address of addresses) {
    if (!isAddress(address)) return { reason: 'not an IP address' };
    const parsed = ipaddr.parse(address);
    // Private, loopback, link-local, shared (100.64.0.0/10) and documentation ranges have names of their own.
    if (parsed.range() !== 'unicast') return { reason: 'not a public address' };
    canonical.push(parsed.toString());
  }
  if (new Set(canonical).size !== canonical.length) return { reason: 'an address is given twice' };
  return { value: canonical.join(', ') };
}

/** Without ipaddr.js's kindness: it also reads 10.1, 0x7f.1 and fe80::1%eth0, which nobody means here. */
function isAddress(text: string): boolean {
  return ipaddr.IPv4.isValidFourPartDecimal(text) || (ipaddr.IPv6.isValid(text) && !text.includes('%'));
}
