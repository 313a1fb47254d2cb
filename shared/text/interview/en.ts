/** What the interview asks, where the authority's rules have no words of their own. */
export const english = {
  category: 'Who registers with {authority}?',
  address: 'Does your internet line have an address of its own that never changes?',
  address_help:
    'It says so in the contract with your internet provider, often as “static IP” or “fixed IP”. Whether it is so cannot be seen from here with certainty.',
  address_fixed: 'Yes: a fixed (static) address',
  address_dynamic: 'No: it changes now and then',
  address_cgnat: 'No: the provider shares one address among several customers',
  address_unknown: 'I do not know',
  route: 'How do you want to register?',
  applicant: 'Is this still right?',
  applicant_help: 'It is known from your last registration. With “no” each of it is asked again.',
  document_one: 'The file for: {documents}',
  document_all: 'The files for: {documents}, in this order',
  document_any: 'One of these is enough: {documents}',
  document_there: '{count, plural, one {stored here} other {# files stored here}}',
  too_many_files: 'Too many files for “{document}”: at most {most}.',
} as const;
