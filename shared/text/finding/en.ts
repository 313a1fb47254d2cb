/** What is wrong with a value, where the profile has no words of its own: codes of check-value.ts and clean-text.ts. */
export const english = {
  absent: 'This is needed.',
  too_short:
    'Too short: at least {least, plural, one {# character} other {# characters}}, and these are {length}.',
  too_long:
    'Too long: at most {most, plural, one {# character} other {# characters}}, and these are {length}.',
  form: 'This does not look as it should.',
  not_a_choice: 'One of these: {choices}.',
  not_an_address: '{address} is not an IP address.',
  address_not_public: '{address} is not a public address: the internet does not see you under it.',
  address_twice: '{address} is given twice.',
  too_few: 'At least {least, plural, one {# address} other {# addresses}}.',
  too_many: 'At most {most, plural, one {# address} other {# addresses}}.',
  not_a_date: 'A date is written year-month-day, such as 2026-11-25.',
  invisible: 'Invisible characters were taken out.',
  direction: 'Characters that turn text round were taken out.',
  digits: 'The digits were written as 0 to 9.',
  unasked: 'This is not asked for here, so it is not sent.',
  already_sent:
    'The office has this application already, so nothing but documents can change here. Tell it what has changed: sanad registration answer or sanad registration amend; or take it back with sanad registration withdraw and begin anew with sanad register --new.',
  route_unknown: 'There is no such way of registering.',
  category_unknown: 'There is no such kind of applicant.',
  route_not_for_category: 'This way of registering is not open to this kind of applicant.',
} as const;
